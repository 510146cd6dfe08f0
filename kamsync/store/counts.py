"""How many living links there are, which takes the longer to count the more there are."""

from __future__ import annotations

from collections.abc import Sized

from kamsync.store.database import Database

__all__ = ["Counts"]

_ALL = "SELECT system, entity, count(*) FROM link GROUP BY system, entity"

# Only those that are gone, which have an index of their own, are looked at one by one.
_GONE = "SELECT system, entity, count(*) FROM link WHERE alive = 0 GROUP BY system, entity"

Place = tuple[str, str]
"""A system, and an entity in it."""


class Counts:
    """How many links each entity of each system has: all are counted once, and again if one was added.

    Whatever adds or removes links here says so. What others write, the database tells; one that does
    not is asked each time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._all: dict[Place, int] | None = None
        self._written_by_others: int | None = None
        database.at_end(self._ended)

    def living(self) -> dict[Place, int]:
        """Return how many living native records are known of each entity, in each system that has any."""
        others = self._database.written_by_others()
        if self._all is None or others is None or others != self._written_by_others:
            self._all, self._written_by_others = self._count(_ALL), others
        gone = self._count(_GONE)
        return {place: count - gone.get(place, 0) for place, count in self._all.items()}

    def came_or_went(self, links: Sized) -> None:
        """Count all again when asked, if there are any *links*."""
        if links:
            self._all = None

    def _count(self, sql: str) -> dict[Place, int]:
        return {(row[0], row[1]): int(row[2]) for row in self._database.rows(sql)}

    def _ended(self, kept: bool) -> None:  # noqa: FBT001
        """Forget what was counted in a transaction that was undone."""
        if not kept:
            self._all = None
