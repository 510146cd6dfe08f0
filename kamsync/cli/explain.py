"""``kamsync explain``: where each value comes from, and who knows it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, examples, session

if TYPE_CHECKING:
    from kamsync.engine import Hub
    from kamsync.model import Record

__all__ = ["explain"]


@click.command(
    epilog=examples(
        'explain "Nordwind GmbH"',
        'explain "Nordwind GmbH" tier',
        "explain account-4kdv4wlyu4tw.tier",
    )
)
@common
@click.argument("record", metavar="RECORD[.FIELD]")
@click.argument("field", default="", metavar="[FIELD]")
@click.option("--reveal-pay", is_flag=True, help="Show values of class pay.")
@click.pass_context
def explain(ctx: click.Context, *, record: str, field: str, reveal_pay: bool) -> None:
    """Say where the values of a record come from.

    Of one FIELD, it is the whole story: who said what, when, where, why it won and what lost.
    RECORD is an id, the beginning of one, the id that a system has for it, or its name. Times are
    UTC.
    """
    here = session(ctx)
    from kamsync.cli.explained import show_field, show_record
    from kamsync.reports import Called, Sight
    from kamsync.reports import explain as explained

    with here.hub() as hub:
        found, name = _meant(hub, record, field)
        sight = Sight(hub.schema, pay=reveal_pay)
        told = explained(hub, found, sight, name)
        if here.json:
            here.printer.document(told)
        elif name:
            called = Called(hub, sight, told.fields[0].told)
            show_field(here.printer, sight, told, called)
        else:
            show_record(here.printer, sight, told)


def _meant(hub: Hub, text: str, field: str) -> tuple[Record, str]:
    """Return the record and the field that are meant; a name may hold a full stop itself."""
    from kamsync.errors import UnknownName
    from kamsync.reports import find_record

    try:
        return find_record(hub, text), field
    except UnknownName:
        record, stop, name = text.rpartition(".")
        if field or not stop:
            raise
        with suppress(UnknownName):
            return find_record(hub, record), name
        raise
