"""First pages that are read together: five queries of a round in one call.

A composite carries at most five queries (REST API Developer Guide, "Composite"), so an idle round
over six objects costs two calls instead of six.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from kamsync_salesforce.api.client import TEXT_LIMIT, Answer, Client, Refusal, Rows, Sub, rows_of

__all__ = ["QUERIES", "Ahead", "fits", "in_url"]

QUERIES = 5
FRESH_S = 60.0
FAILED = 500


class Ahead:
    """Holds the first pages of queries that were announced, each to be taken once, while it is fresh.

    Nothing is held over a write: what is read after it must show it.
    """

    def __init__(self, client: Client, ticks: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._ticks = ticks
        self._waiting: list[tuple[str, bool]] = []
        self._held: dict[tuple[str, bool], tuple[float, Answer]] = {}

    def announce(self, queries: list[tuple[str, bool]]) -> None:
        """Hear which queries follow, each with whether it shows what is deleted."""
        self._waiting = list(dict.fromkeys(queries))
        self._held = {}

    def forget(self) -> None:
        """Hold nothing any more."""
        self.announce([])

    def first(self, query: str, *, deleted: bool) -> Rows:
        """Return the first page of a query: the one that is held, or a new one; raises `Refusal`."""
        wanted = (query, deleted)
        if wanted in self._waiting and wanted not in self._held:
            self._fetch(wanted)
        at, answer = self._held.pop(wanted, (0.0, None))
        if wanted in self._waiting:
            self._waiting.remove(wanted)
        if answer is None or self._ticks() - at > FRESH_S or answer.status >= FAILED:
            return self._client.query(query, deleted=deleted)
        if answer.failed:
            raise Refusal(answer.status, answer.problem)
        return rows_of(answer)

    def _fetch(self, wanted: tuple[str, bool]) -> None:
        """Read the first pages of this query and of those that follow, as many as one call takes."""
        place = self._waiting.index(wanted)
        together = self._waiting[place : place + QUERIES]
        if len(together) == 1:
            return
        subs = [
            Sub("GET", f"/{'queryAll' if deleted else 'query'}?q={in_url(query)}")
            for query, deleted in together
        ]
        began = self._ticks()
        try:
            answers = self._client.composite(subs, repeatable=True)
        except Refusal:
            self.forget()
            return
        self._held |= {
            each: (began, answer) for each, answer in zip(together, answers, strict=True)
        }


def in_url(query: str) -> str:
    """Return a query as an address takes it."""
    from urllib.parse import quote_plus

    return quote_plus(query)


def fits(query: str) -> bool:
    """Whether a query is short enough for an address."""
    return len(in_url(query)) <= TEXT_LIMIT
