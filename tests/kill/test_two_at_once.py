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
    """The first is frozen in the middle and somebody edits; the second ends with 1; the first goes on."""
    frozen = edited.start(place, 2)
    assert frozen.follow("stopped")
    frozen.signal(signal.SIGSTOP)
    edited.edit("support", "account", "acme", {"legal_name": "Acme Ltd"})
    before = edited.natives()

    turned_away = edited.run("sync")

    assert 1 == turned_away.returncode
    assert "`kamsync sync` runs a round on this store" in turned_away.stderr
    assert f"process {frozen.process.pid} on " in turned_away.stderr
    assert before == edited.natives()
    frozen.signal(signal.SIGCONT)
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
