"""``kamsync sync``: one round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, examples, session

if TYPE_CHECKING:
    from kamsync.cli.printing import Cell, Printer
    from kamsync.engine import Round
    from kamsync.engine.context.pushed import Pushed
    from kamsync.engine.rounds.serving import Down

__all__ = ["sync"]

STOPPED = 3


@click.command(
    epilog=examples(
        "sync",
        "sync --approve 63cf4fa4",
    )
)
@common
@click.option(
    "--approve", metavar="PLAN", help="Carry out exactly the plan of this name, or nothing."
)
@click.option(
    "--only",
    metavar="RECORD",
    multiple=True,
    help="Merge and write nothing but this record and what belongs to it; may be repeated.",
)
@click.option("--sweep", is_flag=True, help="Read every system as a whole, not what changed.")
@click.option("--fail-on-conflict", is_flag=True, help="Exit status 3 if conflicts are open.")
@click.pass_context
def sync(
    ctx: click.Context,
    *,
    approve: str | None,
    only: tuple[str, ...],
    sweep: bool,
    fail_on_conflict: bool,
) -> None:
    """Run one round: read, merge, plan, weigh, write, read back.

    Exit status 0 when it is done, with open conflicts as well; 3 if a guard or a missing approval
    stopped it before anything was merged or written; 1 if a system did not answer.
    """
    here = session(ctx)
    here.config.require_systems()
    from kamsync.engine import can_undo, run_round
    from kamsync.errors import StopRound
    from kamsync.reports import choice

    with here.hub() as hub:
        began = here.clock.now()
        try:
            with here.printer.progress() as tell:
                round_ = run_round(
                    hub, approve=approve, only=choice(only), sweep=sweep, progress=tell
                )
        except StopRound as error:
            if not here.json:
                _show_down(here.printer, error.down)
            raise
        if here.json:
            here.printer.document(_document(round_))
        else:
            # A clock may be set back meanwhile.
            took_s = max((here.clock.now() - began).total_seconds(), 0.0)
            _show(here.printer, round_, took_s, undo=can_undo(hub, round_.id))
    stopped = STOPPED if fail_on_conflict and round_.held else 0
    ctx.exit(1 if round_.down else stopped)


def _document(round_: Round) -> dict[str, object]:
    """Return what a round did, for scripts.

    Keys: ``round``, ``plan``, ``read``, ``merged``, ``matched``, ``written``, ``systems`` (by name:
    created, updated, deleted, dropped, stale, refused, open), ``held``, ``parked``, ``down``,
    ``resting``, ``unread``.
    """
    return {
        "round": round_.id,
        "plan": round_.plan.id if round_.plan else "",
        "read": _read(round_),
        "matched": round_.matched,
        "merged": round_.merged.moved,
        "written": round_.written,
        "systems": round_.pushed,
        "held": round_.held,
        "parked": round_.parked,
        "down": round_.down,
        "resting": round_.resting,
        "unread": round_.unread,
    }


def _read(round_: Round) -> int:
    """Return how many rows were read."""
    return sum(each.read for pulled in round_.pulled.values() for each in pulled.values())


def _show(printer: Printer, round_: Round, took_s: float, *, undo: bool) -> None:
    """Write what a round did, for a person."""
    from kamsync.cli.words import counted

    rows = [_row(name, pushed) for name, pushed in round_.pushed.items() if _happened(pushed)]
    printer.table(rows)
    _show_down(printer, round_.down)
    for name in round_.resting:
        printer.line(("• ", "yellow"), f"{name} is paused; kamsync resume {name} serves it again.")
    if round_.unread:
        printer.line(
            ("! ", "red"),
            f"A store was put back, and {', '.join(round_.unread)} was not read as a whole since:"
            " nothing is merged or written before.",
        )
    if rows or round_.down or round_.resting or round_.unread:
        printer.gap()
    printer.line(
        (f"Round {round_.id.removeprefix('round-')} done", "bold"),
        f" in {took_s:.1f} s: {counted(_read(round_), 'row')} read,"
        f" {counted(round_.merged.moved, 'field')} merged,"
        f" {counted(round_.written, 'record')} written.",
    )
    if round_.held:
        printer.line(f"{counted(round_.held, 'conflict waits', 'conflicts wait')} for a person.")
    if round_.parked:
        printer.line(f"{counted(round_.parked, 'record is', 'records are')} parked with a reason.")
    printer.next(*_next(round_, undo=undo))


def _show_down(printer: Printer, every: Iterable[Down]) -> None:
    """Write which systems did not answer, and why: whoever approves has to know what is missing."""
    for down in every:
        printer.line(("! ", "red"), f"{down.system} did not answer: {down.reason}")


def _happened(pushed: Pushed) -> bool:
    """Whether anything was written, or was to be."""
    from msgspec import structs

    return any(structs.astuple(pushed))


def _row(name: str, pushed: Pushed) -> list[Cell]:
    """Return what was written in one system, and what was not."""
    from kamsync.cli.planned import MARKS

    done = {"create": pushed.created, "update": pushed.updated, "delete": pushed.deleted}
    left = {
        "refused": pushed.refused,
        "edited meanwhile": pushed.stale,
        "planned anew": pushed.dropped,
        "with an open answer": pushed.open,
    }
    cells: list[Cell] = [name]
    for op, count in done.items():
        mark, style = MARKS[op]
        cells.append((f"{mark} {count:,} {op}d", style) if count else "")
    words = ", ".join(f"{count:,} {word}" for word, count in left.items() if count)
    return [*cells, (words, "red" if pushed.refused else "dim")]


def _next(round_: Round, *, undo: bool) -> list[str]:
    """Return what to do after a round."""
    number = round_.id.removeprefix("round-")
    commands = ["kamsync conflicts"] if round_.held else []
    commands += ["kamsync check"] if round_.parked or round_.down else []
    commands += ["kamsync plan"] if round_.pilot else []
    commands += [f"kamsync history --round {number}"]
    return [*commands, f"kamsync undo {number}"] if undo else commands
