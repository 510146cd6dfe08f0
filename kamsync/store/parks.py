"""The parked: records that cannot go on for now, each with its reason and the time to try again."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from kamsync.store.database import Database

__all__ = ["Park", "Parks"]

_COLUMNS = "system, entity, what, record, reason, at, retry_at, tries"


class Park(Struct, frozen=True):
    """One native or canonical record that waits: why, since when, until when, after how many tries."""

    system: str
    entity: str
    what: str
    record: str | None
    reason: str
    at: str
    retry_at: str
    tries: int = 1


class Parks:
    """The parked records of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def park(
        self,
        system: str,
        entity: str,
        what: str,
        record: str | None,
        reason: str,
        at: str,
        retry_at: str,
    ) -> None:
        """Let *what* wait until *retry_at*; one that waits already keeps its first time and counts up."""
        self._database.run(
            f"INSERT INTO park ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, 1)"
            " ON CONFLICT (system, entity, what) DO UPDATE SET record = excluded.record,"
            " reason = excluded.reason, retry_at = excluded.retry_at, tries = park.tries + 1",
            (system, entity, what, record, reason, at, retry_at),
        )

    def clear(self, system: str, entity: str, whats: Sequence[str]) -> None:
        """Let these go on."""
        self._database.many(
            "DELETE FROM park WHERE system = ? AND entity = ? AND what = ?",
            [(system, entity, what) for what in whats],
        )

    def of_records(self, records: Sequence[str]) -> list[Park]:
        """Return what is parked of these records, in any system."""
        rows = self._database.of(f"SELECT {_COLUMNS} FROM park WHERE record IN (??)", (), records)
        return [Park(*row) for row in sorted(rows)]

    def due(self, now: str, system: str = "", entity: str = "", limit: int = 500) -> list[Park]:
        """Return those whose time has come, longest waiting first; of one system or entity, if named."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM park WHERE retry_at <= ? AND (? = '' OR system = ?)"
            " AND (? = '' OR entity = ?) ORDER BY retry_at, system, entity, what LIMIT ?",
            (now, system, system, entity, entity, limit),
        )
        return [Park(*row) for row in rows]

    def all(self, limit: int) -> list[Park]:
        """Return the parked, oldest first."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM park ORDER BY at, system, entity, what LIMIT ?", (limit,)
        )
        return [Park(*row) for row in rows]

    def are_any(self) -> bool:
        """Whether anything is parked."""
        return bool(self._database.rows("SELECT 1 FROM park LIMIT 1"))

    def count(self) -> int:
        """Return how many are parked."""
        row = self._database.row("SELECT count(*) FROM park")
        return int(row[0]) if row else 0
