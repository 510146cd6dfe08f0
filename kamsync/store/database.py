"""One connection to the store's database: its transactions and its statements.

Statements are written once, in the words that SQLite and PostgreSQL share, with two marks:

- ``?`` stands for one value
- ``IN (??)`` stands for a list of values, given through `Database.listed`

Each is translated into the driver's own marks once and kept. Nothing here builds SQL from values.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from threading import RLock
from types import TracebackType
from typing import Any, ClassVar, TypeAlias, TypeVar

from kamsync.store.locks import Holder, Lock

__all__ = ["LIST_MARK", "Database", "Rehearsal", "Row", "Scope", "Snapshot", "chunks"]

Row: TypeAlias = tuple[Any, ...]

LIST_MARK = "IN (??)"

_Any = TypeVar("_Any")


class Scope:
    """A block whose statements are kept all together or not at all; blocks inside it join it."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.enter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self._database.leave(failed=kind is not None)


class Rehearsal(Scope):
    """A block of which nothing is kept, however it ends."""

    __slots__ = ()

    def __enter__(self) -> None:
        self._database.enter(rehearsing=True)


class Snapshot(Scope):
    """A block that reads one state of the store, while others go on writing."""

    __slots__ = ()

    def __enter__(self) -> None:
        self._database.enter(rehearsing=True, reading=True)


