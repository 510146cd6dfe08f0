"""What holds for whatever is due at any link, tried on many records and links."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import structs

from kamsync.connector import Can
from kamsync.entities import core_schema
from kamsync.errors import ReferenceMissing
from kamsync.lenses import identity_map
from kamsync.model import EXISTS, Fact, Golden, Link, Op, Record
from kamsync.observe import GONE, HERE
from kamsync.plan import Due, PlanName, PlannedWrite, due
from kamsync.values import is_blank

SCHEMA = core_schema()
MAP = identity_map(SCHEMA.entity("account"), "account")
NAMES = ("name", "industry", "description", "parent")
TEXTS = st.sampled_from(["a", "b", None])
SOME = st.sets(st.sampled_from(NAMES), min_size=2)
LINKED = ("a", "b")
REVISIONS = st.integers(1, 4)
EVERYTHING = ~Can.NOTHING


class Refs:
    """Records by the native ids ``n-RECORD``; only a few are linked."""

    def record(self, entity: str, native_id: str) -> str:
        return self._known(entity, native_id.removeprefix("n-"))

    def native(self, entity: str, record: str) -> str:
        return f"n-{self._known(entity, record)}"

    def _known(self, entity: str, record: str) -> str:
        if record not in LINKED:
            raise ReferenceMissing(f"{entity} {record} is not linked.")
        return record


def cells(name: str) -> st.SearchStrategy[tuple[str | None]]:
    """What a system holds in a field."""
    said = TEXTS if name != "parent" else st.sampled_from(["n-a", "n-b", "n-far", None])
    return said.map(lambda native: (native,))


@st.composite
def facts(draw: st.DrawFn, name: str) -> Fact:
    """What a link knows of one field."""
    observed = draw(cells(name))
    return Fact(
        observed=observed,
        merged=draw(st.sampled_from([observed, observed, observed, (None,), None])),
        knows=draw(st.just(-1) | REVISIONS),
        doubt=draw(st.sampled_from([False, False, False, True])),
        unseen=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A record that is there or has ended, with some golden values."""
    fields = {
        EXISTS: Golden(draw(st.sampled_from([True, True, True, True, False])), draw(REVISIONS))
    }
    for name in draw(SOME):
        value = draw(TEXTS if name != "parent" else st.sampled_from(["a", "b", "far", None]))
        fields[name] = Golden(value, draw(REVISIONS))
    return Record("r", "account", fields)


@st.composite
def links(draw: st.DrawFn) -> Link:
    """A place in a system, filled or not, and what is known of it."""
    if draw(st.sampled_from([False] * 5 + [True])):
        return Link(1, "sales", "account", None, "r", {}, seen=draw(REVISIONS))
    there = draw(st.sampled_from([HERE] * 5 + [GONE]))
    known = {
        EXISTS: Fact(
            there, draw(st.sampled_from([there, there, there, there, HERE])), draw(REVISIONS)
        )
    }
    known |= {name: draw(facts(name)) for name in draw(SOME)}
    return Link(1, "sales", "account", "n-r", "r", known, seen=draw(REVISIONS))


FIELDS = st.sets(st.sampled_from((*NAMES, EXISTS)))


def asked(
    record: Record, link: Link, held: Collection[str] = (), hidden: Collection[str] = ()
) -> Due:
    """What is due at a link of a system that holds accounts as kamsync does."""
    return due(record, link, MAP, Refs(), held=held, hidden=hidden, can=EVERYTHING)


def after(link: Link, told: Due) -> Link:
    """The link once all that was due has been carried out, and read."""
    heard = {
        name: Fact(intent.cells, intent.cells, intent.revision)
        for name, intent in told.fields.items()
    }
    if told.op is Op.CREATE:
        heard |= {name: Fact((None,), (None,)) for name in NAMES if name not in heard}
    confirmed = {
        name: structs.replace(link.facts[name], knows=revision)
        for name, revision in {**dict.fromkeys((*told.confirmed, *told.unconfirmed), 0)}.items()
    }
    return structs.replace(
        link, native_id="n-r", facts={**link.facts, **confirmed, **heard}, seen=9
    )


@given(records(), links(), FIELDS)
def test_what_is_under_review_is_never_written(record: Record, link: Link, held: set[str]) -> None:
    """Not the field, and where it is whether the record is there, it is made and ended nowhere."""
    told = asked(record, link, held=held)

    assert not held & told.fields.keys()
    if EXISTS in held:
        assert told.op in {None, Op.UPDATE}


@given(records(), links(), st.sets(st.sampled_from(NAMES)))
def test_what_must_not_reach_a_system_is_never_sent(
    record: Record, link: Link, hidden: set[str]
) -> None:
    """Nor is it read again for its own sake."""
    told = asked(record, link, hidden=hidden)

    assert not hidden & {*told.fields, *told.confirmed, *told.unconfirmed, *told.blanks}


@given(records(), links())
def test_every_write_says_golden_and_names_its_revision(record: Record, link: Link) -> None:
    """Nothing else is sent: no value that nobody entered."""
    for name, intent in asked(record, link).fields.items():
        golden = record.fields[name]
        assert golden.revision == intent.revision
        if name != EXISTS:
            assert MAP.fields[name].says(intent.cells, golden.value, Refs())


