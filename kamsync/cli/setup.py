"""``kamsync setup``: make what a system needs before kamsync can write there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session

__all__ = ["setup"]


@click.command()
@common
@click.argument("system")
@click.option("--dry-run", is_flag=True, help="Only say what would be made.")
@click.pass_context
def setup(ctx: click.Context, *, system: str, dry_run: bool) -> None:
    """Make what SYSTEM needs before kamsync can create records there.

    That is, for most systems, a field that keeps kamsync's id, so that no record is ever made twice.
    Where kamsync may not make it, it says how a person does. Exit status 1 if something is left to
    do.
    """
    here = session(ctx)
    from kamsync.config import connect
    from kamsync.connector import named, naming

    objects = _objects(here, system)
    connector = connect(here.config, system, here.plugins)
    here.tell_broken(here.plugins)
    try:
        with naming(system):
            steps = connector.setup(objects, dry_run=dry_run)
    finally:
        connector.close()
    left = [step for step in steps if not step.done]
    if here.json:
        here.printer.document({"ok": not left, "steps": list(steps)})
    else:
        for step in steps:
            here.printer.line(("✓", "green") if step.done else ("•", "yellow"), f" {step.text}")
            if step.hint:
                here.printer.line((named(step.hint, system), "dim"), indent=2)
        if not steps:
            here.printer.line(f"{system} needs nothing to be made.")
        if not left:
            here.printer.next("kamsync check")
    ctx.exit(1 if left else 0)


def _objects(here: Session, system: str) -> list[str]:
    """Return the native objects that are mapped and may be created, all mapped ones if none may."""
    from kamsync.config import resolve
    from kamsync.model import Op

    section = here.config.system(system)
    maps = resolve(here.config, here.plugins).maps[system]
    allowed = [map_.object for name, map_ in maps.items() if Op.CREATE in section.allowed(name)]
    return list(dict.fromkeys(allowed or [map_.object for map_ in maps.values()]))
