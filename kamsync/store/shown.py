"""What links were shown: those that are seen for the first time, and what is read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kamsync.model import Cells, Reading
from kamsync.store.codec import first_facts_text
from kamsync.store.references import References

__all__ = ["Shown"]

_DIGESTS = (
    "SELECT native_id, id, digest FROM link WHERE system = ? AND entity = ?"
    " AND settled = 1 AND detached = 0 AND digest IS NOT NULL AND native_id IN (??)"
    " AND NOT EXISTS"
    " (SELECT 1 FROM outbox WHERE outbox.link = link.id AND outbox.state = 'inflight')"
)

_ADD = """
INSERT INTO link (id, system, entity, native_id, record, facts, version, settled, seen, read_at, stamp,
                  detached, moved, alive, blocked, digest)
VALUES (?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, 0, 1, 1, 0, ?)
"""


class Shown(References):
    """The part of the links that takes in readings by which nothing is compared."""

    def add(
        self,
        system: str,
        entity: str,
        first: int,
        shown: Sequence[tuple[Reading, Mapping[str, Cells]]],
        digests: Mapping[str, int],
        seen: int,
        read_at: str,
    ) -> None:
        """Insert links of living records that were never seen, with ids from *first* on.

        *shown* is each reading with its cells by field, which are all its facts. It is what `save`
        does with links that belong to no record, without making them.
        """
        rows = [
            (
                first + place,
                system,
                entity,
                reading.native_id,
                first_facts_text(reading, cells),
                reading.version,
                int(reading.settled),
                seen,
                read_at,
                reading.stamp,
                digests.get(reading.native_id),
            )
            for place, (reading, cells) in enumerate(shown)
        ]
        self._counts.came_or_went(rows)
        self._database.many(_ADD, rows)

    def touch(self, ids: Sequence[int], seen: int, read_at: str) -> None:
        """Note that links were read again, from revision *seen* on, and nothing had changed."""
        rows = [(seen, read_at, link) for link in ids]
        self._database.many("UPDATE link SET seen = ?, read_at = ? WHERE id = ?", rows)

    def digests(
        self, system: str, entity: str, native_ids: Sequence[str]
    ) -> list[tuple[str, int, int]]:
        """Return native id, link and digest of those whose last reading another one may be told from."""
        return [
            (row[0], row[1], row[2])
            for row in self._database.of(_DIGESTS, (system, entity), native_ids)
        ]

    def set_digests(self, digests: Iterable[tuple[int, int | None]]) -> None:
        """Note what tells the last reading of each link, where nothing else about it has changed."""
        rows = [(digest, link) for link, digest in digests]
        self._database.many("UPDATE link SET digest = ? WHERE id = ?", rows)
