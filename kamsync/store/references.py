"""How native ids lead to records: aliases of merged ids, and links that wait for a reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from kamsync.clock import Clock, instant
from kamsync.store.counts import Counts
from kamsync.store.database import Database
from kamsync.store.records import Records
from kamsync.store.remembered import Remembered

__all__ = ["Awaited", "References"]

_RECORDS = """
SELECT native_id, record FROM link
WHERE system = ? AND entity = ? AND record IS NOT NULL AND native_id IN (??)
"""

# Joined to a text, the system is out of reach of the index that begins with it: all links of the system
# would be looked through, where the few of each record have an index of their own.
_NATIVES = """
SELECT record, native_id FROM link WHERE system || '' = ? AND alive = 1 AND record IN (??)
ORDER BY link.id DESC
"""

_HOMES = """
SELECT system, record, native_id FROM link WHERE alive = 1 AND record IN (??) ORDER BY link.id DESC
"""

_ALIASED = """
SELECT alias.native_id, link.record FROM alias JOIN link ON link.system = alias.system
    AND link.entity = alias.entity AND link.native_id = alias.target
WHERE link.record IS NOT NULL
    AND alias.system = ? AND alias.entity = ? AND alias.native_id IN (??)
"""

_ALIAS = """
INSERT INTO alias (system, entity, native_id, target) VALUES (?, ?, ?, ?)
ON CONFLICT (system, entity, native_id) DO UPDATE SET target = excluded.target
"""

_STANDING = "SELECT native_id FROM alias WHERE system = ? AND entity = ? AND native_id IN (??)"

_UNALIAS = "DELETE FROM alias WHERE system = ? AND entity = ? AND native_id = ?"

_AWAIT = """
INSERT INTO awaited (system, entity, native_id, link, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (system, entity, native_id, link) DO NOTHING
"""

_WAITING = "SELECT link FROM awaited WHERE system = ? AND entity = ? AND native_id IN (??)"

_ANY_AWAITED = "SELECT 1 FROM awaited LIMIT 1"

_AWAITED = """
SELECT awaited.link, awaited.entity, awaited.native_id, awaited.at FROM awaited
JOIN link ON link.id = awaited.link WHERE link.blocked = 1
ORDER BY awaited.at, awaited.link, awaited.native_id LIMIT ?
"""

_WAKE = "UPDATE record SET dirty = 1 WHERE id = (SELECT record FROM link WHERE id = ?)"


class Awaited(Struct, frozen=True):
    """One wait of a link: for which native id, or record that is to come to its system, and since when."""

    link: int
    entity: str
    wanted: str
    at: str


class References:
    """The part of the links that resolves references in either direction."""

    def __init__(
        self, database: Database, records: Records, clock: Clock, remembered: Remembered
    ) -> None:
        self._database = database
        self._records = records
        self._clock = clock
        self._remembered = remembered
        self._counts = Counts(database)
        self._just_waiting: set[int] = set()
        database.at_end(lambda _kept: self._just_waiting.clear())

    def natives(self, system: str, records: Sequence[str]) -> dict[str, str]:
        """Return the native id of each record in *system*, as far as it lives there."""
        rows = self._database.of(_NATIVES, (system,), records)
        return dict(rows)

    def homes(self, records: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the native id of each record by system, in each in which one of them lives."""
        found: dict[str, dict[str, str]] = {}
        for system, record, native_id in self._database.of(_HOMES, (), records):
            found.setdefault(system, {})[record] = native_id
        return found

    def records(self, system: str, entity: str, native_ids: Sequence[str]) -> dict[str, str]:
        """Return the record behind each native record, gone or not; a merged id leads to its survivor's.

        The record is the one that is true today: records that were merged away are followed too.
        """
        found: dict[str, str] = dict(self._database.of(_RECORDS, (system, entity), native_ids))
        if len(found) < len(native_ids):
            missing = [native_id for native_id in native_ids if native_id not in found]
            found.update(self._database.of(_ALIASED, (system, entity), missing))
        return self._as_of_now(found)

    def _as_of_now(self, found: Mapping[str, str]) -> dict[str, str]:
        """Return *found* with merged records replaced by those that took them over."""
        merged = self._records.merged(list(dict.fromkeys(found.values())))
        return {native: merged.get(record, record) for native, record in found.items()}

    def alias(self, system: str, entity: str, old_native: str, new_native: str) -> None:
        """Let *old_native* stand for *new_native* from now on, and all that stood for *old_native*."""
        with self._database.transaction():
            self._database.run(
                "UPDATE alias SET target = ? WHERE system = ? AND entity = ? AND target = ?",
                (new_native, system, entity, old_native),
            )
            self._database.run(_ALIAS, (system, entity, old_native, new_native))
            self._database.run(
                "DELETE FROM alias WHERE system = ? AND entity = ? AND native_id = target",
                (system, entity),
            )

    def stands_for_itself(self, system: str, entity: str, native_ids: Sequence[str]) -> None:
        """Let native records stand for no other one any more: they were merged away, and are back."""
        known = self._database.of(_STANDING, (system, entity), native_ids)
        with self._database.transaction():
            for (native_id,) in known:
                self._database.run(_UNALIAS, (system, entity, native_id))

    def await_reference(self, link: int, system: str, entity: str, native_id: str) -> None:
        """Leave *link* out of `moved_records` until *native_id* arrives or the link is saved again."""
        self.await_references([(link, system, entity, native_id)])

    def await_references(self, waits: Iterable[tuple[int, str, str, str]]) -> None:
        """Do what `await_reference` does for many: link, system, entity and native id of each."""
        at = instant(self._clock.now())
        rows = [(system, entity, native_id, link, at) for link, system, entity, native_id in waits]
        with self._database.transaction():
            self._just_waiting.update(row[3] for row in rows)
            self._database.many(_AWAIT, rows)
            self._database.many(
                "UPDATE link SET blocked = 1 WHERE id = ?", [row[3:4] for row in rows]
            )

    def awaited(self, limit: int) -> list[Awaited]:
        """Return what links wait for, longest first; a few may wait for something else by now."""
        rows = self._database.rows(_AWAITED, (limit,))
        return [Awaited(*row) for row in rows]

    def arrived(self, system: str, entity: str, native_ids: Sequence[str]) -> None:
        """Say that these native records are linked now: whoever waited for them is merged again."""
        if not self._database.rows(_ANY_AWAITED):
            return
        waiting = self._database.of(_WAITING, (system, entity), native_ids)
        if not waiting:
            return
        self._just_waiting.difference_update(row[0] for row in waiting)
        with self._database.transaction():
            self._database.many("UPDATE link SET blocked = 0 WHERE id = ?", waiting)
            self._database.many(_WAKE, waiting)
            self._database.many(
                "DELETE FROM awaited WHERE system = ? AND entity = ? AND native_id = ?",
                [(system, entity, native_id) for native_id in native_ids],
            )
