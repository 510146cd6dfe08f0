"""``kamsync check``: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.reports import Check

__all__ = ["check"]


@click.command()
@common
@click.option("--full", is_flag=True, help="List every record that waits, not only why some do.")
@click.pass_context
def check(ctx: click.Context, *, full: bool) -> None:
    """Say what is wrong, and what to do about it.

    The configuration, the plugins, the store and every system are looked at; nothing is written.
    Exit status 0 if a round can run, 1 if not.
    """
    here = session(ctx)
    from kamsync.reports import Level

    with here.printer.progress() as tell:
        tell("Checking")
        found = list(_found(here, full=full))
    problems = sum(each.level is Level.PROBLEM for each in found)
    notes = sum(each.level is Level.NOTE for each in found)
    if here.json:
        here.printer.document({"ok": problems == 0, "findings": found})
    else:
        _show(here, found, problems, notes)
    ctx.exit(1 if problems else 0)


def _found(here: Session, *, full: bool) -> Iterator[Check]:
    """Yield every finding; what cannot even be opened is one."""
    from kamsync.errors import FixConfiguration, KamsyncError
    from kamsync.reports import Check, Level
    from kamsync.reports import check as look

    try:
        file = here.config.file
        with here.hub() as hub:
            yield Check(Level.OK, "configuration", f"{file} is sound.")
            yield from look(hub, here.plugins.broken, full=full)
    except KamsyncError as error:
        *first, last = error.message.splitlines() or [""]
        about = "configuration" if isinstance(error, FixConfiguration) else "store"
        for line in first:
            yield Check(Level.PROBLEM, about, line)
        yield Check(Level.PROBLEM, about, last, error.hint)


def _show(here: Session, found: list[Check], problems: int, notes: int) -> None:
    """Write the findings for a person, and the sum of them last."""
    from kamsync.cli.words import counted, listed
    from kamsync.reports import Level

    marks = {Level.OK: ("✓", "green"), Level.NOTE: ("•", "yellow"), Level.PROBLEM: ("✗", "red")}
    about = ""
    for each in found:
        if each.about != about:
            about = each.about
            here.printer.line((about, "bold"))
        here.printer.line(marks[each.level], f" {each.text}", indent=2)
        if each.hint:
            here.printer.line((each.hint, "dim"), indent=4)
        for line in each.lines:
            here.printer.line(line, indent=6)
    here.printer.gap()
    if problems:
        wrong = dict.fromkeys(each.about for each in found if each.level is Level.PROBLEM)
        where = f"{counted(problems, 'problem')}, in {listed(wrong)}"
        here.printer.line((where, "bold red"), f"; {counted(notes, 'note')}.")
        return
    here.printer.line(("A round can run", "bold green"), f"; {counted(notes, 'note')}.")
    here.printer.next("kamsync plan")
