"""Verify a store: that it is whole, and that what it says twice it says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import MsgspecError

from kamsync.journal import Journal
from kamsync.store.codec import conflict_of, facts_of, golden_of, intents_of
from kamsync.store.database import Database
from kamsync.store.flags import is_alive, is_moved
from kamsync.wording import counted

__all__ = ["faults"]

FAULTS_SHOWN = 20
"""How many faults of one kind are told one by one."""

_NUMBERED = {"link": "id", "outbox": "id", "round": "number", "journal": "seq", "subject_key": "id"}

# The keys of what was passed over name native records, of which none is stored; their index has a colon.
_COUNTS = {
    "SELECT count(*) FROM outbox WHERE state = 'inflight'"
    " AND NOT EXISTS (SELECT 1 FROM link WHERE link.id = outbox.link)": (
        "open write has no link",
        "open writes have no link",
    ),
    "SELECT count(*) FROM match_key WHERE entity = replace(entity, ':', '')"
    " AND NOT EXISTS (SELECT 1 FROM record WHERE record.id = match_key.record)": (
        "match key names a record that does not exist",
        "match keys name records that do not exist",
    ),
    "SELECT count(*) FROM review WHERE closed = '' AND kind = 'value'"
    " AND NOT EXISTS (SELECT 1 FROM record WHERE record.id = review.record)": (
        "open conflict is about a record that does not exist",
        "open conflicts are about records that do not exist",
    ),
    "SELECT count(*) FROM record WHERE merged_into IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM record AS other WHERE other.id = record.merged_into)": (
        "record was merged into one that does not exist",
        "records were merged into records that do not exist",
    ),
}


def faults(database: Database, journal: Journal) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong; nothing where the store is whole.

    It reads one state of the store throughout, some rows at a time, while others go on writing.
    """
    yield from database.faults()
    with database.snapshot():
        broken = journal.verify()
        if broken is not None:
            yield f"The journal was changed or cut off at entry {broken}."
        yield from _wrong_counts(database)
        yield from _wrong_counters(database)
        yield from _wrong_flags(database)
        yield from _unreadable(database, "record", "fields", golden_of)
        yield from _unreadable(database, "outbox", "fields", intents_of)
        yield from _unreadable(database, "review", "body", conflict_of)


def _wrong_counts(database: Database) -> Iterator[str]:
    """Yield how many rows refer to nothing."""
    for sql, what in _COUNTS.items():
        row = database.row(sql)
        if row and row[0]:
            yield f"{counted(row[0], *what)}."


def _wrong_counters(database: Database) -> Iterator[str]:
    """Yield the counters that would give out a number twice."""
    for name, column in _NUMBERED.items():
        row = database.row(
            f"SELECT coalesce(max({column}), 0),"
            f" (SELECT coalesce(max(value), 0) FROM counter WHERE name = ?) FROM {name}",
            (name,),
        )
        if row and row[0] > row[1]:
            yield f"The counter of {name} stands at {row[1]}, but {row[0]} is in use."


def _wrong_flags(database: Database) -> Iterator[str]:
    """Yield the links whose flags do not say what their facts say."""
    count = 0
    for id_, native_id, facts, moved, alive in database.stream(
        "SELECT id, native_id, facts, moved, alive FROM link ORDER BY id"
    ):
        try:
            known = facts_of(facts)
            right = (moved, alive) == (is_moved(known), is_alive(native_id, known))
        except MsgspecError:
            right = False
        count += not right
        if not right and count <= FAULTS_SHOWN:
            yield f"The flags of link {id_} do not say what its facts say."
    if count > FAULTS_SHOWN:
        yield f"So it is with {counted(count - FAULTS_SHOWN, 'more link')}."


def _unreadable(
    database: Database, table: str, column: str, decode: Callable[[str], object]
) -> Iterator[str]:
    """Yield how many rows of a table cannot be read as what they hold."""
    count = 0
    for (text,) in database.stream(f"SELECT {column} FROM {table}"):
        try:
            decode(text)
        except MsgspecError:
            count += 1
    if count:
        yield f"{counted(count, 'row')} of {table} cannot be read."
