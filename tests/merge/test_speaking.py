"""Who speaks for an edit, and what it says: parts that follow, what was held, what was never said."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.merge import merge_field
from kamsync.model import Contender, Fact, Golden

OLD = Golden("old", 7)


def stage(stage_, probability):
    """A stage, as golden says it."""
    return {"stage": stage_, "probability": probability}


def test_a_team_speaks_for_what_is_doubted_and_shown_anew(topic, court, side, edit, contends):
    """Our write may have come first, and then somebody has said this since."""
    merged = merge_field(topic, OLD, [side(1, edit(1, "new", doubt=True))], None, court)

    assert contends(1, "new", knew=False) == merged.conflicts[0].contenders[0]


def test_nobody_speaks_for_what_is_doubted_and_shown_as_before(topic, court, side, edit):
    """It was most likely not said again."""
    merged = merge_field(topic, OLD, [side(1, edit(1, "x", "x", doubt=True))], None, court)

    said = merged.conflicts[0].contenders[0]
    assert Contender("x", 1, "system-1", None, at="at 1", cells=("x",)) == said


def test_what_follows_comes_along_with_an_edit(topic, court, side, stages):
    """The system shows what its new stage is worth."""
    fact = Fact(("won",), ("open",), 7, known=stage("open", "0.3"), aside=("1",))

    merged = merge_field(
        topic, Golden(stage("open", "0.3"), 7), [side(1, fact, stages)], None, court
    )

    assert ("won", "1") == (merged.golden.value["stage"], merged.golden.value["probability"])


def test_what_follows_is_no_edit_where_nothing_else_is_said(topic, court, side, stages):
    """A system that reckons another probability for the same stage says nothing by it."""
    fact = Fact(("open",), ("won",), 3, known=stage("open", "0.3"), aside=("0.5",))

    merged = merge_field(
        topic, Golden(stage("open", "0.3"), 7), [side(1, fact, stages)], None, court
    )

    assert [("open", "0.3")] == [
        (e.winner.value["stage"], e.winner.value["probability"]) for e in merged.events
    ]


@pytest.mark.parametrize(
    ("golden", "shown"),
    [
        (stage("open", "0.3"), stage("won", "0.3")),
        (stage("won", "0.9"), stage("won", "0.9")),
        (None, stage("won", "1")),
    ],
    ids=["another stage", "the same stage", "nothing"],
)
def test_what_follows_in_doubt_is_as_people_entered_it(topic, court, side, stages, golden, shown):
    """It may follow from what we wrote ourselves."""
    fact = Fact(("won",), ("lost",), 3, doubt=True, known=stage("lost", "0"), aside=("1",))

    merged = merge_field(topic, Golden(golden, 7), [side(1, fact, stages)], None, court)

    said = [c.contenders[0] for c in merged.conflicts] or [e.winner for e in merged.events]
    assert [shown] == [{part: each.value[part] for part in shown} for each in said]


def test_a_blank_in_doubt_is_a_blank_whatever_is_shown_beside_it(topic, court, side, stages):
    """Nothing follows from nothing."""
    fact = Fact((None,), ("won",), 3, doubt=True, aside=("1",))

    merged = merge_field(topic, Golden(stage("won", "1"), 7), [side(1, fact, stages)], None, court)

    assert [None] == [conflict.contenders[0].value for conflict in merged.conflicts]


def test_a_part_that_a_system_lacks_is_that_of_the_value_it_knew(topic, court, side, stages):
    """And not that of golden now, which its editor cannot have seen."""
    fact = Fact(("half",), ("new",), 3, known={**stage("new", "0.3"), "status": "open"})
    golden = Golden({**stage("late", "0.9"), "status": "won"}, 7)

    merged = merge_field(topic, golden, [side(1, fact, stages)], None, court)

    assert "open" == merged.conflicts[0].contenders[0].value["status"]


def test_a_blank_that_golden_says_as_well_is_owed_nothing(topic, court, side):
    """What it led to is gone there, and golden refers to nothing any more."""
    fallen = Fact((None,), ("a",), 3, emptied=True)

    merged = merge_field(topic, Golden(None, 7), [side(1, fallen)], None, court)

    assert Fact((None,), (None,), 7) == merged.facts[1]


def test_what_is_dealt_with_keeps_no_author(topic, court, side, edit):
    """The next edit has one of its own, or none."""
    merged = merge_field(topic, OLD, [side(1, edit(1, "new"))], None, court)

    assert Fact(("new",), ("new",), 100) == merged.facts[1]


def test_a_blank_agrees_where_nothing_was_ever_said(topic, court, side):
    """Later it claims nothing, since others have said something."""
    merged = merge_field(topic, Golden(), [side(1, Fact((None,)))], None, court)

    assert ["agreed"] == [event.act for event in merged.events]


def test_a_blank_that_is_met_while_the_field_is_held_claims_nothing(
    topic, court, side, contends, page
):
    """Also where golden was never set: others have said something."""
    held = page([contends(1, "a"), contends(2, "b")])

    merged = merge_field(topic, Golden(), [side(3, Fact((None,)))], held, court)

    assert ((), ()) == (merged.conflicts, merged.events)


@pytest.mark.parametrize("revision", [1, 7])
def test_a_blank_claims_nothing_from_the_first_revision_on(topic, court, side, revision):
    """Revision 1 is one like any other."""
    merged = merge_field(topic, Golden("old", revision), [side(1, Fact((None,)))], None, court)

    assert ((), ()) == (merged.conflicts, merged.events)


def test_who_takes_their_claim_back_says_what_golden_says(topic, court, side, edit, contends, page):
    """The page shows it, and it is no longer what they said before."""
    held = page([contends(1, "a"), contends(2, "b")])

    merged = merge_field(topic, OLD, [side(1, edit(1, "old", "a"))], held, court)

    assert ["old", "b"] == [each.value for each in merged.conflicts[0].contenders]


def test_who_says_what_golden_says_does_not_join_a_page(topic, court, side, edit, contends, page):
    """They disagree with nobody, and golden is not up for their vote."""
    held = page([contends(1, "a"), contends(2, "b")])

    merged = merge_field(topic, OLD, [side(3, edit(3, "old", "x"))], held, court)

    assert ((), ()) == (merged.conflicts, merged.events)


@pytest.mark.parametrize(("value", "is_closed"), [("old", True), ("other", False)])
def test_golden_that_contends_closes_a_page_if_the_others_come_to_say_it(
    topic, court, side, edit, contends, page, value, is_closed
):
    """The blind edit was taken back."""
    held = page([contends(1, "a"), Contender("old", knew=True)])

    merged = merge_field(topic, OLD, [side(1, edit(1, value, "a"))], held, court)

    assert [is_closed] == [bool(conflict.closed) for conflict in merged.conflicts]


@pytest.mark.parametrize(("value", "is_closed"), [("gone", True), ("b", False)])
def test_what_was_said_where_the_link_is_gone_still_counts(
    topic, court, side, edit, contends, page, value, is_closed
):
    """By its value: nobody can ask its system how it would say another."""
    held = page([contends(1, "gone"), contends(2, "a")])

    merged = merge_field(topic, OLD, [side(2, edit(2, value, "a"))], held, court)

    assert [is_closed] == [bool(conflict.closed) for conflict in merged.conflicts]


@pytest.mark.parametrize(("value", "is_closed"), [("anna", True), ("anton", False)])
def test_a_coarse_system_agrees_to_a_page_as_far_as_it_can(
    topic, court, side, edit, page, coarse, value, is_closed
):
    """Three letters of the value are all that it can say."""
    held = page([Contender("ann", 1, cells=("ann",)), Contender("bob", 2, cells=("bob",))])
    sides = [side(1, Fact(("ann",), ("ann",), 7), coarse), side(2, edit(2, value, "bob"))]

    merged = merge_field(topic, OLD, sides, held, court)

    assert [is_closed] == [bool(conflict.closed) for conflict in merged.conflicts]


def test_automations_that_fight_are_not_taken_to_agree(topic, court, side, edit, contends, page):
    """One of them is only ahead of the other."""
    held = page([contends(1, "a"), contends(2, "b")], turning=True)

    merged = merge_field(topic, OLD, [side(2, edit(2, "a", "b"))], held, court)

    assert (structs.replace(held, contenders=(contends(1, "a"), contends(2, "a")), version=2),) == (
        merged.conflicts
    )
