"""The org's own clock, as far as its answers tell it.

``Date`` is a whole second (RFC 9110, 6.6.1) and is stamped when the answer is made, so that it only
bounds the moment at which the org looked: not before *date* less what the request took.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock

__all__ = ["ServerTime"]

SECOND = timedelta(seconds=1)


class ServerTime:
    """Tells the earliest that it can be in the org, from the answers that came so far."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._lock = Lock()
        self._earliest: datetime | None = None
        self._heard_at = 0.0

    def begin(self) -> float:
        """Return a mark from which `note` tells how long a request took."""
        return self._ticks()

    def note(self, date: str, began: float) -> datetime | None:
        """Take in one answer's ``Date``; return the earliest moment at which the org looked for it."""
        try:
            told = parsedate_to_datetime(date).astimezone(UTC)
        except ValueError:
            return None
        took = timedelta(seconds=max(self._ticks() - began, 0.0))
        with self._lock:
            known = self._known(began)
            # Our own clock may run while the org's stands: it never goes beyond what the org said.
            looked = max(told - took, min(known, told)) if known else told - took
            if self._earliest is None or told >= self._earliest or told < looked - SECOND:
                self._earliest, self._heard_at = told, self._ticks()
        return looked

    def earliest(self) -> datetime | None:
        """Return a time that the org's clock has reached by now, None before the first answer."""
        with self._lock:
            return self._earliest

    def _known(self, at: float) -> datetime | None:
        """Return what the clock had reached at the mark *at*, by what was heard before."""
        if self._earliest is None or at < self._heard_at:
            return None
        return self._earliest + timedelta(seconds=at - self._heard_at)
