"""An older store put back: nothing is sent or made again, and what differs is a question."""

from __future__ import annotations

import pytest

from kamsync.connector import Can
from kamsync.engine import assign_conflict, comment_conflict
from kamsync.memory import ALL
from kamsync.reports.checking import check_store
from kamsync.store import restore_store


@pytest.fixture
def saved(met, tmp_path, clock):
    """A hub with a backup, two accounts' ids, and a function that puts the backup back."""

    def make(*systems, **options):
        hub, *ids = met(*(systems or ("sales", "success")), **options)
        hub.settle()
        path = tmp_path / "backup"

        def restore():
            hub.clock.wait(10)
            hub.hub.store.close()
            hub.hub.store = restore_store(path, "sqlite://", clock=clock, key=hub.key)

        hub.store.backup(path)
        return hub, restore, *ids

    return make


def test_what_was_sent_since_the_backup_is_not_sent_again(saved):
    """All systems show it, so that it is golden."""
    hub, restore, here, there = saved()
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()
    before = hub["success"].acts_of_ours(there)

    restore()
    hub.settle()

    assert "Acme Corp" == hub.golden("name") == hub["success"].get(there, "name")
    assert before == hub["success"].acts_of_ours(there)
    assert [] == hub.conflicts()


def test_what_was_created_since_the_backup_is_not_created_again(saved):
    """Neither in the system that was told, nor in the one where somebody made it."""
    hub, restore, _, _ = saved()
    hub["sales"].create(name="Bolt", domains=["bolt.io"])
    hub.settle()

    restore()
    hub.settle()

    assert ["Acme", "Bolt"] == hub["sales"].all("name") == hub["success"].all("name")
    assert [] == hub.conflicts()


def test_the_old_golden_value_overwrites_nothing(saved):
    """Systems have moved on since; where they disagree, a person is asked."""
    hub, restore, here, there = saved()
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()
    hub["success"].world.up = False
    hub["sales"].edit(here, name="Acme SE")
    hub.round()
    hub["success"].world.up = True

    restore()
    hub.settle()

    assert "an older store was restored" == hub.conflict().cause
    assert {"Acme", "Acme Corp", "Acme SE"} == {c.value for c in hub.conflict().contenders}
    assert ("Acme SE", "Acme Corp") == (
        hub["sales"].get(here, "name"),
        hub["success"].get(there, "name"),
    )


def test_the_decision_after_a_restoration_is_written(saved):
    """And then everything is as it always was."""
    hub, restore, here, there = saved()
    hub["success"].world.up = False
    hub["sales"].edit(here, name="Acme SE")
    hub.round()
    hub["success"].world.up = True
    restore()
    hub.settle()

    hub.decide(hub.conflict(), "Acme SE")
    hub.settle()

    assert "Acme SE" == hub["success"].get(there, "name")
    hub["success"].edit(there, name="Acme AG")
    hub.settle()
    assert "Acme AG" == hub["sales"].get(here, "name")


def test_nothing_is_written_before_every_system_was_read(saved):
    """One that is down holds up the records that it has."""
    hub, restore, here, there, elsewhere = saved("sales", "success", "account")
    hub["success"].world.up = False
    restore()
    hub["sales"].edit(here, name="Acme Corp")

    hub.round()
    assert "Acme" == hub["account"].get(elsewhere, "name")

    hub["success"].world.up = True
    hub.settle()
    hub.decide(hub.conflict(), "Acme Corp")
    hub.settle()
    assert "Acme Corp" == hub["account"].get(elsewhere, "name") == hub["success"].get(there, "name")


def test_an_edit_after_the_restoration_of_a_system_that_was_read_flows(saved):
    """The restoration has an end."""
    hub, restore, here, there = saved()
    restore()
    hub.settle()
    hub["sales"].edit(here, name="Acme Corp")

    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert [] == hub.conflicts()


def test_a_record_that_was_deleted_since_is_not_brought_back(saved):
    """It is gone everywhere, or a question."""
    hub, restore, here, _ = saved(policy={"account": {"deletes": "propagate"}})
    hub["sales"].delete(here)
    hub.settle()

    restore()
    hub.settle()

    assert [] == hub["sales"].ids() == hub["success"].ids()


def test_an_edit_that_was_covered_since_is_still_heard(saved):
    """The history of the system tells of it."""
    hub, restore, here, there = saved(
        "sales", "success", can={"sales": ALL, "success": ALL & ~Can.REFUSE_STALE}
    )
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")
    hub.settle()
    hub.decide(hub.conflict(), "Acme Corp")
    hub.settle()

    restore()
    hub.settle()

    said = {c.value for conflict in hub.conflicts() for c in conflict.contenders}
    assert "Acme Inc" in said | {event.value for event in hub.events(field="name")}


