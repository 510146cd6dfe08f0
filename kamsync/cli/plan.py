"""``kamsync plan``: what a round would do, by the code that does it, and nothing written."""

from __future__ import annotations

import click

from kamsync.cli.options import common, examples, session

__all__ = ["plan"]

WOULD_WRITE = 2


@click.command(
    epilog=examples(
        "plan",
        'plan --only "Nordwind GmbH"',
        "plan --show account.phone",
        "plan --show sales.account --full",
    )
)
@common
@click.option(
    "--only",
    metavar="RECORD",
    multiple=True,
    help="Merge and plan nothing but this record and what belongs to it; may be repeated.",
)
@click.option(
    "--show",
    metavar="SELECTOR",
    default="",
    help="The changes of a SYSTEM, ENTITY, SYSTEM.ENTITY, ENTITY.FIELD or record.",
)
@click.option("--full", is_flag=True, help="Every change that the plan keeps, not the first 20.")
@click.option("--sweep", is_flag=True, help="Read every system as a whole, not what changed.")
@click.option("--reveal-pay", is_flag=True, help="Show values of class pay.")
@click.pass_context
def plan(
    ctx: click.Context,
    *,
    only: tuple[str, ...],
    show: str,
    full: bool,
    sweep: bool,
    reveal_pay: bool,
) -> None:
    """Show what a round would write, and why.

    Systems are read and the plan is kept under its id, to be approved; nothing is merged, decided
    or written. Exit status 2 if it would write, 0 if there is nothing to write, 1 if a system did not answer.
    """
    here = session(ctx)
    here.config.require_systems()
    from kamsync.cli.planned import show_plan
    from kamsync.engine import preview
    from kamsync.reports import Sight, choice, overview, require_known

    with here.hub() as hub:
        require_known(hub, show)
        began = here.clock.now()
        with here.printer.progress() as tell:
            round_ = preview(hub, only=choice(only), sweep=sweep, progress=tell)
        # A clock may be set back meanwhile.
        took_s = max((here.clock.now() - began).total_seconds(), 0.0)
        seen = overview(hub, round_, Sight(hub.schema, pay=reveal_pay), show)
        if here.json:
            here.printer.document(seen)
        else:
            show_plan(here.printer, hub, seen, took_s=took_s, select=show, full=full)
    ctx.exit(1 if seen.down else WOULD_WRITE if seen.writes else 0)
