"""What was last told of things that have no history, to see that nobody changed them since.

HubSpot refuses no late write, and keeps no history of associations and splits. So what is there just
before a write is compared with what kamsync was told, and a write that knew something else is not made.
"""

from __future__ import annotations

from typing import Generic, TypeVar

__all__ = ["CHANGED", "LastTold"]

CHANGED = "Somebody has changed it since it was read; it is read again."
LIMIT = 10_000
"""How many answers are kept; of what is not, a write is not held back."""

T = TypeVar("T")


class LastTold(Generic[T]):
    """The last answer about each thing, by its name, until it is used."""

    def __init__(self) -> None:
        self._answers: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def keep(self, name: str, answer: T) -> None:
        """Keep what was told of *name*."""
        if len(self._answers) >= LIMIT:
            self._answers.clear()
        self._answers[name] = answer

    def drop(self, name: str) -> None:
        """Keep nothing of *name*."""
        self._answers.pop(name, None)

    def differs(self, name: str, now: T) -> bool:
        """Whether *now* is something else than what was told, if anything was; used once."""
        return self._answers.pop(name, now) != now
