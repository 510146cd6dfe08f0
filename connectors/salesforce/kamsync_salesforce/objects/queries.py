"""The queries that read one object: which fields, from where on, in which order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from simple_salesforce.format import quote_soql_value

from kamsync_salesforce.api.moments import literal
from kamsync_salesforce.objects.traits import READ_ONLY, traits_of

__all__ = ["CURRENCY", "Selection", "is_name", "quoted", "soql"]

NAME = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*){0,4}", re.ASCII)
CURRENCY = "CurrencyIsoCode"
OWN = ("Id", "SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastModifiedBy.Name")
HISTORY = "Field,CreatedById,CreatedBy.Name,CreatedDate"


class Selection(Struct, frozen=True):
    """What is read of one object: the *names* that were asked for and are shown, and our own needs.

    *stamp* is the field that keeps our id, *companies* leaves out accounts that are persons.
    """

    object: str
    names: tuple[str, ...]
    stamp: str = ""
    deleted: bool = True
    merged: bool = False
    history: bool = False
    companies: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields to select, each once."""
        more = [
            *(["IsDeleted"] if self.deleted else ()),
            *(["MasterRecordId"] if self.merged else ()),
            *([self.stamp] if self.stamp else ()),
        ]
        return tuple(dict.fromkeys((*OWN, *more, *self.names)))

    @property
    def plain(self) -> tuple[str, ...]:
        """The same without fields behind references, as a retrieval takes them."""
        return tuple(name for name in self.fields if "." not in name)

    @property
    def reaches(self) -> bool:
        """Whether a name that was asked for lies behind a reference."""
        return any("." in name for name in self.names)


def soql(
    selection: Selection,
    *,
    low: datetime | None = None,
    after: tuple[datetime, str] | None = None,
    where: str = "",
    fields: Sequence[str] = (),
) -> str:
    """Return the query for all rows stamped *low* or later, *after* one place in their order.

    Rows of one stamp are told apart by their ids: a second holds as many as it likes.
    """
    columns = list(fields or selection.fields)
    if selection.history and low is not None and not fields:
        begin = literal(low)
        columns.append(f"(SELECT {HISTORY} FROM Histories WHERE CreatedDate>={begin})")
    conditions = [where] if where else []
    if after is not None:
        at = literal(after[0])
        place = f"SystemModstamp={at} AND Id>{quoted(after[1])}"
        conditions.append(f"(SystemModstamp>{at} OR ({place}))")
    elif low is not None:
        conditions.append(f"SystemModstamp>={literal(low)}")
    if selection.companies and selection.object in {"Account", "Contact"}:
        conditions.append("IsPersonAccount=false")
    clause = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = " ORDER BY SystemModstamp,Id"
    return f"SELECT {','.join(columns)} FROM {selection.object}{clause}{order}"


def default_selection(object_: str, names: Sequence[str], stamp: str) -> Selection:
    """Return the selection for an object of which nothing but its name is known."""
    traits = traits_of(object_)
    return Selection(
        object_,
        tuple(dict.fromkeys(names)),
        stamp="" if object_ in READ_ONLY else stamp,
        deleted=traits.deletes,
        merged=traits.merges,
        history=bool(traits.history),
    )


def is_name(name: str) -> bool:
    """Whether *name* can be a field, or one behind a reference; nothing else enters a query."""
    return NAME.fullmatch(name) is not None


def quoted(text: str) -> str:
    """Return a text as SOQL takes it."""
    return str(quote_soql_value(text))
