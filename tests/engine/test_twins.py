"""What a person said by joining two records of one system, and what that says nothing about."""

from __future__ import annotations

from msgspec import structs

from kamsync.engine.merging.twins import kept
from kamsync.merge import FIRST_MEETING
from kamsync.model import Conflict, Contender, Fact, Kind, Link

MET = {"phone": Fact(("1",), ("1",), 1)}
TWIN = {"phone": Fact(("2",))}
LINKS = {
    1: Link(1, "sales", "account", "a", "r", MET),
    2: Link(2, "sales", "account", "b", "r", TWIN),
    3: Link(3, "success", "account", "c", "r", MET),
}
GOLDEN = Contender(value="1", system="sales", team="sales")
JOINED = Contender(value="2", system="sales", team="sales", link=2)
CONFLICT = Conflict(
    id="",
    kind=Kind.VALUE,
    entity="account",
    record="r",
    field="phone",
    contenders=(JOINED, GOLDEN),
    cause=FIRST_MEETING,
)


def test_what_a_record_held_stays_against_its_twin():
    """Nobody else speaks against it."""
    found = kept(CONFLICT, LINKS)

    assert found is not None
    assert ("1", (1,)) == (found.value, found.winners)


def test_an_edit_where_the_record_was_met_is_never_passed_over():
    """Somebody said it beside the question who is who."""
    edit = Contender(value="3", system="success", team="success", link=3)

    assert kept(structs.replace(CONFLICT, contenders=(JOINED, edit, GOLDEN)), LINKS) is None


def test_a_system_that_brings_its_first_record_of_it_is_no_twin():
    """Two systems that meet are for the rules of a first meeting."""
    links = {2: LINKS[2], 3: LINKS[3]}

    assert kept(CONFLICT, links) is None


def test_what_golden_does_not_contend_for_is_not_settled():
    """Nothing stays of which nobody says that it is true."""
    assert kept(structs.replace(CONFLICT, contenders=(JOINED,)), LINKS) is None


def test_any_other_cause_is_for_the_policy():
    """Only who has just joined is a twin that was asked about."""
    assert kept(structs.replace(CONFLICT, cause="edited at the same time"), LINKS) is None
