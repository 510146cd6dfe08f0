"""Answers that are too long for one page: kept as they were, to be fetched page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

from msgspec import Raw, Struct, json

from kamsync.sandbox.clock import VirtualClock
from kamsync_salesforce.sandbox.ids import new_id
from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["Locators", "Page"]

LIFE = timedelta(days=2)
KEPT = 200
"""So many answers are kept; the oldest go first, as if they had expired."""
WIDEST_PAGE = 8_000_000
"""Bytes of a page: wide rows make it shorter than it might be."""


class Page(Struct, frozen=True):
    """Some rows of an answer as JSON, how many there are in all, and where the next page is."""

    rows: Raw
    count: int
    total: int
    next: str | None


class Locators:
    """The answers of an org that have more than one page.

    Each is its own snapshot, kept in a file: what is changed later is not seen on later pages.
    Source: REST API Developer Guide, "Query More Results"; SOQL and SOSL Reference, "query cursors"
    (two days).
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._held: OrderedDict[str, _Kept] = OrderedDict()
        self._made = 0
        self.short: int | None = None

    def first(self, rows: Iterable[dict[str, Any]], total: int, size: int) -> Page:
        """Return the first page of *rows*, and keep the others."""
        pages = _pages(iter(rows), min(size, self.short or size))
        count, text = next(pages, (0, b"[]"))
        if count >= total:
            return Page(Raw(text), count, total, None)
        kept = _Kept(self._clock.now() + LIFE, total)
        kept.add(0, count, text)
        start = count
        for more, later in pages:
            kept.add(start, more, later)
            start += more
        self._made += 1
        name = new_id("0r8", self._made)
        self._held[name] = kept
        if len(self._held) > KEPT:
            self._held.popitem(last=False)
        return kept.page(name, 0)

    def more(self, locator: str) -> Page:
        """Return the page that a locator names.

        Source: REST API Developer Guide, "Query More Results" (INVALID_QUERY_LOCATOR).

        Raises:
            Refusal: it is unknown, or older than two days.
        """
        name, _, start = locator.rpartition("-")
        kept = self._held.get(name)
        number = int(start) if start.isdecimal() else -1
        if kept is None or kept.ends <= self._clock.now() or number not in kept.places:
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return kept.page(name, number)

    def expire(self) -> None:
        """Let all that is kept go."""
        self._held.clear()


class _Kept:
    """The pages of one answer in a file, by the number of their first row."""

    def __init__(self, ends: datetime, total: int) -> None:
        self.ends = ends
        self.total = total
        self.places: dict[int, tuple[int, int, int]] = {}
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115

    def __del__(self) -> None:
        self._file.close()

    def add(self, start: int, count: int, text: bytes) -> None:
        """Keep the page that begins with the row *start*."""
        self.places[start] = (count, self._file.seek(0, 2), len(text))
        self._file.write(text)

    def page(self, name: str, start: int) -> Page:
        """Return the page that begins with the row *start*."""
        count, place, length = self.places[start]
        self._file.seek(place)
        text = self._file.read(length)
        after = start + count
        return Page(
            Raw(text), count, self.total, f"{name}-{after}" if after in self.places else None
        )


def _pages(rows: Iterator[dict[str, Any]], size: int) -> Iterator[tuple[int, bytes]]:
    """Yield pages of *rows* as JSON, each with its number of rows."""
    while batch := list(islice(rows, size)):
        encoded = [json.encode(row) for row in batch]
        while encoded:
            fits, bytes_ = 0, 0
            while fits < len(encoded) and (not fits or bytes_ < WIDEST_PAGE):
                bytes_ += len(encoded[fits])
                fits += 1
            yield fits, b"[" + b",".join(encoded[:fits]) + b"]"
            encoded = encoded[fits:]
