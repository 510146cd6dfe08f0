"""``kamsync moved``: a system has another identity, and is the same system all the same."""

from __future__ import annotations

import click

from kamsync.cli.options import common, session

__all__ = ["moved"]


@click.command()
@common
@click.argument("system")
@click.pass_context
def moved(ctx: click.Context, *, system: str) -> None:
    """Say that SYSTEM is the same, although it has another identity now.

    That is for a system whose records kept their ids, such as one that was made anew from a copy.
    Another system wants a section with a name of its own. What SYSTEM holds may be older or newer
    than what is known of it, so every system is read as a whole before anything is merged or
    written, a disagreement is held, and the next plan wants an approval, as at a first meeting.
    """
    here = session(ctx)
    from kamsync.connector import naming
    from kamsync.engine import accept_move

    with here.hub() as hub, naming(system):
        before, now = accept_move(hub, hub.system(system))
    if here.json:
        here.printer.document({"system": system, "before": before, "identity": now})
        return
    here.printer.line(
        (system, "bold"), f" was {before}, and is {now or 'without an identity'} now."
    )
    here.printer.line("It is read again as a whole, and its next plan wants an approval.")
    here.printer.next("kamsync plan --sweep")
