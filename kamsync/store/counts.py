"""How many living links there are, which takes the longer to count the more there are."""

from __future__ import annotations

from collections.abc import Sized

from kamsync.store.database import Database

__all__ = ["Counts"]

_ALL = "SELECT count(*) FROM link WHERE system = ? AND entity = ?"

# Joined to a text, a column is out of reach of the index of all links: only the few that are gone,
# which have an index of their own, are to be looked at one by one.
_GONE = "SELECT count(*) FROM link WHERE alive = 0 AND system || '' = ? AND entity || '' = ?"


class Counts:
    """How many links each entity of each system has: all are counted once, and again if one was added.

    Whatever adds or removes links here says so. What others write, the database tells; one that does
    not is asked each time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._all: dict[tuple[str, str], int] = {}
        self._written_by_others: int | None = None
        database.at_end(self._ended)

    def living(self, system: str, entity: str) -> int:
        """Return how many living native records of an entity are known in a system."""
        others = self._database.written_by_others()
        if others is None or others != self._written_by_others:
            self._all.clear()
            self._written_by_others = others
        if (system, entity) not in self._all:
            self._all[system, entity] = self._count(_ALL, system, entity)
        return self._all[system, entity] - self._count(_GONE, system, entity)

    def came_or_went(self, links: Sized) -> None:
        """Count all again when asked, if there are any *links*."""
        if links:
            self._all.clear()

    def _count(self, sql: str, system: str, entity: str) -> int:
        row = self._database.row(sql, (system, entity))
        return int(row[0]) if row else 0

    def _ended(self, kept: bool) -> None:  # noqa: FBT001
        """Forget what was counted in a transaction that was undone."""
        if not kept:
            self._all.clear()
