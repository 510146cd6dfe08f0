"""The time that a sandbox tells: the machine's own, until it is set or moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

__all__ = ["VirtualClock"]


class VirtualClock:
    """A clock that follows the machine's, can be moved and set, and stands still where it was set.

    Any thread may read or move it.

    Args:
        start: where it stands; without it, it goes with the machine's clock.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = Lock()
        self._stands: datetime | None = start
        self._ahead = timedelta()

    @property
    def stands(self) -> bool:
        """Whether it stands still."""
        return self._stands is not None

    def now(self) -> datetime:
        """Return the time that it shows, aware UTC."""
        with self._lock:
            return self._now()

    def set(self, at: datetime) -> None:
        """Show *at* and stand still; a time without a zone is UTC."""
        with self._lock:
            self._stands = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)

    def forward(self, seconds: float) -> None:
        """Move by so many seconds; it then goes on, or stands still, as before."""
        with self._lock:
            if self._stands is None:
                self._ahead += timedelta(seconds=seconds)
            else:
                self._stands += timedelta(seconds=seconds)

    def stop(self) -> None:
        """Stand still at the time that it shows now."""
        with self._lock:
            self._stands = self._now()

    def go(self) -> None:
        """Go on from the time that it shows now, as fast as the machine's clock."""
        with self._lock:
            self._ahead = self._now() - datetime.now(UTC)
            self._stands = None

    def wait(self, wait_s: float) -> None:
        """Move on instead of waiting."""
        self.forward(wait_s)

    def _now(self) -> datetime:
        return self._stands or datetime.now(UTC) + self._ahead
