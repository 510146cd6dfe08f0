"""A first meeting at one look comes to what the clauses come to, or leaves it to them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamsync.engine.ties import Ties
from kamsync.lenses import field_map
from kamsync.mapping import FieldMap, Refs, empties
from kamsync.merge import (
    Court,
    Merged,
    Shown,
    Speaker,
    Topic,
    agree_on,
    merge_field,
    said_at_first,
)
from kamsync.model import Author, Cells, Contender, Fact, Golden, Origin, Step, Value
from kamsync.schema import Field, Type

NAME = Field("name", Type.TEXT, "What it is called.")
TOPIC = Topic("account", "account-1", "name")
PLAIN = field_map(NAME, ["name"])
SHORT = field_map(NAME, ["name"], {"limit": 3})
NOBODY = Ties("sales", {}, {})


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


def at_one_look(sides: Sequence[Side]) -> Merged | None:
    """Return what one look makes of it, if that is enough."""
    every = [Shown(s.link, {"name": s.fact}, {"name": s.map}, NOBODY, s.certain) for s in sides]
    alike = {"name"} if all(s.map is sides[0].map for s in sides) else frozenset()
    value = said_at_first("name", every, alike)
    if value is None:
        return None
    side, seen = sides[0], sides[0].fact.observed
    first = Contender(value, side.link, side.system, at=side.fact.at, cells=seen)
    origin = Origin(side.system, at=side.fact.at)
    golden, event = agree_on(TOPIC, first, origin, court().revision(), alike=len(sides) > 1)
    facts = {s.link: Fact(s.fact.observed, s.fact.observed, golden.revision) for s in sides}
    return Merged(golden, facts, (), (event,))


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
