from pathlib import Path

import pytest

from kamsync.clock import SetClock
from kamsync.connector import Can
from kamsync.entities import core_schema
from kamsync.errors import ConfigurationInvalid
from kamsync.memory import ALL, Memory, MemorySystem, kamsync_connectors, kamsync_mappings
from kamsync.model import Op, Outcome, Write


def test_the_options_say_what_it_can():
    """Capabilities go by name; what is not named is off."""
    assert Memory().can == ALL
    assert Memory(can=["create", "refuse_stale"]).can == Can.CREATE | Can.REFUSE_STALE
    assert Memory(can=[]).can == Can.NOTHING
    assert Memory(stamps="second").can == ALL & ~Can.EXACT_VERSION
    assert Memory(can=["update"], stamps="exact").can == Can.UPDATE | Can.EXACT_VERSION
    assert 7 == Memory(batch=7).batch_limit


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"can": ["fly"]}, "cannot 'fly'.*create, update"),
        ({"can": "create"}, "give a list"),
        ({"stamps": "minute"}, '"exact" or "second"'),
        ({"page": 0}, "page is 0; give a whole number"),
        ({"batch": True}, "batch is True"),
    ],
)
def test_an_option_that_makes_no_sense_is_told(options, told):
    """The message names the option, its value and what would do."""
    with pytest.raises(ConfigurationInvalid, match=told):
        Memory(**options)


def test_a_path_makes_it_last(tmp_path):
    """Two connectors configured with one path speak to one system."""
    path = tmp_path / "sales.jsonl"
    [receipt] = Memory(path=path).write(
        "account", [Write(Op.CREATE, None, {"name": "Acme"}, key="k", stamp="s")]
    )

    assert ["s"] == list(Memory(path=Path(path)).find("account", ["name"], ["s"]))
    assert receipt.outcome is Outcome.DONE


def test_the_hub_writes_as_a_user_of_its_own():
    """The configured user is kamsync, whoever else acts under another name."""
    system = MemorySystem(clock=SetClock())
    memory = Memory.over(system, user="integration")
    [receipt] = memory.write("account", [Write(Op.CREATE, None, {"name": "Acme"}, key="k")])

    assert ("integration", True) == (receipt.reading.author.id, receipt.reading.author.own)


def test_what_is_used_is_described():
    """A system without a description shows what is in use, and takes anything else."""
    system = MemorySystem(clock=SetClock())
    system.create("account", {"name": "Acme"})

    [described] = Memory.over(system, read_only=["account"]).describe().values()

    assert ("account", ["name"], True) == (described.name, list(described.fields), described.open)
    assert not described.can & (Can.CREATE | Can.UPDATE | Can.DELETE)


def test_landed_writes_are_counted():
    """Only what has changed something counts: not the stale, the repeated and the gone."""
    system = MemorySystem(clock=SetClock())
    memory = Memory.over(system)
    create = Write(Op.CREATE, None, {"name": "Acme"}, key="k", stamp="s")
    memory.write("account", [create, create, Write(Op.UPDATE, "none", {"name": "x"}, key="u")])
    memory.write("account", [Write(Op.UPDATE, "account-1", {"name": "x"}, key="u", version="9")])

    assert {Op.CREATE: 1} == memory.landed
    assert {"write": 2} == memory.calls


def test_a_cursor_of_another_kind_means_everything():
    """A change of options between two rounds costs a reading and loses nothing."""
    system = MemorySystem(clock=SetClock())
    system.create("account", {"name": "Acme"})
    exact, coarse = Memory.over(system), Memory.over(system, ALL & ~Can.EXACT_VERSION)
    [page] = exact.read("account", ["name"], None)
    [other] = coarse.read("account", ["name"], None)

    assert 1 == len(next(coarse.read("account", ["name"], page.cursor)).readings)
    assert 1 == len(next(exact.read("account", ["name"], other.cursor)).readings)


def test_the_plugin_offers_the_connector_and_its_maps():
    """Every entity is mapped to an object of its own name, for this kind of system only."""
    schema = core_schema()

    maps = kamsync_mappings("memory", schema)

    assert {"memory": Memory} == kamsync_connectors()
    assert list(schema.entities) == [each.object for each in maps] == [each.entity for each in maps]
    assert kamsync_mappings("salesforce", schema) is None
