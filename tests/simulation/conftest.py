from __future__ import annotations

from collections.abc import Callable

import pytest

from kamsync.testing.simulation import Played, Tape, play

STEPS = 120


@pytest.fixture
def found() -> Callable[[int, int], Played | None]:
    """What plays histories until an invariant breaks; it gives the first that breaks that one."""

    def play_until(number: int, seeds: int) -> Played | None:
        for seed in range(seeds):
            played = play(Tape(seed), STEPS)
            if played.breach is not None and played.breach.number == number:
                return played
        return None

    return play_until
