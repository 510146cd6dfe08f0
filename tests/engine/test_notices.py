"""Notifiers hear what has stopped a round, what waits for an approval, and what is overdue: once."""

from __future__ import annotations

import pytest

from kamsync.errors import ApprovalMissing, GuardTripped
from kamsync.guards import Bound, Bounds, Limits
from kamsync.policy import parse_policy

IN_AN_HOUR = {"rule": "review", "due": "1h", "escalate": "head of sales"}


def _listen(hub):
    """Return the list of all that a hub tells from now on."""
    told = []
    hub.hub.notify = told.extend
    return told


def _disputed(met, rule=IN_AN_HOUR, **options):
    """Have Acme's industry edited in both systems in the same minute, and a round after it."""
    hub, sales, success = met(
        values={"industry": "iron"}, policy={"account": {"industry": rule}}, **options
    )
    hub["sales"].edit(sales, industry="steel")
    hub["success"].edit(success, industry="chemistry")
    hub.round()
    return hub, sales, success


def test_a_conflict_has_the_terms_of_the_policy(met):
    """By when it is to be decided, and who is called in otherwise."""
    hub, _, _ = _disputed(met)

    conflict = hub.conflict()

    assert conflict.opened < conflict.due
    assert conflict.opened.replace("T00", "T01") == conflict.due
    assert "head of sales" == conflict.escalate


def test_a_conflict_against_a_decision_has_them_as_well(met):
    """No rule may settle it, so that somebody has to."""
    hub, _, success = _disputed(met, rule={"rule": "latest", "otherwise": IN_AN_HOUR})
    hub.decide(hub.conflict(), "steel")
    hub.clock.wait(10)
    hub["success"].edit(success, industry="wood")

    hub.round()

    assert "head of sales" == hub.conflict().escalate


def test_it_is_told_once_that_a_conflict_is_overdue(met):
    """Who is reminded in each round does not read it any more."""
    hub, _, _ = _disputed(met)
    told = _listen(hub)
    hub.round()
    assert [] == [notice for notice in told if notice.urgent]
    hub.clock.wait(3600)

    hub.round()
    hub.round()

    (notice,) = [notice for notice in told if notice.urgent]
    conflict = hub.conflict()
    assert ("conflict", conflict.id, "account", conflict.record, "industry") == (
        notice.about,
        notice.id,
        notice.entity,
        notice.record,
        notice.field,
    )
    assert "head of sales is called in." in notice.text
    assert "steel" not in notice.text


def test_nobody_is_reminded_of_what_was_decided_in_time(met):
    """There is nothing left to do."""
    hub, _, _ = _disputed(met)
    hub.decide(hub.conflict(), "steel")
    told = _listen(hub)
    hub.clock.wait(3600)

    hub.round()

    assert [] == told


def test_a_changed_policy_gives_open_conflicts_its_terms(met):
    """Who writes down a time means what is open too."""
    hub, _, _ = _disputed(met, rule="review")
    assert "" == hub.conflict().due
    opened = hub.conflict().version
    hub.hub.policy = parse_policy({"account": {"industry": IN_AN_HOUR}}, hub.hub.schema, {})

    hub.round()

    assert "head of sales" == hub.conflict().escalate
    assert opened == hub.conflict().version


def test_a_guard_that_stops_a_round_is_told_once_for_each_plan(met):
    """Nobody may look at the terminal of a round that runs by the clock."""
    hub, sales, _ = met(limits=Limits(Bounds(update=Bound(0, 0))))
    told = _listen(hub)
    hub["sales"].edit(sales, industry="steel")
    for _ in range(2):
        with pytest.raises(GuardTripped):
            hub.round()

    (notice,) = told
    assert ("guard", "success", "account", True) == (
        notice.about,
        notice.system,
        notice.entity,
        notice.urgent,
    )
    assert f"kamsync sync --approve {notice.id}." in notice.text

    hub["sales"].edit(sales, industry="wood")
    with pytest.raises(GuardTripped):
        hub.round()

    assert 2 == len({each.id for each in told})


def test_a_missing_approval_is_told(stage):
    """A system that joins waits for a person, and somebody has to know."""
    hub = stage()
    hub["sales"].create(name="Acme")
    told = _listen(hub)
    for _ in range(2):
        with pytest.raises(ApprovalMissing):
            hub.round()

    (notice,) = told
    assert "approval" == notice.about
    assert f"kamsync sync --approve {notice.id}." in notice.text


def test_a_round_that_was_stopped_tells_what_is_overdue_too(met):
    """Time does not wait for the guard."""
    hub, sales, _ = _disputed(met)
    told = _listen(hub)
    hub.clock.wait(3600)
    hub.hub.limits = Limits(Bounds(update=Bound(0, 0)))
    hub["sales"].edit(sales, name="Acme AG")

    with pytest.raises(GuardTripped):
        hub.round()

    assert ["guard", "conflict"] == [notice.about for notice in told]


def test_an_outage_is_told_once_as_long_as_it_lasts(met):
    """Who is told of it every minute does not read it any more."""
    hub, _, _ = met()
    told = _listen(hub)
    for is_down in (True, True, False, True):
        hub["success"].trouble.down = {"read"} if is_down else set()
        hub.round()

    assert ["system", "system"] == [notice.about for notice in told]


def test_open_conflicts_are_told_when_their_number_changes(met):
    """Not in each round of a daemon."""
    hub, _, _ = _disputed(met)
    told = _listen(hub)
    hub.round()
    hub.round()

    assert ["1 conflict waits for a person."] == [n.text for n in told if n.about == "conflict"]
