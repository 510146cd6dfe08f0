"""``kamsync policy``: who is right when teams disagree, in words."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kamsync.cli.listing import Listing
from kamsync.cli.options import common, examples, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.config import Config
    from kamsync.reports import PolicyCheck, Said

__all__ = ["policy"]

TITLES = {"policy": "Every day", "first_meeting": "At the first meeting of two systems"}


@click.group(cls=Listing, invoke_without_command=True)
@common
@click.pass_context
def policy(ctx: click.Context) -> None:
    """Read the policy: who is right when teams disagree."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@policy.command(
    epilog=examples(
        "policy check",
        "policy check policies/teams.toml",
    )
)
@common
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.pass_context
def check(ctx: click.Context, *, files: tuple[Path, ...]) -> None:
    """Say in words which rule holds for which field, and which rules can never apply.

    A FILE is read in place of those that the configuration names under policies; without a
    configuration, it is judged by itself. No store is opened and no system is called. Exit status 0
    if the policy is sound, 64 if something in it is wrong.
    """
    here = session(ctx)
    from kamsync.config import resolve
    from kamsync.plugins import load_plugins
    from kamsync.reports import policy_check

    config = _config(here, files)
    plugins = load_plugins(config.plugins)
    try:
        found = policy_check(config, resolve(config, plugins))
    finally:
        here.tell_broken(plugins)
    if here.json:
        here.printer.document(found)
    else:
        _show(here, found)


def _config(here: Session, files: tuple[Path, ...]) -> Config:
    """Return the configuration with *files* for its policies; one of nothing else where none is."""
    from kamsync.config import config_of_policies

    if files and not here.has_config:
        return config_of_policies(files, os.environ)
    if not files:
        return here.config
    return here.config.model_copy(update={"policies": tuple(each.absolute() for each in files)})


def _show(here: Session, found: PolicyCheck) -> None:
    """Write the sentences for a person, then what to look at."""
    for section, rules in groupby(found.rules, key=lambda each: each.section):
        here.printer.line((TITLES[section], "bold"))
        here.printer.table(
            [_row(each) for each in rules], titles=("field", "who is right"), indent=2
        )
        here.printer.gap()
    _show_idle(here, found)
    _list(here, "No rule is for these; a person decides", found.uncovered)
    _list(here, "Be careful", found.warnings)
    _sum(here, found)


def _row(said: Said) -> tuple[tuple[str, str], str]:
    """Return one field and its sentence."""
    return (f"{said.entity}.{said.field}", "" if said.covered else "dim"), said.text


def _show_idle(here: Session, found: PolicyCheck) -> None:
    """Write which rules have nothing to decide: those with one reason in one line."""
    fields: dict[tuple[str, str, str], list[str]] = {}
    for each in found.idle:
        whole = each.why.startswith(("no system has", "only "))
        about = "" if whole else each.rule
        place = f"{each.section}.{each.entity}"
        named = fields.setdefault((place, about, each.why), [])
        if each.field not in named:
            named.append(each.field)
    told = [
        f"{place}: {', '.join(names)}{f': “{rule}”' if rule else ''}: {why}."
        for (place, rule, why), names in fields.items()
    ]
    _list(here, "These have nothing to decide", told)


def _list(here: Session, title: str, lines: list[str] | tuple[str, ...]) -> None:
    """Write *lines* under a title, nothing if there are none."""
    if not lines:
        return
    here.printer.line((title, "bold"))
    for each in lines:
        here.printer.line(("• ", "yellow"), each, indent=2)
    here.printer.gap()


def _sum(here: Session, found: PolicyCheck) -> None:
    """Write how much there is of everything, and what to do next."""
    from kamsync.cli.words import counted

    ruled = [each for each in found.rules if each.covered and each.field != "deletes"]
    rest = (
        f"{counted(len(ruled), 'field')} with rules, {len(found.uncovered):,} without,"
        f" {counted(len(found.idle), 'rule')} with nothing to decide,"
        f" {counted(len(found.warnings), 'warning')}."
    )
    here.printer.line(("The policy is sound", "bold green"), f"; {rest}")
    if not found.systems:
        here.printer.line(
            "No system is configured, so whether one holds a field was not looked at."
        )
    here.printer.next("kamsync plan" if found.systems else "kamsync check")
