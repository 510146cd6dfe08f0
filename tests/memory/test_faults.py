import pytest

from kamsync.clock import SetClock
from kamsync.errors import SystemDown
from kamsync.memory import Memory, MemorySystem
from kamsync.model import Op, Outcome, Write
from kamsync.testing.faults import Drawn, DrawnFaults, FailAt, Racing, Rates


class Always:
    """Chance that is certain."""

    def happens(self, share):
        return share > 0


@pytest.fixture
def system():
    return MemorySystem(clock=SetClock())


@pytest.fixture
def native_id(system):
    return system.create("account", {"name": "Acme"})


def named(native_id, name, version=None):
    """Make a write of a new name."""
    return Write(Op.UPDATE, native_id, {"name": name}, key=name, version=version)


def over(system, **rates):
    """Connect to a system where the given faults are certain."""
    faults = DrawnFaults(Always(), Rates(**rates))
    return Memory.over(system, faults=faults), faults


def test_a_system_that_is_down_has_done_nothing(system, native_id):
    """What raises before a call leaves no trace."""
    memory, _ = over(system, down=1)
    with pytest.raises(SystemDown):
        memory.write("account", [named(native_id, "ours")])

    assert {"name": "Acme"} == system.values("account", native_id)


def test_a_lost_answer_comes_from_a_write_that_happened(system, native_id):
    """What raises after a call has had its effect."""
    memory, _ = over(system, lost=1)
    with pytest.raises(SystemDown):
        memory.write("account", [named(native_id, "ours")])

    assert {"name": "ours"} == system.values("account", native_id)


@pytest.mark.parametrize(
    ("rate", "outcome", "held"),
    [
        ("refused", Outcome.REFUSED, "Acme"),
        ("later", Outcome.LATER, "Acme"),
        ("unsent", Outcome.UNKNOWN, "Acme"),
        ("unanswered", Outcome.UNKNOWN, "ours"),
    ],
)
def test_a_row_fails_alone(system, native_id, rate, outcome, held):
    """Each way to fail has its own answer and its own truth."""
    memory, _ = over(system, **{rate: 1})

    [receipt] = memory.write("account", [named(native_id, "ours")])

    assert outcome is receipt.outcome
    assert {"name": held} == system.values("account", native_id)


def test_a_late_write_arrives_when_it_is_released(system, native_id):
    """It lands on whatever is there by then, and minds its version."""
    memory, faults = over(system, late=1)
    version = memory.fetch("account", ["name"], [native_id])[native_id].version
    memory.write("account", [named(native_id, "blind"), named(native_id, "stale", version)])
    before = system.values("account", native_id)

    assert 2 == faults.release()
    assert 0 == faults.release()
    assert {"name": "Acme"} == before
    assert {"name": "blind"} == system.values("account", native_id)


def test_a_race_is_run_before_the_row(system, native_id):
    """A write that minds its version loses the race, and the edit stays."""
    race = Racing(lambda write: system.edit("account", write.native_id, {"name": "raced"}))
    memory = Memory.over(system, faults=race)
    version = memory.fetch("account", ["name"], [native_id])[native_id].version

    receipts = memory.write(
        "account", [named(native_id, "ours", version), named(native_id, "blind")]
    )

    assert [Outcome.STALE, Outcome.DONE] == [receipt.outcome for receipt in receipts]
    assert ["raced"] == [each.value for each in system.clobbered]


def test_calm_ends_all_faults(system, native_id):
    """A history can be brought to rest."""
    memory, faults = over(system, down=1, refused=1)
    faults.calm = True

    [receipt] = memory.write("account", [named(native_id, "ours")])

    assert receipt.outcome is Outcome.DONE


def test_chance_is_the_same_for_the_same_seed():
    """A history can be repeated."""

    def drawn(seed):
        chance = Drawn(seed)
        return [chance.happens(0.5) for _ in range(50)]

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_every_place_can_be_made_to_fail(system, native_id):
    """Counting up the place goes through all calls, and ends."""
    for place in range(1, 4):
        faults = FailAt(place)
        memory = Memory.over(system, faults=faults)
        made = 0
        for _ in range(2):
            try:
                memory.fetch("account", ["name"], [native_id])
                made += 1
            except SystemDown:
                pass

        assert (1 if place <= faults.calls else 2) == made


def test_an_outage_stops_connectors_and_not_people(system, native_id):
    """People go on working while nobody answers kamsync."""
    memory = Memory.over(system)
    system.up = False
    with pytest.raises(SystemDown):
        memory.fetch("account", ["name"], [native_id])
    with pytest.raises(SystemDown):
        next(memory.read("account", ["name"], None))
    system.edit("account", native_id, {"name": "meanwhile"})
    system.up = True

    assert {"name": "meanwhile"} == memory.fetch("account", ["name"], [native_id])[native_id].values
