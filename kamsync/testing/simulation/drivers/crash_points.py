"""Every point at which the process may die in a step, one after the other, and in pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import structs

from kamsync.testing.simulation.drawn.choices import Stroke, Tape
from kamsync.testing.simulation.drivers.runner import Played, play

__all__ = ["dying_once", "dying_twice"]

KINDS = {
    "commit": ("crash before a commit", "crash after a commit"),
    "call": ("crash before a call", "crash after a call"),
    "row": ("crash before a row", "crash after a row"),
}
"""Before and after what the process may die."""

NEVER = 10**6
"""A place that no step comes to."""


def dying_once(tape: Tape, step: int) -> Iterator[Played]:
    """Play a history once for each point of *step* at which the process may die."""
    for stroke in _points(tape, step):
        yield play(_struck(tape, [stroke]), len(tape.steps), replay=True)


def dying_twice(tape: Tape, first: int, second: int) -> Iterator[Played]:
    """Play a history once for each point of the *first* step and each one of the *second* after it."""
    for stroke in _points(tape, first):
        for again in _points(_struck(tape, [stroke]), second):
            yield play(_struck(tape, [stroke, again]), len(tape.steps), replay=True)


def _points(tape: Tape, step: int) -> list[Stroke]:
    """Return the points of a step: a look at it counts them."""
    watched = _struck(tape, [*tape.struck, Stroke(step, "crash before a row", NEVER)])
    counts = play(watched, step + 1, replay=True).counts
    return [
        Stroke(step, kind, place)
        for site, kinds in KINDS.items()
        for place in range(1, counts.get(site, 0) + 1)
        for kind in kinds
    ]


def _struck(tape: Tape, struck: Sequence[Stroke]) -> Tape:
    return structs.replace(tape, struck=list(struck))
