"""The time, handed in: nothing else in kamsync asks the machine for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

__all__ = ["Clock", "SetClock", "SystemClock", "instant", "minute"]

INSTANTS_KEPT = 1024
"""How many times stay written: the fields of a record were mostly changed at the same few."""


class Clock(Protocol):
    """What tells the time (always aware UTC) and waits."""

    def now(self) -> datetime:
        """Return the present time."""

    def wait(self, wait_s: float) -> None:
        """Return after *wait_s* seconds have passed on this clock."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(UTC)

    def wait(self, wait_s: float) -> None:
        """Sleep."""
        time.sleep(wait_s)


class SetClock:
    """A clock that moves only when it is told to; waiting moves it."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.time = start

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.time

    def wait(self, wait_s: float) -> None:
        """Move on by *wait_s* seconds."""
        self.time += timedelta(seconds=wait_s)


@lru_cache(maxsize=INSTANTS_KEPT)
def instant(at: datetime) -> str:
    """Write a time the way kamsync stores it: UTC, microseconds, sortable as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def minute(at: str) -> str:
    """Write a stored time as people read it: to the minute, in UTC."""
    return at[:16].replace("T", " ")
