"""How a write lands in a system in memory."""

from __future__ import annotations

from kamsync.connector import Can
from kamsync.errors import RecordRefused
from kamsync.memory.acts import Act, Deed, Row
from kamsync.memory.system import MemorySystem
from kamsync.memory.views import View
from kamsync.model import Author, Op, Outcome, Receipt, Write

__all__ = ["Landing"]


class Landing:
    """Carries out writes as *user*, as carefully as *can* says that the system is."""

    def __init__(self, system: MemorySystem, can: Can, user: Author) -> None:
        self._system = system
        self._can = can
        self._user = user
        self._view = View(system, can)

    def land(self, object_: str, write: Write) -> Receipt:
        """Carry out one write and answer it; a write that is refused changes nothing.

        What kamsync's user may not see, it may not write either, as in a CRM with rights by field.
        """
        with self._system.session():
            try:
                self._require_sight(object_, write)
                if write.op is Op.CREATE:
                    return self._create(object_, write)
                return self._change(object_, write)
            except RecordRefused as refused:
                return Receipt(Outcome.REFUSED, write.native_id, reason=refused.message)

    def _require_sight(self, object_: str, write: Write) -> None:
        """Raise `RecordRefused` if a write names a field that kamsync's user may not see."""
        for name in write.values:
            if (object_, name) in self._system.hidden:
                raise RecordRefused(f"kamsync's user has no permission for {object_}.{name}.")

    def repeated(self, object_: str, write: Write) -> str | None:
        """Return the id of the record that an earlier attempt at this create has made."""
        table = self._system.table(object_)
        if Can.STAMP in self._can and write.stamp:
            row = table.stamped(write.stamp)
            if row is not None:
                return row.id
        return table.by_key.get(write.key) if Can.IDEMPOTENT_CREATE in self._can else None

    def objection(self, object_: str, write: Write) -> Receipt | None:
        """Return the receipt of a change that is stale or too late, None for any other write."""
        if write.op is Op.CREATE:
            return None
        row = self._row(object_, write)
        if row is None or not row.alive:
            is_done = write.op is Op.DELETE and row is not None
            return None if is_done else self._gone(object_, write, row)
        return self._stale(row, write) if self._is_stale(row, write) else None

    def _create(self, object_: str, write: Write) -> Receipt:
        if write.native_id is not None:
            return self._undelete(object_, write)
        known = self.repeated(object_, write)
        if (object_, known) in self._system.hidden_records:
            raise RecordRefused(
                f"Another {object_}, which kamsync's user may not see, is this one."
            )
        if known is not None:
            return Receipt(Outcome.DONE, known)
        act = self._system.do(
            Deed.CREATE,
            object_,
            None,
            write.values,
            self._user,
            stamp=write.stamp if Can.STAMP in self._can else None,
            key=write.key if Can.IDEMPOTENT_CREATE in self._can else "",
        )
        return self._done(act)

    def _undelete(self, object_: str, write: Write) -> Receipt:
        row = self._row(object_, write)
        if row is None or row.merged_into is not None:
            return self._gone(object_, write, row)
        if row.alive:
            return Receipt(Outcome.DONE, row.id)
        stamp = write.stamp if Can.STAMP in self._can else None
        act = self._system.do(Deed.UNDELETE, object_, row.id, write.values, self._user, stamp=stamp)
        return self._done(act)

    def _change(self, object_: str, write: Write) -> Receipt:
        row = self._row(object_, write)
        is_delete = write.op is Op.DELETE
        if row is None or not row.alive:
            if is_delete and row is not None:
                return Receipt(Outcome.DONE, row.id)
            return self._gone(object_, write, row)
        if self._is_stale(row, write):
            return self._stale(row, write)
        deed, values = (Deed.DELETE, {}) if is_delete else (Deed.EDIT, write.values)
        return self._done(self._system.do(deed, object_, row.id, values, self._user))

    def _stale(self, row: Row, write: Write) -> Receipt:
        reason = f"{row.id} is no longer at version {write.version}."
        return Receipt(Outcome.STALE, row.id, reason=reason)

    def _is_stale(self, row: Row, write: Write) -> bool:
        """Whether the write names a version that is no longer the record's, and that matters here."""
        if Can.REFUSE_STALE not in self._can or write.version is None:
            return False
        return self._view.version(row) != write.version

    def _row(self, object_: str, write: Write) -> Row | None:
        """Return the row that a write names; what kamsync's user may not see is as if not there."""
        if (object_, write.native_id) in self._system.hidden_records:
            return None
        return self._system.table(object_).rows.get(write.native_id or "")

    def _gone(self, object_: str, write: Write, row: Row | None) -> Receipt:
        what = "was never here" if row is None else "is gone"
        if row is not None and row.merged_into is not None:
            what = f"was merged into {row.merged_into}"
        return Receipt(Outcome.GONE, write.native_id, reason=f"{object_} {write.native_id} {what}.")

    def _done(self, act: Act) -> Receipt:
        """Answer a write that has changed its record."""
        if Can.ANSWERS_WITH_RECORD not in self._can:
            return Receipt(Outcome.DONE, act.id)
        row = self._system.table(act.object).rows[act.id]
        return Receipt(Outcome.DONE, act.id, self._view.reading(row, self._view.names(row)))
