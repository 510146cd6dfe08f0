"""``kamsync undo``: put back what rounds made golden, where nobody has said anything since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, examples, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.engine import Hub, Undo
    from kamsync.engine.deciding.undoing import Undone
    from kamsync.reports import Names
    from kamsync.store import RoundRow

__all__ = ["undo"]

SHOWN_LIMIT = 50
LEFT_LIMIT = 3
ROUNDS_LIMIT = 1000
UNDONE = frozenset({"sync", "decision"})
ENDED = frozenset({"done", "interrupted"})


@click.command(
    epilog=examples(
        "undo last",
        "undo 5 --yes",
        "undo 5 --since",
    )
)
@common
@click.argument("round_", metavar="ROUND")
@click.option("--since", is_flag=True, help="Undo all rounds after it as well.")
@click.option("--yes", "-y", is_flag=True, help="Do it; without this, it is only shown.")
@click.option("--reveal-pay", is_flag=True, help="Show values of class pay.")
@click.pass_context
def undo(ctx: click.Context, *, round_: str, since: bool, yes: bool, reveal_pay: bool) -> None:
    """Put back what a round changed.

    Every value that it made golden becomes what it was before, and the next round writes it; where
    somebody edited since, it is left alone or becomes a conflict. ROUND is a number, or "last".
    With --since, what it and all rounds after it changed becomes what it was before them. What a first
    meeting set stays. Without --yes, it is shown and asked for at a terminal.
    """
    here = session(ctx)
    from kamsync.engine import undo_round

    with here.hub() as hub:
        row = _round(hub, round_)
        planned = undo_round(hub, row, since=since, dry=True)
        if not here.json:
            _show(here, hub, planned, pay=reveal_pay)
        done = bool(planned.back) and (yes or _agreed(here))
        if done:
            planned = undo_round(hub, row, since=since)
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
    """Write what would be put back, and how much would be left for which reason."""
    from kamsync.cli.printing import text
    from kamsync.cli.words import counted, value
    from kamsync.reports import Names, Sight

    sight, names = Sight(hub.schema, pay=pay), Names(hub)
    shown = undone.back[:SHOWN_LIMIT]
    said = [each for change in shown for each in (change.now, change.before)]
    names.load(
        {*(each.record for each in shown), *(each for each in said if isinstance(each, str))}
    )
    rows = []
    for each in shown:
        field = sight.field(each.entity, each.field)
        now, before = (
            value(
                field,
                sight.value(each.entity, each.field, said),
                names.of(said) if field and field.to and isinstance(said, str) else "",
            )
            for said in (each.now, each.before)
        )
        rows.append((*_place(each, names), text(now, " → ", (before, "bold"))))
    here.printer.table(rows)
    if len(undone.back) > SHOWN_LIMIT:
        here.printer.line(
            f"… and {counted(len(undone.back) - SHOWN_LIMIT, 'more value')}", indent=2
        )
    _show_left(here, names, undone.left)


def _show_left(here: Session, names: Names, left: tuple[Undone, ...]) -> None:
    """Write how many values are left for each reason, and which."""
    from kamsync.cli.words import counted

    for reason in dict.fromkeys(each.refused for each in left):
        those = [each for each in left if each.refused == reason]
        names.load({each.record for each in those[:LEFT_LIMIT]})
        named = [" of ".join(_place(each, names)) for each in those[:LEFT_LIMIT]]
        more = f" and {len(those) - len(named):,} more" if len(those) > len(named) else ""
        count = counted(len(those), "value is", "values are")
        here.printer.line(
            (f"{count} left, each because {reason}: ", "yellow"), ", ".join(named) + more, indent=2
        )


def _place(each: Undone, names: Names) -> tuple[str, str]:
    """Return which value of which record it is."""
    from kamsync.cli.words import shortened

    return f"{each.entity}.{each.field}", shortened(names.of(each.record)) or each.record


def _tell(here: Session, hub: Hub, undone: Undo, *, done: bool, pay: bool) -> None:
    """Write the sum, and what to do next."""
    from kamsync.cli.words import counted
    from kamsync.engine.deciding.undoing import FROM_BEFORE

    number = undone.round.removeprefix("round-")
    last = undone.until.removeprefix("round-")
    if here.json:
        here.printer.document(_document(hub, undone, done=done, pay=pay))
        return
    back, left = (
        counted(len(undone.back), "value"),
        counted(len(undone.left), "left as it is", "left as they are"),
    )
    if done:
        here.printer.line((f"Undone: {back} put back, {left}.", "bold green"))
        here.printer.next("kamsync plan", "kamsync sync")
    elif undone.back:
        here.printer.line(f"{back} would be put back, {left}. Nothing was changed.")
        here.printer.next(f"kamsync undo {number}{' --since' if last else ''} --yes")
    else:
        which = f"Rounds {number} to {last}" if last else f"Round {number}"
        here.printer.line(f"{which} left nothing to undo{f'; {left}' if undone.left else ''}.")
        if any(each.refused == FROM_BEFORE for each in undone.left):
            here.printer.line(
                "What it wrote, and what was there before, is in its history. To have a value back,"
                " enter it in a system: that is an edit like any other."
            )
            here.printer.next(f"kamsync history --round {number}")
        else:
            here.printer.next("kamsync history")


def _document(hub: Hub, undone: Undo, *, done: bool, pay: bool) -> dict[str, object]:
    """Return an undo for scripts; keys: ``round``, ``until``, ``done``, ``back``, ``left``."""
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
        "until": undone.until or None,
        "done": done,
        "back": shown(undone.back),
        "left": shown(undone.left),
    }
