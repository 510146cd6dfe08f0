"""How fast calls may follow each other, so that HubSpot never has to refuse one.

HubSpot counts calls in a rolling window of ten seconds for each app, and searches by the second for
each account (developers.hubspot.com, "Usage guidelines"). What it counts are arrivals, and what was
sent evenly may arrive in a heap; so calls are spread over the window, a little below its limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from kamsync.clock import Clock

__all__ = ["GENERAL", "SEARCHES", "Lane", "Pace"]

GENERAL = "general"
SEARCHES = "searches"

GENERAL_LIMIT = 100
"""The calls in ten seconds that every plan allows at least; the answers tell what this one allows."""

INTERVAL_S = 10.0
SEARCH_LIMIT = 5
SEARCH_INTERVAL_S = 1.0

SHARE = 0.92
"""The part of the general limit that is used: what is left takes up what arrives in a heap."""

SEARCH_SHARE = 0.8
BURST_SHARE = 0.03
"""The part of the limit that may go at once after a pause."""

QUEUE_S = 60.0
"""How long calls may queue up; only a clock that was set back would let them wait for longer."""

LIMIT = "x-hubspot-ratelimit-max"
INTERVAL_MS = "x-hubspot-ratelimit-interval-milliseconds"


class Lane:
    """One budget: *limit* calls in *interval_s*, of which the *share* is used, evenly spread.

    It is the generic cell rate algorithm (ITU-T I.371): each call moves the time at which the next
    one is due, and a call may be early by no more than a small burst.
    """

    def __init__(self, limit: int, interval_s: float, share: float) -> None:
        self._lock = Lock()
        self._share = share
        self._due_s = 0.0
        self.set(limit, interval_s)

    def set(self, limit: int, interval_s: float) -> None:
        """Take over the limit that the other side has told."""
        self.limit = max(limit, 1)
        self.interval_s = interval_s
        self._space_s = interval_s / (self.limit * self._share)
        self._early_s = self._space_s * max(int(self.limit * BURST_SHARE) - 1, 0)

    def start(self, now_s: float) -> float:
        """Return when a call that is ready *now_s* may start; each answer is a call's own."""
        with self._lock:
            # A clock that was set back must not stop everything until it has caught up.
            due_s = min(self._due_s, now_s + QUEUE_S)
            start_s = max(now_s, due_s - self._early_s)
            self._due_s = max(due_s, start_s) + self._space_s
            return start_s

    def hold(self, until_s: float) -> None:
        """Let no call start before *until_s*, or for a minute if that is less."""
        with self._lock:
            self._due_s = max(self._due_s, until_s + self._early_s)


class Pace:
    """The budgets of one app: searches have their own, everything else shares the other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lanes = {
            GENERAL: Lane(GENERAL_LIMIT, INTERVAL_S, SHARE),
            SEARCHES: Lane(SEARCH_LIMIT, SEARCH_INTERVAL_S, SEARCH_SHARE),
        }

    def wait(self, lane: str) -> None:
        """Return when the next call of *lane* may start."""
        now_s = self._clock.now().timestamp()
        start_s = self.lanes[lane].start(now_s)
        if start_s > now_s:
            self._clock.wait(start_s - now_s)

    def note(self, lane: str, headers: Mapping[str, str]) -> None:
        """Take over the limits that an answer tells."""
        limit, interval_ms = headers.get(LIMIT, ""), headers.get(INTERVAL_MS, "")
        if lane == GENERAL and limit.isdecimal() and interval_ms.isdecimal():
            told = int(limit), int(interval_ms) / 1000
            if told != (self.lanes[lane].limit, self.lanes[lane].interval_s) and all(told):
                self.lanes[lane].set(*told)

    def hold(self, lane: str, wait_s: float) -> None:
        """Let the whole lane rest: one call of it was refused."""
        self.lanes[lane].hold(self._clock.now().timestamp() + wait_s)
