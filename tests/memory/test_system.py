from datetime import UTC, datetime, timedelta

import pytest

from kamsync.clock import SetClock
from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.errors import RecordRefused, UnknownName
from kamsync.memory import ALL, Memory, MemorySystem
from kamsync.model import Evidence, Op, Outcome, Write

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def system():
    return MemorySystem(clock=SetClock(NOON))


@pytest.fixture
def ann(system):
    return system.act("ann", "Ann Lee")


def update(native_id, version=None, **values):
    """Make a write of new values."""
    return Write(Op.UPDATE, native_id, values, key="key", version=version)


def fetched(memory, native_id, *names):
    """Return one record as it is now."""
    return memory.fetch("account", names or ("name",), [native_id])[native_id]


def test_people_act_under_their_names(system, ann):
    """Every act is kept with who did it, and who did the last one is shown."""
    native_id = ann.create("account", {"name": "Acme"})
    system.act("bob").edit("account", native_id, {"name": "Acme Ltd"})

    author = fetched(Memory.over(system), native_id).author

    assert ["ann", "bob"] == [act.by for act in system.acts("account", native_id)]
    assert ("bob", False, False) == (author.id, author.own, author.alone)


def test_a_sole_editor_is_alone(system, ann):
    """Only who did everything is certainly the one who did a part."""
    native_id = ann.create("account", {"name": "Acme"})
    ann.edit("account", native_id, {"name": "Acme Ltd"})

    author = fetched(Memory.over(system), native_id).author

    assert ("ann", "Ann Lee", True) == (author.id, author.name, author.alone)


def test_a_history_tells_who_set_each_field(system, ann):
    """With HISTORY a reading names the author of each field, whoever came last."""
    native_id = ann.create("account", {"name": "Acme", "city": "Bern"})
    system.act("bob").edit("account", native_id, {"city": "Basel"})

    authors = fetched(Memory.over(system), native_id, "name", "city").authors

    assert {"name": "ann", "city": "bob"} == {name: each.id for name, each in authors.items()}
    assert {Evidence.FIELD_HISTORY} == {each.evidence for each in authors.values()}
    assert fetched(Memory.over(system, ALL & ~Can.HISTORY), native_id).authors is None


def test_a_merge_fills_blanks_and_moves_references():
    """The survivor keeps what it has; who referred to the loser refers to it now."""
    fields = {name: NativeField(name) for name in ("name", "city")}
    account = NativeEntity("account", fields, ALL)
    link = {"account": NativeField("account", type="reference")}
    system = MemorySystem(
        objects={"account": account, "contact": NativeEntity("contact", link, ALL)}
    )
    loser = system.create("account", {"name": "ACME", "city": "Bern"})
    survivor = system.create("account", {"name": "Acme", "city": None})
    contact = system.create("contact", {"account": loser})

    system.merge("account", loser, survivor)

    assert {"name": "Acme", "city": "Bern"} == system.values("account", survivor)
    assert system.values("account", loser) is None
    assert {"account": survivor} == system.values("contact", contact)


def test_people_cannot_act_on_what_is_not_there(ann):
    """A slip in a test or a demo is told, not swallowed."""
    native_id = ann.create("account", {"name": "Acme"})
    with pytest.raises(UnknownName, match="no account 'account-9'"):
        ann.edit("account", "account-9", {"name": "x"})
    with pytest.raises(UnknownName, match="brought back"):
        ann.undelete("account", native_id)
    ann.delete("account", native_id)
    with pytest.raises(UnknownName):
        ann.touch("account", native_id)


def test_the_rules_of_a_system_hold_for_people_too():
    """What kamsync is refused, people are refused, but for fields that are not kamsync's to write."""
    fields = {
        "name": NativeField("name", required=True, limit=5),
        "score": NativeField("score", writable=False),
    }
    system = MemorySystem(objects={"account": NativeEntity("account", fields, ALL)})
    with pytest.raises(RecordRefused, match="name is required"):
        system.create("account", {"score": 1})
    with pytest.raises(RecordRefused, match="no field 'zip'"):
        system.create("account", {"name": "Acme", "zip": "x"})
    native_id = system.create("account", {"name": "Acme", "score": 1})
    with pytest.raises(RecordRefused, match="takes 5 characters, not 9"):
        system.edit("account", native_id, {"name": "Acme Corp"})

    assert {"name": "Acme", "score": 1} == system.values("account", native_id)


