"""Alarms: what a person should know is said once, and once when it is over; nothing else is."""

from datetime import timedelta

import pytest

from kamsync.connector import Budget
from kamsync.daemon import Alarm, Alarms, Pace
from kamsync.daemon.outcome import Outcome
from kamsync.engine import preview, run_round
from kamsync.errors import NotLetIn
from kamsync.guards import Bound, Bounds, Limits

MINUTE = timedelta(minutes=1)


def test_who_is_not_let_in_is_told_at_once_with_what_to_do(place):
    """No promise has to break first: waiting cures nothing."""
    here = place()
    here.run(30)
    here.outages["sales"].error = NotLetIn("The token is old.", hint="Run: kamsync connect SYSTEM.")
    here.run(5 * 60)
    assert [("blocked", "sales")] == here.alarms()
    assert "The token is old. Run: kamsync connect sales." == here.told.events[0][2]["reason"]
    assert b'kamsync_alarm{about="blocked",system="sales"} 1.0' in here.metrics.text()
    here.outages["sales"].error = None
    here.run(2 * 60)
    assert [("blocked", "sales"), ("unblocked", "sales")] == here.alarms()
    assert b'kamsync_alarm{about="blocked",system="sales"} 0.0' in here.metrics.text()


def test_an_outage_does_not_say_that_anybody_is_let_in_again(place):
    """Only an answer does."""
    here = place()
    here.run(30)
    here.outages["sales"].error = NotLetIn("The token is old.")
    here.run(2 * 60)
    here.outages["sales"].error, here.outages["sales"].down = None, True
    here.run(5 * 60)
    assert [("blocked", "sales")] == here.alarms()


def test_who_is_not_let_in_is_told_while_a_plan_waits_as_well(place):
    """And who is let in again."""
    here = place(sales=Pace(MINUTE), success=Pace(MINUTE), account=Pace(MINUTE))
    here.run(30)
    for number in range(3):
        here.worlds["sales"].act("ann").create("account", {"name": f"Client {number}"})
    here.hub.limits = Limits(Bounds(create=Bound(count=1, share=0)))
    here.run(3 * 60)
    here.outages["account"].error = NotLetIn("The token is old.")
    here.run(3 * 60)
    here.outages["account"].error = None
    here.run(3 * 60)
    assert {"stopped"} == {outcome.end for outcome in here.told.rounds[-6:]}
    assert [("held_up", ""), ("blocked", "account"), ("unblocked", "account")] == here.alarms()


def test_an_outage_is_told_to_notifiers_once_while_other_systems_are_served(place):
    """Rounds that leave the system out that is down do not begin the count anew."""
    here = place(sales=Pace(MINUTE), success=Pace(3 * MINUTE))
    here.run(30)
    here.outages["success"].down = True
    here.run(30 * 60)
    assert [("system", "success")] == [(notice.about, notice.system) for notice in here.notices]


def test_an_outage_within_a_promise_is_no_alarm(place):
    """Systems are restarted at night."""
    here = place(sales=Pace(MINUTE, 15 * MINUTE))
    here.run(30)
    here.outages["sales"].down = True
    here.run(10 * 60)
    here.outages["sales"].down = False
    here.run(10 * 60)
    assert [] == here.alarms()


def test_a_promise_that_breaks_while_every_round_fails_is_told(place):
    """A fault of a plugin hides nothing."""
    here = place(sales=Pace(MINUTE, 5 * MINUTE))
    here.run(30)
    here.outages["sales"].error = ZeroDivisionError("broken")
    here.run(10 * 60)
    assert "failed" == here.told.rounds[-1].end
    assert ("stale", "sales") in here.alarms()


def test_a_plan_that_waits_is_one_alarm_while_other_systems_are_served(place):
    """Rounds that leave the system of that plan out change nothing about it."""
    here = place(sales=Pace(MINUTE), success=Pace(3 * MINUTE))
    here.run(30)
    for number in range(3):
        here.worlds["sales"].act("ann").create("account", {"name": f"Client {number}"})
    here.hub.limits = Limits(Bounds(create=Bound(count=1, share=0)))
    here.run(20 * 60)
    assert {"done", "stopped"} == {outcome.end for outcome in here.told.rounds[-6:]}
    assert [("held_up", "")] == here.alarms()
    assert ["guard"] == [notice.about for notice in here.notices]
    assert b"kamsync_round_stopped 1.0" in here.metrics.text()
    run_round(here.hub, approve=preview(here.hub).plan.id)
    here.run(10 * 60)
    assert [("held_up", ""), ("flows_again", "")] == here.alarms()
    assert b"kamsync_round_stopped 0.0" in here.metrics.text()


