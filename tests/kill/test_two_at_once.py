"""Two syncs of one store at once: one works, the other says who does, and nothing is lost."""

from __future__ import annotations

import signal
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SYSTEMS = ("sales", "success", "support")
PLACES = ("pull", "settle", "push", "between intent and send", "between send and receipt")


@pytest.fixture
def edited(world: Any) -> Any:
    """A world whose systems have met, with something for a sync to do."""
    for system in SYSTEMS:
        world.create(system, "account", {"name": "acme", "domains": ["acme.example"]})
    world.settle()
    world.edit("sales", "account", "acme", {"industry": "glass"})
    world.create("success", "account", {"name": "best", "domains": ["best.example"]})
    return world


def industries(world: Any) -> list[Any]:
    """What every system holds."""
    return [
        sorted(
            str(values.get("industry"))
            for values in world.systems[name].records("account").values()
        )
        for name in SYSTEMS
    ]


@pytest.mark.parametrize("place", PLACES)
def test_a_second_sync_says_who_is_at_work_and_leaves_it_to_them(edited, place):
    """The first one stands still at a step; the second one ends with 1, and writes nothing."""
    first = edited.start(place, 1)
    assert first.follow("stopped")
    before = edited.natives()

    second = edited.run("sync")

    assert 1 == second.returncode
    assert f"process {first.process.pid} on " in second.stderr
    assert "`kamsync sync` runs a round on this store" in second.stderr
    assert before == edited.natives()
    first.signal(signal.SIGCONT)
    assert 0 == first.end()[0]
    assert [["None", "glass"]] * 3 == industries(edited)
    assert [0] == [each.written for each in edited.settle()]


@pytest.mark.parametrize("place", PLACES)
def test_a_sync_that_was_frozen_goes_on_where_it_was(edited, place):
    """SIGSTOP in the middle, somebody edits, another sync is turned away; then SIGCONT."""
    frozen = edited.start(place, 2)
    assert frozen.follow("stopped")
    frozen.signal(signal.SIGSTOP)
    edited.edit("support", "account", "acme", {"legal_name": "Acme Ltd"})

    turned_away = edited.run("sync")
    frozen.signal(signal.SIGCONT)

    assert 1 == turned_away.returncode
    assert "runs a round on this store" in turned_away.stderr
    assert 0 == frozen.end()[0]
    edited.settle()
    assert [["None", "glass"]] * 3 == industries(edited)
    assert [] == edited.differing()
    assert [] == edited.repeats()
    assert [] == edited.faults()


def test_many_syncs_at_once_do_the_work_once(edited):
    """Whichever comes first does it; the others are turned away or find nothing to do."""
    children = [edited.start() for _ in range(4)]

    ended = [child.end() for child in children]

    assert {status for status, _ in ended} <= {0, 1}
    assert all("runs a round on this store" in said for status, said in ended if status)
    assert [["None", "glass"]] * 3 == industries(edited)
    assert [] == edited.repeats()
    assert [] == edited.twins()
    assert [0] == [each.written for each in edited.settle()]
