"""What is due at one link: the write, what is confirmed, and what cannot be written yet."""

from __future__ import annotations

import pytest

from kamsync.connector import Can
from kamsync.entities import core_schema
from kamsync.errors import ReferenceMissing
from kamsync.lenses import identity_map
from kamsync.model import EXISTS, Fact, Golden, Intent, Link, Op, Record
from kamsync.observe import GONE, HERE
from kamsync.plan import Due, PlanName, PlannedWrite, due

SCHEMA = core_schema()
EVERYTHING = ~Can.NOTHING


class Refs:
    """Records by the native ids ``n-RECORD``; those in *missing* are not linked."""

    def __init__(self, *missing):
        self.missing = missing

    def record(self, entity, native_id):
        if native_id.removeprefix("n-") in self.missing:
            raise ReferenceMissing(f"{entity} {native_id} is not linked.")
        return native_id.removeprefix("n-")

    def native(self, entity, record):
        if record in self.missing:
            raise ReferenceMissing(f"{entity} {record} is not linked.")
        return f"n-{record}"


def record(entity="account", **golden):
    """A record that is there since revision 1, whose values have revision 5."""
    fields = {EXISTS: Golden(value=True, revision=1)}
    fields |= {name: Golden(value, 5) for name, value in golden.items()}
    return Record("r", entity, fields)


def link(native_id="n-r", *, entity="account", seen=9, exists=(HERE, HERE, 1), **facts):
    """A link whose facts are given as (observed, merged, knows)."""
    held = {EXISTS: Fact(*exists)} if native_id else {}
    held |= {name: Fact(*each) for name, each in facts.items()}
    return Link(1, "sales", entity, native_id, "r", held, seen=seen)


def blank():
    """Facts of every field of an account, of which nothing was ever said."""
    return {name: known(None, -1) for name in SCHEMA.entity("account").fields}


def asked(record_, link_, *, held=(), can=EVERYTHING, hidden=(), missing=(), needs=()):
    """What is due at a link, of a system that holds accounts as kamsync does."""
    map_ = identity_map(SCHEMA.entity(record_.entity), record_.entity)
    return due(record_, link_, map_, Refs(*missing), held=held, can=can, hidden=hidden, needs=needs)


def known(value, knows=5):
    """A fact whose value was dealt with."""
    return ((value,), (value,), knows)


def test_a_link_that_knows_golden_is_owed_nothing():
    """Whatever it holds: it was told once."""
    assert Due() == asked(record(name="Acme"), link(name=known("ACME")))


def test_what_the_last_reading_did_not_show_is_neither_written_nor_deleted():
    """Somebody may have entered there what nobody has heard."""
    unseen = link(name=((("Old",), ("Old",), 3, False, None, "", None, (), False, (), True)))
    ended = record(name="Acme")
    ended.fields[EXISTS] = Golden(value=False, revision=6)

    assert [None, None] == [asked(each, unseen).op for each in (record(name="Acme"), ended)]


def test_a_link_that_does_not_know_golden_is_written():
    """With the cells and the revision of golden."""
    told = asked(record(name="Acme"), link(name=known("Old", 3)))

    assert (Op.UPDATE, {"name": Intent(("Acme",), 5)}) == (told.op, told.fields)


def test_a_link_that_holds_golden_is_not_written_but_confirmed():
    """It was read after golden was set."""
    told = asked(record(name="Acme"), link(name=known("Acme", 3), seen=5))

    assert Due(confirmed=("name",)) == told


def test_an_older_reading_confirms_nothing():
    """It is read again first."""
    told = asked(record(name="Acme"), link(name=known("Acme", 3), seen=4))

    assert Due(unconfirmed=("name",)) == told
    assert "read" == told.word


def test_a_field_that_moved_is_not_written():
    """Somebody's edit is merged first."""
    assert Due() == asked(record(name="Acme"), link(name=(("New",), ("Old",), 3)))


def test_a_field_in_doubt_is_not_written():
    """It is unclear what the system holds."""
    assert Due() == asked(record(name="Acme"), link(name=(("Old",), ("Old",), 3, True)))


def test_a_field_under_review_is_not_written():
    """The other fields are."""
    told = asked(
        record(name="Acme", industry="steel"),
        link(name=known("Old", 3), industry=known("Old", 3)),
        held=["name"],
    )

    assert ["industry"] == list(told.fields)


def test_a_field_that_must_not_reach_the_system_is_not_written():
    """Nor is it confirmed."""
    assert Due() == asked(record(name="Acme"), link(name=known("Old", 3)), hidden=["name"])


def test_a_field_that_golden_never_set_is_not_written():
    """Nobody said anything about it."""
    assert Due() == asked(Record("r", "account", {EXISTS: Golden(True, 1)}), link(name=known("X")))


