"""A store as the first release would have left it: its tables and columns, with what is in them now."""

from __future__ import annotations

from functools import cache

from kamsync.store.migrate import VERSION_TABLE, migrate
from kamsync.store.sqlite import SqliteDatabase, connect_sqlite

__all__ = ["as_first"]

FIRST = "0001"

MOVED = {"owed": "(SELECT op FROM owed WHERE owed.link = link.id)"}
"""The columns of the first release that are somewhere else now, and what would be in them."""


def as_first(database: SqliteDatabase) -> SqliteDatabase:
    """Return a copy in memory of what the first release would hold of *database*."""
    older = connect_sqlite("", 0)
    _template().connection.backup(older.connection)
    older.rows("PRAGMA foreign_keys=OFF")
    with older.transaction():
        for table in sorted(older.tables() - {VERSION_TABLE}):
            _copy(table, database, older)
    older.rows("PRAGMA foreign_keys=ON")
    return older


def _copy(table: str, database: SqliteDatabase, older: SqliteDatabase) -> None:
    """Copy the rows of one table, without the columns that came later, with those that have gone."""
    names = [row[1] for row in older.rows(f"PRAGMA table_info({table})")]
    columns, marks = ", ".join(names), ", ".join("?" * len(names))
    told = ", ".join(MOVED.get(name, name) for name in names)
    rows = database.rows(f"SELECT {told} FROM {table}")  # noqa: S608 - names of our own tables
    older.many(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 - the same


@cache
def _template() -> SqliteDatabase:
    """Return an empty store of the first release."""
    database = connect_sqlite("", 0)
    migrate(database, to=FIRST)
    return database
