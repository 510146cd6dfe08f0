"""Bring a database to the shape that this release knows, with Alembic.

A database that has it already is recognised by one look, without loading Alembic or SQLAlchemy.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from kamsync.errors import KamsyncError, StoreUnusable
from kamsync.store.database import Database
from kamsync.store.sqlite import SqliteDatabase, connect_sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["HEAD", "VERSION_TABLE", "migrate", "migrated_memory"]

HEAD = "0001"
"""The newest revision in ``migrations/versions``; a test holds that it is."""

VERSION_TABLE = "kamsync_version"


def migrated_memory() -> SqliteDatabase:
    """Return a fresh database in memory; the first one is migrated, the others are copies of it."""
    database = connect_sqlite("", 0)
    _template().connection.backup(database.connection)
    return database


@cache
def _template() -> SqliteDatabase:
    database = connect_sqlite("", 0)
    migrate(database)
    return database


def migrate(database: Database, to: str = "head") -> None:
    """Bring *database* to revision *to* in one transaction; a crash leaves it as it was.

    Raises:
        StoreUnusable: it was written by a newer release, or is no kamsync store.
    """
    if revision(database) == HEAD and to in ("head", HEAD):
        return
    with database.transaction():
        now = revision(database)
        if now is None and database.tables():
            raise StoreUnusable(
                f"{database.name} is a database of something else; name another one."
            )
        _upgrade(database, to)


def revision(database: Database) -> str | None:
    """Return the revision of *database*; None if it has none."""
    if VERSION_TABLE not in database.tables():
        return None
    row = database.row(f"SELECT version_num FROM {VERSION_TABLE}")
    return str(row[0]) if row else None


def _upgrade(database: Database, to: str) -> None:
    """Run the migrations on the connection of *database*, in its transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "kamsync.store:migrations")
    config.set_main_option("path_separator", "os")
    with alchemy(database) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise _newer(database) from error


def _newer(database: Database) -> KamsyncError:
    return StoreUnusable(
        f"The store {database.name} was written by a newer release of kamsync; install that one, or put"
        " back a backup of this release."
    )


class _Joined:
    """The driver's connection as SQLAlchemy may use it: the transaction is ours to end."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def commit(self) -> None:
        """Leave the transaction open."""

    def rollback(self) -> None:
        """Leave the transaction open."""

    def close(self) -> None:
        """Leave the connection open."""


def alchemy(database: Database) -> Connection:
    """Return SQLAlchemy's view of the connection of *database*, for work that is not hot.

    It joins the open transaction and never ends it.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    joined: Any = _Joined(database.raw())
    options = {"use_native_hstore": False} if database.dialect == "postgresql" else {}
    engine = create_engine(
        database.alchemy_url, creator=lambda: joined, poolclass=StaticPool, **options
    )
    return engine.connect()