def test_what_was_gone_before_the_backup_does_not_keep_the_restoration_open(met, tmp_path, clock):
    """A system that lists only what is there is asked for the rest by its id."""
    hub, here, _ = met("sales", "success", can=ALL & ~Can.TOMBSTONES)
    hub["sales"].delete(here)
    hub.round(sweep=True)
    hub.decide(hub.conflict(), choice="delete")
    hub.settle()
    hub.store.backup(tmp_path / "backup")
    hub.clock.wait(10)
    hub.store.close()

    hub.hub.store = restore_store(tmp_path / "backup", "sqlite://", clock=clock, key=hub.key)
    hub.settle()

    assert hub.store.meta("restored_at") is None
    assert [] == hub["sales"].ids() == hub["success"].ids()


def test_the_store_is_whole_afterwards(saved):
    """Every promise of the store holds for a restored one."""
    hub, restore, here, _ = saved()
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()

    restore()
    hub.settle()

    assert [] == hub.store.verify()


def test_what_was_noted_about_a_question_is_noted_about_it_after_a_restore(met, tmp_path, clock):
    """It is the same question, with more to choose from."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")
    hub.round()
    assign_conflict(hub.hub, hub.conflict().id, "Cleo", "rita")
    comment_conflict(hub.hub, hub.conflict().id, "I called them.", "rita")
    hub.store.backup(tmp_path / "backup")

    hub.clock.wait(10)
    hub.hub.store.close()
    hub.hub.store = restore_store(tmp_path / "backup", "sqlite://", clock=clock, key=hub.key)
    hub.settle()

    again = hub.conflict()
    assert 2 == again.version
    assert ("Cleo", ["I called them."]) == (again.assignee, [c.text for c in again.comments])


def test_nothing_is_merged_before_every_system_was_read_again(stage, tmp_path, clock):
    """Also one that the older store knows nothing of: it may hold what all the rest came from."""
    hub = stage("sales", "success")
    hub.store.backup(tmp_path / "backup")
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    hub["sales"].world.up = False

    hub.clock.wait(10)
    hub.store.close()
    hub.hub.store = restore_store(tmp_path / "backup", "sqlite://", clock=clock, key=hub.key)
    result = hub.preview()

    assert (["sales"], [], 0) == (result.unread, hub.records(), result.plan.writes)
    assert "sales" in next(c.text for c in check_store(hub.hub) if "restored" in c.text)

    hub["sales"].world.up = True
    hub.meet()
    hub.settle()

    assert ["Acme"] == hub["sales"].all("name") == hub["success"].all("name")


def test_what_was_made_since_and_is_hidden_is_not_taken_for_what_is_sent_now(saved):
    """It is found by our id and not made a second time; what it says there is asked about."""
    hub, restore, _, _ = saved()
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.io"])
    hub.settle()
    there = hub.native("success", hub.of("sales", bolt))

    restore()
    hub["success"].world.hidden_records.add(("account", there))
    hub.settle()
    hub["sales"].edit(bolt, name="Bolt SE")
    hub.round()
    hub["success"].world.hidden_records.clear()
    hub.clock.wait(3600)
    hub.round()
    hub.settle()

    assert ["Acme", "Bolt"] == hub["success"].all("name")
    assert {"Bolt", "Bolt SE"} == {each.value for each in hub.conflict().contenders}


def test_what_a_copy_with_our_id_was_made_of_is_known_by_that_id(stage, tmp_path, clock):
    """Although nothing else tells it apart, and the backup is from before both were read."""
    hub = stage("sales", "success")
    hub.store.backup(tmp_path / "backup")
    here = hub["sales"].create(industry="steel")
    hub.meet()

    hub.clock.wait(10)
    hub.hub.store.close()
    hub.hub.store = restore_store(tmp_path / "backup", "sqlite://", clock=clock, key=hub.key)
    hub.meet()
    hub.settle()

    assert [here] == hub["sales"].ids()
    assert 1 == len(hub["success"].ids()) == len(hub.records())


def test_what_is_apart_again_belongs_to_no_record_that_was_merged_away(stage, tmp_path, clock):
    """Its merge was read before every system was, and undone before anything was matched."""
    hub = stage("sales", "success")
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    bolt = hub["sales"].create()
    hub.meet()
    hub.store.backup(tmp_path / "backup")
    hub["sales"].merge(bolt, acme)
    hub["success"].world.up = False

    hub.clock.wait(10)
    hub.store.close()
    hub.hub.store = restore_store(tmp_path / "backup", "sqlite://", clock=clock, key=hub.key)
    hub.round()
    hub["sales"].undelete(bolt)
    hub["success"].world.up = True
    hub.round()
    hub.settle()

    record = hub.of("sales", bolt)
    assert hub.of("sales", acme) != record
    assert hub.store.records.by_id([record])[record].merged_into is None
