"""Rows of an answer as readings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from kamsync.model import Author, Evidence, Native, Reading
from kamsync_salesforce.api.moments import SECOND, literal, moment
from kamsync_salesforce.objects.queries import CURRENCY, Selection

__all__ = ["Columns", "Readings", "columns_of"]

Row = Mapping[str, Any]

HISTORY_NAMES = {"Owner": "OwnerId", "Account": "AccountId", "Parent": "ParentId"}
HISTORY_NAMES |= {"ReportsTo": "ReportsToId", "RecordType": "RecordTypeId", "Contact": "ContactId"}
"""How a history calls references, and how the object does."""


class Columns(Struct, frozen=True):
    """Which cells of a row were asked for and are shown: fields, fields behind references, a currency."""

    asked: frozenset[str]
    fields: tuple[str, ...]
    behind: tuple[str, ...]
    stamp: str
    lacks_currency: bool


def columns_of(asked: Sequence[str], selection: Selection) -> Columns:
    """Return which cells rows of one selection have to show."""
    selected = frozenset(selection.names)
    shown = [name for name in asked if name in selected]
    return Columns(
        frozenset(asked),
        tuple(name for name in shown if "." not in name),
        tuple(name for name in shown if "." in name),
        selection.stamp,
        CURRENCY in asked and CURRENCY not in selected,
    )


class Readings:
    """Makes readings of rows, and remembers the names of those who edited.

    *currency* is that of an org that has only one, whose records do not say it.
    """

    def __init__(self, currency: str = "") -> None:
        self.currency = currency
        self.people: dict[str, str] = {}

    def learn(self, rows: Sequence[Row]) -> None:
        """Take in the names of people that rows tell."""
        for row in rows:
            editor = row.get("LastModifiedBy")
            if editor and row.get("LastModifiedById"):
                self.people[str(row["LastModifiedById"])] = str(editor.get("Name") or "")

    def of(
        self,
        row: Row,
        columns: Columns,
        looked: datetime | None,
        own: str,
    ) -> Reading:
        """Return one row as a reading; what was not selected is missing from it."""
        stamped = moment(row["SystemModstamp"])
        alive = not row.get("IsDeleted")
        authors, times = self._history(row, columns.asked, own) if alive else (None, None)
        return Reading(
            native_id=str(row["Id"]),
            values=self._values(row, columns) if alive else None,
            version=literal(stamped),
            settled=looked is not None and looked >= stamped + SECOND,
            modified=moment(row.get("LastModifiedDate") or row["SystemModstamp"]),
            author=self._author(row.get("LastModifiedById"), own),
            authors=authors,
            times=times,
            stamp=(row.get(columns.stamp) or None) if columns.stamp and alive else None,
            merged_into=row.get("MasterRecordId") or None if not alive else None,
        )

    def _values(self, row: Row, columns: Columns) -> dict[str, Native]:
        values = {name: row.get(name) for name in columns.fields}
        for name in columns.behind:
            values[name] = _cell(row, name)
        if columns.lacks_currency and self.currency:
            values[CURRENCY] = self.currency
        return values

    def _author(self, user: Any, own: str) -> Author | None:
        if not user:
            return None
        return Author(str(user), self.people.get(str(user), ""), own=str(user) == own)

    def _history(
        self, row: Row, asked: Collection[str], own: str
    ) -> tuple[dict[str, Author] | None, dict[str, datetime] | None]:
        """Return who changed which field last, and when, as far as the org tracks it.

        Where two people changed a field within one second, nobody can tell who was last.
        """
        history = row.get("Histories")
        if not history:
            return None, None
        whole = isinstance(history, Mapping) and history.get("done", True)
        entries = history["records"] if isinstance(history, Mapping) and whole else ()
        authors: dict[str, Author] = {}
        times: dict[str, datetime] = {}
        unclear: set[str] = set()
        for entry in sorted(entries, key=lambda each: str(each["CreatedDate"])):
            name = _named(str(entry["Field"]))
            at, user = moment(entry["CreatedDate"]), str(entry.get("CreatedById") or "")
            if name not in asked or not user:
                continue
            if name in times and times[name] == at and authors[name].id != user:
                unclear.add(name)
            elif times.get(name) != at:
                unclear.discard(name)
            called = str((entry.get("CreatedBy") or {}).get("Name") or "")
            authors[name] = Author(user, called, own=user == own, evidence=Evidence.FIELD_HISTORY)
            times[name] = at
        for name in unclear:
            del authors[name], times[name]
        return authors or None, times or None


def _named(field: str) -> str:
    """Return a field as the object calls it."""
    return HISTORY_NAMES.get(field, field)


def _cell(row: Row, name: str) -> Native:
    """Return the cell of one name, through the reference that it goes by."""
    found: Any = row
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found