@given(records(), links())
def test_nothing_is_written_over_what_nobody_has_dealt_with(record: Record, link: Link) -> None:
    """Neither over an edit, nor over what is in doubt, nor over what the system does not show."""
    told = asked(record, link)

    if told.op is Op.UPDATE:
        unheard = {name for name, fact in link.facts.items() if fact.moved or fact.unseen}
        assert not unheard & told.fields.keys()
    if told.op is Op.DELETE:
        assert not any(fact.moved or fact.unseen for fact in link.facts.values())


@given(records(), links())
def test_a_record_that_has_ended_is_told_nothing_but_its_end(record: Record, link: Link) -> None:
    """And one that is there is never ended."""
    told = asked(record, link)

    ops = {None, Op.DELETE} if not record.fields[EXISTS].value else {None, Op.CREATE, Op.UPDATE}
    assert told.op in ops


@given(records(), links())
def test_nothing_is_made_where_it_is_and_nothing_changed_where_it_is_not(
    record: Record, link: Link
) -> None:
    """By what was read last."""
    told = asked(record, link)
    here = EXISTS in link.facts and link.facts[EXISTS].observed == HERE

    assert told.op in ({None, Op.UPDATE, Op.DELETE} if here else {None, Op.CREATE})


@given(records(), links())
def test_what_was_carried_out_is_not_due_again(record: Record, link: Link) -> None:
    """Whatever it was, once it was read: nothing is written in every round."""
    told = asked(record, link)
    assume(told.op is not None)

    again = asked(record, after(link, told))

    assert not told.fields.keys() & again.fields.keys()
    assert told.op is not again.op or told.op is Op.UPDATE


@given(records(), links())
def test_a_link_that_knows_all_of_golden_is_owed_nothing(record: Record, link: Link) -> None:
    """However a system spells what it was told."""
    assume(record.fields[EXISTS].value is True)
    facts = {
        name: Fact(link.facts[name].observed, link.facts[name].observed, golden.revision)
        for name, golden in record.fields.items()
        if name in link.facts and name != EXISTS
    }
    facts[EXISTS] = Fact(HERE, HERE, record.fields[EXISTS].revision)

    assert Due() == asked(record, structs.replace(link, native_id="n-r", facts=facts))


@given(records(), links())
def test_a_reference_to_what_is_not_there_is_named_and_not_sent(record: Record, link: Link) -> None:
    """So that it is sent when that comes."""
    told = asked(record, link)

    for problem in told.problems:
        assert problem.field not in told.fields
        assert problem.awaits in {"", "far"}
    if (
        told.op is not None
        and "parent" in told.fields
        and not is_blank(record.fields["parent"].value)
    ):
        assert record.fields["parent"].value in LINKED


@given(records(), links())
def test_blanks_are_those_that_a_write_empties(record: Record, link: Link) -> None:
    """All of them and no others, as the guards weigh them; a create empties nothing."""
    told = asked(record, link)
    emptied = {
        name for name, intent in told.fields.items() if name != EXISTS and is_blank(intent.cells[0])
    }

    assert emptied == set(told.blanks)
    assert told.op is not Op.CREATE or not emptied


@given(records(), links(), st.randoms(use_true_random=False))
def test_the_order_of_fields_and_facts_makes_no_difference(
    record: Record, link: Link, chance: random.Random
) -> None:
    """The same record and link, told in another order."""

    def mixed(of: Mapping[str, object]) -> dict[str, object]:
        return dict(chance.sample(sorted(of.items()), len(of)))

    told = asked(record, link)
    other = asked(
        structs.replace(record, fields=mixed(record.fields)),
        structs.replace(link, facts=mixed(link.facts)),
    )

    assert (told.op, dict(told.fields), set(told.blanks)) == (
        other.op,
        dict(other.fields),
        set(other.blanks),
    )


@given(records(), links())
def test_a_link_that_is_left_alone_is_owed_nothing(record: Record, link: Link) -> None:
    """One that was detached, and every one of a record that is part of another one."""
    assert Due() == asked(record, structs.replace(link, detached=True))
    assert Due() == asked(structs.replace(record, merged_into="other"), link)


WRITES = st.builds(
    PlannedWrite,
    system=st.sampled_from(["sales", "success"]),
    entity=st.just("account"),
    op=st.sampled_from(list(Op)),
    link=st.integers(1, 3),
    record=st.sampled_from(["r", "s"]),
    native_id=st.sampled_from([None, "n-r"]),
    fields=st.dictionaries(st.sampled_from(NAMES), st.tuples(cells("name"), cells("name"))),
)


def named(writes: list[PlannedWrite]) -> str:
    """The name of a plan of these writes."""
    name = PlanName()
    for write in writes:
        name.add(write)
    return name.text()


@given(st.lists(WRITES, max_size=5), st.data())
def test_a_plan_has_one_name_in_whatever_order_it_is_made(
    writes: list[PlannedWrite], data: st.DataObject
) -> None:
    """So that an approval holds for it wherever it is planned again."""
    assert named(writes) == named(data.draw(st.permutations(writes)))


@given(st.lists(WRITES, min_size=1, max_size=5), WRITES, st.data())
def test_a_plan_of_other_writes_has_another_name(
    writes: list[PlannedWrite], other: PlannedWrite, data: st.DataObject
) -> None:
    """One write more, one fewer, or one that says something else: nobody has approved that."""
    place = data.draw(st.integers(0, len(writes) - 1))
    replaced = [*writes[:place], other, *writes[place + 1 :]]

    assert named(writes) != named([*writes, other])
    assert named(writes) != named(writes[:-1])
    shown = structs.replace(other, link=writes[place].link, blanks=writes[place].blanks)
    if shown != writes[place]:
        assert named(writes) != named(replaced)
