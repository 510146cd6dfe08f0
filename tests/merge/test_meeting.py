"""A first meeting at one look comes to what the clauses come to, or leaves it to them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kamsync.engine.context.ties import Ties
from kamsync.entities import CORE
from kamsync.lenses import field_map
from kamsync.mapping import FieldMap, Refs, empties
from kamsync.merge import (
    Court,
    Hall,
    Meeting,
    Merged,
    Met,
    Said,
    Shown,
    Speaker,
    Topic,
    merge_field,
    said_at_first,
    spelled_out,
)
from kamsync.model import EXISTS, Author, Cells, Contender, Event, Fact, Golden, Origin, Step, Value
from kamsync.schema import Field, Type

NAME = Field("name", Type.TEXT, "What it is called.")
TOPIC = Topic("account", "account-1", "name")
PLAIN = field_map(NAME, ["name"])
SHORT = field_map(NAME, ["name"], {"limit": 3})
NOBODY = Ties("sales", {}, {})


AMOUNT = CORE.entity("opportunity").field("amount")
NO_CURRENCY = field_map(AMOUNT, [], {"parts": {"amount": "Amount"}})


@dataclass
class Side:
    """A link as the clauses hear it."""

    link: int
    fact: Fact
    map: FieldMap
    system: str = "sales"

    @property
    def certain(self) -> frozenset[str]:
        """The fields of which what is read is said."""
        return frozenset({"name"}) if empties(self.map.lens) else frozenset()

    def value(self, cells: Cells, known: Value, aside: Cells = ()) -> Value:
        return self.map.get(cells, NOBODY, known, aside)

    def says(self, cells: Cells, value: Value) -> bool:
        return self.map.put(value, cells, NOBODY) == cells

    def speaker(self, author: Author | None) -> Speaker:
        return Speaker(None, author.name if author else "")


def court() -> Court:
    """Return a court without a policy, with revisions from 100 on."""
    revisions = itertools.count(100)
    return Court(lambda _: None, lambda: next(revisions), lambda: "conflict", "")


def closely(sides: Sequence[Side]) -> Merged:
    """Return what the clauses make of a first meeting."""
    return merge_field(TOPIC, Golden(), sides, None, court())


def introduce(link: int, fact: Fact) -> tuple[Contender, Origin]:
    """Return a side that nobody knows by name."""
    return Contender(None, link, "sales", at=fact.at), Origin("sales", at=fact.at)


def meeting(every: Sequence[Shown], alike: Collection[str] = ()) -> Meeting:
    """Return a meeting of which nothing is golden yet."""
    return Meeting(every, {}, Hall(introduce, court().revision, alike))


def at_one_look(sides: Sequence[Side]) -> Merged | None:
    """Return what one look makes of what is said, if that is enough."""
    every = [Shown(s.link, {"name": s.fact}, {"name": s.map}, NOBODY, s.certain) for s in sides]
    met = meeting(every, {"name"} if all(s.map is sides[0].map for s in sides) else ())
    left = list(met.meet(["name"]))
    if left or not met.golden:
        return None
    events = tuple(spelled_out(met.told("account", "account-1")))
    facts = {each.link: each.facts["name"] for each in every}
    return Merged(met.golden["name"], facts, (), events)


def cells() -> st.SearchStrategy[Cells]:
    """Return cells that often say the same, in one spelling or another."""
    return st.tuples(st.sampled_from([None, "", "Acme", " Acme ", "Acm", "Zenith"]))


@given(st.lists(st.tuples(cells(), st.sampled_from([PLAIN, SHORT])), min_size=1, max_size=4))
def test_one_look_comes_to_what_the_clauses_come_to(said):
    """Whatever systems say that meet for the first time, each in its own spelling."""
    sides = [Side(n, Fact(each, at=f"at {n}"), map_) for n, (each, map_) in enumerate(said, 1)]
    seen = at_one_look(sides)

    assert seen is None or closely(sides) == seen


def test_one_look_is_enough_where_all_say_one_thing():
    """Which is nearly every field of nearly every record."""
    sides = [Side(1, Fact((" Acme",)), PLAIN), Side(2, Fact(("Acme",)), PLAIN)]
    seen = at_one_look(sides)

    assert seen is not None
    assert "Acme" == seen.golden.value
    assert closely(sides) == seen


@pytest.mark.parametrize(
    "fact",
    [
        Fact(("Zenith",)),
        Fact((None,)),
        Fact((7,)),
        Fact(("Acme",), ("Acme",)),
        Fact(("Acme",), None, 7),
        Fact(("Acme",), doubt=True),
        Fact(("Acme",), trail=(Step(("Old",)),)),
    ],
)
def test_what_is_not_as_plain_is_left_to_the_clauses(fact):
    """Another value, none, one that cannot be read, and whatever was met, doubted or covered before."""
    assert at_one_look([Side(1, Fact(("Acme",)), PLAIN), Side(2, fact, PLAIN)]) is None


def test_a_system_that_lacks_a_part_is_left_to_the_clauses():
    """They know where the rest of the value comes from."""
    every = [Shown(1, {"amount": Fact(("5",))}, {"amount": NO_CURRENCY}, NOBODY)]

    assert said_at_first("amount", every) is None


def test_what_is_equal_and_not_the_same_is_read_by_itself():
    """In Python one equals true, and a truth is no number of employees."""
    staff = Field("employees", Type.INTEGER, "How many work there.")
    map_ = field_map(staff, ["employees"])
    every = [
        Shown(link, {"employees": Fact((cell,))}, {"employees": map_}, NOBODY)
        for link, cell in enumerate([1, True])
    ]

    assert said_at_first("employees", every, {"employees"}) is None


class Dashed:
    """A lens of a system that cannot hold a blank, and shows a dash for it."""

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        return cells[0]

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:  # noqa: ARG002
        return (value or "-",)


def test_what_may_stand_for_nothing_is_left_to_the_clauses():
    """Of a lens that does not say that it writes no value as a blank, it is asked what it writes."""
    map_ = FieldMap("name", ("name",), Dashed())

    assert not empties(map_.lens)
    assert at_one_look([Side(1, Fact(("-",)), map_)]) is None
    assert at_one_look([Side(1, Fact(("Acme",)), map_)]) is not None


class Counted:
    """A lens that counts how often it reads."""

    def __init__(self) -> None:
        self.reads = 0

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        self.reads += 1
        return str(cells[0])

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:  # noqa: ARG002
        return (value,)


@pytest.mark.parametrize(("alike", "reads"), [({"name"}, 2), ({"other"}, 4)])
def test_cells_that_are_the_same_are_read_once_where_all_systems_say_them_alike(alike, reads):
    """A first meeting reads every record of every system."""
    lens = Counted()
    map_ = FieldMap("name", ("name",), lens)
    cells = [("7",), ("7",), (7,), (7,)]
    every = [Shown(n, {"name": Fact(c)}, {"name": map_}, NOBODY) for n, c in enumerate(cells)]

    assert "7" == said_at_first("name", every, alike)
    assert reads == lens.reads


def test_who_repeats_the_others_does_not_end_the_look():
    """The third system says something else."""
    facts = [Fact((cell,)) for cell in ("Acme", "Acme", "Zenith")]

    assert at_one_look([Side(n, fact, PLAIN) for n, fact in enumerate(facts)]) is None


def test_the_same_cells_of_systems_that_say_it_differently_are_other_values():
    """One writes what the other reads as something else."""
    tier = Field("tier", Type.CHOICE, "How large.", choices=("key", "small"))
    maps = [field_map(tier, ["tier"], {"words": {"1": word}}) for word in ("key", "small")]
    every = [
        Shown(link, {"tier": Fact(("1",))}, {"tier": map_}, NOBODY)
        for link, map_ in enumerate(maps)
    ]

    assert said_at_first("tier", every) is None
    assert "key" == said_at_first("tier", every[:1])


@pytest.mark.parametrize(("others", "said"), [([True], True), ([True, False], None)])
def test_that_a_record_is_there_is_said_as_it_is(others, said):
    """No system maps it."""
    every = [Shown(n, {EXISTS: Fact((there,))}, {}, NOBODY) for n, there in enumerate(others)]

    assert said is said_at_first(EXISTS, every)


def test_a_reference_is_read_by_what_it_leads_to():
    """Each system has an id of its own for that."""
    map_ = field_map(Field("owner", Type.REFERENCE, "Who.", to="employee"), ["owner"])
    ties = [Ties("sales", {("employee", f"e{n}"): "mara"}, {}) for n in range(2)]
    every = [
        Shown(n, {"owner": Fact((f"e{n}",))}, {"owner": map_}, refs) for n, refs in enumerate(ties)
    ]

    assert "mara" == said_at_first("owner", every)


class Queue:
    """An owner in a system where every record has one: what belongs to nobody is in some queue."""

    def get(self, cells: Cells, refs: Refs) -> Value:
        return refs.record("employee", cells[0])

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        if value is not None:
            return (refs.native("employee", value),)
        is_queued = cells is not None and self.get(cells, refs).startswith("queue")
        return cells if is_queued else (refs.native("employee", "queue"),)


@pytest.mark.parametrize(("native", "said"), [("e", "mara"), ("q", None), ("q2", None)])
def test_a_value_that_may_as_well_be_none_is_left_to_the_clauses(native, said):
    """Its system shows it as well where nobody has said anything."""
    records = {("employee", "e"): "mara", ("employee", "q"): "queue", ("employee", "q2"): "queue-2"}
    natives = {record: native for (_, native), record in records.items()}
    map_ = FieldMap("owner", ("owner",), Queue())
    refs = Ties("sales", records, natives)

    assert said == said_at_first(
        "owner", [Shown(1, {"owner": Fact((native,))}, {"owner": map_}, refs)]
    )


@pytest.mark.parametrize(("others", "reason"), [(1, "several systems said the same"), (0, "")])
def test_who_spoke_first_is_named_in_full(others, reason):
    """Golden keeps it, and the journal tells it."""
    side = Contender(None, 1, "sales", "the team", "Ada", "at 1", employee="e-ada")
    origin = Origin("sales", "the team", "Ada", "at 1", "", "e-ada")
    every = [
        Shown(link, {"name": Fact(("Acme",))}, {"name": PLAIN}, NOBODY)
        for link in range(1 + others)
    ]
    met = Meeting(every, {}, Hall(lambda _, __: (side, origin), court().revision))

    assert [] == list(met.meet(["name"]))
    assert {"name": Golden("Acme", 100, origin=origin)} == met.golden
    assert [
        Event(
            "set",
            "account",
            "account-1",
            "name",
            value="Acme",
            winner=structs.replace(side, value="Acme", cells=("Acme",)),
            reason=reason,
            revision=100,
            first=True,
        )
    ] == list(spelled_out(met.told("account", "account-1")))


def test_each_field_is_said_by_whoever_said_it_last():
    """Where a system tells of each field who edited it, not all of a record is said by one person."""
    ada, bo = Author("a", "Ada"), Author("b", "Bo")
    authors = {"city": ada, "name": bo, "phone": ada, "zone": ada}
    facts = {name: Fact(("7",), author=author, at="at 1") for name, author in authors.items()}
    facts["zone"] = Fact(("7",), author=ada, at="at 2")
    told = Hall(lambda _, fact: (by(fact), Origin()), court().revision)
    met = Meeting([Shown(1, facts, dict.fromkeys(facts, PLAIN), NOBODY)], {}, told)

    assert [] == list(met.meet(sorted(authors)))
    assert ["Ada at 1", "Bo at 1", "Ada at 1", "Ada at 2"] == [
        f"{event.winner.person} {event.winner.at}"
        for event in spelled_out(met.told("account", "account-1"))
    ]


def test_who_says_one_field_after_the_other_is_introduced_once():
    """Nearly every record of a first meeting was last edited by one person."""
    ada = Author("a", "Ada")
    facts = {name: Fact(("7",), author=ada, at="at 1") for name in ("city", "name", "phone")}
    introduced = []

    def introduce(link, fact):
        introduced.append(link)
        return by(fact), Origin()

    maps = dict.fromkeys(facts, PLAIN)
    met = Meeting([Shown(1, facts, maps, NOBODY)], {}, Hall(introduce, court().revision))

    assert [] == list(met.meet(sorted(facts)))
    assert [1] == introduced
    assert [[0, 0, 0]] == [[said.side for said in each.said] for each in met.told("account", "a")]


def test_a_meeting_reads_once_what_systems_say_alike():
    """It is told which fields these are."""
    lens = Counted()
    map_ = {"name": FieldMap("name", ("name",), lens)}
    every = [Shown(link, {"name": Fact(("7",))}, map_, NOBODY) for link in (1, 2)]
    hall = Hall(lambda *_: (Contender(None, 1), Origin()), court().revision, {"name"})

    assert [] == list(Meeting(every, {}, hall).meet(["name"]))
    assert 1 == lens.reads


def test_what_was_hidden_when_it_was_read_last_is_still_said_to_be_after_a_meeting():
    """Nothing is to be written over it."""
    every = [Shown(1, {"name": Fact(("Acme",), unseen=True)}, {"name": PLAIN}, NOBODY)]

    assert [] == list(meeting(every).meet(["name"]))
    assert Fact(("Acme",), ("Acme",), 100, unseen=True) == every[0].facts["name"]


def test_events_stand_for_themselves_among_what_was_said_at_a_meeting():
    """Each is told in its place."""
    met = Met(
        "account", "a", (Contender(None, 1),), (Said("name", "Acme", ("Acme",), 7, 0, False),)
    )
    held, closed = Event("held", "account", "a", "tier"), Event("closed", "account", "a", "tier")

    told = [(event.act, event.field) for event in spelled_out([held, met, closed])]
    assert [("held", "tier"), ("set", "name"), ("closed", "tier")] == told


def by(fact: Fact) -> Contender:
    """Return the author of a fact as a side."""
    return Contender(None, 1, "sales", person=fact.author.name, at=fact.at)


def test_what_is_known_or_held_is_left_to_the_clauses_in_its_turn():
    """A policy may ask what the fields before it have come to."""
    facts = {name: Fact(("7",)) for name in ("city", "name", "phone", "zone")}
    met = meeting([Shown(1, facts, dict.fromkeys(facts, PLAIN), NOBODY)])
    met.golden["name"] = Golden("Acme", 7)
    told = []
    for name in met.meet(["city", "name", "phone", "zone"], ["zone"]):
        told += [name, *(said.field for each in met.told("account", "a") for said in each.said)]

    assert ["name", "city", "zone", "phone"] == told
    assert [] == list(met.told("account", "a"))


def test_a_field_that_not_all_show_is_said_in_part():
    """Whoever shows it says it, and the others are not asked."""
    name, phone = Fact(("Acme",)), Fact(("7",))
    maps = {"name": PLAIN, "phone": PLAIN}
    every = [
        Shown(1, {"name": name}, maps, NOBODY),
        Shown(2, {"name": name, "phone": phone}, maps, NOBODY),
    ]
    met = meeting(every)

    assert [] == list(met.meet(["name", "phone"]))
    assert {"phone"} == met.partly
    assert [(True, 1), (False, 2)] == [
        (said.alike, each.sides[said.side].link)
        for each in met.told("account", "a")
        for said in each.said
    ]


@pytest.mark.parametrize(
    ("fact", "left"),
    [
        (Fact((None,)), []),
        (Fact((None,), doubt=True), ["name"]),
        (Fact((None,), trail=(Step(("Old",)),)), ["name"]),
        (Fact(("Acme",)), ["name"]),
    ],
)
def test_after_a_restore_only_what_nobody_says_anything_about_is_plain(fact, left):
    """What is said may be older than what was golden then."""
    every = [Shown(1, {"name": fact}, {"name": PLAIN}, NOBODY)]
    met = meeting(every)

    assert left == list(met.meet(["name"], blanks_only=True))
    assert {} == met.golden
    assert left or Fact((None,), (None,)) == every[0].facts["name"]