def test_a_stopped_round_that_took_long_is_not_tried_all_the_time(place):
    """A plan that waits for a person is made anew each time, which costs as much each time."""
    here = place(sales=Pace(MINUTE), success=Pace(MINUTE))
    here.run(30)
    for number in range(3):
        here.worlds["sales"].act("ann").create("account", {"name": f"Client {number}"})
    here.hub.limits = Limits(Bounds(create=Bound(count=1, share=0)))
    for outage in here.outages.values():
        outage.takes_s = 60
    here.run(100 * 60)
    stopped = [outcome for outcome in here.told.rounds if outcome.end == "stopped"]
    assert sum(outcome.took_s for outcome in stopped) < 0.2 * 100 * 60


def test_a_system_with_few_calls_left_is_served_less_often_and_that_is_told(place):
    """The day lasts longer than its calls would have."""
    here = place(sales=Pace(MINUTE), success=Pace(MINUTE))
    here.run(30)
    here.left("sales", 19)
    here.run(20 * 60)
    served = [name for outcome in here.told.rounds[2:] for name in outcome.systems]
    assert served.count("sales") <= 6 < served.count("success")
    assert [("quota_low", "sales")] == here.alarms()
    assert "19 of 100 calls" in here.told.events[0][2]["reason"]
    assert ["quota"] == [notice.about for notice in here.notices]
    assert b'kamsync_system_calls_left{system="sales"} 19.0' in here.metrics.text()
    here.left("sales", 80)
    here.run(5 * 60)
    assert [("quota_low", "sales"), ("quota_enough", "sales")] == here.alarms()


def test_few_calls_left_break_no_promise(place):
    """What was promised goes before what is spared."""
    here = place(sales=Pace(MINUTE, 2 * MINUTE), success=Pace(5 * MINUTE, 6 * MINUTE))
    here.left("sales", 1)
    here.left("success", 1)
    here.run(3600)
    assert {"quota_low"} == {what for what, _ in here.alarms()}


@pytest.mark.parametrize(("left", "scarce"), [(19, True), (20, False), (25, False)])
def test_calls_are_scarce_below_a_fifth(left, scarce):
    """And enough from three tenths on, so that nothing flutters in between."""
    alarms = Alarms()
    alarms.counted({"sales": Budget(left, 100)})
    assert scarce == ("sales" in alarms.scarce)
    alarms.counted({"sales": Budget(25, 100)})
    assert scarce == ("sales" in alarms.scarce)


def test_a_field_that_is_not_shown_is_told_until_a_record_shows_it(place):
    """A round that read no record says nothing about it."""
    here = place()
    alarms = Alarms()
    alarms.heard(Outcome("done", ("sales",), 0, unseen={"sales": {"account": ["Tier"]}}))
    alarms.heard(Outcome("done", ("sales",), 0, unseen={"sales": {}}))
    alarms.taken_over(here.hub.systems)
    assert {} == alarms.wrong({})
    alarms.heard(Outcome("done", ("sales",), 0, unseen={"sales": {"account": ["name"]}}))
    alarms.taken_over(here.hub.systems)
    told = alarms.wrong({})
    assert "name of account" in told[Alarm("unseen", "sales")]
    alarms.heard(Outcome("done", ("sales",), 0, unseen={"sales": {"account": []}}))
    assert {} == alarms.wrong({})


def test_a_field_that_is_renamed_while_the_daemon_runs_is_an_alarm_until_it_is_seen_again(place):
    """It is told with its system, its entity and what to do, once; what people enter meanwhile is kept."""
    here = place(sales=Pace(MINUTE), success=Pace(MINUTE))
    here.worlds["sales"].act("ann").create("account", {"name": "Acme", "industry": "steel"})
    here.run(5 * 60)
    sales, success = (here.worlds[name] for name in ("sales", "success"))
    [(acme, _)], [(copy, _)] = (world.records("account").items() for world in (sales, success))
    sales.hidden.add(("account", "industry"))
    sales.act("ann").edit("account", acme, {"branch": "iron"})
    success.act("bo").edit("account", copy, {"industry": "copper"})
    here.run(5 * 60)

    assert [("unseen", "sales")] == here.alarms()
    told = here.told.events[0][2]["reason"]
    assert "sales does not show industry of account" in told
    assert "correct [system.sales.map] and reload" in told
    assert ["fields"] == [notice.about for notice in here.notices]
    assert "copper" == success.records("account")[copy]["industry"]
    sales.hidden.clear()
    here.run(5 * 60)
    assert [("unseen", "sales"), ("seen_again", "sales")] == here.alarms()
    assert "copper" == sales.records("account")[acme]["industry"]
