"""Records that kamsync's user may not see for a while: they are not gone, and nothing is done as if they were."""

from __future__ import annotations

import pytest

from kamsync.connector import Can
from kamsync.memory import ALL
from kamsync.merge import UNTOLD
from kamsync.model import Kind

QUIET = ALL & ~Can.TOMBSTONES


def _hide(hub, native_id):
    hub["sales"].world.hidden_records.add(("account", native_id))
    hub.round(sweep=True)


def _show(hub):
    hub["sales"].world.hidden_records.clear()


@pytest.mark.parametrize("deletes", ["review", "propagate", "restore"])
def test_what_is_not_told_to_be_gone_is_a_question_whatever_the_policy_says(met, deletes):
    """It is deleted nowhere, and not made a second time."""
    hub, here, there = met("sales", "success", policy={"account": {"deletes": deletes}})

    _hide(hub, here)
    hub.settle()

    assert (Kind.DELETE, UNTOLD) == (hub.conflict().kind, hub.conflict().cause)
    assert hub["success"].exists(there)
    assert [here] == hub["sales"].ids()


@pytest.mark.parametrize("can", [ALL, QUIET], ids=["tells of deletes", "does not"])
def test_the_question_is_taken_back_once_the_record_is_shown_again(met, can):
    """In the next round, although nothing changed there that a listing would tell."""
    hub, here, _ = met("sales", "success", can={"sales": can, "success": ALL})
    _hide(hub, here)
    assert Kind.DELETE == hub.conflict().kind

    _show(hub)
    hub.round()

    assert [] == hub.conflicts()


def test_an_edit_that_was_made_out_of_sight_is_heard_once_it_is_shown(met):
    """And what was entered elsewhere meanwhile arrives there."""
    hub, here, there = met("sales", "success")
    _hide(hub, here)
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, industry="steel")
    hub.round()

    _show(hub)
    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert "steel" == hub["sales"].get(here, "industry")
    assert [here] == hub["sales"].ids()


def test_what_is_back_is_not_made_again_although_that_was_decided(met):
    """It is looked for by its id just before."""
    hub, here, _ = met("sales", "success", can={"sales": ALL & ~Can.UNDELETE, "success": ALL})
    _hide(hub, here)
    hub.decide(hub.conflict(), choice="restore")

    _show(hub)
    hub.settle()

    assert [here] == hub["sales"].ids()
    assert [] == hub.conflicts()


def test_what_keeps_our_id_is_not_made_a_second_time_out_of_sight(met):
    """The system refuses another one with the same id, and a person is told."""
    hub, _, _ = met("success", "sales", can=ALL & ~Can.UNDELETE)
    new = hub["success"].create(name="Globex", domains=["globex.com"])
    hub.settle()
    here = hub.native("sales", hub.of("success", new))
    _hide(hub, here)
    hub.decide(hub.conflict(), choice="restore")

    hub.settle()

    assert 2 == len(hub["sales"].ids())
    assert 1 == len(hub.reasons())


def test_what_was_cleared_out_of_sight_is_no_gap_where_the_record_was_to_be_made_again(met):
    """It is found by our id when the create is looked for, and is what it was known as."""
    hub, _, _ = met("success", "sales", can=ALL & ~Can.UNDELETE)
    new = hub["success"].create(name="Globex", domains=["globex.com"], industry="oil")
    hub.settle()
    here = hub.native("sales", hub.of("success", new))
    _hide(hub, here)
    hub["sales"].edit(here, industry=None)
    hub.decide(hub.conflict(), choice="restore")
    hub["sales"].trouble.down.add("write")
    hub.round()
    hub["sales"].trouble.down.clear()
    _show(hub)

    hub.round()

    assert hub["sales"].get(here, "industry") is None


def test_what_takes_a_record_over_unseen_is_met_once_it_is_shown(met):
    """Who entered its values has seen nothing of golden: they are asked about, and replace nothing in silence."""
    hub, here, there = met("sales", "success")
    other = hub["sales"].create(name="Globex", industry="oil", domains=["acme.com"])
    hub["sales"].world.hidden_records.add(("account", other))
    hub["sales"].merge(here, other)
    hub.round()

    _show(hub)
    hub.round(sweep=True)

    assert "Acme" == hub.golden("name", hub.of("success", there))
    assert "Acme" == hub["success"].get(there, "name")
    assert "name" in {conflict.field for conflict in hub.conflicts()}


def test_an_edit_that_no_listing_tells_of_is_heard_where_it_makes_a_write_stale(met):
    """The system refuses the write, since the record has changed, and the record is read again at once."""
    hub, here, there = met("sales", "success")
    hub["sales"].world.hidden_records.add(("account", here))
    hub["sales"].edit(here, name="Acme Corp")
    hub["sales"].create(name="Globex", domains=["globex.com"])
    hub.round()
    _show(hub)
    hub["success"].edit(there, industry="steel")

    hub.round()
    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert "steel" == hub["sales"].get(here, "industry")
