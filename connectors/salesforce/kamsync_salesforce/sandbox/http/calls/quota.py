"""The calls that an org allows in 24 hours."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from kamsync.sandbox.clock import VirtualClock
from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["DAILY", "Quota"]

DAILY = 100_000
"""What an Enterprise org without licences has. Source: Limits and Allocations, "API Requests"."""
DAY = timedelta(hours=24)
SPENT = "TotalRequests Limit exceeded."


class Quota:
    """How many calls were made in the last 24 hours, and how many may be."""

    def __init__(self, clock: VirtualClock, maximum: int = DAILY) -> None:
        self._clock = clock
        self.maximum = maximum
        self._minutes: deque[tuple[datetime, int]] = deque()
        self._used = 0

    @property
    def used(self) -> int:
        """The calls of the last 24 hours."""
        before = self._clock.now() - DAY
        while self._minutes and self._minutes[0][0] <= before:
            self._used -= self._minutes.popleft()[1]
        return self._used

    def take(self, calls: int = 1) -> None:
        """Count calls.

        Source: REST API Developer Guide, "Status Codes and Error Responses" (403).

        Raises:
            Refusal: they are used up.
        """
        if self.used + calls > self.maximum:
            raise Refusal(403, "REQUEST_LIMIT_EXCEEDED", SPENT)
        self._add(calls)

    def spend(self) -> None:
        """Use up all that is left."""
        self._add(max(0, self.maximum - self.used))

    def header(self) -> str:
        """Return what every answer says of it.

        Source: REST API Developer Guide, "Limit Info Header".
        """
        return f"api-usage={self.used}/{self.maximum}"

    def _add(self, calls: int) -> None:
        """Count calls in the minute that it is."""
        minute = self._clock.now().replace(second=0, microsecond=0)
        if self._minutes and self._minutes[-1][0] == minute:
            calls_then = self._minutes.pop()[1]
            self._minutes.append((minute, calls_then + calls))
        else:
            self._minutes.append((minute, calls))
        self._used += calls
