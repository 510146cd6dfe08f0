"""The daemon's loop: what is due is served, whatever happens, and a person is told what matters."""

from datetime import timedelta

from kamsync.daemon import Pace, Wish
from kamsync.engine import pause, preview, resume
from kamsync.errors import ConfigurationInvalid
from kamsync.guards import Bound, Bounds, Limits

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_each_system_is_served_at_its_own_pace(place):
    """Every minute one, every five minutes the other."""
    here = place(sales=Pace(MINUTE), success=Pace(5 * MINUTE))
    here.run(10 * 60 - 1)
    served = [name for outcome in here.told.rounds for name in outcome.systems]
    assert (10, 2) == (served.count("sales"), served.count("success"))


def test_an_edit_arrives_at_the_next_round_of_the_system_that_it_is_for(place):
    """What is owed to a system waits for its turn."""
    here = place(sales=Pace(MINUTE), success=Pace(5 * MINUTE))
    here.worlds["sales"].act("ann").create("account", {"name": "Nordwind"})
    here.run(6 * 60)
    (values,) = here.worlds["success"].records("account").values()
    assert "Nordwind" == values["name"]


def test_a_system_that_is_down_stops_no_other_and_is_told_aloud_once_its_promise_breaks(place):
    """Once, not every minute; and when it holds again."""
    here = place(sales=Pace(MINUTE, 5 * MINUTE), success=Pace(MINUTE, 5 * MINUTE))
    here.run(60)
    here.outages["success"].down = True
    here.worlds["sales"].act("ann").create("account", {"name": "Nordwind"})
    here.run(10 * 60)
    assert "done" == here.told.rounds[-1].end
    assert ["success"] == list(here.told.rounds[-1].down)
    stale = [each for each in here.told.events if each[0] == "stale"]
    assert [("stale", True, "success")] == [(e, wrong, d["system"]) for e, wrong, d in stale]
    assert ["success"] == [n.system for n in here.notices if n.about == "freshness"]
    here.outages["success"].down = False
    here.run(2 * 60)
    assert "fresh_again" == here.told.events[-1][0]
    assert 1 == len(here.worlds["success"].records("account"))


def test_no_promise_breaks_while_every_round_succeeds(place):
    """No false alarm."""
    here = place(sales=Pace(MINUTE, 2 * MINUTE), success=Pace(MINUTE, 2 * MINUTE))
    here.run(3600)
    assert [] == here.told.events


def test_a_system_that_asked_to_be_left_alone_is_left_alone_for_as_long(place):
    """Its wait goes before its pace."""
    here = place()
    here.run(30)
    here.outages["sales"].down, here.outages["sales"].wait_s = True, 600
    here.run(5 * 60)
    tries = [outcome for outcome in here.told.rounds if "sales" in outcome.down]
    assert 1 == len(tries)


def test_a_paused_system_is_neither_read_nor_written_and_what_it_is_owed_arrives_later(place):
    """A pause loses nothing."""
    here = place()
    here.run(30)
    pause(here.hub, here.hub.system("success"), "a migration")
    here.worlds["sales"].act("ann").create("account", {"name": "Nordwind"})
    here.run(5 * 60)
    assert {} == here.worlds["success"].records("account")
    assert {"success": "a migration"} == here.told.standing.paused
    resume(here.hub, here.hub.system("success"))
    here.run(2 * 60)
    assert 1 == len(here.worlds["success"].records("account"))


def test_a_pause_owes_no_freshness(place):
    """Who paused a system knows that it is stale."""
    here = place(sales=Pace(MINUTE, 5 * MINUTE))
    pause(here.hub, here.hub.system("sales"))
    here.run(3600)
    assert [] == here.told.events


def test_a_configuration_that_is_wrong_is_refused_aloud_and_the_old_one_goes_on(place):
    """A typing error stops nothing."""
    here = place()
    here.load_error = ConfigurationInvalid("kamsync.toml, line 3: not valid TOML.")
    here.wishes.wish(30, Wish.RELOAD)
    here.run(3 * 60)
    ((what, wrong, details),) = here.told.events
    assert ("reload_refused", True) == (what, wrong)
    assert "line 3" in details["reason"]
    assert "done" == here.told.rounds[-1].end


def test_a_sound_configuration_takes_over_between_two_rounds(place):
    """From the next round on it holds."""
    here = place()
    before = here.daemon.work
    here.wishes.wish(30, Wish.RELOAD)
    here.run(3 * 60)
    assert here.daemon.work is here.loaded[0] is not before
    assert [("reloaded", False)] == [each[:2] for each in here.told.events]


def test_a_fault_of_a_plugin_fails_one_round_and_the_next_one_goes_on(place):
    """A daemon does not die of a plugin."""
    here = place()
    here.outages["sales"].error = ZeroDivisionError("broken")
    here.run(30)
    assert "failed" == here.told.rounds[0].end
    assert not here.metrics.health()[0]
    here.outages["sales"].error = None
    here.run(2 * 60)
    assert "done" == here.told.rounds[-1].end
    assert here.metrics.health()[0]


def test_a_round_waits_for_another_process_a_few_seconds_and_not_for_its_next_turn(place, tmp_path):
    """A person at a terminal holds it up for seconds."""
    here = place(url=f"sqlite:///{tmp_path / 'kamsync.db'}")
    with here.store.round_lock("undo"):
        here.run(1)
    began = here.clock.now()
    here.run(30)
    assert ["busy", "done"] == [each.end for each in here.told.rounds]
    assert "kamsync undo" in here.told.rounds[0].reason
    assert here.clock.now() - began <= MINUTE


def test_one_round_that_needs_an_approval_asks_for_the_whole_plan(place):
    """What `kamsync plan` shows is what it asked for."""
    here = place(sales=Pace(MINUTE), success=Pace(HOUR), account=Pace(MINUTE))
    here.run(30)
    for number in range(3):
        here.worlds["sales"].act("ann").create("account", {"name": f"Client {number}"})
    here.hub.limits = Limits(Bounds(create=Bound(count=1, share=0)))
    here.run(60)
    stopped = here.told.rounds[-1]
    assert "stopped" == stopped.end
    plan = preview(here.hub).plan
    assert (6, True) == (plan.writes, f"--approve {plan.id}" in stopped.reason)


def test_a_stop_breaks_a_round_off_between_two_steps(place):
    """The next start goes on from there."""
    here = place()
    here.worlds["sales"].act("ann").create("account", {"name": "Nordwind"})
    here.wishes.stopped = True
    here.daemon.run()
    assert ["broken_off"] == [each.end for each in here.told.rounds]
    here.wishes.stopped = False
    here.run(2 * 60)
    assert 1 == len(here.worlds["success"].records("account"))


def test_a_clock_that_is_set_back_keeps_no_system_waiting(place):
    """Not for the day that it was set back."""
    here = place()
    here.run(5 * 60)
    here.clock.time -= 24 * HOUR
    before = len(here.told.rounds)
    here.run(5 * 60)
    assert len(here.told.rounds) >= before + 4
