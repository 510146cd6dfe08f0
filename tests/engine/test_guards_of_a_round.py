"""A plan out of proportion stops the round before anything of it is merged or written."""

from __future__ import annotations

import pytest

from kamsync.errors import GuardTripped
from kamsync.guards import Bound, Bounds, Limits

FEW = Limits(
    Bounds(
        delete=Bound(2, 0),
        update=Bound(2, 0),
        create=Bound(2, 0),
        blank=Bound(2, 0),
        emptied=0.5,
        emptied_from=4,
    )
)


def _many(make, count=4, **options):
    """Return a hub whose systems have met over some accounts, and their ids in each."""
    hub = make("sales", "success", **options)
    ids = [
        [
            hub[system].create(name=f"Acme {i}", domains=[f"acme{i}.com"], industry="steel")
            for i in range(count)
        ]
        for system in ("sales", "success")
    ]
    hub.meet()
    hub.hub.limits = FEW
    return hub, *ids


def test_too_many_updates_stop_the_round(stage):
    """A mass update is as suspicious as a mass delete."""
    hub, here, _ = _many(stage)
    for native_id in here[:3]:
        hub["sales"].edit(native_id, industry="software")

    with pytest.raises(GuardTripped, match=r"success\.account: 3 records would be changed"):
        hub.round()

    assert ["steel"] * 4 == hub["success"].all("industry")


def test_too_many_creates_stop_the_round(stage):
    """An import gone wrong in one system stays in that one."""
    hub, _, _ = _many(stage)
    for i in range(3):
        hub["sales"].create(name=f"Bolt {i}", domains=[f"bolt{i}.com"])

    with pytest.raises(GuardTripped, match=r"success\.account: 3 records would be created"):
        hub.round()

    assert 4 == len(hub["success"].ids())


def test_too_many_deletes_stop_the_round(stage):
    """Deletes that the policy would carry on are weighed first."""
    hub, here, _ = _many(stage, 8, policy={"account": {"deletes": "propagate"}})
    for native_id in here[:3]:
        hub["sales"].delete(native_id)

    with pytest.raises(GuardTripped, match=r"success\.account: 3 records would be deleted"):
        hub.round()

    assert 8 == len(hub["success"].ids())


def test_too_many_blanked_values_stop_the_round(stage):
    """Emptying a field is weighed on its own."""
    hub, here, _ = _many(stage)
    hub.hub.limits = Limits(Bounds(blank=Bound(2, 0)))
    for native_id in here[:3]:
        hub["sales"].edit(native_id, industry=None)

    with pytest.raises(GuardTripped, match=r"success\.account: 3 values would be emptied"):
        hub.round()

    assert ["steel"] * 4 == hub["success"].all("industry")


def test_a_system_that_suddenly_shows_few_records_stops_the_round(stage):
    """A lost permission looks like a mass deletion."""
    hub, here, _ = _many(stage)
    for native_id in here[:3]:
        hub["sales"].delete(native_id)

    with pytest.raises(GuardTripped, match=r"sales\.account shows 1 of 4 records"):
        hub.round()

    assert [] == hub.conflicts()


def test_an_emptied_system_stops_every_round_until_it_is_approved(stage):
    """The guard asks what this and earlier stopped rounds have seen vanish, not only the last one."""
    hub, here, _ = _many(stage)
    for native_id in here[:3]:
        hub["sales"].delete(native_id)
    with pytest.raises(GuardTripped):
        hub.round()

    with pytest.raises(GuardTripped, match=r"sales\.account shows 1 of 4 records"):
        hub.round()


def test_an_emptied_system_stops_the_round_although_a_preview_saw_it_first(stage):
    """Looking does not use the guard up."""
    hub, here, _ = _many(stage)
    for native_id in here[:3]:
        hub["sales"].delete(native_id)
    hub.preview()

    with pytest.raises(GuardTripped, match=r"sales\.account shows 1 of 4 records"):
        hub.round()


def test_a_guard_leaves_nothing_merged(stage):
    """What was out of proportion has not become golden either."""
    hub, here, _ = _many(stage)
    for native_id in here[:3]:
        hub["sales"].edit(native_id, industry="software")

    with pytest.raises(GuardTripped):
        hub.round()

    assert {"steel"} == {hub.golden("industry", record) for record in hub.records()}


def test_an_approved_plan_passes_its_guards(stage):
    """A person who has seen why may let it through."""
    hub, here, _ = _many(stage)
    for native_id in here[:3]:
        hub["sales"].edit(native_id, industry="software")
    plan = hub.preview().plan

    hub.round(approve=plan.id)

    assert ["software"] * 3 + ["steel"] == hub["success"].all("industry")


def test_the_alarm_is_part_of_the_kept_plan(stage):
    """The page that asks for the approval can say what is wrong."""
    hub, here, _ = _many(stage)
    for native_id in here[:3]:
        hub["sales"].edit(native_id, industry="software")

    with pytest.raises(GuardTripped) as stopped:
        hub.round()

    plan = hub.store.plans.latest()
    assert plan.id in str(stopped.value)
    assert ["update"] == [alarm["what"] for alarm in plan.summary["alarms"]]


def test_what_is_in_proportion_goes_on(stage):
    """A guard is silent in daily work."""
    hub, here, _ = _many(stage)
    for native_id in here[:2]:
        hub["sales"].edit(native_id, industry="software")

    hub.round()

    assert ["software"] * 2 + ["steel"] * 2 == hub["success"].all("industry")
