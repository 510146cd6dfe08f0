"""``kamsync undo``: put back what a round made golden, where nobody has said anything since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.engine import Hub, Undo
    from kamsync.engine.undoing import Undone
    from kamsync.store import RoundRow

__all__ = ["undo"]

SHOWN_LIMIT = 50
ROUNDS_LIMIT = 1000
UNDONE = frozenset({"sync", "decision"})
ENDED = frozenset({"done", "interrupted"})


@click.command()
@common
@click.argument("round_", metavar="ROUND")
@click.option("--yes", "-y", is_flag=True, help="Do it; without this, it is only shown.")
@click.option("--reveal-pay", is_flag=True, help="Show values of class pay.")
@click.pass_context
def undo(ctx: click.Context, *, round_: str, yes: bool, reveal_pay: bool) -> None:
    """Put back what a round changed.

    Every value that it made golden becomes what it was before, and the next round writes it; where
    somebody edited since, it is left alone or becomes a conflict. ROUND is a number, or "last".
    Without --yes, it is shown and asked for at a terminal.
    """
    here = session(ctx)
    from kamsync.engine import undo_round

    with here.hub() as hub:
        row = _round(hub, round_)
        planned = undo_round(hub, row, dry=True)
        if not here.json:
            _show(here, hub, planned, pay=reveal_pay)
        done = bool(planned.back) and (yes or _agreed(here))
        if done:
            planned = undo_round(hub, row)
        _tell(here, hub, planned, done=done, pay=reveal_pay)


def _round(hub: Hub, text: str) -> RoundRow:
    """Return the round that is meant."""
    if text != "last":
        return hub.store.rounds.get(text)
    from kamsync.engine import undo_round
    from kamsync.errors import UnknownName
    from kamsync.reports import rounds

    for row in rounds(hub.store, ROUNDS_LIMIT):
        if row.kind in UNDONE and row.state in ENDED:
            undone = undo_round(hub, row, dry=True)
            if undone.back or undone.left:
                return row
    raise UnknownName("No round has changed a value yet, so there is nothing to undo.")


def _agreed(here: Session) -> bool:
    """Ask whoever sits at the terminal; nobody there means no."""
    return here.attended and click.confirm("Put these values back?", default=False)


def _show(here: Session, hub: Hub, undone: Undo, *, pay: bool) -> None:
    """Write what would be put back, and what would be left."""
    from kamsync.cli.printing import text
    from kamsync.cli.words import counted, shortened, value
    from kamsync.reports import Names, Sight

    sight, names = Sight(hub.schema, pay=pay), Names(hub)
    every = [*undone.back, *undone.left]
    names.load({each.record for each in every})
    rows = []
    for each in every[:SHOWN_LIMIT]:
        field = sight.field(each.entity, each.field)
        now, before = (
            value(field, sight.value(each.entity, each.field, v)) for v in (each.now, each.before)
        )
        change = text(now, " → ", (before, "bold")) if not each.refused else text(now)
        why = (f"left: {each.refused}" if each.refused else "", "yellow")
        name = shortened(names.of(each.record)) or each.record
        rows.append((f"{each.entity}.{each.field}", name, change, why))
    here.printer.table(rows)
    if len(every) > SHOWN_LIMIT:
        here.printer.line(f"… and {counted(len(every) - SHOWN_LIMIT, 'more value')}", indent=2)


def _tell(here: Session, hub: Hub, undone: Undo, *, done: bool, pay: bool) -> None:
    """Write the sum, and what to do next."""
    from kamsync.cli.words import counted

    number = undone.round.removeprefix("round-")
    if here.json:
        here.printer.document(_document(hub, undone, done=done, pay=pay))
        return
    back, left = counted(len(undone.back), "value"), f"{len(undone.left):,} left as they are"
    if done:
        here.printer.line((f"Undone: {back} put back, {left}.", "bold green"))
        here.printer.next("kamsync plan", "kamsync sync")
    elif undone.back:
        here.printer.line(f"{back} would be put back, {left}. Nothing was changed.")
        here.printer.next(f"kamsync undo {number} --yes")
    else:
        here.printer.line(f"Round {number} left nothing to undo; {left}.")


def _document(hub: Hub, undone: Undo, *, done: bool, pay: bool) -> dict[str, object]:
    """Return an undo for scripts; keys: ``round``, ``done``, ``back``, ``left``."""
    from kamsync.reports import Sight

    sight = Sight(hub.schema, pay=pay)

    def shown(changes: tuple[Undone, ...]) -> list[dict[str, object]]:
        return [
            {
                "entity": each.entity,
                "record": each.record,
                "field": each.field,
                "now": sight.value(each.entity, each.field, each.now),
                "before": sight.value(each.entity, each.field, each.before),
                "refused": each.refused,
            }
            for each in changes
        ]

    return {
        "round": undone.round,
        "done": done,
        "back": shown(undone.back),
        "left": shown(undone.left),
    }
