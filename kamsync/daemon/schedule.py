"""When which system is served next. Decides, does nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

__all__ = ["Pace", "Schedule"]

SPARED = 4
"""How many times less often a system is served that allows few calls more today."""

STOPPED_SHARE = 10
"""How many times as long as it took it is until a round that was stopped is tried again."""

SOON = timedelta(seconds=5)
"""When a round is tried again that found another process at work."""


class Pace(Struct, frozen=True):
    """How often a system is served, and within which time everything must have arrived there, if said."""

    every: timedelta
    fresh_within: timedelta | None = None

    @property
    def spared(self) -> timedelta:
        """How often it is served while calls are scarce: less often, and no promise is broken by it."""
        if self.fresh_within is None:
            return self.every * SPARED
        return max(self.every, min(self.every * SPARED, self.fresh_within / 2))


class Schedule:
    """When each system is due; one that was never tried is due at once."""

    def __init__(self, paces: Mapping[str, Pace], now: datetime) -> None:
        self._paces = paces
        self._asked = now
        self._next = dict.fromkeys(paces, now)
        self._spared: frozenset[str] = frozenset()

    def spare(self, systems: frozenset[str]) -> None:
        """Serve these less often from their next turn on, and no others."""
        self._spared = systems

    def due(self, now: datetime) -> frozenset[str]:
        """Return the systems that are to be served now.

        After the clock was set back none waits longer than its pace: when it was due before means
        nothing any more.
        """
        if now < self._asked:
            soonest = {name: now + self._pace(name) for name in self._paces}
            self._next = {name: min(at, soonest[name]) for name, at in self._next.items()}
        self._asked = now
        return frozenset(name for name, at in self._next.items() if at <= now)

    def next_at(self) -> datetime:
        """Return when the next system is due."""
        return min(self._next.values())

    def tried(self, systems: Collection[str], now: datetime, waits: Mapping[str, float]) -> None:
        """Note that *systems* were tried now; *waits* are the seconds that some asked to be left alone."""
        for name in systems:
            wait = timedelta(seconds=waits.get(name, 0))
            self._next[name] = now + max(self._pace(name), wait)

    def postpone(self, systems: Collection[str], now: datetime) -> None:
        """Note that *systems* could not be tried now, because somebody else was at work."""
        for name in systems:
            self._next[name] = now + SOON

    def _pace(self, name: str) -> timedelta:
        """Return how often a system is served now."""
        pace = self._paces[name]
        return pace.spared if name in self._spared else pace.every
