"""How each system stands: served when, paused why, and as fresh as was promised or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from kamsync.connector import Budget
from kamsync.daemon.alarms import Wrong
from kamsync.wording import counted

__all__ = ["Standing", "length"]

MINUTE_S = 60
HOUR_S = 3600


class Standing(Struct, frozen=True):
    """What is known of each system at one time, from which its freshness follows at any later one.

    *served* says when each was served from end to end. *promised* is the time within which each is
    to be served anew, where that is promised; one that never was served counts from *began*. Who is
    *paused*, and why, owes no freshness. *budgets* are the calls of the day, where a system tells them,
    and *wrong* is what was wrong at the end of the last round.
    """

    began: datetime
    served: Mapping[str, datetime] = {}
    promised: Mapping[str, timedelta] = {}
    paused: Mapping[str, str] = {}
    budgets: Mapping[str, Budget] = {}
    wrong: Wrong = {}

    def stale(self, now: datetime) -> dict[str, str]:
        """Return in words how the promise of each system is broken whose promise is."""
        ages = {name: now - self.served.get(name, self.began) for name in self.promised}
        return {
            name: f"not served for {length(age)}, and {length(self.promised[name])} were promised"
            for name, age in ages.items()
            if age > self.promised[name] and name not in self.paused
        }


def length(time: timedelta) -> str:
    """Return a length of time as a person says it."""
    seconds = int(time.total_seconds())
    if seconds < 2 * MINUTE_S:
        return counted(seconds, "second")
    if seconds < 2 * HOUR_S:
        return f"{seconds // MINUTE_S} minutes"
    return f"{seconds // HOUR_S} hours"
