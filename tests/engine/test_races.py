"""Edits that race our writes: refused, heard first, or found in the history and merged."""

from __future__ import annotations

from datetime import timedelta

from kamsync.connector import Can
from kamsync.memory import ALL
from kamsync.model import Outcome, Receipt

NO_GUARD = ALL & ~Can.REFUSE_STALE
SECONDS = ALL & ~Can.EXACT_VERSION


def _racing(desk, act):
    """Let *act* happen once, just before the next row is written."""

    def row(_, land):
        desk.trouble.rows = None
        act()
        return land()

    desk.trouble.rows = row


def _said(hub):
    """All values of the name that are golden or in a conflict."""
    asked = {c.value for conflict in hub.conflicts() for c in conflict.contenders}
    return asked | {hub.golden("name")}


def test_a_stale_write_changes_nothing(met):
    """The system refuses what was decided on an old reading."""
    hub, here, there = met("sales", "success")
    _racing(hub["success"], lambda: hub["success"].edit(there, name="Acme Inc"))
    hub["sales"].edit(here, name="Acme Corp")

    result = hub.round()

    assert 1 == result.pushed["success"].stale
    assert "Acme Inc" == hub["success"].get(there, "name")


def test_what_made_a_write_stale_is_merged_next(met):
    """Both said something without knowing of the other."""
    hub, here, there = met("sales", "success")
    _racing(hub["success"], lambda: hub["success"].edit(there, name="Acme Inc"))
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()

    hub.round()

    assert {"Acme Corp", "Acme Inc"} == {c.value for c in hub.conflict().contenders}


def test_an_edit_of_another_field_delays_a_write_by_one_round(met):
    """Both edits are kept."""
    hub, here, there = met("sales", "success")
    _racing(hub["success"], lambda: hub["success"].edit(there, industry="steel"))
    hub["sales"].edit(here, name="Acme Corp")

    hub.settle()
    hub.settle()

    assert ("Acme Corp", "steel") == (
        hub["success"].get(there, "name"),
        hub["sales"].get(here, "industry"),
    )
    assert [] == hub["success"].world.clobbered


def test_a_system_that_cannot_refuse_is_read_just_before_it_is_written(met):
    """An edit that was made since the plan is heard, and not overwritten."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": NO_GUARD})
    hub["sales"].edit(here, name="Acme Corp")
    _before_the_look(hub, lambda: hub["success"].edit(there, name="Acme Inc"))

    hub.round()

    assert "Acme Inc" == hub["success"].get(there, "name")
    assert [] == hub["success"].world.clobbered


def test_an_edit_that_our_write_covered_is_found_in_the_history(met):
    """It was made in the instant between the look and the write."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": NO_GUARD})
    _racing(hub["success"], lambda: hub["success"].edit(there, name="Acme Inc"))
    hub["sales"].edit(here, name="Acme Corp")

    hub.settle()

    assert {"Acme Corp", "Acme Inc"} == _said(hub)
    assert [] == hub["success"].world.clobbered


def test_an_edit_that_our_write_covered_goes_on_contending_once_its_record_is_merged(met):
    """No link says it any more, so that it is a question about the survivor."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": NO_GUARD})
    other = hub["sales"].create(name="Globex", domains=["globex.com"])
    hub.settle()
    _racing(hub["success"], lambda: hub["success"].edit(there, name="Acme Inc"))
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()

    hub["sales"].merge(here, other)
    hub.settle()

    asked = [c for c in hub.conflicts() if c.field == "name"]
    assert [{"Acme Inc", "Globex"}] == [{side.value for side in c.contenders} for c in asked]
    assert "Globex" == hub.golden("name", hub.of("sales", other))


def test_an_edit_of_another_field_that_raced_our_write_flows(met):
    """It was not covered at all."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": NO_GUARD})
    _racing(hub["success"], lambda: hub["success"].edit(there, industry="steel"))
    hub["sales"].edit(here, name="Acme Corp")

    hub.settle()

    assert "steel" == hub["sales"].get(here, "industry")
    assert "Acme Corp" == hub["success"].get(there, "name")


