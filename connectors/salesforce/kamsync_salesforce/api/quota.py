"""How many calls the org still allows, and a share of them that is left to everybody else.

Every answer tells it in ``Sforce-Limit-Info: api-usage=10018/100000`` (REST API Developer Guide,
"Limit Info Header"); the figures are those of a rolling day.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from threading import Lock

from kamsync.clock import Clock
from kamsync.connector import Budget
from kamsync.errors import QuotaSpent

__all__ = ["Quota"]

USAGE = re.compile(r"\bapi-usage=(\d+)/(\d+)")
LOOK_AGAIN = timedelta(minutes=15)


class Quota:
    """Counts the calls of this process, and stops before *share* of the org's daily calls is used."""

    def __init__(self, share: float, clock: Clock) -> None:
        self.share = share
        self.calls: Counter[str] = Counter()
        """How many calls were made, by what they were for."""
        self.used: int | None = None
        self.most: int | None = None
        self._clock = clock
        self._lock = Lock()
        self._told_at: datetime | None = None

    def count(self, what: str) -> None:
        """Count one call."""
        with self._lock:
            self.calls[what] += 1

    def note(self, header: str | None) -> None:
        """Take in what an answer says of the calls that were used."""
        found = USAGE.search(header or "")
        if found:
            self.set(int(found[1]), int(found[2]))

    def set(self, used: int, most: int) -> None:
        """Take in how many of the org's calls are used."""
        with self._lock:
            self.used, self.most, self._told_at = used, most, self._clock.now()

    def budget(self) -> Budget | None:
        """Return how many calls of the share are left, as the last answer told; None if none did."""
        with self._lock:
            used, most = self.used, self.most
        if used is None or not most:
            return None
        limit = int(self.share * most)
        return Budget(max(0, limit - used), limit)

    def require(self) -> None:
        """Raise `QuotaSpent` where the share is used up; now and then one call may look again."""
        with self._lock:
            used, most, told_at = self.used, self.most, self._told_at
            if used is None or not most or told_at is None or used < self.share * most:
                return
            if self._clock.now() - told_at >= LOOK_AGAIN:
                self._told_at = self._clock.now()
                return
        raise QuotaSpent(
            f"Salesforce has answered {used:,} of the {most:,} calls that it allows in a day, and"
            f" kamsync leaves the rest to others (quota_share is {self.share:g}).",
            hint="It goes on by itself when older calls drop out of the day.",
            wait_s=LOOK_AGAIN.total_seconds(),
        )
