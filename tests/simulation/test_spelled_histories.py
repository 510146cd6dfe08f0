"""Histories that are spelled out: every short one in a small world, and every point to die at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

import pytest

from kamsync.testing.simulation import Played, Strip, play
from kamsync.testing.simulation.drawn.setting import Setting
from kamsync.testing.simulation.drivers.crash_points import dying_once, dying_twice
from kamsync.testing.simulation.drivers.small_scope import every_history
from kamsync.testing.simulation.drivers.spelling import Spelling, spelled

LENGTH = 4
LETTERS = 12


def broken(played: Iterator[Played]) -> list[str]:
    """What is wrong with the histories that broke an invariant; there must have been some."""
    each = list(played)
    assert each
    return [f"{one.tape} {one.breach}" for one in each if one.breach]


def fits(systems: int) -> Callable[[Setting], bool]:
    """Settings with so many systems in which no plan is out of proportion."""
    return lambda setting: (
        len(setting.casts) == systems
        and setting.limits.of("s0", "account").update.allows(900) > 900
    )


@cache
def setting(systems: int, place: int = 0) -> Spelling:
    """How histories are spelled in the setting of that place among those that fit."""
    after = -1 if place == 0 else setting(systems, place - 1).seed
    return spelled(fits(systems), after=after)


def beginning(words: Spelling) -> list[Strip]:
    """Two accounts that all systems know."""
    return [words.create(0), words.create(1), words.round(), words.round()]


def alphabet(words: Spelling) -> list[Strip]:
    """Twelve things that may happen in three systems."""
    return [
        words.edit(0),
        words.edit(1),
        words.edit(2, row=1),
        words.edit(1, blank=True),
        words.delete(0),
        words.undelete(0),
        words.merge(1),
        words.pull(0),
        words.settle(),
        words.push(1),
        words.round(),
        words.decide(),
    ]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("first", range(LETTERS))
def test_every_short_history_in_a_small_world_keeps_every_promise(first: int) -> None:
    """Three systems, two records, twelve letters, four of them in every order: 20,736 histories."""
    words = setting(3)

    played = every_history(words, beginning(words), alphabet(words), first=first, length=LENGTH)

    assert [] == broken(played)


def story(name: str) -> tuple[Spelling, list[Strip]]:
    """A setting, and what people do in it before the round in which the process dies."""
    place = list(STORIES).index(name)
    words = setting(2 + place % 2, place // 2)
    return words, [*beginning(words), *STORIES[name](words)]


STORIES: dict[str, Callable[[Spelling], list[Strip]]] = {
    "an edit": lambda w: [w.edit(0)],
    "edits at one time": lambda w: [w.edit(0), w.edit(1), w.edit(0, "note", row=1)],
    "a new record": lambda w: [w.create(0)],
    "a twin of a record": lambda w: [w.create(0), w.create(1, known=True)],
    "a delete": lambda w: [w.delete(0)],
    "a delete and an edit": lambda w: [w.delete(0), w.edit(1)],
    "one that is back": lambda w: [w.delete(0), w.round(), w.undelete(0)],
    "a merge": lambda w: [w.merge(0), w.edit(1)],
    "a blank": lambda w: [w.edit(0, blank=True), w.edit(1, "address", row=1)],
    "a decision": lambda w: [w.edit(0), w.edit(1), w.round(), w.decide()],
    "a reference": lambda w: [w.edit(0, "parent"), w.edit(1, "parent", row=1)],
    "nothing new": lambda w: [w.touch(0), w.pull(1)],
}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", STORIES)
def test_a_process_that_dies_at_any_point_of_a_round_breaks_no_promise(name: str) -> None:
    """Before and after each commit, each call and each row, one after the other."""
    words, steps = story(name)
    tape = words.tape([*steps, words.round()])

    assert [] == broken(dying_once(tape, len(steps)))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ["an edit", "a new record", "a delete"])
def test_a_process_that_dies_at_any_two_points_breaks_no_promise(name: str) -> None:
    """At each point of a round, and then at each point of the next one."""
    words, steps = story(name)
    tape = words.tape([*steps, words.round(), words.round()])

    assert [] == broken(dying_twice(tape, len(steps), len(steps) + 1))


def test_what_is_spelled_happens() -> None:
    """Each letter of the small world comes to something where it can, and the same one twice the same."""
    words = setting(3)
    steps = [*beginning(words), *alphabet(words)]

    played = play(words.tape(steps), len(steps), replay=True)

    idle = {place for place, _ in pairwise([*played.idle, len(steps)])}
    assert idle <= {len(steps) - 1}
    assert played.trace == play(words.tape(steps), len(steps), replay=True).trace
