"""A store as it would be after many more accounts had met, made out of one that some really met in.

Each row is copied under other names, and the copies stand between the real ones: what belongs to these
lies as far apart as it would among so many, in the tables and in their indexes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kamsync.clock import Clock
from kamsync.store import open_store

__all__ = ["multiply"]

_NUMBER = "{0} * :times - copy.n"
_NAME = "CASE copy.n WHEN 0 THEN {0} ELSE {0} || '~' || copy.n END"
# What follows the name of the entity is a digest. It is turned, so that copies are spread as it is.
_RECORD = (
    "CASE copy.n WHEN 0 THEN {0} ELSE substr({0}, 1, instr({0}, '-'))"
    " || substr({0}, instr({0}, '-') + 1 + copy.n % 12)"
    " || substr({0}, instr({0}, '-') + 1, copy.n % 12) || copy.n END"
)

MANY = {
    "record": {"id": _RECORD},
    "link": {"id": _NUMBER, "native_id": _NAME, "record": _RECORD},
    "match_key": {"key": _NAME, "record": _RECORD},
    "subject_key": {"id": _NUMBER, "subject": _RECORD},
    "journal": {"seq": _NUMBER, "record": _RECORD, "subject": _RECORD, "key": _NUMBER},
}
"""The tables of which there is more the more accounts there are, and how a copy's columns are named."""

ORDER = {"match_key": "1, 2, 3"}
FEW = ("meta", "counter", "pull_cursor", "round", "plan")

_QUICKLY = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000")


def multiply(few: Path, many: Path, times: int, clock: Clock, key: bytes) -> None:
    """Make the store *many* out of the store *few*, with *times* as many of everything.

    Nothing may be owed, open or waiting there. The copies are there to be in the way: neither can
    what was sealed be read of them, nor do they continue the chain of the journal.
    """
    open_store(f"sqlite:///{many}", clock=clock, key=key).close()
    with closing(sqlite3.connect(many, isolation_level=None)) as connection:
        for pragma in _QUICKLY:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("ATTACH ? AS few", (str(few),))
        connection.execute("CREATE TEMP TABLE copy (n INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO copy VALUES (?)", [(n,) for n in range(times)])
        connection.execute("BEGIN")
        for table in FEW:
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"INSERT INTO {table} SELECT * FROM few.{table}")
        for table, named in MANY.items():
            _copy(connection, table, named, times)
        connection.execute("UPDATE counter SET value = value * ?", (times,))
        connection.execute("UPDATE pull_cursor SET seen_count = seen_count * ?", (times,))
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def _copy(connection: sqlite3.Connection, table: str, named: dict[str, str], times: int) -> None:
    """Copy the rows of one table, each real one after its copies, and its indexes at the end."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    told = [named.get(name, "{0}").format(f"old.{name}") for name in columns]
    indexes = connection.execute(
        "SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql <> ''",
        (table,),
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(
        f"INSERT INTO main.{table} SELECT {', '.join(told)} FROM few.{table} AS old, copy"
        f" ORDER BY {ORDER.get(table, 'old.rowid, copy.n DESC')}",
        {"times": times} if ":times" in "".join(told) else {},
    )
    for _, sql in indexes:
        connection.execute(sql)
