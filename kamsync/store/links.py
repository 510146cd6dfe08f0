"""The links: which native record of which system is which record, and what is known there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kamsync.errors import ValueInvalid
from kamsync.model import Link
from kamsync.store.codec import facts_of, facts_text
from kamsync.store.database import Row
from kamsync.store.flags import is_alive, is_moved
from kamsync.store.glimpses import COLUMNS as _GLIMPSED
from kamsync.store.glimpses import Glimpse, Place, glimpse_of
from kamsync.store.owing import IS_OWED, Owing

__all__ = ["Links"]

_COLUMNS = (
    "link.id, link.system, link.entity, link.native_id, link.record, link.facts, link.version,"
    " link.settled, link.seen, link.read_at, link.stamp, link.detached, link.digest"
)

_BY_NATIVE = f"SELECT {_COLUMNS} FROM link WHERE system = ? AND entity = ? AND native_id IN (??)"

_BY_ALIAS = (
    f"SELECT alias.native_id, {_COLUMNS} FROM alias JOIN link ON link.system = alias.system"
    " AND link.entity = alias.entity AND link.native_id = alias.target"
    " WHERE alias.system = ? AND alias.entity = ? AND alias.native_id IN (??)"
)

_BY_ID = f"SELECT {_COLUMNS} FROM link WHERE id IN (??)"

_GLIMPSES = f"SELECT {_GLIMPSED} FROM link WHERE id IN (??)"

_PLACES_OF = "SELECT record, system, id, native_id, alive FROM link WHERE record IN (??)"

_OF_RECORDS = f"SELECT {_COLUMNS} FROM link WHERE record IN (??)"

_SAVE = """
INSERT INTO link (id, system, entity, native_id, record, facts, version, settled, seen, read_at, stamp,
                  detached, moved, alive, blocked, digest)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    native_id = excluded.native_id, record = excluded.record, facts = excluded.facts,
    version = excluded.version, settled = excluded.settled, seen = excluded.seen,
    read_at = excluded.read_at, stamp = excluded.stamp, detached = excluded.detached,
    moved = excluded.moved, alive = excluded.alive, blocked = excluded.blocked,
    digest = excluded.digest
"""

_HEAR = """
UPDATE link SET facts = ?, version = ?, settled = ?, seen = ?, read_at = ?, stamp = ?, detached = ?,
                moved = ?, alive = ?, blocked = ?, digest = ? WHERE id = ?
