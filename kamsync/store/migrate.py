"""Bring a database to the shape that this release knows, with Alembic.

A database that has it already is recognised by one look, without loading Alembic or SQLAlchemy.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from kamsync.errors import StoreUnusable
from kamsync.store.database import Database
from kamsync.store.sqlite import SqliteDatabase, connect_sqlite

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

__all__ = [
    "HEAD",
    "VERSION_TABLE",
    "alchemy",
    "drop",
    "is_empty",
    "migrate",
    "migrated_memory",
    "require_known",
    "revision",
]

HEAD = "0006"
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
    if revision(database) == HEAD:
        return
    with database.transaction():
        now = revision(database)
        if now is None and not is_empty(database):
            raise StoreUnusable(
                f"{database.name} is a database of something else; set [store] url to another one."
            )
        if now is not None:
            require_known(now, f"The store {database.name}")
        _upgrade(database, to)


def is_empty(database: Database) -> bool:
    """Whether there is room for a store: on a server, others may keep their tables beside it."""
    tables = database.tables()
    if database.dialect == "sqlite":
        return not tables
    return not tables & {VERSION_TABLE, "link", "record"}


def drop(database: Database) -> None:
    """Remove every table of the store, whatever it holds."""
    from kamsync.store.tables import metadata

    for table in [*reversed(metadata.sorted_tables), VERSION_TABLE]:
        database.run(f"DROP TABLE IF EXISTS {table}")
    database.run("DROP FUNCTION IF EXISTS journal_refuse")


def require_known(revision: str, what: str) -> None:
    """Raise `StoreUnusable` unless this release knows *revision*; *what* begins the sentence."""
    if revision == HEAD:
        return
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    try:
        ScriptDirectory.from_config(_config()).get_revision(revision)
    except CommandError as error:
        raise StoreUnusable(
            f"{what} was written by a newer release of kamsync; install that one, or put back a backup"
            " of this release."
        ) from error


def revision(database: Database) -> str | None:
    """Return the revision of *database*; None if it has none."""
    if VERSION_TABLE not in database.tables():
        return None
    row = database.row(f"SELECT version_num FROM {VERSION_TABLE}")
    return str(row[0]) if row else None


def _config() -> Config:
    """Return Alembic's configuration: where the revisions are."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "kamsync.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(database: Database, to: str) -> None:
    """Run the migrations on the connection of *database*, in its transaction."""
    from alembic import command

    config = _config()
    with alchemy(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


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
