"""The settings of histories: how many systems there are, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kamsync.testing.simulation import Tape
from kamsync.testing.simulation.drawn.setting import Setting
from kamsync.testing.simulation.history.world import World


@pytest.fixture(scope="module")
def settings() -> list[Setting]:
    """The settings of a hundred seeds."""
    return [*drawn(100)]


def drawn(seeds: int) -> Iterator[Setting]:
    """Yield the settings of so many seeds."""
    for seed in range(seeds):
        world = World(Tape(seed))
        world.close()
        yield world.setting


def test_from_two_to_five_systems_meet(settings: list[Setting]) -> None:
    """Each with a team of its own."""
    assert {2, 3, 4, 5} == {len(setting.casts) for setting in settings}
    assert all(len(s.casts) == len({cast.team for cast in s.casts}) for s in settings)


def test_what_relates_two_others_is_in_some_histories(settings: list[Setting]) -> None:
    """In every system that has both of what it relates, and never in one of them alone."""
    related = [[cast for cast in s.casts if "role" in cast.maps] for s in settings]

    assert any(len(casts) > 1 for casts in related)
    assert all("contact" in cast.maps for casts in related for cast in casts)