"""

_SETTLE = """
UPDATE link SET facts = ?, detached = ?, moved = ?, alive = ?, blocked = ? WHERE id = ?
"""

_OWED = f"SELECT {_COLUMNS} {IS_OWED}"

_OPEN = (
    f"SELECT {_COLUMNS} FROM link WHERE system = ? AND entity = ? AND record IS NOT NULL"
    " AND detached = 0 AND id > ?"
    " AND (moved = 1 OR blocked = 1 OR waiting IS NOT NULL"
    " OR EXISTS (SELECT 1 FROM owed"
    " WHERE owed.link = link.id AND owed.op IN ('create', 'update', 'delete'))"
    " OR EXISTS (SELECT 1 FROM review WHERE review.record = link.record AND review.closed = '')"
    " OR EXISTS (SELECT 1 FROM park"
    " WHERE park.record = link.record AND park.system = link.system))"
    " ORDER BY id LIMIT ?"
)

_ANY_WAITING = "SELECT 1 FROM link WHERE waiting IS NOT NULL LIMIT 1"

_WAITING = "SELECT id FROM link WHERE waiting IS NOT NULL AND id IN (??)"

_UNMATCHED = (
    f"SELECT {_GLIMPSED} FROM link WHERE entity = ? AND record IS NULL AND waiting IS NULL"
    " AND blocked = 0 AND alive = 1 AND id > ? ORDER BY id LIMIT ?"
)

_ASKED = (
    f"SELECT {_GLIMPSED} FROM link WHERE entity = ? AND record IS NULL AND waiting IS NOT NULL"
    " AND alive = 1 AND id > ? ORDER BY id LIMIT ?"
)

_REFERRING = (
    f"SELECT {_GLIMPSED} FROM link WHERE entity = ? AND record IS NULL AND waiting IS NULL"
    " AND blocked = 1 AND alive = 1 AND id > ? ORDER BY id LIMIT ?"
)

_UNMATCHED_IN = (
    "SELECT id FROM link WHERE entity = ? AND record IS NULL AND waiting IS NULL"
    " AND blocked = 0 AND alive = 1 AND system = ? AND id > ? LIMIT 1"
)

_UNMERGED = (
    f"SELECT {_COLUMNS} FROM link WHERE system = ? AND entity = ? AND alive = 1"
    " AND (moved = 1 OR record IS NULL) AND native_id > ? ORDER BY native_id LIMIT ?"
)

_UNSEEN = (
    f"SELECT {_COLUMNS} FROM link"
    " WHERE system = ? AND entity = ? AND seen < ? AND (alive = 1 OR ? = 1)"
    " AND native_id > ? ORDER BY native_id LIMIT ?"
)

_MOVED = """
SELECT record FROM (
    SELECT * FROM (
        SELECT DISTINCT record FROM link
        WHERE entity = ? AND moved = 1 AND blocked = 0 AND record > ? ORDER BY record LIMIT ?) AS moved
    UNION
    SELECT * FROM (
        SELECT id FROM record WHERE entity = ? AND dirty = 1 AND id > ? ORDER BY id LIMIT ?) AS dirty
) AS due ORDER BY record LIMIT ?
"""


class Links(Owing):
    """The links of a store, read and written in batches."""

    def by_native(self, system: str, entity: str, native_ids: Sequence[str]) -> dict[str, Link]:
        """Return the links of native records by the id asked for; a merged id finds its survivor's."""
        asked = (system, entity)
        found = {row[3]: _link(row) for row in self._database.of(_BY_NATIVE, asked, native_ids)}
        if len(found) < len(native_ids):
            missing = [native_id for native_id in native_ids if native_id not in found]
            for row in self._database.of(_BY_ALIAS, asked, missing):
                found[row[0]] = _link(row[1:])
        return found

    def by_id(self, ids: Sequence[int]) -> dict[int, Link]:
        """Return the links with these ids."""
        return {row[0]: _link(row) for row in self._database.of(_BY_ID, (), ids)}

    def of_records(self, records: Sequence[str]) -> dict[str, list[Link]]:
        """Return all links of each record, by system and id; a record without links is missing."""
        found: dict[str, list[Link]] = {}
        for row in sorted(self._database.of(_OF_RECORDS, (), records), key=_system_and_id):
            found.setdefault(row[4], []).append(_link(row))
        return found

    def places_of(self, records: Sequence[str]) -> list[Place]:
        """Return where each record lives, lived or has a place, by system and id."""
        rows = self._database.of(_PLACES_OF, (), records)
        return [Place(row[0], row[1], row[2], row[3], row[4] == 1) for row in sorted(rows, key=_at)]

    def glimpses(self, ids: Sequence[int]) -> dict[int, Glimpse]:
        """Return the links with these ids, at a glance."""
        return {row[0]: glimpse_of(row) for row in self._database.of(_GLIMPSES, (), ids)}

    def tie(self, ties: Iterable[tuple[int, str | None]]) -> None:
        """Say which record each link belongs to, where nothing else about it has changed."""
        rows = [(record, int(link in self._just_waiting), link) for link, record in ties]
        self._remembered.links_written(row[2] for row in rows)
        self._database.many("UPDATE link SET record = ?, blocked = ? WHERE id = ?", rows)

    def save(self, links: Sequence[Link]) -> None:
        """Insert or replace *links*; what a link owes and whether it waits for a match stay as they are.

        A link that waits for a reference is ready to be merged again, unless it began to wait in
        this same transaction.
        """
        self._counts.came_or_went(links)
        self._remembered.links_written(link.id for link in links)
        self._database.many(_SAVE, [self._row(link) for link in links])

    def hear(self, links: Sequence[Link]) -> None:
        """Replace what a reading may have changed of links that are there under their native ids.

        It is what `save` does, a good deal sooner: whose they are stays, with all that is found by it.
        """
        self._remembered.links_written(link.id for link in links)
        self._database.many(_HEAR, [(*row[5:], row[0]) for row in map(self._row, links)])

    def settle(self, owed: Iterable[tuple[Link, str | None]]) -> None:
        """Replace what a merge may have changed of links that are there, with what each is owed now."""
        owed = list(owed)
        rows = [
            (
                _text(link),
                int(link.detached),
                int(is_moved(link.facts)),
                int(is_alive(link.native_id, link.facts)),
                int(link.id in self._just_waiting),
                link.id,
            )
            for link, _ in owed
        ]
        self._remembered.links_written(row[-1] for row in rows)
        self._database.many(_SETTLE, rows)
        self.set_owed((link.id, op) for link, op in owed)

    def _row(self, link: Link) -> Row:
        facts = link.facts
        return (
            link.id,
            link.system,
            link.entity,
            link.native_id,
            link.record,
            _text(link),
            link.version,
            int(link.settled),
            link.seen,
            link.read_at,
            link.stamp,
            int(link.detached),
            int(is_moved(facts)),
            int(is_alive(link.native_id, facts)),
            int(link.id in self._just_waiting),
            link.digest,
        )

    def owed(self, system: str, entity: str, op: str, after: int, limit: int) -> list[Link]:
        """Return links that are owed *op* and wait for no match, above *after*, in order of ids."""
        return self._links(_OWED, (system, entity, str(op), after, limit))

    def unsettled(self, system: str, entity: str, after: int, limit: int) -> list[Link]:
        """Return links above *after* that may not hold what golden says, in order of ids.

        They are owed a write, or something of them waits: an edit, a reference, a match, a person.
        """
        return self._links(_OPEN, (system, entity, after, limit))

    def waiting(self, ids: Sequence[int]) -> frozenset[int]:
        """Return those of these links that wait until a person has decided on a match."""
        if not self._database.rows(_ANY_WAITING):
            return frozenset()
        return frozenset(row[0] for row in self._database.of(_WAITING, (), ids))

    def count_unread(self, system: str, entity: str) -> int:
        """Return how many native records of one system were not read since a store was put back."""
        row = self._database.row(
            "SELECT count(*) FROM link WHERE system = ? AND entity = ?"
            " AND native_id IS NOT NULL AND read_at = ''",
            (system, entity),
        )
        return int(row[0]) if row else 0

    def unmatched(self, entity: str, after: int, limit: int) -> list[Glimpse]:
        """Return living links without a record that wait for nothing, in the order of their ids."""
        return [glimpse_of(row) for row in self._database.rows(_UNMATCHED, (entity, after, limit))]

    def asked(self, entity: str, after: int, limit: int) -> list[Glimpse]:
        """Return living links without a record of which a person is asked, in the order of their ids."""
        return [glimpse_of(row) for row in self._database.rows(_ASKED, (entity, after, limit))]

    def referring(self, entity: str, after: int, limit: int) -> list[Glimpse]:
        """Return living links without a record that await what they refer to, in the order of their ids."""
        return [glimpse_of(row) for row in self._database.rows(_REFERRING, (entity, after, limit))]

    def has_unsettled(self, ids: Sequence[int]) -> bool:
        """Whether a version of one of these links was read while it could still stand for more."""
        return bool(
            self._database.of("SELECT 1 FROM link WHERE settled = 0 AND id IN (??)", (), ids)
        )

    def unmerged(self, system: str, entity: str, after: str, limit: int) -> list[Link]:
        """Return living links that moved or are not identified yet, in the order of their native ids.

        *after* is the last native id of those before, ``""`` at the beginning.
        """
        return self._links(_UNMERGED, (system, entity, after, limit))

    def has_unmatched(self, system: str, entity: str, above: int = 0) -> bool:
        """Whether a living native record of a system, with a link *above*, can be identified and is not."""
        return bool(self._database.rows(_UNMATCHED_IN, (entity, system, above)))

    def set_waiting(self, ids: Sequence[int], reason: str | None) -> None:
        """Take *ids* out of the unmatched while somebody reviews them, or (None) put them back."""
        rows = [(reason, link) for link in ids]
        self._database.many("UPDATE link SET waiting = ? WHERE id = ?", rows)

    def release(self, reason: str) -> None:
        """Let all links go on that wait for *reason*."""
        self._database.run("UPDATE link SET waiting = NULL WHERE waiting = ?", (reason,))

    def moved_records(self, entity: str, after: str, limit: int) -> list[str]:
        """Return records to merge, above *after* and in order: with a moved link, or marked dirty."""
        rows = self._database.rows(_MOVED, (entity, after, limit, entity, after, limit, limit))
        return [row[0] for row in rows]

    def unseen_since(
        self, system: str, entity: str, seen: int, after: str, limit: int, *, dead: bool = False
    ) -> list[Link]:
        """Return links whose last reading began before revision *seen*, in the order of their native ids.

        *after* is the last native id of those before, ``""`` at the beginning. Only living ones, unless
        those that are gone are asked for as well.
        """
        return self._links(_UNSEEN, (system, entity, seen, int(dead), after, limit))

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many living native records are known, by system and entity, where there are any."""
        return self._counts.living()

    def delete(self, ids: Sequence[int]) -> None:
        """Forget links, with what they were owed and waited for; their open writes are given up."""
        self._database.many(
            "UPDATE outbox SET state = 'dropped' WHERE state = 'inflight' AND link = ?",
            [(link,) for link in ids],
        )
        self._counts.came_or_went(ids)
        self._remembered.links_written(ids)
        self._database.many("DELETE FROM link WHERE id = ?", [(link,) for link in ids])

    def _links(self, sql: str, parameters: Row) -> list[Link]:
        return [_link(row) for row in self._database.rows(sql, parameters)]


def _link(row: Row) -> Link:
    """Return the link of one row."""
    return Link(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        facts_of(row[5]),
        row[6],
        row[7] == 1,
        row[8],
        row[9],
        row[10],
        row[11] == 1,
        row[12],
    )


def _text(link: Link) -> str:
    """Return the facts of a link as they are stored; `ValueInvalid` if a text is not Unicode."""
    try:
        return facts_text(link.facts)
    except UnicodeEncodeError as error:
        raise ValueInvalid(
            f"{link.system} {link.entity} {link.native_id!r} holds a text that is not valid"
            " Unicode; correct it there."
        ) from error


def _at(row: Row) -> tuple[str, int]:
    return row[1], row[2]


def _system_and_id(row: Row) -> tuple[str, int]:
    return row[1], row[0]
