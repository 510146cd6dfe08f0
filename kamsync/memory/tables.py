"""The rows of one object, in the order in which they changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime

from kamsync.memory.acts import Act, Row

__all__ = ["Table"]

PLACES_EACH = 3
"""How many places the order of changes may hold for each row before it is tidied up."""

FEW = 64
"""How many places are never worth tidying up."""


class Table:
    """The rows of one object, found by id, by stamp, by key, and by when they changed last.

    Each change appends a place; a row's earlier places are stale and are passed over. The times
    beside the places never fall, so that both can be searched by halving.
    """

    def __init__(self, object_: str) -> None:
        self.object = object_
        self.rows: dict[str, Row] = {}
        self.by_stamp: dict[str, str] = {}
        self.by_key: dict[str, str] = {}
        self._seqs: list[int] = []
        self._times: list[datetime] = []
        self._ids: list[str] = []

    def take(self, act: Act) -> Row:
        """Change the row that *act* is about."""
        row = self.rows.get(act.id)
        if row is None:
            row = self.rows[act.id] = Row(self.object, act.id)
        row.take(act)
        if act.stamp:
            self.by_stamp[act.stamp] = act.id
        if act.key:
            self.by_key[act.key] = act.id
        self._place(act)
        return row

    def living(self) -> Iterator[Row]:
        """Yield the rows that are there."""
        return (row for row in self.rows.values() if row.alive)

    def stamped(self, stamp: str) -> Row | None:
        """Return the living row that keeps *stamp*."""
        row = self.rows.get(self.by_stamp.get(stamp, ""))
        return row if row is not None and row.alive else None

    def after(self, seq: int) -> list[Row]:
        """Return the rows that changed after the act *seq*, in the order of their last change."""
        return self._from(bisect_right(self._seqs, seq))

    def since(self, at: datetime) -> list[Row]:
        """Return the rows whose last change is stamped *at* or later, in no particular order."""
        rows = self._from(bisect_left(self._times, at))
        return [row for row in rows if row.last.at >= at]

    def _from(self, place: int) -> list[Row]:
        rows = self.rows
        found = []
        for seq, native_id in zip(self._seqs[place:], self._ids[place:], strict=True):
            row = rows[native_id]
            if row.last.seq == seq:
                found.append(row)
        return found

    def _place(self, act: Act) -> None:
        self._seqs.append(act.seq)
        self._times.append(max(act.at, self._times[-1]) if self._times else act.at)
        self._ids.append(act.id)
        if len(self._ids) > max(FEW, PLACES_EACH * len(self.rows)):
            self._tidy()

    def _tidy(self) -> None:
        """Leave out the stale places."""
        kept = [
            (seq, time, native_id)
            for seq, time, native_id in zip(self._seqs, self._times, self._ids, strict=True)
            if self.rows[native_id].last.seq == seq
        ]
        self._seqs = [seq for seq, _, _ in kept]
        self._times = [time for _, time, _ in kept]
        self._ids = [native_id for _, _, native_id in kept]
