"""What write each link is owed, in a table of its own.

An edit in one system is owed to all the others. To note that beside their facts would write the page
of each of their links again, of which nothing else has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kamsync.store.shown import Shown

__all__ = ["IS_OWED", "Owing"]

IS_OWED = """
FROM owed CROSS JOIN link
WHERE link.id = owed.link AND link.waiting IS NULL
AND owed.system = ? AND owed.entity = ? AND owed.op = ? AND owed.link > ?
ORDER BY owed.link LIMIT ?
"""
"""Where links come from that are owed a write and wait for no match, in the order of their ids."""

_OWE = """
INSERT INTO owed (link, system, entity, op) SELECT id, system, entity, ? FROM link WHERE id = ?
ON CONFLICT (link) DO UPDATE SET op = excluded.op WHERE owed.op <> excluded.op
"""

_OWE_NOTHING = "DELETE FROM owed WHERE link IN (??) RETURNING link"

# The rows of the links, far apart as they are, are left alone here.
_IDS = """
SELECT link FROM owed
WHERE system = ? AND entity = ? AND op = ? AND link > ? ORDER BY link LIMIT ?
"""

_COUNT = """
SELECT count(*) FROM owed CROSS JOIN link
WHERE link.id = owed.link AND link.waiting IS NULL
AND owed.system = ? AND owed.entity = ? AND owed.op = ?
"""

# Joined to a text, the system is out of reach of the indexes that begin with it: all that is owed there
# would be looked through, where the few links of each record have an index of their own.
_RECORDS = """
SELECT DISTINCT link.record FROM link JOIN owed ON owed.link = link.id
WHERE owed.system || '' = ? AND owed.op || '' = ? AND link.waiting IS NULL AND link.record IN (??)
"""


class Owing(Shown):
    """The part of the links that remembers what each is owed."""

    def set_owed(self, owed: Iterable[tuple[int, str | None]]) -> None:
        """Note what write each link is owed: ``create``, ``update``, ``delete``, ``read`` or None."""
        nothing: list[int] = []
        some: list[tuple[str, int]] = []
        for link, op in owed:
            if op is None:
                nothing.append(link)
            else:
                some.append((str(op), link))
        with self._database.transaction():
            self._database.of(_OWE_NOTHING, (), nothing)
            self._database.many(_OWE, some)

    def owed_kinds(self) -> set[tuple[str, str, str]]:
        """Return each system and entity of which a link is owed a write, with what it is owed."""
        rows = self._database.rows("SELECT DISTINCT system, entity, op FROM owed")
        return {(system, entity, op) for system, entity, op in rows}

    def owed_ids(self, system: str, entity: str, op: str, after: int, limit: int) -> list[int]:
        """Return the ids of links that are owed *op*, above *after*, in order; some may wait for a match."""
        rows = self._database.rows(_IDS, (system, entity, str(op), after, limit))
        return [row[0] for row in rows]

    def count_owed(self, system: str, entity: str, op: str) -> int:
        """Return how many links are owed *op* and wait for no match."""
        row = self._database.row(_COUNT, (system, entity, str(op)))
        return int(row[0]) if row else 0

    def owed_records(self, system: str, op: str, records: Sequence[str]) -> list[str]:
        """Return those of *records* that a link in *system* is owed *op* for and waits for no match."""
        rows = self._database.of(_RECORDS, (system, str(op)), records)
        return sorted(row[0] for row in rows)