class Database(ABC):
    """A connection that several threads may share: one transaction runs at a time.

    *on_commit* is called with ``"before"`` and ``"after"`` around every commit: a simulation breaks
    off there. Before the commit, what it raises undoes the transaction; after it, all is kept.
    *on_begin* is called before every transaction that may write: what it raises lets none begin.
    Who holds *turn* is the only thread here; whoever is in a transaction holds it.
    """

    dialect: ClassVar[str]
    alchemy_url: ClassVar[str]
    at_once: ClassVar[int]
    """How many records are best taken up at once, with all that is known of them."""
    name: str

    def __init__(self) -> None:
        self.on_commit: Callable[[str], None] | None = None
        self.on_begin: Callable[[], None] | None = None
        self._lock = self.turn = RLock()
        self._depth = 0
        self._rehearsing = False
        self._doomed = False
        self._texts: dict[str, str] = {}
        self._ones: dict[str, str] = {}
        self._observers: list[Callable[[bool], None]] = []
        self._transaction = Scope(self)
        self._rehearsal = Rehearsal(self)

    # What a driver adds.

    @abstractmethod
    def begin(self) -> None:
        """Start a transaction that no other writer runs beside."""

    @abstractmethod
    def begin_reading(self) -> None:
        """Start a transaction that sees one state throughout and keeps nobody from writing."""

    @abstractmethod
    def commit(self) -> None:
        """Make the transaction durable."""

    @abstractmethod
    def rollback(self) -> None:
        """Undo the transaction; nothing happens if the database has undone it already."""

    @abstractmethod
    def listed(self, values: Sequence[Any]) -> Any:
        """Return the parameter for ``IN (??)``."""

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of one statement."""

    @abstractmethod
    def stream(self, sql: str) -> Iterator[Row]:
        """Yield the rows of one statement inside a transaction, without holding all of them."""

    @abstractmethod
    def faults(self) -> Iterator[str]:
        """Yield what the database itself finds damaged."""

    @abstractmethod
    def tables(self) -> set[str]:
        """Return the names of the tables that are there."""

    @abstractmethod
    def raw(self) -> Any:
        """Return the driver's connection."""

    @abstractmethod
    def lock(self, lock: Lock, holder: Holder) -> AbstractContextManager[None]:
        """Return a block that one process at a time can be in."""

    @abstractmethod
    def is_locked(self, lock: Lock) -> bool:
        """Whether some process is in the block of *lock*."""

    @abstractmethod
    def close(self) -> None:
        """Give back the connection."""

    @abstractmethod
    def written_by_others(self) -> int | None:
        """Return a number that is another one once others have written; None if that cannot be told."""

    @abstractmethod
    def translated(self, sql: str) -> str:
        """Return *sql* with the driver's own marks."""

    @abstractmethod
    def _run(self, sql: str, parameters: Sequence[Any]) -> int:
        """Run one writing statement in the present transaction; return how many rows it touched."""

    @abstractmethod
    def _many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one writing statement for each of *rows* in the present transaction."""

    # What both share.

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """Return the first row of one statement."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    def of(self, sql: str, parameters: Sequence[Any], values: Sequence[Any]) -> list[Row]:
        """Return the rows of a statement with ``IN (??)``, for *values*; none for none.

        A text that is not Unicode is nowhere in the store, and so finds nothing.
        """
        if len(values) == 1:
            if not _is_unicode(values[0]):
                return []
            one = self._ones.get(sql)
            if one is None:
                one = self._ones[sql] = sql.replace(LIST_MARK, "= ?")
            return self.rows(one, (*parameters, values[0]))
        if not values:
            return []
        try:
            return self.rows(sql, (*parameters, self.listed(values)))
        except UnicodeEncodeError:
            return self.of(sql, parameters, [value for value in values if _is_unicode(value)])

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one writing statement; return how many rows it touched."""
        with self._transaction:
            return self._run(sql, parameters)

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one writing statement for each of *rows*, in one transaction."""
        if rows:
            with self._transaction:
                self._many(sql, rows)

    def erase(self, sql: str, parameters: Sequence[Any]) -> int:
        """Run one writing statement of which what it removes shall not stay readable anywhere."""
        return self.run(sql, parameters)

    def transaction(self) -> Scope:
        """Return a block that is kept whole or not at all; inside another it is a part of that one."""
        return self._transaction

    def rehearsal(self) -> Rehearsal:
        """Return a block that is always undone; it cannot stand inside a transaction."""
        return self._rehearsal

    def snapshot(self) -> Snapshot:
        """Return a block that reads one state of the store; what it should write is undone."""
        return Snapshot(self)

    def at_end(self, observer: Callable[[bool], None]) -> None:
        """Call *observer* after each transaction with whether it was kept."""
        self._observers.append(observer)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open here."""
        return self._depth > 0

    def enter(self, *, rehearsing: bool = False, reading: bool = False) -> None:
        """Join the open transaction or begin one."""
        self._lock.acquire()
        if self._depth and (reading or not rehearsing):
            self._depth += 1
            return
        try:
            assert not self._depth, "A rehearsal was begun inside a transaction."
            self._begin(reading=reading)
            self._doomed = False
            self._rehearsing = rehearsing
            self._depth = 1
        except BaseException:
            try:
                if self._depth == 0:
                    self.rollback()
            finally:
                self._lock.release()
            raise

    def _begin(self, *, reading: bool) -> None:
        if reading:
            self.begin_reading()
            return
        if self.on_begin is not None:
            self.on_begin()
        self.begin()

    def leave(self, *, failed: bool) -> None:
        """Leave the block; the outermost one commits, unless it or one inside it failed."""
        self._depth -= 1
        if failed:
            self._doomed = True
        try:
            if self._depth == 0:
                self._finish(failed=failed)
        finally:
            self._lock.release()

    def _finish(self, *, failed: bool) -> None:
        """Commit or undo the outermost block, then tell the observers."""
        kept = False
        try:
            if self._rehearsing or self._doomed:
                self.rollback()
            else:
                self._commit()
                kept = True
        finally:
            for observer in self._observers:
                observer(kept)
        if kept and self.on_commit is not None:
            self.on_commit("after")
        assert failed or not self._doomed, (
            "A part of this transaction failed and its error was caught, so none of it was kept."
        )

    def _commit(self) -> None:
        """Commit; what cannot be committed is undone."""
        try:
            if self.on_commit is not None:
                self.on_commit("before")
            self.commit()
        except BaseException:
            self.rollback()
            raise

    def _text(self, sql: str) -> str:
        """Return *sql* in the driver's marks, translated once."""
        text = self._texts.get(sql)
        if text is None:
            text = self._texts[sql] = self.translated(sql)
        return text


def _is_unicode(value: object) -> bool:
    """Whether a text can be stored at all; some systems hand out halves of characters."""
    if not isinstance(value, str) or value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def chunks(values: Iterable[_Any], size: int) -> Iterator[list[_Any]]:
    """Yield *values* in lists of at most *size*."""
    chunk: list[_Any] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
