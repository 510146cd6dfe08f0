"""SQLite as the store's database: one file, write-ahead log, every commit on the disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from msgspec import json
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from kamsync.errors import KamsyncError, StoreBusy, StoreUnusable
from kamsync.store.database import LIST_MARK, Database, Row
from kamsync.store.locks import Holder, Lock, busy, file_lock, is_locked

__all__ = ["SqliteDatabase", "connect_sqlite", "unlink_log"]

CACHED_STATEMENTS = 256

LOG_PAGES = 16_000
"""How long the write-ahead log grows before it is folded in: what is written often is folded once."""

_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA journal_size_limit={64 * 1024 * 1024}",
    "PRAGMA cache_size=-65536",
    f"PRAGMA wal_autocheckpoint={LOG_PAGES}",
)

_ADVICE = {
    sqlite3.SQLITE_READONLY: "can be read but not written; check who owns it and how its disk is mounted.",
    sqlite3.SQLITE_FULL: "cannot grow, because the disk is full; make room, then start again.",
    sqlite3.SQLITE_CORRUPT: "is damaged; put back a backup with `kamsync restore`.",
    sqlite3.SQLITE_NOTADB: "is not a kamsync store, or is damaged; check the path or put back a backup.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written.",
    sqlite3.SQLITE_IOERR: "cannot be read or written by the disk; make room if it is full, or check it,"
    " then run `kamsync verify`.",
    sqlite3.SQLITE_PERM: "may not be opened by this user; check who owns it.",
}


class SqliteDatabase(Database):
    """A connection to a file, or to memory for tests and simulations."""

    dialect: ClassVar[str] = "sqlite"
    alchemy_url: ClassVar[str] = "sqlite://"
    at_once: ClassVar[int] = 32
    """So few stay close to the processor, and to ask again costs little: a library answers."""

    def __init__(self, connection: sqlite3.Connection, file: str) -> None:
        super().__init__()
        self.connection = connection
        self.file = file
        self.name = file or "in memory"
        self._held: dict[Lock, Holder] = {}

    def begin(self) -> None:
        """Start a transaction as the only writer, so that it cannot fail half-way for want of a lock."""
        self._raw("BEGIN IMMEDIATE")

    def begin_reading(self) -> None:
        """Start a transaction that sees one state, while the write-ahead log lets others write."""
        self._raw("BEGIN")

    def commit(self) -> None:
        """Write the transaction to the disk."""
        self._raw("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction; SQLite has done so already after some errors."""
        if self.connection.in_transaction:
            self._raw("ROLLBACK")

    def listed(self, values: Sequence[Any]) -> Any:
        """Return the list as JSON, which SQLite reads as a table."""
        return json.encode(values).decode()

    def translated(self, sql: str) -> str:
        """Return *sql* with its list read from JSON."""
        return sql.replace(LIST_MARK, "IN (SELECT value FROM json_each(?))")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of one statement."""
        with self._lock:
            try:
                return self.connection.execute(self._text(sql), parameters).fetchall()
            except sqlite3.Error as error:
                raise explained(error, self.name) from error

    def stream(self, sql: str) -> Iterator[Row]:
        """Yield the rows of one statement."""
        try:
            yield from self.connection.execute(self._text(sql))
        except sqlite3.Error as error:
            raise explained(error, self.name) from error

    def faults(self) -> Iterator[str]:
        """Yield what SQLite's own checks find."""
        for (line,) in self.rows("PRAGMA integrity_check(20)"):
            if line != "ok":
                yield f"The file is damaged: {line}."
        for table, row, parent, _ in self.rows("PRAGMA foreign_key_check")[:20]:
            yield f"Row {row} of {table} names a row of {parent} that does not exist."

    def erase(self, sql: str, parameters: Sequence[Any]) -> int:
        """Run one writing statement; outside a transaction, what it removes is in no file afterwards."""
        with self._lock:
            self._raw("PRAGMA secure_delete=ON")
            try:
                touched = self.run(sql, parameters)
            finally:
                self._raw("PRAGMA secure_delete=OFF")
            if not self.in_transaction and self.file:
                self._raw("PRAGMA wal_checkpoint(TRUNCATE)")
        return touched

    def written_by_others(self) -> int | None:
        """Return what each commit of another connection changes (sqlite.org/pragma.html, "data_version")."""
        row = self.row("PRAGMA data_version")
        return int(row[0]) if row else None

    def tables(self) -> set[str]:
        """Return the names of the tables that are there."""
        return {row[0] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def raw(self) -> sqlite3.Connection:
        """Return the driver's connection."""
        return self.connection

    def lock(self, lock: Lock, holder: Holder) -> AbstractContextManager[None]:
        """Lock a file beside the store; one in memory keeps out whoever else shares the connection."""
        return file_lock(Path(self.file), holder, lock) if self.file else self._hold(holder, lock)

    def is_locked(self, lock: Lock) -> bool:
        """Whether the file beside the store is locked, or somebody holds a store in memory."""
        return is_locked(Path(self.file), lock) if self.file else lock in self._held

    @contextmanager
    def _hold(self, holder: Holder, lock: Lock) -> Iterator[None]:
        """Hold a lock of a store in memory."""
        if lock in self._held:
            raise busy(json.encode(self._held[lock]).decode(), lock)
        self._held[lock] = holder
        try:
            yield
        finally:
            del self._held[lock]

    def close(self) -> None:
        """Close the file; the last one to do so folds the write-ahead log into it."""
        with self._lock:
            self.connection.close()

    def _run(self, sql: str, parameters: Sequence[Any]) -> int:
        try:
            return self.connection.execute(self._text(sql), parameters).rowcount
        except sqlite3.Error as error:
            raise explained(error, self.name) from error

    def _many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        try:
            self.connection.executemany(self._text(sql), rows)
        except sqlite3.Error as error:
            raise explained(error, self.name) from error

    def _raw(self, sql: str) -> None:
        try:
            self.connection.execute(sql)
        except sqlite3.Error as error:
            raise explained(error, self.name) from error


def connect_sqlite(path: str, wait_s: float) -> SqliteDatabase:
    """Open the file at *path*, making it readable for its owner only; "" is a database in memory.

    A path may end in ``?mode=ro``. A writer waits up to *wait_s* seconds for another one.
    """
    name = path or "in memory"
    file, _, mode = path.partition("?")
    try:
        if file and mode != "mode=ro":
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            f"file:{file}?{mode}" if mode else file or ":memory:",
            timeout=wait_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=CACHED_STATEMENTS,
            uri=bool(mode),
        )
        if file and not mode:
            _keep_a_log(connection, wait_s)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except sqlite3.Error as error:
        raise explained(error, name) from error
    except OSError as error:
        raise StoreUnusable(_os_message(Path(file), error)) from error
    return SqliteDatabase(connection, file)


