"""What a merge has worked out and the plan that follows need not work out again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["REMEMBERED_LIMIT", "Remembered"]

REMEMBERED_LIMIT = 60_000
"""Of how many links something is kept, a good kilobyte each; of others it is asked again."""


class Remembered:
    """What is known of links as long as neither the link nor its record is written again.

    It is kept from `begin` to the end of the transaction, which no other writer runs beside.
    Whatever writes a row lets go of what was known of it.
    """

    def __init__(self, limit: int = REMEMBERED_LIMIT) -> None:
        self.limit = limit
        self._known: dict[int, Any] = {}
        self._links: dict[str, list[int]] = {}
        self._is_open = False

    def begin(self) -> None:
        """Know nothing, and keep what is told from now on."""
        self.end()
        self._is_open = True

    def end(self) -> None:
        """Know nothing, and keep nothing."""
        self._known, self._links, self._is_open = {}, {}, False

    def keep(self, link: int, record: str, known: object) -> None:
        """Keep what is *known* of a link of *record*, while there is room for it."""
        if self._is_open and len(self._known) < self.limit:
            self._known[link] = known
            self._links.setdefault(record, []).append(link)

    def of(self, link: int) -> Any:
        """Return what is known of a link, None where nothing is."""
        return self._known.get(link)

    def links_written(self, links: Iterable[int]) -> None:
        """Let go of what was known of these links."""
        if self._known:
            for link in links:
                self._known.pop(link, None)

    def records_written(self, records: Iterable[str]) -> None:
        """Let go of what was known of all links of these records."""
        if self._known:
            for record in records:
                self.links_written(self._links.pop(record, ()))
