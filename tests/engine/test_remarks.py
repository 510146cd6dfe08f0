"""What people note about a question stays with it, decides nothing, and is in the journal."""

from __future__ import annotations

import pytest

from kamsync.engine import assign_conflict, comment_conflict
from kamsync.errors import DecisionRefused, ValueInvalid


@pytest.fixture
def held(met):
    """Two systems that disagree about a name."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")
    hub.round()
    return hub, here, there


def told(hub):
    """Return what the newest entry of the journal says."""
    [entry] = hub.store.journal.of(hub.record(), limit=1)
    return [(entry.actor, event.act, event.field, event.reason) for event in entry.events]


def test_a_question_that_is_given_to_somebody_stays_the_same_question(held):
    """Whoever has it on the screen can still answer it."""
    hub, _, _ = held
    asked = hub.conflict()

    assign_conflict(hub.hub, asked.id, "  Cleo  Roth ", "rita")

    assert ("Cleo Roth", asked.version) == (hub.conflict().assignee, hub.conflict().version)
    assert [("rita", "assigned", "name", "to Cleo Roth")] == told(hub)


def test_a_question_can_be_given_back(held):
    """Then it is nobody's."""
    hub, _, _ = held
    assign_conflict(hub.hub, hub.conflict().id, "Cleo", "rita")

    assign_conflict(hub.hub, hub.conflict().id, "", "rita")

    assert "" == hub.conflict().assignee
    assert [("rita", "assigned", "name", "to nobody, after Cleo")] == told(hub)


def test_giving_it_to_the_same_person_again_is_not_told_twice(held):
    """The journal has one entry."""
    hub, _, _ = held
    for _ in range(2):
        assign_conflict(hub.hub, hub.conflict().id, "Cleo", "rita")

    entries = hub.store.journal.of(hub.record(), "name")

    assert 1 == sum(event.act == "assigned" for entry in entries for event in entry.events)


def test_comments_are_kept_in_their_order(held):
    """With who said what, and when."""
    hub, _, _ = held
    comment_conflict(hub.hub, hub.conflict().id, " I called them. ", "rita")
    comment_conflict(hub.hub, hub.conflict().id, "They call back.", "cleo")

    comments = hub.conflict().comments

    assert [("rita", "I called them."), ("cleo", "They call back.")] == [
        (each.person, each.text) for each in comments
    ]
    assert [("cleo", "commented", "name", "They call back.")] == told(hub)


def test_an_edit_that_joins_the_question_keeps_what_was_noted(held):
    """There is one more to choose from; the rest is as it was."""
    hub, here, _ = held
    assign_conflict(hub.hub, hub.conflict().id, "Cleo", "rita")
    comment_conflict(hub.hub, hub.conflict().id, "I called them.", "rita")
    hub["sales"].edit(here, name="Acme SE")
    hub.round()

    again = hub.conflict()

    assert 2 == again.version
    assert ("Cleo", 1) == (again.assignee, len(again.comments))


def test_nothing_is_noted_about_a_question_that_is_closed(held):
    """It is nobody's any more."""
    hub, _, _ = held
    asked = hub.conflict()
    hub.decide(asked, "Acme Corp")

    for note in (assign_conflict, comment_conflict):
        with pytest.raises(DecisionRefused, match="already settled by rita"):
            note(hub.hub, asked.id, "Cleo", "rita")


@pytest.mark.parametrize(
    ("note", "text", "said"),
    [
        (comment_conflict, " \n", "this one is blank"),
        (comment_conflict, "x" * 4001, "at most 4,000"),
        (assign_conflict, "x" * 201, "at most 200"),
    ],
)
def test_what_is_too_long_or_blank_is_refused_in_words(held, note, text, said):
    """Nothing is noted."""
    hub, _, _ = held

    with pytest.raises(ValueInvalid, match=said):
        note(hub.hub, hub.conflict().id, text, "rita")

    assert ("", ()) == (hub.conflict().assignee, hub.conflict().comments)


def test_a_question_has_a_bounded_number_of_comments(held):
    """A loop of a script does not fill the store."""
    hub, _, _ = held
    for number in range(200):
        comment_conflict(hub.hub, hub.conflict().id, str(number), "rita")

    with pytest.raises(ValueInvalid, match="200 comments"):
        comment_conflict(hub.hub, hub.conflict().id, "one more", "rita")
