"""The clock of kamsync's own machine is set back, or was ahead: what people did stays in its order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kamsync.clock import SetClock
from kamsync.connector import Can
from kamsync.memory import ALL
from kamsync.model import Outcome, Receipt
from kamsync.store import restore_store

HOUR = timedelta(hours=1)
COARSE = ALL & ~Can.EXACT_VERSION & ~Can.REFUSE_STALE
LATEST = {"account": {"name": "latest"}}


def _set(hub, by):
    """Set kamsync's own clock against that of the systems, from now on."""
    hub.hub.clock = SetClock(hub.clock.now() + by)


@pytest.mark.parametrize("can", [ALL, COARSE], ids=["exact", "coarse"])
def test_no_edit_is_lost_when_the_clock_is_set_back_between_two_rounds(met, can):
    """Neither one from before, nor one from after."""
    hub, here, there = met("sales", "success", can=can)
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    hub["success"].edit(there, industry="steel")

    _set(hub, -HOUR)
    hub["sales"].edit(here, phone="+4930123456")
    hub.settle()

    for desk, id_ in ((hub["sales"], here), (hub["success"], there)):
        held = desk.values(id_)
        assert ("Acme Corp", "steel", "+4930123456") == (
            held["name"],
            held["industry"],
            held["phone"],
        )
    assert [] == hub.conflicts()


@pytest.mark.parametrize("can", [ALL, COARSE], ids=["exact", "coarse"])
def test_no_edit_is_lost_when_the_clock_is_set_back_within_a_round(met, can):
    """It races our write, and is heard as if nothing were wrong with the clock."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": can})

    def raced(_, land):
        hub["success"].trouble.rows = None
        _set(hub, -HOUR)
        hub["success"].edit(there, name="Acme Inc")
        return land()

    hub["success"].trouble.rows = raced
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    hub.settle()

    asked = {side.value for conflict in hub.conflicts() for side in conflict.contenders}
    assert {"Acme Corp", "Acme Inc"} == asked | {hub.golden("name")}


@pytest.mark.parametrize("by", [-HOUR, HOUR], ids=["behind", "ahead"])
def test_the_latest_edit_is_told_by_the_systems_and_not_by_our_clock(met, by):
    """Whatever ours says when it is read."""
    hub, here, there = met("sales", "success", policy=LATEST)
    hub["sales"].edit(here, name="Earlier")
    hub.clock.wait(60)
    _set(hub, by)
    hub["success"].edit(there, name="Later")

    hub.settle()

    assert ["Later"] == hub["sales"].all("name") == hub["success"].all("name")


@pytest.mark.parametrize("by", [-HOUR, HOUR], ids=["behind", "ahead"])
def test_what_was_undone_is_neither_earlier_nor_later_than_an_edit(met, by):
    """It was undone by our clock, and edited by another one: a person is asked."""
    hub, here, there = met("sales", "success", policy=LATEST)
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    round_ = hub.last_round()
    _set(hub, by)
    hub.undo(round_)
    hub["success"].edit(there, name="Acme Inc")

    hub.settle()

    assert {"Acme", "Acme Inc"} == {side.value for side in hub.conflict().contenders}


def test_a_refused_write_waits_no_longer_than_it_would_have(met):
    """An hour more would be the hour by which the clock was set back."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.refuse("Not now.")
    hub.round()
    hub["success"].trouble.rows = None

    _set(hub, -HOUR)
    hub.settle()

    assert [] == hub.reasons()
    assert "Acme Corp" == hub["success"].get(there, "name")


def test_a_refused_write_that_is_refused_again_waits_again(met):
    """By the clock of now."""
    hub, here, _ = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.refuse("Not now.")
    hub.round()
    _set(hub, -HOUR)
    hub.round()
    before = hub["success"].memory.calls["write"]

    hub.round()

    assert before == hub["success"].memory.calls["write"]


def test_a_sweep_that_was_noted_by_a_clock_far_ahead_does_not_put_off_the_next(met):
    """Else what is gone without a trace would be noticed after a year."""
    can = {"sales": ALL, "success": ALL & ~Can.TOMBSTONES}
    hub, _, there = met("sales", "success", can=can)
    _set(hub, timedelta(days=365))
    hub.round(sweep=True)
    hub["success"].delete(there)
    _set(hub, timedelta(0))

    hub.round()

    assert 1 == len(hub.conflicts())


def test_a_lost_write_that_was_sent_by_a_clock_far_ahead_is_given_up_in_time(met):
    """An hour after the clock was found to be set back."""
    hub, here, _ = met("sales", "success", can={"sales": ALL, "success": ALL & ~Can.REFUSE_STALE})
    _set(hub, timedelta(days=365))
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.rows = lambda write, _: Receipt(Outcome.UNKNOWN, write.native_id)
    hub.round()
    hub["success"].trouble.rows = None
    hub["sales"].edit(here, name="Acme")
    _set(hub, timedelta(0))
    hub.round()
    assert hub.store.outbox.inflight("success", "account", 0, 10)

    hub.hub.clock.wait(2 * HOUR.total_seconds())
    hub.settle()

    assert [] == hub.store.outbox.inflight("success", "account", 0, 10)


@pytest.fixture
def restored(met, tmp_path):
    """A hub whose store was put back by a clock that differs from the one before."""

    def make(by):
        hub, here, there = met("sales", "success")
        hub.store.backup(tmp_path / "backup")
        _set(hub, by)
        hub.store.close()
        clock = hub.hub.clock
        hub.hub.store = restore_store(tmp_path / "backup", "sqlite://", clock=clock, key=hub.key)
        return hub, here, there

    return make


def test_nothing_is_believed_before_it_was_read_again_though_its_reading_looks_newer(restored):
    """The clock was set back before the store was put back."""
    hub, here, there = restored(-HOUR)
    hub["success"].edit(there, name="Acme Inc")
    hub["sales"].edit(here, phone="+4930123456")
    hub["success"].trouble.down |= {"read", "fetch"}
    hub.hub.clock.wait(10)

    hub.round()

    assert [] == hub.conflicts()
    assert "+4930123456" != hub.golden("phone")
    assert hub.hub.restored_at


def test_a_restoration_comes_to_its_end_though_the_clock_was_set_back_in_it(restored):
    """What is read again counts, whatever the clock says."""
    hub, here, there = restored(HOUR)
    _set(hub, -HOUR)
    hub["sales"].edit(here, phone="+4930123456")

    hub.settle()

    assert hub.hub.restored_at is None
    hub["success"].edit(there, industry="steel")
    hub.settle()
    assert "steel" == hub["sales"].get(here, "industry")
