"""The first reading: all records, listed by ranges of their ids, several at a time.

A listing goes by id and reads what is stored, so that nothing moves under it. One range after the
other would wait for each answer; so the ids that are left are cut into ranges that are read side by
side, and where one is done early it takes over half of the longest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from datetime import datetime

from msgspec import Struct, structs

from kamsync_hubspot.client.objects import Shape
from kamsync_hubspot.client.records import Records
from kamsync_hubspot.client.wire import Thing
from kamsync_hubspot.reading.cursors import Range

__all__ = ["BLOCK", "Block", "Lister"]

BLOCK = 10
"""How many pages are read before their associations are: a thousand records, as one call takes."""

LEAST = 20
"""How many pages a range should still have to be worth cutting: each cut costs about one call."""


class Block(Struct, frozen=True):
    """Some pages of one range, and what is left of all ranges after them."""

    pages: list[list[Thing]]
    at: datetime | None
    left: tuple[Range, ...]


class Span:
    """A range while it is read; its end may come nearer meanwhile."""

    def __init__(self, range_: Range) -> None:
        self.after = range_.after
        self.until = range_.until
        self.read = 0
        self.first = int(range_.after or 0)

    @property
    def range(self) -> Range:
        """What is left of it."""
        return Range(self.after, self.until)

    def rest(self, size: int) -> float:
        """Return how many pages are probably left, if the ids are as dense as they were."""
        here = int(self.after or 0)
        if self.until is None or not self.read or here <= self.first:
            return 0.0
        return (self.until - here) / (here - self.first) * self.read / size

    def half(self) -> Span:
        """Cut off the second half of what is left, and return it."""
        assert self.until is not None
        middle = (int(self.after or 0) + self.until) // 2
        other = Span(Range(str(middle - 1), self.until))
        self.until = middle
        return other


class Lister:
    """Reads all records of one object.

    Args:
        records: the portal's records.
        shape: the object.
        names: what is read of each.
        size: how many records one call brings.
        pool: what makes calls side by side, *parallel* of them.
    """

    def __init__(
        self,
        records: Records,
        shape: Shape,
        names: Sequence[str],
        size: int,
        pool: Executor,
        parallel: int,
    ) -> None:
        self._records = records
        self._shape = shape
        self._names = names
        self._size = size
        self._pool = pool
        self._parallel = parallel

    def blocks(self, ranges: Sequence[Range]) -> Iterator[Block]:
        """Yield all records of *ranges*, block by block, in the order in which they arrive."""
        spans = [Span(each) for each in ranges]
        if len(spans) == 1 and spans[0].until is None:
            yield self._block(spans[0])
            if spans[0].after == "":
                return
            spans = self._cut(spans[0])
        yield from self._side_by_side(spans)

    def _side_by_side(self, spans: list[Span]) -> Iterator[Block]:
        """Read *spans* at the same time, cutting the longest in two when there are too few."""
        running: dict[Future[Block], tuple[Span, str]] = {}
        waiting = spans
        try:
            while waiting or running:
                while waiting and len(running) < self._parallel:
                    span = waiting.pop()
                    running[self._pool.submit(self._block, span)] = (span, span.after)
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    span, _ = running.pop(future)
                    block = future.result()
                    waiting += [span] if span.after else []
                    waiting += self._further([*waiting, *(each for each, _ in running.values())])
                    # What is being read was not handed on yet: it is left from where it began.
                    begun = [Range(after, each.until) for each, after in running.values()]
                    yield structs.replace(block, left=(*(each.range for each in waiting), *begun))
        finally:
            for future in running:
                future.cancel()

    def _further(self, spans: Sequence[Span]) -> list[Span]:
        """Return another span if fewer are read than could be, cut off the longest."""
        longest = max(spans, key=lambda span: span.rest(self._size), default=None)
        if longest is None or len(spans) >= self._parallel:
            return []
        return [longest.half()] if longest.rest(self._size) >= LEAST else []

    def _cut(self, span: Span) -> list[Span]:
        """Return what is left after the first block as ranges of about the same length."""
        newest = self._records.searched(self._shape, [], 1, newest=True)
        pages = (newest.total - span.read) / self._size
        start, end = int(span.after), int(newest.things[0].id) if newest.things else 0
        count = max(1, min(self._parallel, int(pages / LEAST)))
        if end <= start or count == 1:
            return [Span(Range(span.after, None))]
        bounds = [start + (end - start) * place // count for place in range(1, count)]
        # Whether a listing begins with the id that it is given or just after it is not documented.
        starts = [span.after, *(str(bound - 1) for bound in bounds)]
        return [
            Span(Range(first, until)) for first, until in zip(starts, [*bounds, None], strict=True)
        ]

    def _block(self, span: Span) -> Block:
        """Read a few pages of one span, and move it on."""
        pages: list[list[Thing]] = []
        at = None
        for _ in range(BLOCK):
            found = self._records.listed(self._shape, self._names, span.after, self._size)
            at = at or found.at
            until = span.until
            kept = [t for t in found.things if until is None or int(t.id) < until]
            pages.append(kept)
            span.read += len(kept)
            span.after = found.after
            if not found.after or (until is not None and int(found.after) >= until):
                span.after = ""
                break
        return Block(pages, at, (span.range,) if span.after else ())
