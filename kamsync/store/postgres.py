"""PostgreSQL as the store's database, for several processes and machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

import psycopg
from msgspec import json
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from kamsync.errors import ConfigurationInvalid, KamsyncError, StoreBusy, StoreUnusable
from kamsync.store.database import LIST_MARK, Database, Row
from kamsync.store.locks import Holder, Lock, busy

__all__ = ["PostgresDatabase", "connect_postgres"]

CONNECT_TIMEOUT_S = 10

_WRITER = 1

_ADVICE: tuple[tuple[type[psycopg.Error], str], ...] = (
    (
        errors.DiskFull,
        "cannot grow, because the server's disk is full; make room, then start again.",
    ),
    (errors.ReadOnlySqlTransaction, "can be read but not written; connect to the primary server."),
    (
        errors.InsufficientPrivilege,
        "may not be written by this user; grant it CREATE and all tables.",
    ),
    (errors.DataCorrupted, "is damaged; put back a backup with `kamsync restore`."),
    (errors.IndexCorrupted, "is damaged; put back a backup with `kamsync restore`."),
    (errors.UndefinedTable, "lacks a table; put back a backup with `kamsync restore`."),
)


class PostgresDatabase(Database):
    """A connection to one schema of a server; one transaction writes at a time, as with SQLite."""

    dialect: ClassVar[str] = "postgresql"
    alchemy_url: ClassVar[str] = "postgresql+psycopg://"
    at_once: ClassVar[int] = 500
    """To ask a server again costs more than so many that are far from the processor."""

    def __init__(self, url: str, wait_s: float) -> None:
        super().__init__()
        self._url = url
        self._wait_s = wait_s
        self._held: set[Lock] = set()
        self.name = _name(url)
        self.connection = self._connected()

    def begin(self) -> None:
        """Start a transaction and wait until no other writer runs."""
        self._ready()
        self._raw(f"BEGIN; SELECT pg_advisory_xact_lock({_WRITER}, hashtext(current_schema()))")

    def begin_reading(self) -> None:
        """Start a transaction that sees one state."""
        self._ready()
        self._raw("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def commit(self) -> None:
        """Have the server make the transaction durable."""
        answer = self._raw("COMMIT")
        assert answer == "COMMIT", "A statement of this transaction failed, so none of it was kept."

    def rollback(self) -> None:
        """Undo the transaction; a lost connection has undone it already."""
        idle = psycopg.pq.TransactionStatus.IDLE
        if not self.connection.closed and self.connection.info.transaction_status != idle:
            self._raw("ROLLBACK")

    def listed(self, values: Sequence[Any]) -> Any:
        """Return the list as an array."""
        return list(values)

    def translated(self, sql: str) -> str:
        """Return *sql* with psycopg's marks."""
        return sql.replace("%", "%%").replace(LIST_MARK, "= ANY(?)").replace("?", "%s")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of one statement."""
        with self._lock:
            if self._depth == 0:
                self._ready()
            try:
                return self.connection.execute(self._text(sql), parameters).fetchall()
            except psycopg.Error as error:
                raise self._explained(error) from error

    def stream(self, sql: str) -> Iterator[Row]:
        """Yield the rows of one statement, which the server hands out in parts."""
        try:
            with self.connection.cursor(name="kamsync_stream") as cursor:
                yield from cursor.execute(self._text(sql))
        except psycopg.Error as error:
            raise self._explained(error) from error

    def faults(self) -> Iterator[str]:
        """Yield nothing: the server keeps its own pages and foreign keys."""
        yield from ()

    def written_by_others(self) -> int | None:
        """Return None: PostgreSQL keeps no such number for each connection."""
        return None

    def tables(self) -> set[str]:
        """Return the names of the tables in the schema."""
        found = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        return {row[0] for row in found}

    def raw(self) -> psycopg.Connection[Row]:
        """Return the driver's connection."""
        return self.connection

    def lock(self, lock: Lock, holder: Holder) -> AbstractContextManager[None]:
        """Hold an advisory lock of this connection; the server frees it when the connection ends."""
        return self._locked(lock, holder)

    @contextmanager
    def _locked(self, lock: Lock, holder: Holder) -> Iterator[None]:
        key = f"({lock.number}, hashtext(current_schema()))"
        if lock in self._held or not self.rows(f"SELECT pg_try_advisory_lock{key}")[0][0]:
            raise busy(self._holder(lock), lock)
        self._held.add(lock)
        try:
            if "meta" in self.tables():
                self.run(
                    "INSERT INTO meta (key, value) VALUES (?, ?)"
                    " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    (_named(lock), json.encode(holder).decode()),
                )
            yield
        finally:
            self._held.discard(lock)
            if not self.connection.closed:
                self._raw(f"SELECT pg_advisory_unlock{key}")

    def is_locked(self, lock: Lock) -> bool:
        """Whether some connection holds *lock*; one that asks as well is not in the way."""
        if lock in self._held:
            return True
        key = f"_shared({lock.number}, hashtext(current_schema()))"
        if not self.rows(f"SELECT pg_try_advisory_lock{key}")[0][0]:
            return True
        self._raw(f"SELECT pg_advisory_unlock{key}")
        return False

    def _holder(self, lock: Lock) -> str:
        """Return what the holder of *lock* wrote of itself."""
        if "meta" not in self.tables():
            return ""
        held = self.row("SELECT value FROM meta WHERE key = ?", (_named(lock),))
        return held[0] if held else ""

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self.connection.close()

    def _run(self, sql: str, parameters: Sequence[Any]) -> int:
        try:
            return self.connection.execute(self._text(sql), parameters).rowcount
        except psycopg.Error as error:
            raise self._explained(error) from error

    def _many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        try:
            self.connection.cursor().executemany(self._text(sql), rows)
        except psycopg.Error as error:
            raise self._explained(error) from error

    def _raw(self, statement: str) -> str | None:
        try:
            return self.connection.execute(statement.encode()).statusmessage
        except psycopg.Error as error:
            raise self._explained(error) from error

    def _connected(self) -> psycopg.Connection[Row]:
        """Return a new connection that commits only where it is told to."""
        try:
            connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_TIMEOUT_S,
                fallback_application_name="kamsync",
            )
            wait_ms = sql.Literal(f"{int(self._wait_s * 1000)}ms")
            connection.execute(sql.SQL("SET lock_timeout = {}").format(wait_ms))
        except psycopg.Error as error:
            raise self._explained(error) from error
        return connection

    def _ready(self) -> None:
        """Connect again if the connection was lost, unless a round depended on it."""
        if not self.connection.closed:
            return
        if Lock.ROUND in self._held:
            raise StoreBusy(
                f"The connection to the store {self.name} was lost during a round; run it again."
            )
        self.connection = self._connected()
        for lock in self._held:
            key = f"({lock.number}, hashtext(current_schema()))"
            if not self.rows(f"SELECT pg_try_advisory_lock{key}")[0][0]:
                holder = self._holder(lock)
                self.connection.close()
                raise busy(holder, lock)

    def _explained(self, error: psycopg.Error) -> Exception:
        """Return the error that says what to do; one of our own mistakes stays as it is."""
        if isinstance(error, errors.LockNotAvailable | errors.DeadlockDetected):
            return StoreBusy(
                f"The store {self.name} is being written by another process; try again."
            )
        for kind, advice in _ADVICE:
            if isinstance(error, kind):
                return StoreUnusable(f"The store {self.name} {advice}")
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return self._lost(error)
        return error

    def _lost(self, error: psycopg.Error) -> KamsyncError:
        reason = (str(error).strip().splitlines() or [""])[-1].strip()
        return StoreBusy(
            f"The store {self.name} does not answer: {reason}",
            hint="Look at url in [store], at the database, and at the way there; then try again.",
        )


def connect_postgres(url: str, wait_s: float) -> PostgresDatabase:
    """Connect to the server at *url*; a writer waits up to *wait_s* seconds for another one."""
    return PostgresDatabase(url.replace("postgresql+psycopg://", "postgresql://", 1), wait_s)


def _named(lock: Lock) -> str:
    """Return under which name the store keeps who holds *lock*."""
    return f"{lock.name.lower()}_holder"


def _name(url: str) -> str:
    """Return the store's name for messages: without user and password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise ConfigurationInvalid(
            "[store] url is not a PostgreSQL URL; write postgresql://user@host:5432/database."
        ) from error
    return f"{parts.get('dbname', '')} on {parts.get('host', 'localhost')}"
