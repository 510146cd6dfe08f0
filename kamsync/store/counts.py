"""How many living links there are, which takes the longer to count the more there are."""

from __future__ import annotations

from collections.abc import Sized

from kamsync.store.database import Database

__all__ = ["Counts"]

# Joined to a text, a column is out of reach of the index of all links: only the few that are gone,
# which have an index of their own, are to be looked at one by one.
_COUNT = """
SELECT (SELECT count(*) FROM link WHERE system = ? AND entity = ?)
     - (SELECT count(*) FROM link WHERE alive = 0 AND system || '' = ? AND entity || '' = ?)
"""


class Counts:
    """How many living links each entity of each system has: counted once, and again after a write.

    Whatever may change it here says so. What others write, the database tells; one that does not is
    asked each time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], int] = {}
        self._written_by_others: int | None = None
        database.at_end(self._ended)

    def of(self, system: str, entity: str) -> int:
        """Return how many living native records of an entity are known in a system."""
        others = self._database.written_by_others()
        if others is None or others != self._written_by_others:
            self._known.clear()
            self._written_by_others = others
        if (system, entity) not in self._known:
            row = self._database.row(_COUNT, (system, entity, system, entity))
            self._known[system, entity] = int(row[0]) if row else 0
        return self._known[system, entity]

    def links_written(self, links: Sized) -> None:
        """Count again when asked, if there are any *links*: they may have come, gone or come back."""
        if links:
            self._known.clear()

    def _ended(self, kept: bool) -> None:  # noqa: FBT001
        """Forget what was counted in a transaction that was undone."""
        if not kept:
            self._known.clear()
