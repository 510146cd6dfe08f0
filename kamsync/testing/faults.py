"""Ready faults for systems in memory: answers that get lost, rows that fail, edits that race a write."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Protocol

from msgspec import Struct

from kamsync.errors import SystemDown
from kamsync.memory import Faults
from kamsync.model import Outcome, Receipt, Write

__all__ = ["Chance", "Drawn", "DrawnFaults", "FailAt", "Racing", "Rates"]


class Chance(Protocol):
    """Where chance comes from: a seed, a tape, or whatever a test hands in."""

    def happens(self, share: float) -> bool:
        """Return whether something of this probability happens."""


class Drawn:
    """Chance that is drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def happens(self, share: float) -> bool:
        """Return whether something of this probability happens."""
        return self._random.random() < share


class Rates(Struct, frozen=True):
    """How often each thing goes wrong, from 0 to 1.

    Of calls: the system is *down* before anything happened, or the answer is *lost* after
    everything has. Of rows: *refused*, put off to *later*, *unsent* and unknown, landed but
    *unanswered*, on the way until they are released (*late*), or *raced* by an edit.
    """

    down: float = 0.0
    lost: float = 0.0
    refused: float = 0.0
    later: float = 0.0
    unsent: float = 0.0
    unanswered: float = 0.0
    late: float = 0.0
    raced: float = 0.0


class DrawnFaults(Faults):
    """Faults that happen by *chance*, at their *rates*; none while *calm*.

    *race* is what people do just before a row that is raced.
    """

    def __init__(
        self, chance: Chance, rates: Rates, race: Callable[[Write], None] | None = None
    ) -> None:
        self.calm = False
        self._chance = chance
        self._rates = rates
        self._race = race
        self._late: list[Callable[[], Receipt]] = []

    def before(self, call: str, object_: str) -> None:
        """Let the system be down now and then."""
        if self._happens(self._rates.down):
            raise SystemDown(f"No answer to {call} of {object_}.")

    def after(self, call: str, object_: str) -> None:
        """Lose an answer now and then."""
        if self._happens(self._rates.lost):
            raise SystemDown(f"The answer to {call} of {object_} was lost.")

    def row(self, write: Write, land: Callable[[], Receipt]) -> Receipt:
        """Let one row go wrong in at most one way."""
        rates, native_id = self._rates, write.native_id
        if self._happens(rates.refused):
            return Receipt(Outcome.REFUSED, native_id, reason="The system has its reasons.")
        if self._happens(rates.later):
            return Receipt(Outcome.LATER, native_id, reason="The record is busy.")
        if self._happens(rates.unsent):
            return Receipt(Outcome.UNKNOWN, native_id)
        if self._happens(rates.late):
            self._late.append(land)
            return Receipt(Outcome.UNKNOWN, native_id)
        if self._happens(rates.unanswered):
            land()
            return Receipt(Outcome.UNKNOWN, native_id)
        if self._race is not None and self._happens(rates.raced):
            self._race(write)
        return land()

    def release(self) -> int:
        """Let every write that is on the way arrive now; return how many those were."""
        late, self._late = self._late, []
        for land in late:
            land()
        return len(late)

    def _happens(self, share: float) -> bool:
        """Whether a fault happens; one that never does draws nothing."""
        return share > 0 and not self.calm and self._chance.happens(share)


class FailAt(Faults):
    """Fail once, at the call number *place*, before it or after it; everything else is well.

    Going through all places finds every single point at which a caller may be interrupted. *error*
    makes what is raised, so that a test can tell a crash of its own from a system that is down.
    """

    def __init__(
        self,
        place: int,
        *,
        after: bool = False,
        error: Callable[[str], BaseException] = SystemDown,
    ) -> None:
        self.calls = 0
        """How many calls were begun."""
        self._place = place
        self._after = after
        self._error = error

    def before(self, call: str, object_: str) -> None:
        """Count the call, and fail it if it is the one."""
        self.calls += 1
        if self.calls == self._place and not self._after:
            raise self._error(f"Interrupted before {call} of {object_}.")

    def after(self, call: str, object_: str) -> None:
        """Lose the answer to the call if it is the one."""
        if self.calls == self._place and self._after:
            raise self._error(f"Interrupted after {call} of {object_}.")


class Racing(Faults):
    """Let people act just before the next row of a write, once."""

    def __init__(self, act: Callable[[Write], None]) -> None:
        self._act: Callable[[Write], None] | None = act

    def row(self, write: Write, land: Callable[[], Receipt]) -> Receipt:
        """Act first if that has not happened yet, then land."""
        act, self._act = self._act, None
        if act is not None:
            act(write)
        return land()
