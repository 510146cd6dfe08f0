"""The questions of a walk in their order: what is still to come, and what was passed over."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from kamsync.model import Conflict
from kamsync.reports import alike

__all__ = ["Queue"]


class Queue:
    """The ids of the open questions, oldest first; whoever walks may turn one down for today."""

    def __init__(self, conflicts: Iterable[Conflict]) -> None:
        self._waiting: deque[str] = deque()
        self._later: list[str] = []
        self.skipped: dict[str, None] = {}
        self._shapes: Counter[object] = Counter()
        for each in conflicts:
            self._waiting.append(each.id)
            self._shapes[alike(each)] += 1

    def __len__(self) -> int:
        """How many are still to come, those that were put off among them."""
        return len(self._waiting) + len(self._later)

    def first(self) -> str | None:
        """Return the question that is next, None where none is."""
        return self._waiting[0] if self._waiting else None

    def come_round(self) -> bool:
        """Let those that were put off come again if nothing else is left; return whether any do."""
        if self._waiting or not self._later:
            return False
        self._waiting.extend(self._later)
        self._later.clear()
        return True

    def alike(self, conflict: Conflict) -> int:
        """Return how many questions of one shape there were when the walk began."""
        return self._shapes[alike(conflict)]

    def put_off(self) -> None:
        """Let the first one come again at the end."""
        self._later.append(self._waiting.popleft())

    def skip(self) -> None:
        """Let the first one not come again."""
        self.skipped[self._waiting.popleft()] = None

    def drop(self) -> None:
        """Take the first one away, which is closed."""
        self._waiting.popleft()

    def ask_again(self, ids: Iterable[str]) -> None:
        """Let questions come next that are open again, in their order."""
        again = dict.fromkeys(ids)
        self._waiting = deque(each for each in self._waiting if each not in again)
        self._later = [each for each in self._later if each not in again]
        self._waiting.extendleft(reversed(again))
