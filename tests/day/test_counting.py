"""What counts the lost: it finds what has a trace, and what has none."""

import pytest

from kamsync.clock import SetClock
from kamsync.engine import Hub, System, preview, run_round
from kamsync.entities import core_schema
from kamsync.lenses import identity_map
from kamsync.memory import Memory, MemorySystem
from kamsync.model import Op
from kamsync.policy import parse_policy
from kamsync.store import open_store
from kamsync.testing.fates import Entry, Fate, disagreements, fate

SCHEMA = core_schema()


class Two:
    """Two systems in memory with one account, and the hub between them."""

    def __init__(self, rule):
        self.clock = SetClock()
        self.worlds = {name: MemorySystem(clock=self.clock) for name in ("sales", "success")}
        maps = {"account": identity_map(SCHEMA.entity("account"), "account", stamp="kamsync_id")}
        every = {"account": frozenset(Op)}
        systems = {
            name: System(name, Memory.over(world), maps, name, every)
            for name, world in self.worlds.items()
        }
        policy = parse_policy({"account": {"industry": rule}}, SCHEMA, {}, teams=list(systems))
        self.store = open_store("sqlite://", clock=self.clock)
        self.hub = Hub(SCHEMA, systems, policy, self.store, self.clock)
        self.id = self.worlds["sales"].act("ann").create("account", {"name": "Acme"})
        run_round(self.hub, approve=preview(self.hub).plan.id)
        run_round(self.hub)

    def edit(self, system, value):
        """Let a person enter an industry."""
        (native_id,) = self.worlds[system].records("account")
        self.worlds[system].act("ann").edit("account", native_id, {"industry": value})
        self.clock.wait(60)

    def fate(self, system, value):
        """What became of an industry."""
        (native_id,) = self.worlds[system].records("account")
        map_ = self.hub.systems[system].maps["account"].fields["industry"]
        return fate(self.hub, Entry(system, "account", native_id, "industry", (value,)), map_)

    def unlike(self):
        """Where the two do not hold golden."""
        held = {name: world.records("account") for name, world in self.worlds.items()}
        return list(disagreements(self.hub, "account", ("industry",), held))


@pytest.fixture
def two():
    """Make two systems under a rule for the industry."""
    made = []

    def make(rule):
        made.append(Two(rule))
        return made[-1]

    yield make
    for each in made:
        each.store.close()


def test_what_is_golden_or_was_has_a_trace_and_what_nobody_read_has_none(two):
    """The last one is what a lost edit looks like."""
    here = two("latest")
    for value in ("iron", "steel"):
        here.edit("sales", value)
        run_round(here.hub)

    assert Fate.GOLDEN is here.fate("sales", "steel")
    assert Fate.SUPERSEDED is here.fate("sales", "iron")
    assert Fate.LOST is here.fate("sales", "wood")


@pytest.mark.parametrize(("rule", "expected"), [("latest", Fate.LOSER), ("review", Fate.WAITING)])
def test_who_lost_is_named_and_who_contends_waits(two, rule, expected):
    """In the system in which it was entered."""
    here = two(rule)
    here.edit("sales", "iron")
    here.edit("success", "steel")
    run_round(here.hub)

    assert expected is here.fate("sales", "iron")
    assert Fate.LOST is here.fate("success", "iron")


def test_a_system_that_does_not_hold_golden_is_named(two):
    """As it is before the round that reads it."""
    here = two("latest")
    here.edit("sales", "iron")
    run_round(here.hub)
    run_round(here.hub)
    assert [] == here.unlike()

    here.edit("success", "steel")

    (line,) = here.unlike()
    assert "success" in line
    assert "'steel'" in line
