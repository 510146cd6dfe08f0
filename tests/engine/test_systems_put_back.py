"""A system is put back to what it was, from a backup of its own: nobody has entered what came back."""

from __future__ import annotations

import pytest

from kamsync.connector import Can
from kamsync.engine.reading.pull import pull
from kamsync.errors import GuardTripped
from kamsync.memory import ALL

COARSE = ALL & ~Can.EXACT_VERSION & ~Can.REFUSE_STALE & ~Can.HISTORY


@pytest.mark.parametrize("can", [ALL, ALL & ~Can.HISTORY, COARSE], ids=["all", "plain", "coarse"])
def test_a_value_that_came_back_with_its_system_is_a_question(met, can):
    """It is not taken for an edit, and overwrites nothing."""
    hub, here, there = met("sales", "success", can=can)
    before = hub["sales"].world.seq
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()

    hub["sales"].world.put_back(before)
    hub.round(sweep=True)

    assert "Acme Corp" == hub.golden("name") == hub["success"].get(there, "name")
    assert "Acme" == hub["sales"].get(here, "name")
    assert {"Acme", "Acme Corp"} == {each.value for each in hub.conflict().contenders}


def test_an_edit_that_was_heard_before_its_system_was_put_back_is_not_lost(met):
    """It was read, and is golden: what came back contends with it."""
    hub, here, _ = met("sales", "success")
    before = hub["sales"].world.seq
    hub["sales"].edit(here, name="Acme Corp")
    pull(hub.hub, hub.hub.systems["sales"], "account")

    hub["sales"].world.put_back(before)
    hub.round(sweep=True)

    assert "Acme Corp" == hub.golden("name")
    assert {"Acme", "Acme Corp"} == {each.value for each in hub.conflict().contenders}


def test_what_the_policy_says_of_a_dispute_holds_for_a_value_that_came_back(met):
    """It counts as entered when it once was, so that the latest is what came after it."""
    policy = {"account": {"name": "latest"}}
    hub, here, there = met("sales", "success", policy=policy)
    before = hub["sales"].world.seq
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()

    hub["sales"].world.put_back(before)
    hub.round(sweep=True)
    hub.settle()

    assert "Acme Corp" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")
    assert [] == hub.conflicts()


def test_what_a_system_has_lost_is_a_question_for_each_record(met):
    """It is deleted nowhere."""
    hub, _, _ = met("sales", "success")
    before = hub["sales"].world.seq
    made = hub["sales"].create(name="Bolt", domains=["bolt.io"])
    hub.settle()
    record = hub.of("sales", made)

    hub["sales"].world.put_back(before)
    hub.round(sweep=True)

    assert [("exists", record)] == [(each.field, each.record) for each in hub.conflicts()]
    assert ["Acme", "Bolt"] == hub["success"].all("name")


def test_a_policy_that_propagates_deletes_is_held_by_the_guard(met):
    """Where a system has lost more than is in proportion, a person looks at the plan first.

    That is so where nothing tells what is deleted: else each of them is a question.
    """
    can = ALL & ~Can.TOMBSTONES
    hub, _, _ = met("sales", "success", can=can, policy={"account": {"deletes": "propagate"}})
    before = hub["sales"].world.seq
    for number in range(8):
        hub["sales"].create(name=f"Bolt {number}", domains=[f"bolt{number}.io"])
    hub.settle()

    hub["sales"].world.put_back(before)
    with pytest.raises(GuardTripped, match="8 records would be deleted"):
        hub.round(sweep=True)

    assert 9 == len(hub["success"].ids())


def test_a_record_that_came_back_with_its_system_is_a_question(met):
    """Nobody brought it back."""
    hub, here, there = met("sales", "success")
    before = hub["sales"].world.seq
    hub["sales"].delete(here)
    hub.round()
    hub.decide(hub.conflict(), choice="delete")
    hub.settle()

    hub["sales"].world.put_back(before)
    hub.round(sweep=True)

    assert "exists" == hub.conflict().field
    assert not hub["success"].exists(there)


def test_what_contends_goes_on_contending_when_its_system_is_put_back(met):
    """It was entered, and a person may want it, although it is nowhere any more."""
    hub, here, there = met("sales", "success")
    before = hub["sales"].world.seq
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme SE")
    hub.round()

    hub["sales"].world.put_back(before)
    hub.round(sweep=True)

    assert {"Acme Corp", "Acme SE"} == {each.value for each in hub.conflict().contenders}