def test_a_write_that_empties_a_field_says_so():
    """Blanks are weighed on their own."""
    told = asked(record(name="Acme", industry=None), link(industry=known("steel", 3)))

    assert ("industry",) == told.blanks


def test_a_record_that_is_not_there_is_created_with_all_that_is_said():
    """Blanks are left out."""
    told = asked(record(name="Acme", industry=None), link(None))

    assert Op.CREATE is told.op
    assert {"name": Intent(("Acme",), 5), EXISTS: Intent(HERE, 1)} == told.fields


def test_a_record_is_not_created_before_its_parent():
    """It waits for that record."""
    told = asked(
        record("contact", account="a", email="li@acme.com"),
        link(None, entity="contact"),
        missing=["a"],
        needs=("account",),
    )

    assert (None, ["a"]) == (told.op, [problem.awaits for problem in told.problems])


def test_another_reference_that_is_missing_holds_back_itself_only():
    """And is named as what is awaited."""
    told = asked(
        record("contact", owner="e", email="li@acme.com"),
        link(None, entity="contact"),
        missing=["e"],
        needs=("account",),
    )

    assert Op.CREATE is told.op
    assert "owner" not in told.fields
    assert ["e"] == [problem.awaits for problem in told.problems]


def test_a_record_that_ended_is_deleted():
    """Where it is still there."""
    ended = Record("r", "account", {EXISTS: Golden(False, 7)})

    assert {EXISTS: Intent(GONE, 7)} == asked(ended, link(**blank())).fields


def test_what_no_reading_has_ever_shown_is_not_deleted():
    """A right that was never there hides what somebody may have entered, as one that was lost does."""
    ended = Record("r", "account", {EXISTS: Golden(False, 7)})
    shown = blank()
    del shown["industry"]

    assert Due() == asked(ended, link(**shown))


@pytest.mark.parametrize("knows", [-1, 1, 7])
def test_a_record_that_ended_and_is_gone_is_owed_nothing(knows):
    """However it went."""
    ended = Record("r", "account", {EXISTS: Golden(False, 7)})

    assert Due() == asked(ended, link(exists=(GONE, GONE, knows)))


def test_a_record_that_ended_is_not_created():
    """In a system that never had it."""
    ended = Record("r", "account", {EXISTS: Golden(False, 7), "name": Golden("Acme", 5)})

    assert Due() == asked(ended, link(None))


def test_a_record_that_is_gone_is_put_back_if_golden_says_so():
    """Under its own id where the system can do that, else anew."""
    told = asked(record(name="Acme"), link(exists=(GONE, GONE, -1)))

    assert (Op.CREATE, ("Acme",)) == (told.op, told.fields["name"].cells)


def test_a_record_that_cannot_be_put_back_is_owed_nothing():
    """A system without creates cannot be asked for one."""
    gone = link(exists=(GONE, GONE, -1))

    assert Due() == asked(record(name="Acme"), gone, can=Can.UPDATE)


def test_nothing_begins_or_ends_while_existence_is_under_review():
    """What is there goes on being written."""
    ended = Record("r", "account", {EXISTS: Golden(value=False, revision=7)})

    assert Due() == asked(record(name="Acme"), link(None), held=[EXISTS])
    assert Due() == asked(ended, link(), held=[EXISTS])
    there = asked(record(name="Acme"), link(name=known("Old", 3)), held=[EXISTS])
    assert ["name"] == list(there.fields)


def test_nothing_is_due_to_a_record_that_was_merged_away():
    """Its survivor is written."""
    merged = Record("r", "account", record(name="Acme").fields, merged_into="s")

    assert Due() == asked(merged, link(name=known("Old", 3)))


def write(record_="r", value="Acme", over="Old"):
    """A write of one name."""
    fields = {"name": ((over,), (value,))}
    return PlannedWrite("sales", "account", Op.UPDATE, 1, record_, "n", fields)


def name_of(*writes):
    """The name of a plan of these writes."""
    name = PlanName()
    for each in writes:
        name.add(each)
    return name.text()


def test_a_plan_has_one_name_in_whatever_order_it_was_made():
    """Batches and shards may come in any."""
    assert name_of(write("a"), write("b")) == name_of(write("b"), write("a"))


@pytest.mark.parametrize("other", [write("s"), write(value="Acme AG"), write(over="Older")])
def test_another_record_value_or_base_is_another_plan(other):
    """An approval is for what was shown."""
    assert name_of(write()) != name_of(other)


def test_the_same_write_twice_is_another_plan():
    """Nothing cancels out."""
    assert name_of(write()) != name_of(write(), write())
    assert name_of() != name_of(write(), write())
