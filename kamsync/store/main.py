"""The store: everything that kamsync remembers, in one database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from kamsync.clock import Clock
from kamsync.journal import Journal
from kamsync.reviews import Reviews
from kamsync.seal import MasterKey
from kamsync.store.archive import Manifest, write_backup
from kamsync.store.check import faults
from kamsync.store.counters import Counters, Cursors, Meta
from kamsync.store.database import Database, Rehearsal, Scope
from kamsync.store.links import Links
from kamsync.store.locks import Lock, here
from kamsync.store.outbox import Outbox
from kamsync.store.parks import Parks
from kamsync.store.records import Records
from kamsync.store.remembered import Remembered
from kamsync.store.restore import mark_moved
from kamsync.store.rounds import Plans, Rounds

__all__ = ["Store"]


class Store:
    """What kamsync remembers: links, records, planned writes, conflicts, the journal.

    Each call is one transaction of its own, or a part of the one that is open. Several threads may
    share a store; they take turns, a transaction at a time.
    """

    def __init__(self, database: Database, clock: Clock, master: MasterKey) -> None:
        self.database = database
        self.clock = clock
        self._counters = Counters(database)
        self._meta = Meta(database)
        self.cursors = Cursors(database)
        self.remembered = Remembered()
        database.at_end(lambda _kept: self.remembered.end())
        self.records = Records(database, self.remembered)
        self.links = Links(database, self.records, clock, self.remembered)
        self.outbox = Outbox(database, self._counters)
        self.plans = Plans(database)
        self.parks = Parks(database)
        self.reviews = Reviews(database)
        self.journal = Journal(database, self._counters, clock, master)
        self.rounds = Rounds(database, self._counters, self.journal)

    def transaction(self) -> Scope:
        """Return a block that is kept whole or not at all; inside another it is a part of that one."""
        return self.database.transaction()

    def rehearsal(self) -> Rehearsal:
        """Return a block of which nothing is kept, however it ends."""
        return self.database.rehearsal()

    @property
    def on_commit(self) -> Callable[[str], None] | None:
        """What is called with ``"before"`` and ``"after"`` around every commit."""
        return self.database.on_commit

    @on_commit.setter
    def on_commit(self, call: Callable[[str], None] | None) -> None:
        self.database.on_commit = call

    @property
    def at_once(self) -> int:
        """How many records are best taken up at once, with all that is known of them."""
        return self.database.at_once

    def take(self, counter: str, n: int = 1) -> int:
        """Return the first of *n* fresh numbers of *counter*."""
        return self._counters.take(counter, n)

    def current(self, counter: str) -> int:
        """Return the last number that was taken of *counter*; 0 if none was."""
        return self._counters.current(counter)

    def meta(self, key: str) -> str | None:
        """Return a small fact about the store."""
        return self._meta.get(key)

    def metas(self, keys: Sequence[str]) -> dict[str, str]:
        """Return some small facts about the store; what is not known is missing."""
        return self._meta.of(keys)

    def set_meta(self, key: str, value: str | None) -> None:
        """Keep a small fact about the store; None forgets it."""
        self._meta.put(key, value)

    def round_lock(self, name: str) -> AbstractContextManager[None]:
        """Return a block that one process at a time can be in; *name* tells others who is.

        `StoreBusy` names the holder. A holder that dies is in it no longer.
        """
        return self.database.lock(Lock.ROUND, here(name, self.clock))

    def daemon_lock(self) -> AbstractContextManager[None]:
        """Return a block in which the process that keeps running rounds is; see `round_lock`."""
        return self.database.lock(Lock.DAEMON, here("run", self.clock))

    def is_busy(self) -> bool:
        """Whether some process runs a round on this store now."""
        return self.database.is_locked(Lock.ROUND)

    def is_served(self) -> bool:
        """Whether some process keeps running rounds on this store."""
        return self.database.is_locked(Lock.DAEMON)

    def distrust(self, system: str) -> None:
        """Believe nothing that is known of *system* before all of it was read again; see there."""
        mark_moved(self.database, self.clock, system)
        self._meta.forget()

    def backup(self, path: Path) -> Manifest:
        """Write one state of the store to a file that `restore_store` puts back; see there."""
        return write_backup(self.database, self.journal, path, self.clock)

    def verify(self) -> list[str]:
        """Return a sentence for each thing that is wrong with the store; nothing if it is whole."""
        return list(faults(self.database, self.journal))

    def close(self) -> None:
        """Give back the connection."""
        self.database.close()
