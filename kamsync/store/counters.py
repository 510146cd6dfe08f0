"""Numbers that only grow, cursors of what was read, and small facts about the store itself."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from kamsync.store.database import Database

__all__ = ["Counters", "Cursor", "Cursors", "Meta"]


class Counters:
    """Fresh numbers by the name of what they count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, counter: str, n: int = 1) -> int:
        """Return the first of *n* numbers that nobody else is given, counted from 1.

        Numbers taken in a transaction that is undone are given out again.
        """
        with self._database.transaction():
            rows = self._database.rows(
                "INSERT INTO counter (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value"
                " RETURNING value",
                (counter, n),
            )
        return int(rows[0][0]) - n + 1

    def current(self, counter: str) -> int:
        """Return the last number that was taken; 0 if none was."""
        row = self._database.row("SELECT value FROM counter WHERE name = ?", (counter,))
        return int(row[0]) if row else 0


class Cursor(Struct, frozen=True):
    """How far one entity of one system was read.

    *swept_at* is when everything was last read, *sweep_due* that it should be read again,
    *seen_count* how many records were there when a round was last let through, *first_done* that
    there was a full reading.
    """

    cursor: str | None = None
    swept_at: str = ""
    sweep_due: bool = False
    seen_count: int = 0
    first_done: bool = False


class Cursors:
    """The cursors by system and entity."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[tuple[str, str], Cursor]:
        """Return every cursor that is kept, by system and entity."""
        rows = self._database.rows(
            "SELECT system, entity, cursor, swept_at, sweep_due, seen_count, first_done"
            " FROM pull_cursor"
        )
        return {
            (row[0], row[1]): Cursor(row[2], row[3], row[4] == 1, row[5], row[6] == 1)
            for row in rows
        }

    def get(self, system: str, entity: str) -> Cursor:
        """Return the cursor; an empty one where nothing was ever read."""
        row = self._database.row(
            "SELECT cursor, swept_at, sweep_due, seen_count, first_done FROM pull_cursor"
            " WHERE system = ? AND entity = ?",
            (system, entity),
        )
        if row is None:
            return Cursor()
        return Cursor(row[0], row[1], row[2] == 1, row[3], row[4] == 1)

    def put(self, system: str, entity: str, cursor: Cursor) -> None:
        """Keep the cursor; do so in the transaction that keeps what was read up to it."""
        self._database.run(
            "INSERT INTO pull_cursor"
            " (system, entity, cursor, swept_at, sweep_due, seen_count, first_done)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (system, entity) DO UPDATE SET"
            " cursor = excluded.cursor, swept_at = excluded.swept_at, sweep_due = excluded.sweep_due,"
            " seen_count = excluded.seen_count, first_done = excluded.first_done",
            (
                system,
                entity,
                cursor.cursor,
                cursor.swept_at,
                int(cursor.sweep_due),
                cursor.seen_count,
                int(cursor.first_done),
            ),
        )


class Meta:
    """Small facts about the store itself, by name.

    Inside a transaction, which no other writer runs beside, all of them are asked for once.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, str] | None = None
        database.at_end(self._ended)

    def get(self, key: str) -> str | None:
        """Return what is kept under *key*."""
        with self._database.turn:
            if not self._database.in_transaction:
                row = self._database.row("SELECT value FROM meta WHERE key = ?", (key,))
                return str(row[0]) if row else None
            if self._known is None:
                self._known = dict(self._database.rows("SELECT key, value FROM meta"))
            return self._known.get(key)

    def of(self, keys: Sequence[str]) -> dict[str, str]:
        """Return what is kept under each of *keys*; one under which nothing is kept is missing."""
        rows = self._database.of("SELECT key, value FROM meta WHERE key IN (??)", (), keys)
        return {key: str(value) for key, value in rows}

    def forget(self) -> None:
        """Ask again for all that was asked for: somebody else has written it."""
        self._known = None

    def _ended(self, _kept: bool) -> None:  # noqa: FBT001 - the database's signature
        self._known = None

    def put(self, key: str, value: str | None) -> None:
        """Keep *value* under *key*; None forgets it."""
        self._known = None
        if value is None:
            self._database.run("DELETE FROM meta WHERE key = ?", (key,))
            return
        self._database.run(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )
