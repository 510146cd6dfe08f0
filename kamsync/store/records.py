"""The records: golden values, the keys by which records are recognised, and what was merged away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from kamsync.model import Record
from kamsync.store.codec import golden_of, golden_text
from kamsync.store.database import Database
from kamsync.store.remembered import Remembered

__all__ = ["Records"]

MERGES_FOLLOWED = 64
"""How many times in a row a record may have been merged into another one."""

_BY_ID = "SELECT id, entity, fields, merged_into FROM record WHERE id IN (??)"

# A record stays of its entity: to set that again would write the index that begins with it again, too.
_SAVE = """
INSERT INTO record (id, entity, fields, merged_into) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET fields = excluded.fields, merged_into = excluded.merged_into
"""

_SETTLE = "UPDATE record SET fields = ?, dirty = 0 WHERE id = ?"

_ADD = "INSERT INTO record (id, entity, fields, dirty) VALUES (?, ?, '{}', 1)"

_FIND = """
SELECT id FROM record WHERE id = ? OR (id > ? AND id < ?)
UNION SELECT record FROM link WHERE native_id = ? AND record IS NOT NULL
ORDER BY 1 LIMIT ?
"""

# Joined to a text, the entity is out of reach of the index that begins with it: all keys of the entity
# would be looked through, where the few of each record have an index of their own.
_KEYS_OF = "SELECT key, record FROM match_key WHERE entity || '' = ? AND record IN (??)"

# The same trick keeps to the index of the few that are dirty: the one of all begins with the entity, too.
_UNMERGED = "SELECT id FROM record WHERE entity || '' = ? AND dirty = 1 AND fields = '{}'"

_LAST_CHARACTER = "\U0010ffff"


class Records:
    """The records of a store, read and written in batches."""

    def __init__(self, database: Database, remembered: Remembered) -> None:
        self._database = database
        self._remembered = remembered

    def by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        """Return the records with these ids, those that were merged away as well."""
        return {
            row[0]: Record(row[0], row[1], golden_of(row[2]), row[3])
            for row in self._database.of(_BY_ID, (), ids)
        }

    def save(self, records: Sequence[Record]) -> None:
        """Insert or replace *records*; whether they are marked dirty stays as it is."""
        rows = [
            (record.id, record.entity, golden_text(record.fields, record.id), record.merged_into)
            for record in records
        ]
        self._remembered.records_written(row[0] for row in rows)
        self._database.many(_SAVE, rows)

    def settle(self, records: Sequence[Record]) -> None:
        """Replace the golden values of *records* that are there and were merged, and take the mark away."""
        rows = [(golden_text(record.fields, record.id), record.id) for record in records]
        self._remembered.records_written(row[1] for row in rows)
        self._database.many(_SETTLE, rows)

    def add(self, entity: str, keys: Mapping[str, Collection[str]]) -> None:
        """Insert new records that say nothing yet and are to be merged, with the keys of each."""
        self._database.many(_ADD, [(id_, entity) for id_ in keys])
        pairs = {(key, id_) for id_, own in keys.items() for key in own}
        self._database.many(
            "INSERT INTO match_key (entity, key, record) VALUES (?, ?, ?)",
            [(entity, *pair) for pair in sorted(pairs)],
        )

    def unmerged(self, entity: str) -> frozenset[str]:
        """Return the records that were added and say nothing yet, because they were never merged."""
        rows = self._database.rows(_UNMERGED, (entity,))
        return frozenset(row[0] for row in rows)

    def mark_dirty(self, ids: Iterable[str]) -> None:
        """Have these records merged and planned again, although nothing moved."""
        self._database.many(
            "UPDATE record SET dirty = 1 WHERE id = ? AND dirty = 0", [(id_,) for id_ in ids]
        )

    def clear_dirty(self, ids: Iterable[str]) -> None:
        """Take the mark away."""
        dirty = self.dirty(list(ids))
        rows = [(id_,) for id_ in sorted(dirty)]
        self._database.many("UPDATE record SET dirty = 0 WHERE id = ?", rows)

    def dirty(self, ids: Sequence[str]) -> frozenset[str]:
        """Return those of these records that are marked dirty."""
        rows = self._database.of("SELECT id FROM record WHERE dirty = 1 AND id IN (??)", (), ids)
        return frozenset(row[0] for row in rows)

    def forget(self, ids: Sequence[str]) -> None:
        """Let records that nothing belongs to be as if they had never been made, with their keys."""
        rows = [(id_,) for id_ in ids]
        self._remembered.records_written(ids)
        self._database.many("DELETE FROM match_key WHERE record = ?", rows)
        self._database.many("DELETE FROM record WHERE id = ?", rows)

    def ids(self, entity: str, after: str, limit: int) -> list[str]:
        """Return the ids above *after*, in order, without those that were merged away."""
        rows = self._database.rows(
            "SELECT id FROM record WHERE entity = ? AND id > ? AND merged_into IS NULL"
            " ORDER BY id LIMIT ?",
            (entity, after, limit),
        )
        return [row[0] for row in rows]

    def count(self, entity: str) -> int:
        """Return how many records there are, without those that were merged away."""
        row = self._database.row(
            "SELECT count(*) FROM record WHERE entity = ? AND merged_into IS NULL", (entity,)
        )
        return int(row[0]) if row else 0

    def find(self, text: str, limit: int = 20) -> list[str]:
        """Return the records that a person may mean: by id, the beginning of one, or a native id."""
        end = text + _LAST_CHARACTER
        rows = self._database.rows(_FIND, (text, text, end, text, limit))
        found = [row[0] for row in rows]
        return [text] if text in found else found

    def merged(self, ids: Sequence[str]) -> dict[str, str]:
        """Return, for those of *ids* that were merged away, the record that holds them now."""
        found: dict[str, str] = {}
        asked = {id_: id_ for id_ in ids}
        for _ in range(MERGES_FOLLOWED):
            steps: dict[str, str] = dict(
                self._database.of(
                    "SELECT id, merged_into FROM record WHERE merged_into IS NOT NULL AND id IN (??)",
                    (),
                    list(set(asked.values())),
                )
            )
            asked = {id_: steps[now] for id_, now in asked.items() if now in steps}
            if not asked:
                break
            found.update(asked)
        return found

    def save_keys(self, entity: str, keys: Mapping[str, Sequence[str]]) -> None:
        """Replace the keys of each record named; keys that are there already cost nothing."""
        wanted = {(key, record) for record, own in keys.items() for key in own}
        there = set(self._database.of(_KEYS_OF, (entity,), list(keys)))
        with self._database.transaction():
            self._database.many(
                "DELETE FROM match_key WHERE entity = ? AND key = ? AND record = ?",
                [(entity, *pair) for pair in sorted(there - wanted)],
            )
            self._database.many(
                "INSERT INTO match_key (entity, key, record) VALUES (?, ?, ?)",
                [(entity, *pair) for pair in sorted(wanted - there)],
            )

    def move_keys(self, loser: str, survivor: str) -> None:
        """Let the keys of a record that was merged away lead to the one that took it over."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO match_key (entity, key, record) SELECT entity, key, ? FROM match_key"
                " WHERE record = ? ON CONFLICT DO NOTHING",
                (survivor, loser),
            )
            self._database.run("DELETE FROM match_key WHERE record = ?", (loser,))

    def rename_in_keys(self, loser: str, survivor: str) -> None:
        """Let keys that name a record which was merged away name the one that took it over."""
        named = f"%{loser}%"
        with self._database.transaction():
            self._database.run(
                "INSERT INTO match_key (entity, key, record) SELECT entity, replace(key, ?, ?), record"
                " FROM match_key WHERE key LIKE ? ON CONFLICT DO NOTHING",
                (loser, survivor, named),
            )
            self._database.run("DELETE FROM match_key WHERE key LIKE ?", (named,))

    def with_keys(self, entity: str, keys: Sequence[str]) -> dict[str, list[str]]:
        """Return the records that have each key, in order; a key that none has is missing."""
        found: dict[str, list[str]] = {}
        rows = self._database.of(
            "SELECT key, record FROM match_key WHERE entity = ? AND key IN (??)", (entity,), keys
        )
        for key, record in sorted(rows):
            found.setdefault(key, []).append(record)
        return found
