"""Each invariant notices what it is there for, and each planted bug is found about as soon as ever."""

from __future__ import annotations

from statistics import median

import pytest

from kamsync.testing.simulation import INVARIANTS, Played, Tape, play
from kamsync.testing.simulation.planted import BUGS

STEPS = 120
FIVEFOLD = 5
AT_LEAST = 6
"""Where a bug was found by one of the first histories, chance alone may make it one of a few more."""


def hit(name: str) -> Played | None:
    """Return the first history that finds a bug, within five times as many as it took before.

    That the hub ends with an error finds nothing: a bug that no longer fits the code it is planted in
    would look like that.
    """
    bug = BUGS[name]
    for seed in range(FIVEFOLD * max(bug.seeds, AT_LEAST)):
        played = play(Tape(seed, canary=name, faults=bug.faults or None), STEPS)
        if played.breach and played.breach.number in (bug.breaks or INVARIANTS):
            return played
    return None


def test_every_invariant_has_a_bug_that_breaks_it() -> None:
    """28, which compares two histories, is tested beside the others."""
    assert set(INVARIANTS) - {28} == {number for bug in BUGS.values() for number in bug.breaks}


def test_at_least_thirty_bugs_are_planted_and_half_of_them_show_in_few_histories() -> None:
    """The table says after how many histories each was found."""
    assert len(BUGS) >= 30
    assert median(bug.seeds for bug in BUGS.values()) <= 200


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found_about_as_soon_as_ever(name: str) -> None:
    """A simulation that takes five times as long to find it has gone blind."""
    assert hit(name) is not None, BUGS[name].says
