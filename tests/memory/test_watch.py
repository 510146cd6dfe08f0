import pytest

from kamsync.clock import SetClock
from kamsync.connector import Can
from kamsync.memory import ALL, Memory, MemorySystem
from kamsync.model import Op, Write
from kamsync.testing.faults import FailAt

NAMES = ("name", "city")


@pytest.fixture
def system():
    return MemorySystem(clock=SetClock())


@pytest.fixture
def memory(system):
    return Memory.over(system)


@pytest.fixture
def native_id(system, memory):
    made = system.create("account", {"name": "Acme", "city": "Bern"})
    memory.fetch("account", NAMES, [made])
    return made


def write(memory, native_id, op=Op.UPDATE, **values):
    """Carry out one write without naming a version."""
    [receipt] = memory.write("account", [Write(op, native_id, values, key="key")])
    return receipt


def clobbered(system):
    """Return what was replaced unseen: field, value, person."""
    return [(each.field, each.value, each.person) for each in system.clobbered]


def test_an_edit_that_was_shown_is_not_clobbered(system, memory, native_id):
    """What kamsync has read, it may replace."""
    system.edit("account", native_id, {"name": "Acme Ltd"})
    memory.fetch("account", NAMES, [native_id])

    write(memory, native_id, name="ours")

    assert [] == clobbered(system)


def test_an_edit_that_was_never_shown_is_clobbered(system, memory, native_id):
    """What kamsync has not read, it may not replace."""
    system.act("ann").edit("account", native_id, {"name": "Acme Ltd"})

    write(memory, native_id, name="ours")

    assert [("name", "Acme Ltd", "ann")] == clobbered(system)


def test_the_same_value_clobbers_nothing(system, memory, native_id):
    """To write what a person wrote loses nothing of it."""
    system.edit("account", native_id, {"name": "ours"})

    write(memory, native_id, name="ours")

    assert [] == clobbered(system)


def test_another_field_clobbers_nothing(system, memory, native_id):
    """Only the fields that a write names are replaced."""
    system.edit("account", native_id, {"name": "Acme Ltd"})

    write(memory, native_id, city="Basel")

    assert [] == clobbered(system)


def test_a_reading_of_other_names_shows_nothing_of_a_field(system, memory, native_id):
    """A field counts as shown only where it was asked for."""
    system.edit("account", native_id, {"name": "Acme Ltd"})
    memory.fetch("account", ["city"], [native_id])

    write(memory, native_id, name="ours")

    assert ["name"] == [each.field for each in system.clobbered]


def test_a_delete_clobbers_what_was_not_shown(system, memory, native_id):
    """A record that is deleted takes its unread edits along."""
    system.edit("account", native_id, {"city": "Basel"})

    write(memory, native_id, Op.DELETE)

    assert [("city", "Basel", "somebody")] == clobbered(system)


def test_a_lost_answer_shows_nothing(system, memory, native_id):
    """What did not arrive was not shown."""
    system.edit("account", native_id, {"name": "Acme Ltd"})
    memory.faults = FailAt(1, after=True, error=ConnectionError)
    with pytest.raises(ConnectionError):
        memory.fetch("account", NAMES, [native_id])

    write(memory, native_id, name="ours")

    assert ["name"] == [each.field for each in system.clobbered]


@pytest.mark.parametrize("call", ["read", "find", "search", "receipt"])
def test_every_answer_shows(system, memory, native_id, call):
    """However a value was told, kamsync knows it."""
    made = write(memory, None, Op.CREATE, name="n", city="c").native_id
    memory.write("account", [Write(Op.CREATE, None, {"name": "n"}, key="k", stamp="stamp")])
    stamped = memory.find("account", NAMES, ["stamp"])["stamp"].native_id
    for each in (native_id, made, stamped):
        system.edit("account", each, {"name": "unread"})
    if call == "read":
        list(memory.read("account", NAMES, None))
    elif call == "find":
        memory.find("account", NAMES, ["stamp"])
    elif call == "search":
        memory.search("account", NAMES, {"name": "unread"})
    else:
        for each in (native_id, made, stamped):
            write(memory, each, city="ours")
    target = stamped if call == "find" else native_id

    write(memory, target, name="ours")

    assert [] == clobbered(system)


def test_a_history_finds_what_was_clobbered(system, native_id):
    """An edit that is told afterwards was not lost without a trace."""
    memory = Memory.over(system, ALL & ~Can.REFUSE_STALE)
    version = memory.fetch("account", NAMES, [native_id])[native_id].version
    system.edit("account", native_id, {"name": "Acme Ltd"})
    write(memory, native_id, name="ours")

    memory.history("account", NAMES, {native_id: version})

    assert [] == clobbered(system)
    assert ["Acme Ltd"] == [each.value for each in system.watch.found]
