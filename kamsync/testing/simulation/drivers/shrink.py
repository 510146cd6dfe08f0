"""Make a failing tape short: leave out steps and faults for as long as the same invariant breaks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec import structs

from kamsync.testing.simulation.drawn.choices import Strip
from kamsync.testing.simulation.drivers.runner import Order, Played

__all__ = ["TRIES_LIMIT", "shrunk"]

TRIES_LIMIT = 400
"""How often a tape is played while it is made shorter."""


def shrunk(played: Played, order: Order | None = None) -> Played:
    """Return a history that breaks the same invariant in as few steps and faults as could be found.

    *order* is how it was played.
    """
    return _Shrink(played, order or Order(0)).run()


class _Shrink:
    """The shortest history that was found so far."""

    def __init__(self, played: Played, order: Order) -> None:
        self.best = played
        self.order = order
        self.tries = 0

    def run(self) -> Played:
        """Cut off the end, leave out ever smaller stretches of steps, then single faults.

        A history whose faults were put into chosen steps stays as it is.
        """
        if self.best.tape.struck:
            return self.best
        strips = self.best.tape.steps
        self._try(strips[: self.best.steps + 1])
        size = max(len(self.best.tape.steps) // 2, 1)
        while size:
            self._sweep(size, partial(_without, size))
            size //= 2
        self._sweep(1, _without_faults)
        return self.best

    def _sweep(self, size: int, change: Callable[[list[Strip], int], list[Strip]]) -> None:
        """Try a change at every place, from the end."""
        at = len(self.best.tape.steps) - size
        while at >= 0 and self.tries < TRIES_LIMIT:
            self._try(change(self.best.tape.steps, at))
            at -= size

    def _try(self, steps: list[Strip]) -> None:
        """Keep a tape if it breaks the same invariant."""
        assert self.best.breach is not None
        if steps == self.best.tape.steps:
            return
        self.tries += 1
        tape = structs.replace(self.best.tape, steps=steps)
        played = structs.replace(self.order, steps=len(steps)).play(tape, replay=True)
        if played.breach is not None and played.breach.number == self.best.breach.number:
            self.best = played


def _without(size: int, strips: list[Strip], at: int) -> list[Strip]:
    return strips[:at] + strips[at + size :]


def _without_faults(strips: list[Strip], at: int) -> list[Strip]:
    if not strips[at].faults:
        return strips
    return [*strips[:at], Strip(strips[at].work, []), *strips[at + 1 :]]
