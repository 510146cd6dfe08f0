"""Where all chance of a history comes from: numbers drawn from a seed, or read from a tape.

What happens and what goes wrong are drawn from two tapes, step by step, so that taking a step or a
fault away leaves the others as they were. A tape is what is kept of a history, not its seed: it
still tells the same story when the drawing has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from msgspec import DecodeError, Struct, field, json, structs

from kamsync.errors import ConfigurationInvalid

__all__ = ["Choices", "Strip", "Stroke", "Tape", "load_tape", "save_tape"]

Any_ = TypeVar("Any_")

PARTS = 1000
"""How finely a share is drawn."""


DRAWING = 1
"""How faults are drawn now; tapes that name no drawing are of the first one, 0."""


class Strip(Struct, array_like=True):
    """The numbers of one step: what happened, and what went wrong."""

    work: list[int] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)


class Stroke(Struct, frozen=True, array_like=True):
    """A fault of this *kind* in one *step*, at its how many-th commit, call or row."""

    step: int
    kind: str
    place: int


class Tape(Struct):
    """One history, to be replayed: the numbers of its setting and of each step.

    *seed* says where it came from, *canary* which bug was planted. *systems* are the kinds of stages
    that took the place of systems in memory, by system, and *faults* those that might happen, None for
    all. *policy* are the tables of the policy that held, none where one was drawn. *struck* are faults
    at a place that was chosen and not drawn. *drawing* says how the numbers are understood: older tapes
    go on telling the same story.
    """

    seed: int
    setting: Strip = field(default_factory=Strip)
    steps: list[Strip] = field(default_factory=list)
    canary: str = ""
    systems: dict[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] | None = None
    policy: dict[str, dict[str, Any]] = field(default_factory=dict)
    struck: list[Stroke] = field(default_factory=list)
    drawing: int = DRAWING


class Choices:
    """One source of numbers; it notes what it gives.

    Replayed, it gives the noted numbers again, and then zeros: zero is always the plainest choice.
    """

    def __init__(self, random: Random | None, tape: list[int]) -> None:
        self._random = random.random if random is not None else None
        self._tape = tape
        self._at = 0

    def below(self, n: int) -> int:
        """Return a number from 0 up to *n*, without it."""
        if self._random is not None:
            number = int(self._random() * n)
            self._tape.append(number)
            return number
        at = self._at
        self._at = at + 1
        return self._tape[at] % n if at < len(self._tape) else 0

    def happens(self, share: float) -> bool:
        """Return whether something of this probability happens; the plainest is that it does not."""
        return self.below(PARTS) >= PARTS - share * PARTS

    def pick(self, things: Sequence[Any_]) -> Any_:
        """Return one of *things*; the first is the plainest."""
        return things[self.below(len(things))]

    def weighted(self, things: Sequence[tuple[Any_, int]]) -> Any_:
        """Return one of *things*, as often as its weight says."""
        at = self.below(sum(weight for _, weight in things))
        for thing, weight in things:
            at -= weight
            if at < 0:
                return thing
        raise AssertionError("a weight is negative")


def save_tape(tape: Tape, path: Path) -> None:
    """Write *tape* to a file."""
    path.write_bytes(json.encode(tape))


def load_tape(path: Path) -> Tape:
    """Read a tape from a file.

    Raises:
        ConfigurationInvalid: it holds none, or cannot be read.
    """
    try:
        found = json.decode(path.read_bytes(), type=_AnyTape)
    except OSError as error:
        raise ConfigurationInvalid(f"The tape {path} cannot be read: {error.strerror}.") from error
    except DecodeError as error:
        raise ConfigurationInvalid(
            f"{path} holds no tape of a history: {error}.",
            hint="A tape is what kamsync simulate keeps of a history that fails.",
        ) from error
    return Tape(**structs.asdict(found))


class _AnyTape(Tape):
    """A tape as it is on file: one of the first drawing names none."""

    drawing: int = 0
