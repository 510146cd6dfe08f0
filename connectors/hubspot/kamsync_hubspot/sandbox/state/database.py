"""Where a portal's records are: one SQLite database, in memory or in a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

__all__ = ["Database"]

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
    type TEXT NOT NULL, id INTEGER NOT NULL, properties TEXT NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0, archived_at INTEGER, origin TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS record_id ON record (type, id);
CREATE INDEX IF NOT EXISTS record_modified ON record (type, archived, modified, id);
CREATE INDEX IF NOT EXISTS record_bin ON record (type, id) WHERE archived = 1;
CREATE TABLE IF NOT EXISTS version (
    type TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
    value TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS version_of ON version (type, id, name);
CREATE TABLE IF NOT EXISTS unique_value (
    type TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (type, name, value)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unique_of ON unique_value (type, id);
CREATE TABLE IF NOT EXISTS alias (
    type TEXT NOT NULL, id INTEGER NOT NULL, target INTEGER NOT NULL,
    PRIMARY KEY (type, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unseen (
    type TEXT NOT NULL, id INTEGER NOT NULL, until INTEGER NOT NULL, properties TEXT,
    created INTEGER, modified INTEGER);
CREATE INDEX IF NOT EXISTS unseen_of ON unseen (type, id, until);
CREATE INDEX IF NOT EXISTS unseen_until ON unseen (until);
CREATE TABLE IF NOT EXISTS link (
    from_type TEXT NOT NULL, from_id INTEGER NOT NULL, to_type TEXT NOT NULL,
    to_id INTEGER NOT NULL, category TEXT NOT NULL, type_id INTEGER NOT NULL,
    PRIMARY KEY (from_type, from_id, to_type, to_id, category, type_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS association_type (
    from_type TEXT NOT NULL, to_type TEXT NOT NULL, category TEXT NOT NULL,
    type_id INTEGER NOT NULL, label TEXT, name TEXT NOT NULL, inverse INTEGER NOT NULL,
    PRIMARY KEY (from_type, to_type, category, type_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS definition (
    what TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, archived INTEGER NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (what, type, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blocklist (value TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""


class Database:
    """A connection that several threads take turns with."""

    def __init__(self, path: Path | None = None) -> None:
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._turn = RLock()
        self._depth = 0
        self.execute = self._connection.execute
        self.many = self._connection.executemany
        # A sandbox that is lost with its machine is made anew: nothing waits for the disk.
        self._connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;"
        )
        self._connection.executescript(_TABLES)

    @contextmanager
    def atomically(self) -> Iterator[None]:
        """Hold the turn; what is written inside is kept as a whole or, on an error, not at all."""
        with self._turn:
            name = f"level_{self._depth}"
            self.execute(f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self.execute(f"ROLLBACK TO {name}")
                raise
            finally:
                self._depth -= 1
                self.execute(f"RELEASE {name}")

    def count(self, name: str, step: int = 1, first: int = 0) -> int:
        """Move a counter on by *step* and return where it stands; it begins after *first*."""
        row = self.execute(
            "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ?"
            " RETURNING value",
            (name, first + step, step),
        ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Give the file back; a second call does nothing."""
        with self._turn:
            self._connection.close()
