"""The log of the calls that a sandbox got, and how much of the quota they cost."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from msgspec import Struct, to_builtins

__all__ = ["KEPT", "Call", "CallLog"]

KEPT = 100_000
"""So many of the last calls are kept; counts and cost are of all of them."""


class Call(Struct, frozen=True):
    """One call: when, what, what was answered, what it cost, and which faults struck it.

    *kind* is the route that it took, such as ``GET /accounts/{id}``. *cost* is what it took from
    the quota, as the system counts. *notes* is what the sandbox wrote down of it.
    """

    at: datetime
    kind: str
    method: str
    path: str
    status: int
    cost: int = 1
    faults: tuple[str, ...] = ()
    notes: Mapping[str, Any] = {}


class CallLog:
    """The calls in the order in which they were answered; any thread may read and clear it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._kinds: Counter[str] = Counter()
        self._cost = 0

    def __iter__(self) -> Any:
        with self._lock:
            return iter(tuple(self._calls))

    def __len__(self) -> int:
        with self._lock:
            return self._kinds.total()

    @property
    def cost(self) -> int:
        """What all calls together took from the quota."""
        return self._cost

    @property
    def kinds(self) -> dict[str, int]:
        """How many calls took each route."""
        with self._lock:
            return dict(sorted(self._kinds.items()))

    def add(self, call: Call) -> None:
        """Write down one call."""
        with self._lock:
            self._calls.append(call)
            self._kinds[call.kind] += 1
            self._cost += call.cost

    def clear(self) -> None:
        """Forget everything that was written down."""
        with self._lock:
            self._calls.clear()
            self._kinds.clear()
            self._cost = 0

    def document(self) -> dict[str, Any]:
        """Return all of it as plain JSON values."""
        calls = [to_builtins(call) for call in self]
        return {"count": len(self), "cost": self.cost, "kinds": self.kinds, "calls": calls}
