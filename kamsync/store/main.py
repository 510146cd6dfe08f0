"""The store: everything that kamsync remembers, in one database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from kamsync.clock import Clock
from kamsync.errors import ConfigurationInvalid
from kamsync.journal import Journal
from kamsync.reviews import Reviews
from kamsync.seal import MasterKey, new_key
from kamsync.store.counters import Counters, Cursors, Meta
from kamsync.store.database import Database, Rehearsal, Scope
from kamsync.store.links import Links
from kamsync.store.locks import here
from kamsync.store.migrate import migrate, migrated_memory
from kamsync.store.outbox import Outbox
from kamsync.store.parks import Parks
from kamsync.store.records import Records
from kamsync.store.rounds import Plans, Rounds
from kamsync.store.sqlite import connect_sqlite

__all__ = ["Store", "open_store"]

WAIT_S = 30.0
"""How long a writer waits for another one before the store counts as busy."""

_KEY_PROOF = "key_proof"
_MEMORY_KEY = "memory_key"


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
        self.records = Records(database)
        self.links = Links(database, self.records)
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

    def take(self, counter: str, n: int = 1) -> int:
        """Return the first of *n* fresh numbers of *counter*."""
        return self._counters.take(counter, n)

    def current(self, counter: str) -> int:
        """Return the last number that was taken of *counter*; 0 if none was."""
        return self._counters.current(counter)

    def meta(self, key: str) -> str | None:
        """Return a small fact about the store."""
        return self._meta.get(key)

    def set_meta(self, key: str, value: str | None) -> None:
        """Keep a small fact about the store; None forgets it."""
        self._meta.put(key, value)

    def round_lock(self, name: str) -> AbstractContextManager[None]:
        """Return a block that one process at a time can be in; *name* tells others who is.

        `StoreBusy` names the holder. A holder that dies is in it no longer.
        """
        return self.database.round_lock(here(name, self.clock))

    def close(self) -> None:
        """Give back the connection."""
        self.database.close()


def open_store(
    url: str, *, clock: Clock, key: bytes | None = None, wait_s: float = WAIT_S
) -> Store:
    """Open the store at *url*, making or migrating it where needed.

    ``sqlite://`` is a store in memory, ``sqlite:///path`` a file, ``postgresql://…`` a server. *key*
    is the master key; only a store in memory does without, and keeps one of its own.

    Raises:
        ConfigurationInvalid: the URL or the key is not one.
        StoreBusy: another process holds it, or the server does not answer.
        StoreUnusable: it cannot be written, is damaged, is another key's, or is of a newer release.
    """
    database = _connected(url, wait_s)
    try:
        return Store(database, clock, _proved(database, _master(url, key)))
    except BaseException:
        database.close()
        raise


def _connected(url: str, wait_s: float) -> Database:
    """Return the migrated database at *url*."""
    if url in ("sqlite://", "sqlite:///:memory:"):
        return migrated_memory()
    if url.startswith("sqlite:///"):
        database: Database = connect_sqlite(url.removeprefix("sqlite:///"), wait_s)
    elif url.startswith(("postgresql://", "postgresql+psycopg://")):
        from kamsync.store.postgres import connect_postgres

        database = connect_postgres(url, wait_s)
    else:
        raise ConfigurationInvalid(
            f"[store] url is {url.partition(':')[0]!r}-something; it must begin with sqlite:/// or"
            " postgresql://."
        )
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def _master(url: str, key: bytes | None) -> MasterKey:
    """Return the master key; a store in memory may make its own."""
    if (key is None and url.startswith("sqlite:///")) or (
        key is None and url.startswith("postgresql")
    ):
        raise ConfigurationInvalid(
            "The store needs a key; set [store] key_file, `kamsync init` makes one."
        )
    return MasterKey(key or new_key())


def _proved(database: Database, master: MasterKey) -> MasterKey:
    """Return *master* once it has opened what the first key sealed; the first use seals it."""
    meta = Meta(database)
    proof = meta.get(_KEY_PROOF)
    if proof is None:
        meta.put(_KEY_PROOF, master.wrap(b"", _KEY_PROOF).hex())
    else:
        master.unwrap(bytes.fromhex(proof), _KEY_PROOF)
    return master
