"""Undoing a round or a decision: golden is what it was, wherever nobody has said anything since."""

from __future__ import annotations

from kamsync.engine.deciding.undoing import FROM_BEFORE, WHO_IS_WHO


def _edited(met, **options):
    """Have one edit carried out, and return its round."""
    hub, here, there = met("sales", "success", **options)
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    return hub, here, there, hub.last_round()


def test_undoing_a_round_puts_the_old_value_back_everywhere(met):
    """Also in the system where the edit was made."""
    hub, here, there, edited = _edited(met)

    hub.undo(edited)
    hub.settle()

    assert "Acme" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")


def test_an_undo_is_written_by_the_next_round(met):
    """It is a plan like any other."""
    hub, _, there, edited = _edited(met)

    hub.undo(edited)

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert 2 == hub.preview().plan.writes


def test_an_undo_can_be_looked_at_first(met):
    """Nothing has changed then."""
    hub, _, _, edited = _edited(met)

    (change,) = hub.undo(edited, dry=True).back

    assert ("name", "Acme Corp", "Acme") == (change.field, change.now, change.before)
    assert "Acme Corp" == hub.golden("name")
    assert edited == hub.last_round()


def test_what_was_changed_again_is_left_and_listed(met):
    """An undo never overwrites what came later."""
    hub, here, _, edited = _edited(met)
    hub["sales"].edit(here, name="Acme SE")
    hub.round()

    undo = hub.undo(edited)

    assert ((), ["it was changed again since"]) == (undo.back, [u.refused for u in undo.left])
    assert "Acme SE" == hub.golden("name")


def test_an_edit_that_was_not_read_yet_becomes_a_conflict(met):
    """Its author did not know of the undoing."""
    hub, _, there, edited = _edited(met)
    hub["success"].edit(there, name="Acme Inc")
    hub.undo(edited)

    hub.settle()

    assert {"Acme", "Acme Inc"} == {c.value for c in hub.conflict().contenders}


def test_undoing_twice_changes_nothing_the_second_time(met):
    """What was put back is not what the round had made."""
    hub, _, _, edited = _edited(met)
    hub.undo(edited)
    hub.settle()

    assert () == hub.undo(edited).back


def test_an_undo_can_be_undone(met):
    """The value of the round is back."""
    hub, here, there, edited = _edited(met)
    hub.undo(edited)
    undoing = hub.last_round()
    hub.settle()

    hub.undo(undoing)
    hub.settle()

    assert "Acme Corp" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")


def test_an_undo_can_be_undone_before_it_was_written(met):
    """Nothing is left to be done then."""
    hub, _, there, edited = _edited(met)
    hub.undo(edited)

    hub.undo(hub.last_round())
    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")


def test_a_decision_can_be_undone(met):
    """The value is what it was before, and the question is not asked again by itself."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")
    hub.round()
    hub.decide(hub.conflict(), "Acme Corp")
    decided = hub.last_round()
    hub.settle()

    hub.undo(decided)
    hub.settle()

    assert "Acme" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")


def test_undoing_a_first_meeting_empties_nothing(stage):
    """Before it, golden held nothing: to go back to that would take away what people had entered."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    hub["success"].create(name="Acme", domains=["acme.com"])
    hub.meet()

    undo = hub.undo(hub.last_round())
    hub.settle()

    assert () == undo.back
    assert {"domains", "name", "tier"} == {left.field for left in undo.left}
    assert "key" == hub["sales"].get(here, "tier")


def test_a_field_under_review_is_left(met):
    """A person is about to decide."""
    hub, here, there, edited = _edited(met)
    hub["sales"].edit(here, name="Acme SE")
    hub["success"].edit(there, name="Acme Inc")
    hub.round()

    undo = hub.undo(edited)

    assert ["it is under review"] == [change.refused for change in undo.left]
    assert 1 == len(hub.conflicts())


def test_a_round_that_settled_a_conflict_can_be_undone(met):
    """The rule's choice is taken back; both values are in the journal."""
    hub, here, there = met("sales", "success", policy={"account": {"name": "latest"}})
    hub["sales"].edit(here, name="Acme Corp")
    hub.clock.wait(60)
    hub["success"].edit(there, name="Acme Inc")
    hub.round()
    assert "Acme Inc" == hub["sales"].get(here, "name")

    hub.undo(hub.last_round())
    hub.settle()

    assert "Acme" == hub["sales"].get(here, "name")


def test_the_journal_tells_of_the_undoing(met):
    """From what to what, in a round of its own."""
    hub, _, _, edited = _edited(met)
    hub.undo(edited)

    undone = hub.events(field="name")[0]

    assert ("undone", "Acme Corp", "Acme") == (undone.act, undone.before, undone.value)
    assert "undo" == hub.store.rounds.list(1)[0].kind


def _three_edits(met):
    """Have a name changed by three rounds, and the industry by the second; return the first of them."""
    hub, here, there, first = _edited(met)
    hub["success"].edit(there, name="Acme SE", industry="steel")
    hub.settle()
    hub["sales"].edit(here, name="Acme AG")
    hub.settle()
    return hub, here, there, first


def test_a_round_is_undone_with_all_that_followed_it(met):
    """What several of them changed becomes what it was before the first one."""
    hub, here, there, first = _three_edits(met)

    undo = hub.undo(first, since=True)
    hub.settle()

    assert {"name": "Acme", "industry": None} == {each.field: each.before for each in undo.back}
    assert () == undo.left
    assert "Acme" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")
    assert hub["sales"].get(here, "industry") is None is hub["success"].get(there, "industry")


def test_undoing_all_since_a_round_twice_changes_nothing_the_second_time(met):
    """What was put back is among what followed, and is what it was before."""
    hub, _, _, first = _three_edits(met)
    hub.undo(first, since=True)
    hub.settle()

    again = hub.undo(first, since=True)

    assert () == again.back == again.left


def test_all_since_a_first_meeting_goes_back_to_what_that_has_set(met):
    """Before it there is nothing to go back to."""
    hub, here, there = met("sales", "success")
    meeting = hub.store.rounds.get("1").id
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()

    undo = hub.undo(meeting, since=True)
    hub.settle()

    assert [("name", "Acme")] == [(each.field, each.before) for each in undo.back]
    assert {FROM_BEFORE} == {each.refused for each in undo.left}
    assert "Acme" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")


def test_who_is_who_is_left_with_that_reason(stage):
    """It is no value that could be put back."""
    hub = stage("sales", "success")
    for name in ("Acme", "Acme Süd"):
        hub["success"].create(name=name, domains=["acme.com"])
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    hub.decide(hub.conflicts()[0], choice="new")

    undo = hub.undo(hub.last_round())

    assert ((), [WHO_IS_WHO]) == (undo.back, [each.refused for each in undo.left])