def test_a_system_may_rewrite_what_it_is_given():
    """What is stored is what the system makes of it, and that is what is answered."""
    system = MemorySystem(rewrite=lambda _object, _name, value: value.strip().upper())
    native_id = system.create("account", {"name": " acme "})
    memory = Memory.over(system)

    [receipt] = memory.write("account", [update(native_id, name="beta ")])

    assert "BETA" == receipt.reading.values["name"]
    assert {"name": "BETA"} == system.values("account", native_id)


def test_the_time_of_a_system_never_falls(system, ann):
    """A clock that is put back does not let a later act look earlier."""
    first = ann.create("account", {"name": "Acme"})
    system.clock.time = NOON - timedelta(hours=1)
    ann.edit("account", first, {"name": "Acme Ltd"})

    times = [act.at for act in system.acts("account", first)]

    assert sorted(times) == times


def test_a_version_by_the_second_is_settled_when_no_act_can_share_it(system):
    """The second must be over, and so must the time that an act may come late."""
    late = MemorySystem(clock=SetClock(NOON), lateness=timedelta(seconds=3))
    settled = []
    for each in (system, late):
        memory = Memory.over(each, ALL & ~Can.EXACT_VERSION)
        native_id = each.create("account", {"name": "Acme"})
        for _ in range(5):
            settled.append(fetched(memory, native_id).settled)
            each.clock.wait(1)

    assert [False, True, True, True, True] == settled[:5]
    assert [False, False, False, False, True] == settled[5:]


def test_a_write_within_the_second_that_was_read_is_not_noticed(system, ann):
    """This is what coarse versions cannot do, and why an unsettled reading is no base for a write."""
    memory = Memory.over(system, ALL & ~Can.EXACT_VERSION)
    native_id = ann.create("account", {"name": "Acme"})
    read = fetched(memory, native_id)
    ann.edit("account", native_id, {"name": "unseen"})

    [receipt] = memory.write("account", [update(native_id, read.version, name="ours")])

    assert (False, Outcome.DONE) == (read.settled, receipt.outcome)
    assert ["unseen"] == [each.value for each in system.clobbered]


def test_a_hidden_field_is_missing(system, ann):
    """A permission that was taken away is not a value that was cleared."""
    native_id = ann.create("account", {"name": "Acme", "city": "Bern"})
    system.hidden.add(("account", "city"))

    assert {"name": "Acme"} == fetched(Memory.over(system), native_id, "name", "city").values


def test_a_search_index_may_lag():
    """What changed just now is not searched yet, and is found once the index has caught up."""
    system = MemorySystem(clock=SetClock(NOON), search_lag=timedelta(seconds=10))
    system.create("account", {"name": "Acme"})
    memory = Memory.over(system)
    before = memory.search("account", ["name"], {"name": "Acme"})
    system.clock.wait(10)

    assert [] == list(before)
    assert 1 == len(memory.search("account", ["name"], {"name": "Acme"}))


def test_order_survives_many_changes(system, ann):
    """However often records change, each is read once, at the place of its last change."""
    native_ids = [ann.create("account", {"name": str(n)}) for n in range(30)]
    for turn in range(20):
        for native_id in native_ids:
            ann.edit("account", native_id, {"name": f"{native_id} {turn}"})
    ann.edit("account", native_ids[0], {"name": "last"})

    pages = list(Memory.over(system, page=10).read("account", ["name"], None))

    read = [reading.native_id for page in pages for reading in page.readings]
    assert [*native_ids[1:], native_ids[0]] == read


def test_a_system_that_was_put_back_is_what_it_was_and_gives_no_id_twice():
    """Values, versions and who is there are those of then."""
    system = MemorySystem(clock=SetClock())
    kept = system.create("account", {"name": "Acme"})
    ended = system.create("account", {"name": "Bolt"})
    memory = Memory.over(system)
    then = memory.fetch("account", ["name"], [kept, ended])
    before = system.seq
    system.edit("account", kept, {"name": "Acme Corp"})
    system.delete("account", ended)
    lost = system.create("account", {"name": "Cone"})

    system.put_back(before)

    assert then == memory.fetch("account", ["name"], [kept, ended, lost])
    assert system.create("account", {"name": "Dome"}) not in {kept, ended, lost}