def test_an_edit_right_after_our_write_was_made_in_its_knowledge(met):
    """It becomes golden without a question."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    hub["success"].edit(there, name="Acme Inc")

    hub.settle()

    assert [] == hub.conflicts()
    assert "Acme Inc" == hub["sales"].get(here, "name")


def test_a_version_of_this_very_second_is_not_written_before_it_is_over(met):
    """A later edit of the same second would carry the same version."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": SECONDS})
    hub["sales"].edit(here, name="Acme Corp")
    _before_the_look(hub, lambda: _just_now(hub, there, industry="steel"), call="write")

    hub.settle()
    hub.settle()

    assert [] == hub["success"].world.clobbered
    assert "Acme Corp" == hub["success"].get(there, "name")
    assert "steel" == hub["sales"].get(here, "industry")


def test_two_edits_of_one_second_are_both_heard(met):
    """The first was read in the middle of its second, the other came after the reading."""
    hub, here, there = met("sales", "success", can=SECONDS)
    hub["success"].edit(there, name="Acme Inc")
    hub.hub.clock.wait(-10)
    hub.round()
    hub["success"].world.act("bob").edit("account", there, {"name": "Acme AG"})

    hub.settle()

    assert "Acme AG" == hub["sales"].get(here, "name")


def test_an_edit_in_the_second_of_our_own_write_is_heard(met):
    """Our write's stamp says nothing about what followed it within the second."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": SECONDS})
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    hub["success"].world.act("bob").edit("account", there, {"name": "Acme Inc"})

    hub.settle()

    assert "Acme Inc" in _said(hub)
    assert [] == hub["success"].world.clobbered


def test_an_edit_that_our_write_covered_within_the_second_of_the_last_reading_is_found(met):
    """The version is the same after all of it, and only the history tells."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": NO_GUARD & SECONDS})
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, industry="steel")
    _racing(hub["success"], lambda: _just_now(hub, there, name="Acme Inc"))
    hub.clock.wait(-10)

    hub.round()
    hub.settle()

    assert {"Acme Corp", "Acme Inc"} == _said(hub)
    assert [] == hub["success"].world.clobbered


def test_acts_that_become_visible_late_are_read(met):
    """A commit may carry a time that the cursor has passed already."""
    late = timedelta(seconds=30)
    hub, here, there = met("sales", "success", can=SECONDS, world={"success": {"lateness": late}})
    hub["sales"].edit(here, industry="steel")
    hub.settle()
    at = hub.clock.now() - timedelta(seconds=20)
    hub["success"].world.act("bob").edit("account", there, {"name": "Acme Inc"}, at=at)

    hub.settle()
    hub.clock.wait(60)
    hub.settle()

    assert "Acme Inc" == hub["sales"].get(here, "name")


def _before_the_look(hub, act, call="fetch"):
    """Let *act* happen once, before the next call of its kind is answered."""
    desk = hub["success"]
    before = desk.trouble.before

    def once(name, object_):
        if name == call:
            desk.trouble.before = before
            act()
        before(name, object_)

    desk.trouble.before = once


def _just_now(hub, native_id, **values):
    hub["success"].world.act("bob").edit("account", native_id, values)


def test_a_write_that_lands_late_over_an_edit_is_found_behind_a_later_one(met):
    """Its answer was lost, it was still on its way, and by then two people had been there."""
    hub, here, there = met("sales", "success", can=NO_GUARD)
    success = hub["success"]
    on_its_way = []

    def row(write, land):
        success.trouble.rows = None
        on_its_way.append(land)
        return Receipt(Outcome.UNKNOWN, write.native_id)

    success.trouble.rows = row
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    success.edit(there, industry="steel")
    hub.round()
    success.edit(there, name="Acme Inc", by="ben")
    (late,) = on_its_way
    late()
    success.edit(there, industry="wire", by="cem")

    hub.round()

    assert "Acme Inc" in _said(hub)
