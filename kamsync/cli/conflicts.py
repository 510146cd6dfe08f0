"""``kamsync conflicts``: what waits for a person, and the decision."""

from __future__ import annotations

from typing import Any

import click

from kamsync.cli.options import common, session

__all__ = ["conflicts"]

KINDS = ("value", "match", "delete", "merge", "commission impact", "period")


@click.group(invoke_without_command=True)
@common
@click.pass_context
def conflicts(ctx: click.Context) -> None:
    """List, show and decide what only a person can decide.

    While a conflict is open, no system is written for that field of that record; everything else
    flows.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@conflicts.command("list")
@common
@click.option("--kind", type=click.Choice(KINDS), default=None, help="Only conflicts of this kind.")
@click.option("--entity", default="", help="Only conflicts about this entity.")
@click.option("--after", metavar="ID", default="", help="Go on after this conflict.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--reveal-pay", is_flag=True, help="Show values of class pay.")
@click.pass_context
def list_(
    ctx: click.Context,
    *,
    kind: str | None = None,
    entity: str = "",
    after: str = "",
    limit: int = 20,
    reveal_pay: bool = False,
) -> None:
    """Show the open conflicts: counted by shape, then one line for each."""
    here = session(ctx)
    from kamsync.cli.questions import show_list
    from kamsync.reports import Sight, conflicts

    with here.hub() as hub:
        if entity:
            hub.schema.entity(entity)
        sight = Sight(hub.schema, pay=reveal_pay)
        found = conflicts(hub, sight, kind=kind or "", entity=entity, after=after, limit=limit)
        if here.json:
            here.printer.document(found)
        else:
            show_list(
                here.printer, sight, found, here.clock.now(), filtered=bool(kind or entity or after)
            )


@conflicts.command()
@common
@click.argument("id_", metavar="ID")
@click.option("--reveal-pay", is_flag=True, help="Show values of class pay.")
@click.pass_context
def show(ctx: click.Context, *, id_: str, reveal_pay: bool) -> None:
    """Show one conflict: why it is one, who says what, what each choice writes where."""
    here = session(ctx)
    from kamsync.cli.questions import show_question
    from kamsync.reports import Sight, question

    with here.hub() as hub:
        sight = Sight(hub.schema, pay=reveal_pay)
        asked = question(hub, hub.store.reviews.get(id_), sight)
        if here.json:
            here.printer.document(asked)
        else:
            show_question(here.printer, sight, asked)


@conflicts.command()
@common
@click.argument("id_", metavar="ID")
@click.option("--keep", metavar="N|SYSTEM|TEAM", help="Keep what this side says.")
@click.option("--value", "values", metavar="X", multiple=True, help="Another value; see above.")
@click.option("--agreed", is_flag=True, help="Go back to the value last agreed on.")
@click.option("--choice", metavar="WORD", help="delete, restore, detach, same, new or keep.")
@click.option("--why", metavar="TEXT", default="", help="The reason, for whoever asks later.")
@click.option("--by", metavar="NAME", help="Who decides; by default the user at this machine.")
@click.option("--version", type=int, help="Decide only if it is still at this version.")
@click.option("--dry-run", is_flag=True, help="Show what it would write, and decide nothing.")
def resolve(*, id_: str, version: int | None, dry_run: bool, **answer: Any) -> None:
    """Decide one conflict; no rule overrules it, and the next round writes it everywhere.

    A value with parts is given part by part, as in --value amount=100 --value currency=EUR; parts
    that are not named stay as they were agreed. Of a field that holds several, each --value is one.
    An empty --value is a blank.
    """
    here = session(click.get_current_context())
    from kamsync.cli.deciding import Answer, decision_of, fitting
    from kamsync.cli.questions import show_decided
    from kamsync.engine import resolve_conflict
    from kamsync.reports import Sight, effects

    with here.hub() as hub, fitting():
        conflict = hub.store.reviews.get(id_)
        decided = decision_of(hub, conflict, Answer(**answer))
        shown = conflict.version if version is None else version
        sight = Sight(hub.schema)
        written = effects(hub, conflict, decided, sight, version=shown)
        if not dry_run:
            conflict = resolve_conflict(hub, conflict.id, shown, decided)
            decided = conflict.decision or decided
        show_decided(here.printer, hub, sight, conflict, decided, written, tried=dry_run)
