"""Put a backup back, and leave a store that believes nothing until every system was read again."""

from __future__ import annotations

from msgspec import structs

from kamsync.clock import Clock, instant
from kamsync.store.codec import facts_of, facts_text
from kamsync.store.database import Database

__all__ = ["FORGOTTEN", "NUMBERS_SKIPPED", "RESTORED", "mark_moved", "mark_restored"]

RESTORED = "restored_at"
"""Under which name the store keeps when it was put back, until the engine has read everything again."""

FORGOTTEN = "forgotten_below"
"""Under which name it keeps the revision below which a key may have been sent that it forgot."""

NUMBERS_SKIPPED = 1_000_000
"""How far the counters jump, so that no number given out after the backup is given out again."""

LINKS_AT_ONCE = 1000

_SKIPPING = ("conflict", "link", "outbox", "revision", "round")
"""What is counted with gaps; the numbers of the journal and of its keys follow on each other."""


def mark_restored(database: Database, clock: Clock) -> None:
    """Have an older state neither send nor create again what it does not know of any more.

    Afterwards no link is known to hold a golden value, no write is open or planned, every record is
    to be merged again, every system is to be read in full, and fresh numbers are really fresh.
    """
    with database.transaction():
        database.run("UPDATE outbox SET state = 'dropped' WHERE state IN ('todo', 'inflight')")
        database.run("UPDATE plan SET state = 'dropped' WHERE state IN ('open', 'approved')")
        # What was approved then may be due again; it wants a person again.
        database.run("UPDATE round SET approved = ''")
        database.run("UPDATE pull_cursor SET cursor = NULL, sweep_due = 1")
        database.run("UPDATE record SET dirty = 1 WHERE merged_into IS NULL")
        database.run("DELETE FROM owed")
        database.run("UPDATE link SET blocked = 0, read_at = '', digest = NULL")
        database.many(
            "INSERT INTO counter (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value",
            [(name, NUMBERS_SKIPPED) for name in _SKIPPING],
        )
        database.run("DELETE FROM meta WHERE key = ?", (FORGOTTEN,))
        database.run(
            "INSERT INTO meta (key, value) SELECT ?, CAST(value AS TEXT) FROM counter WHERE name = ?",
            (FORGOTTEN, "revision"),
        )
        _note(database, clock)
        _forget_knowledge(database)


def mark_moved(database: Database, clock: Clock, system: str) -> None:
    """Have what is known of one system be read again, as after a restore, and met again.

    Afterwards none of its links is known to hold a golden value and no write to it is open. Nothing
    is merged or written anywhere before every system was read in full.
    """
    with database.transaction():
        database.run(
            "UPDATE outbox SET state = 'dropped' WHERE system = ? AND state IN ('todo', 'inflight')",
            (system,),
        )
        database.run("UPDATE round SET approved = ''")
        database.run("UPDATE pull_cursor SET sweep_due = 1")
        database.run("UPDATE pull_cursor SET cursor = NULL WHERE system = ?", (system,))
        database.run("UPDATE record SET dirty = 1 WHERE merged_into IS NULL")
        database.run("DELETE FROM owed WHERE system = ?", (system,))
        database.run(
            "UPDATE link SET blocked = 0, version = '', digest = NULL WHERE system = ?", (system,)
        )
        # No clock is asked which reading is newer: it may have been set back since.
        database.run("UPDATE link SET read_at = ''")
        _note(database, clock)
        _forget_knowledge(database, system)


def _note(database: Database, clock: Clock) -> None:
    """Note since when nothing is believed that was not read again."""
    database.run("DELETE FROM meta WHERE key = ?", (RESTORED,))
    database.run("INSERT INTO meta (key, value) VALUES (?, ?)", (RESTORED, instant(clock.now())))


def _forget_knowledge(database: Database, system: str | None = None) -> None:
    """Set ``knows`` of every fact of all systems, or of one, to -1, some links at a time."""
    of = "" if system is None else " AND system || '' = ?"
    named = () if system is None else (system,)
    after = -1
    while rows := database.rows(
        f"SELECT id, facts FROM link WHERE id > ?{of} ORDER BY id LIMIT ?",
        (after, *named, LINKS_AT_ONCE),
    ):
        changed = [(_unknowing(facts), id_) for id_, facts in rows]
        database.many("UPDATE link SET facts = ? WHERE id = ?", changed)
        after = rows[-1][0]


def _unknowing(facts: str) -> str:
    """Return the facts of a link without any knowledge of golden."""
    known = {name: structs.replace(fact, knows=-1) for name, fact in facts_of(facts).items()}
    return facts_text(known)
