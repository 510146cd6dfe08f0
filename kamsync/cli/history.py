"""``kamsync history``: the rounds, and what happened to a record."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from kamsync.cli.options import common, examples, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.engine import Hub
    from kamsync.reports import Happening
    from kamsync.store import RoundRow

__all__ = ["history"]


@click.command(
    epilog=examples(
        "history",
        'history "Nordwind GmbH"',
        "history --round 5 --limit 100",
    )
)
@common
@click.argument("record", required=False)
@click.option("--round", "round_", metavar="ID", help="What happened in the round of this number.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="How many at most.",
)
@click.option("--reveal-pay", is_flag=True, help="Show values of class pay.")
@click.pass_context
def history(
    ctx: click.Context, *, record: str | None, round_: str | None, limit: int, reveal_pay: bool
) -> None:
    """List the rounds, or what happened to a record.

    The newest comes first. Times are UTC.
    """
    if record and round_:
        raise click.UsageError("Give a RECORD or --round ID, not both.")
    here = session(ctx)
    from kamsync.reports import rounds

    with here.hub() as hub:
        if record or round_:
            _happened(here, hub, record or "", round_ or "", limit, pay=reveal_pay)
        else:
            _rounds(here, rounds(hub.store, limit))


def _happened(here: Session, hub: Hub, record: str, round_: str, limit: int, *, pay: bool) -> None:
    """Show what the journal tells of a record or of a round."""
    from kamsync.cli.stories import happening_rows
    from kamsync.cli.words import shortened
    from kamsync.reports import Called, Names, Sight, find_record, happenings

    sight = Sight(hub.schema, pay=pay)
    if round_:
        entries = hub.store.journal.of_round(hub.store.rounds.get(round_).id)
    else:
        entries = iter(hub.store.journal.of(find_record(hub, record).id, None, limit + 1))
    story = tuple(happenings(islice(entries, limit), sight))
    more = next(entries, None) is not None
    if here.json:
        here.printer.document(story)
        return
    if not story:
        here.printer.line("Nothing happened to any value.")
        return
    names = Names(hub)
    names.load({each.record for each in story})
    called = Called(hub, sight, story)
    of_records: dict[str, list[Happening]] = {}
    for each in story:
        of_records.setdefault(each.record, []).append(each)
    for id_, told in of_records.items():
        here.printer.line((shortened(names.of(id_)) or id_, "bold"), (f"  {id_}", "dim"))
        here.printer.table(list(happening_rows(tuple(told), sight, called, with_field=True)))
    if more:
        here.printer.gap()
        here.printer.line("… and more before that; a larger --limit shows it.")


def _rounds(here: Session, listed: list[RoundRow]) -> None:
    """Show the rounds."""
    if here.json:
        here.printer.document(listed)
        return
    if not listed:
        here.printer.line("No round has run yet.")
        here.printer.next("kamsync plan")
        return
    from kamsync.cli.words import time

    rows = [
        (
            (str(each.number), "bold"),
            each.kind,
            time(each.started),
            (each.state, "" if each.state in {"done", "planned"} else "yellow"),
            _summed(each.summary),
        )
        for each in listed
    ]
    here.printer.table(rows, titles=("round", "", "started", "", ""), right=(0,))
    here.printer.next(f"kamsync history --round {listed[0].number}")


def _summed(summary: dict[str, Any]) -> str:
    """Return what a round amounted to, as far as it was noted."""
    from kamsync.cli.words import counted

    read = sum(e.get("read", 0) for p in summary.get("pulled", {}).values() for e in p.values())
    written = sum(
        pushed.get(op, 0)
        for pushed in summary.get("pushed", {}).values()
        for op in ("created", "updated", "deleted")
    )
    planned = (summary.get("plan") or {}).get("writes", 0)
    back = summary.get("back", 0)
    parts = [
        counted(read, "row") + " read" if read else "",
        f"{counted(planned, 'write')} planned" if planned else "",
        f"{written:,} written" if written else "",
        f"{counted(back, 'value')} put back" if back else "",
        counted(summary["held"], "open conflict") if summary.get("held") else "",
        counted(summary["parked"], "parked record") if summary.get("parked") else "",
        *(f"{each.get('system')} did not answer" for each in summary.get("down", [])),
        _named(summary),
    ]
    return ", ".join(part for part in parts if part)


def _named(summary: dict[str, Any]) -> str:
    """Return of which system a person said something, and what."""
    if "identity" in summary:
        return f"{summary['system']} has another identity"
    why = f": {summary['why']}" if summary.get("why") else ""
    return f"{summary.get('system', '')}{why}"
