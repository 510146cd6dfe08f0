"""Records that are gone in one system: a question at first, and never stronger than an edit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.memory import ALL
from kamsync.model import EXISTS, Kind, Op
from kamsync.reports.checking import check_store


def _policy(deletes):
    return {"account": {"deletes": deletes}}


def _edit_just_before_a_write(system, native_id, **edit):
    """Let somebody edit a record while our next write is on its way."""

    def row(_, land):
        system.trouble.rows = None
        system.edit(native_id, **edit)
        return land()

    system.trouble.rows = row


def test_a_delete_in_one_system_is_a_question(met):
    """It is not a delete elsewhere."""
    hub, here, there = met("sales", "success")
    hub["sales"].delete(here)

    hub.round()

    assert (Kind.DELETE, "gone in one system") == (hub.conflict().kind, hub.conflict().cause)
    assert hub["success"].exists(there)


def test_the_rest_of_the_record_flows_while_its_existence_is_under_review(met):
    """Where it is left it goes on, and where it is gone it is not made again."""
    hub, here, there, elsewhere = met("sales", "success", "account")
    hub["sales"].delete(here)
    hub.round()
    hub["success"].edit(there, name="Acme Corp")

    hub.settle()

    assert "Acme Corp" == hub["account"].get(elsewhere, "name")
    assert [] == hub["sales"].ids()
    assert 1 == len(hub.conflicts())


def test_a_person_may_end_it_everywhere(met):
    """What was a question is a delete now."""
    hub, here, _ = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()

    hub.decide(hub.conflict(), choice="delete")
    hub.settle()

    assert [] == hub["success"].ids()
    assert [] == hub.conflicts()


def test_a_person_may_put_it_back(met):
    """With the values that are golden, under its own id where the system can do that."""
    hub, here, there = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()

    hub.decide(hub.conflict(), choice="restore")
    hub.settle()

    assert [here] == hub["sales"].ids()
    assert hub["success"].exists(there)


def test_a_record_that_cannot_be_undeleted_is_made_anew(met):
    """The link follows the new native record."""
    hub, here, there = met("sales", "success", can={"sales": ALL & ~Can.UNDELETE, "success": ALL})
    hub["sales"].delete(here)
    hub.round()

    hub.decide(hub.conflict(), choice="restore")
    hub.settle()

    (again,) = hub["sales"].ids()
    assert again != here
    assert hub.of("sales", again) == hub.of("success", there)
    assert "Acme" == hub["sales"].get(again, "name")


def test_a_person_may_leave_it_gone_there_only(met):
    """The others go on without that system."""
    hub, here, there, elsewhere = met("sales", "success", "account")
    hub["sales"].delete(here)
    hub.round()

    hub.decide(hub.conflict(), choice="detach")
    hub["success"].edit(there, name="Acme Corp")
    hub.settle()

    assert "Acme Corp" == hub["account"].get(elsewhere, "name")
    assert [] == hub["sales"].ids()
    assert [] == hub.conflicts()


def test_a_delete_that_the_policy_propagates_is_one_everywhere(met):
    """Without any question."""
    hub, here, _, _ = met("sales", "success", "account", policy=_policy("propagate"))
    hub["sales"].delete(here)

    hub.settle()

    assert [] == hub["success"].ids() == hub["account"].ids()
    assert [] == hub.conflicts()


def test_a_record_that_is_kept_for_what_is_hidden_of_it_says_so_until_it_is_shown(met):
    """What was entered there may be nowhere else, and whoever can let it be seen is told."""
    hub, here, there = met(
        "sales", "success", values={"industry": "steel"}, policy=_policy("propagate")
    )
    hub["success"].world.hidden.add(("account", "industry"))
    hub["success"].edit(there, name="Acme Corp")
    hub.settle()
    hub["sales"].delete(here)

    hub.settle()

    assert hub["success"].exists(there)
    [reason] = hub.reasons()
    assert "kamsync's user is not shown industry" in reason
    [said] = [each for each in check_store(hub.hub) if each.about == "parked"]
    assert "account" in said.text
    assert there in said.text

    hub["success"].world.hidden.clear()
    hub.round(sweep=True)
    hub.settle()

    assert not hub["success"].exists(there)
    assert [] == hub.reasons()


def test_what_may_not_be_deleted_anyway_is_not_said_to_be_kept(met):
    """It waits for nothing."""
    hub, here, there = met(
        "sales",
        "success",
        values={"industry": "steel"},
        policy=_policy("propagate"),
        allow={name: {"account": [Op.CREATE, Op.UPDATE]} for name in ("sales", "success")},
    )
    hub["success"].world.hidden.add(("account", "industry"))
    hub["success"].edit(there, name="Acme Corp")
    hub.settle()
    hub["sales"].delete(here)

    hub.settle()

    assert [] == hub.reasons()


def test_an_edit_beats_a_delete(met):
    """Somebody still works on the record, so that it is a question after all."""
    hub, here, there = met("sales", "success", policy=_policy("propagate"))
    hub["sales"].delete(here)
    hub["success"].edit(there, name="Acme Corp")

    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert [Kind.DELETE] == [conflict.kind for conflict in hub.conflicts()]


def test_an_edit_that_races_our_delete_beats_it(met):
    """The delete is refused, and the record is asked about."""
    hub, here, there = met("sales", "success", policy=_policy("propagate"))
    hub["sales"].delete(here)

    _edit_just_before_a_write(hub["success"], there, name="Acme Corp")
    hub.settle()
    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert "edited after it was deleted elsewhere" == hub.conflict().cause


def test_an_edit_that_our_delete_covered_is_found_in_the_history(met):
    """It is golden, and in the journal: the record has ended all the same, and may come back with it."""
    can = {"sales": ALL, "success": ALL & ~Can.REFUSE_STALE}
    hub, here, there = met("sales", "success", can=can, policy=_policy("propagate"))
    hub["sales"].delete(here)

    _edit_just_before_a_write(hub["success"], there, name="Acme Corp")
    hub.settle()

    assert not hub["success"].exists(there)
    assert "Acme Corp" == hub.golden("name")
    assert [] == hub["success"].world.clobbered


def test_an_edit_that_races_the_delete_that_a_person_decided_reopens_the_question(met):
    """Whoever decided did not know that somebody works on the record."""
    hub, here, there = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()
    hub.decide(hub.conflict(), choice="delete")
    hub["success"].edit(there, name="Acme Corp")

    hub.settle()

    assert hub["success"].exists(there)
    hub.decide(hub.conflict(), choice="restore")
    hub.settle()
    assert "Acme Corp" == hub["sales"].get(here, "name")


def test_a_policy_may_restore_what_is_gone(met):
    """A system of which nobody may delete is put right."""
    hub, here, _ = met("sales", "success", policy=_policy("restore"))
    hub["sales"].delete(here)

    hub.settle()

    assert [here] == hub["sales"].ids()
    assert [] == hub.conflicts()


def test_a_policy_may_keep_what_is_left(met):
    """It stays gone there, and the others go on."""
    hub, here, there, elsewhere = met("sales", "success", "account", policy=_policy("keep"))
    hub["sales"].delete(here)
    hub.settle()
    hub["success"].edit(there, name="Acme Corp")

    hub.settle()

    assert "Acme Corp" == hub["account"].get(elsewhere, "name")
    assert [] == hub["sales"].ids()
    assert [] == hub.conflicts()


@pytest.mark.parametrize("can", [ALL, ALL & ~Can.TOMBSTONES, Can.CREATE | Can.UPDATE | Can.DELETE])
def test_a_record_that_ended_everywhere_is_at_rest(met, can):
    """Nothing is planned for it any more, in whatever way its system tells of it."""
    hub, here, _ = met("sales", "success", can=can, policy=_policy("propagate"))
    hub["sales"].delete(here)
    hub.clock.wait(2 * 86400)
    hub.settle()

    hub.clock.wait(2 * 86400)
    assert 0 == hub.preview().plan.writes
    assert [] == hub["success"].ids() == hub["sales"].ids()
    assert [] == hub.parked() == hub.conflicts()


def test_a_record_that_somebody_deletes_in_all_systems_is_at_rest(met):
    """There is nobody left to ask about."""
    hub, here, there = met("sales", "success")
    hub["sales"].delete(here)
    hub["success"].delete(there)
    hub.settle()

    for conflict in hub.conflicts():
        hub.decide(conflict, choice="delete")
    hub.settle()

    assert 0 == hub.preview().plan.writes
    assert [] == hub.conflicts()


def test_a_delete_that_a_listing_does_not_tell_is_found_by_a_sweep(met):
    """A record is gone only once it was asked for by its id."""
    hub, here, _ = met("sales", "success", can={"sales": ALL & ~Can.TOMBSTONES, "success": ALL})
    hub["sales"].delete(here)
    hub.round()
    assert [] == hub.conflicts()

    hub.clock.wait(2 * 86400)
    hub.round()

    assert "gone in one system" == hub.conflict().cause


def test_one_system_may_be_read_as_a_whole_more_often_than_the_others(met):
    """One of which reading on does not tell everything."""
    hub, here, there = met("sales", "success", can=ALL & ~Can.TOMBSTONES)
    often = structs.replace(hub.hub.systems["success"], sweep_every=timedelta(hours=1))
    hub.hub.systems = {**hub.hub.systems, "success": often}
    hub["sales"].delete(here)
    hub["success"].delete(there)

    hub.clock.wait(2 * 3600)
    hub.round()

    assert [False] == [each.value for each in hub.conflict().contenders]
    assert "success" == hub.conflict().contenders[0].system


def test_somebody_who_undeletes_a_record_takes_the_question_back(met):
    """All systems say the same again."""
    hub, here, there = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()
    hub["sales"].undelete(here)

    hub.settle()

    assert [] == hub.conflicts()
    assert hub["success"].exists(there)


def test_a_record_that_comes_back_after_its_end_is_a_question(met):
    """A person deleted it everywhere, another brings it back in one system."""
    hub, here, _ = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()
    hub.decide(hub.conflict(), choice="delete")
    hub.settle()
    hub["sales"].undelete(here)

    hub.round()

    assert (Kind.DELETE, "sales") == (
        hub.conflict().kind,
        hub.conflict().contenders[0].system,
    )
    assert [] == hub["success"].ids()


def test_a_record_that_is_back_by_decision_is_made_everywhere(met):
    """Its golden values have waited."""
    hub, here, _ = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()
    hub.decide(hub.conflict(), choice="delete")
    hub.settle()
    hub["sales"].undelete(here)
    hub.round()

    hub.decide(hub.conflict(), choice="restore")
    hub.settle()

    assert ["Acme"] == hub["success"].all("name")
    assert [] == hub.conflicts()


def test_what_a_record_held_while_it_was_gone_is_unread_and_not_blank(met):
    """Nothing is emptied because a record is deleted."""
    hub, here, there = met("sales", "success", values={"industry": "steel"})
    hub["sales"].delete(here)

    hub.settle()

    assert "steel" == hub["success"].get(there, "industry")
    assert "steel" == hub.golden("industry")


def test_the_journal_tells_who_deleted(met):
    """A question about a delete names its author."""
    hub, here, _ = met("sales", "success")
    hub["sales"].delete(here, by="bob")

    hub.round()

    (gone,) = [c for c in hub.conflict().contenders if c.value is False]
    assert ("sales", "bob") == (gone.system, gone.person)
    assert EXISTS == hub.conflict().field