def _keep_a_log(connection: sqlite3.Connection, wait_s: float) -> None:
    """Let a file have a write-ahead log.

    Where two processes make one file, one of them is refused at once, whatever its patience: SQLite asks no
    busy handler then (sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode").
    """
    patient = Retrying(
        retry=retry_if_exception(_is_busy),
        stop=stop_after_delay(wait_s),
        wait=wait_random(0.01, 0.1),
        reraise=True,
    )
    patient(connection.execute, "PRAGMA journal_mode=WAL")


def _is_busy(error: BaseException) -> bool:
    """Whether SQLite refused because somebody else is at it."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def unlink_log(file: Path) -> None:
    """Remove the write-ahead log of a file that is about to be replaced."""
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def explained(error: sqlite3.Error, name: str) -> Exception:
    """Return the error that says what to do about *error*; one of our own mistakes stays as it is."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _busy(name)
    if code in _ADVICE:
        return StoreUnusable(f"The store {name} {_ADVICE[code]}")
    return error


def _busy(name: str) -> KamsyncError:
    return StoreBusy(
        f"The store {name} is being written by another process; try again in a moment."
    )


def _os_message(file: Path, error: OSError) -> str:
    if not file.parent.exists():
        return (
            f"The store {file} cannot be made, because the folder {file.parent} does not exist; make"
            " it, or correct url in [store]."
        )
    if file.is_dir():
        return f"The store {file} cannot be opened, because it is a folder; name a file in url of [store]."
    return (
        f"The store {file} cannot be opened: {error.strerror}; let the user who runs kamsync read and"
        " write it and its folder."
    )
