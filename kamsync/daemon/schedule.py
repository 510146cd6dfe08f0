"""When which system is served next. Decides, does nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

__all__ = ["Pace", "Schedule"]

SOON = timedelta(seconds=5)
"""When a round is tried again that found another process at work."""


class Pace(Struct, frozen=True):
    """How often a system is served, and within which time everything must have arrived there, if said."""

    every: timedelta
    fresh_within: timedelta | None = None


class Schedule:
    """When each system is due; one that was never tried is due at once."""

    def __init__(self, paces: Mapping[str, Pace], now: datetime) -> None:
        self._paces = paces
        self._asked = now
        self._next = dict.fromkeys(paces, now)

    def due(self, now: datetime) -> frozenset[str]:
        """Return the systems that are to be served now.

        After the clock was set back none waits longer than its pace: when it was due before means
        nothing any more.
        """
        if now < self._asked:
            soonest = {name: now + pace.every for name, pace in self._paces.items()}
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
            self._next[name] = now + max(self._paces[name].every, wait)

    def postpone(self, systems: Collection[str], now: datetime) -> None:
        """Note that *systems* could not be tried now, because somebody else was at work."""
        for name in systems:
            self._next[name] = now + SOON
