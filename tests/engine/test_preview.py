"""A preview is the round up to its guards, so that it cannot differ from what a round would do."""

from __future__ import annotations

from kamsync.model import EXISTS


def test_a_preview_and_the_round_after_it_have_the_same_plan(met):
    """What was shown is what is done."""
    hub, here, _ = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")

    planned = hub.preview().plan
    done = hub.round().plan

    assert planned.id == done.id
    assert planned.shown == done.shown


def test_a_preview_shows_from_what_to_what(met):
    """A person can judge a write only by what it replaces."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")

    (write,) = hub.preview().plan.shown

    assert there == write.native_id
    assert {"name": (("Acme",), ("Acme Corp",))} == write.fields


def test_a_preview_writes_to_no_system(met):
    """Looking changes nothing outside."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")

    hub.preview()

    assert "Acme" == hub["success"].get(there, "name")


def test_a_preview_leaves_golden_as_it_was(met):
    """Looking decides nothing."""
    hub, here, _ = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")

    hub.preview()

    assert "Acme" == hub.golden("name")


def test_a_preview_opens_no_conflict_and_keeps_no_journal(met):
    """What would be held is counted, and then forgotten."""
    hub, here, there = met("sales", "success")
    before = hub.events()
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")

    result = hub.preview()

    assert 1 == result.held
    assert [] == hub.conflicts()
    assert before == hub.events()


def test_a_preview_of_new_records_names_them_as_the_round_will(met):
    """Otherwise no plan with a create could be approved."""
    hub, _, _ = met("sales", "success")
    hub["sales"].create(name="Bolt", domains=["bolt.io"])

    (planned,) = hub.preview().plan.shown
    (done,) = hub.round().plan.shown

    assert planned.record == done.record


def test_a_preview_of_nothing_writes_nothing(met):
    """Systems that agree are left alone."""
    hub, _, _ = met("sales", "success")

    assert 0 == hub.preview().plan.writes


def test_two_previews_of_one_state_have_one_name(met):
    """A plan is named by what it writes, not by when it was made."""
    hub, here, _ = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")

    assert hub.preview().plan.id == hub.preview().plan.id


def test_a_round_without_changes_writes_nothing(met):
    """A hub at rest stays at rest."""
    hub, here, there = met("sales", "success")
    hub.settle()
    before = hub["sales"].acts_of_ours(here), hub["success"].acts_of_ours(there)

    assert 0 == hub.round().plan.writes

    assert before == (hub["sales"].acts_of_ours(here), hub["success"].acts_of_ours(there))


def test_a_record_made_by_a_round_is_known_to_hold_what_was_written(met):
    """A create is read back, so that the round after it has nothing to do."""
    hub, _, _ = met("sales", "success")
    new = hub["sales"].create(name="Bolt", domains=["bolt.io"])
    hub.round()

    record = hub.of("sales", new)
    link = hub.link("success", hub.native("success", record))
    golden = hub.store.records.by_id([record])[record].fields

    assert golden["name"].revision == link.facts["name"].knows
    assert golden[EXISTS].revision == link.facts[EXISTS].knows
