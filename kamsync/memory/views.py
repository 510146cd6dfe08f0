"""How a system in memory shows its rows: versions, cursors, readings and histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from kamsync.connector import Can
from kamsync.memory.acts import Act, Row
from kamsync.memory.system import MemorySystem
from kamsync.model import Author, Entry, Evidence, Native, Reading

__all__ = ["View"]

SECOND = timedelta(seconds=1)


class View:
    """A system as far as *can* lets one look into it.

    With EXACT_VERSION, versions and cursors are places in the sequence of acts. Without, they are
    seconds, and reading on starts again with the cursor's own second, and earlier by as much as
    the system's acts may be late.
    """

    def __init__(self, system: MemorySystem, can: Can) -> None:
        self.system = system
        self._exact = Can.EXACT_VERSION in can
        self._who = Can.WHO_EDITED in can
        self._history = Can.HISTORY in can
        self._stamp = Can.STAMP in can
        self._tombstones = Can.TOMBSTONES in can
        self._merges = Can.MERGES in can

    def shows(self, row: Row) -> bool:
        """Whether *row* is shown at all; the gone are not, unless the system tells of them."""
        if (row.object, row.id) in self.system.hidden_records:
            return False
        return row.alive or self._tombstones or (self._merges and row.merged_into is not None)

    def version(self, row: Row) -> str:
        """Return the version that *row* has now."""
        return str(row.last.seq) if self._exact else _second(row.last.at)

    def reading(self, row: Row, names: Sequence[str]) -> Reading:
        """Return *row* as it is now."""
        last = row.last
        return Reading(
            native_id=row.id,
            values=self._values(row, names) if row.alive else None,
            version=str(last.seq) if self._exact else _second(last.at),
            settled=self._exact or self._is_over(last.at),
            modified=last.at,
            author=_editor(last.by, last.name, last.own, row.alone) if self._who else None,
            authors=_authors(row, names) if self._history and row.alive else None,
            times=_times(row, names) if self._history and row.alive else None,
            stamp=row.stamp if self._stamp else None,
            merged_into=row.merged_into if self._merges else None,
        )

    def changed(self, object_: str, cursor: str | None) -> list[tuple[Row, str]]:
        """Return the rows that changed after *cursor*, oldest first, each with a cursor after it.

        A cursor that this system never gave out means everything.
        """
        table = self.system.table(object_)
        if self._exact:
            after = int(cursor) if cursor and cursor.isdecimal() else 0
            after = after if after <= self.system.seq else 0
            return [(row, str(row.last.seq)) for row in table.after(after)]
        rows = table.since(self._start(cursor))
        rows.sort(key=lambda row: (row.last.at.replace(microsecond=0), row.id))
        return [(row, _second(row.last.at)) for row in rows]

    def acts_after(self, row: Row, version: str) -> list[Act]:
        """Return the acts on *row* that may have followed *version*; all if it is no version."""
        if self._exact:
            seq = int(version) if version.isdecimal() else 0
            return [act for act in row.acts if act.seq > seq]
        return [act for act in row.acts if _second(act.at) >= version]

    def entries(self, acts: Sequence[Act], names: Sequence[str]) -> list[Entry]:
        """Return *acts* as entries of a history of *names*; an act on none of them is left out."""
        asked = frozenset(names)
        entries = []
        for act in acts:
            values = {name: value for name, value in act.values.items() if name in asked}
            if values:
                author = _author(act.by, act.name, act.own)
                version = str(act.seq) if self._exact else _second(act.at)
                entries.append(Entry(values, author, act.at, version))
        return entries

    def names(self, row: Row) -> list[str]:
        """Return all field names that *row* shows."""
        described = (self.system.objects or {}).get(row.object)
        return [*row.values] if described is None else [*{**described.fields, **row.values}]

    def _values(self, row: Row, names: Sequence[str]) -> Mapping[str, Native]:
        system, values = self.system, row.values
        if system.objects is None and not system.hidden:
            return {name: values.get(name) for name in names}
        return {name: values.get(name) for name in names if system.has(row.object, name)}

    def _is_over(self, at: datetime) -> bool:
        """Whether no later act can be stamped with the second of *at*."""
        return at.replace(microsecond=0) + SECOND <= self.system.now() - self.system.lateness

    def _start(self, cursor: str | None) -> datetime:
        """Return the time from which on rows may have changed after *cursor*."""
        try:
            return datetime.fromisoformat(cursor or "") - self.system.lateness
        except ValueError:
            return datetime.min.replace(tzinfo=UTC)


def _second(at: datetime) -> str:
    """Return the second of a time as a version: sortable as text."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _authors(row: Row, names: Sequence[str]) -> dict[str, Author]:
    latest = row.latest
    return {
        name: _author(act.by, act.name, act.own)
        for name in names
        if (act := latest.get(name)) is not None
    }


def _times(row: Row, names: Sequence[str]) -> dict[str, datetime]:
    return {name: row.latest[name].at for name in names if name in row.latest}


@lru_cache(maxsize=4096)
def _editor(by: str, name: str, own: bool, alone: bool) -> Author:  # noqa: FBT001 - the key of a cache
    """Return the last editor of a record; alone if nobody else ever touched it."""
    return Author(by, name, own, alone=alone)


@lru_cache(maxsize=4096)
def _author(by: str, name: str, own: bool) -> Author:  # noqa: FBT001 - the key of a cache
    return Author(by, name, own, Evidence.FIELD_HISTORY)
