"""What a person has approved is not asked again, and nothing goes unasked that nobody has seen."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.engine import Choice
from kamsync.errors import ApprovalMissing, GuardTripped
from kamsync.guards import Bound, Bounds, Limits
from kamsync.model import Author, Op

FEW = Limits(Bounds(create=Bound(1, 0), update=Bound(1, 0), emptied_from=4))


OURS = Author("kamsync", own=True)


class Died(BaseException):
    """The process is gone."""


def _allow(hub, system, entity, *ops):
    """Change what the configuration allows for one entity of one system."""
    before = hub.hub.systems[system]
    allow = {**before.allow, entity: frozenset(ops)}
    hub.hub.systems = {**hub.hub.systems, system: structs.replace(before, allow=allow)}


def _broken_off(stage, **options):
    """Return a hub whose approved round died after the second of six creates, and its plan's name."""
    hub = stage("sales", "success", limits=FEW, **options)
    for i in range(6):
        hub["sales"].create(name=f"Acme {i}", domains=[f"acme{i}.com"])
    plan = hub.preview().plan
    landed = []

    def dies(write, land):
        if len(landed) == 2:
            raise Died
        landed.append(write)
        return land()

    hub["success"].trouble.rows = dies
    with pytest.raises(Died):
        hub.round(approve=plan.id)
    hub["success"].trouble.rows = None
    return hub, plan.id


def test_what_is_left_of_an_approved_plan_needs_no_second_approval(stage):
    """The guard weighs what nobody has approved, and four creates more are not that."""
    hub, _ = _broken_off(stage)

    hub.round()

    assert [f"Acme {i}" for i in range(6)] == hub["success"].all("name")


def test_what_is_left_of_an_approved_plan_may_break_off_again(stage):
    """However many rounds it takes, nobody is asked."""
    hub, _ = _broken_off(stage)
    hub["success"].trouble.down.add("write")
    hub.round()
    hub["success"].trouble.down.clear()

    hub.round()

    assert 6 == len(hub["success"].ids())


def test_the_approval_of_a_plan_that_was_broken_off_can_be_given_again(stage):
    """Whoever repeats the command gets the rest."""
    hub, plan = _broken_off(stage)

    hub.round(approve=plan)

    assert 6 == len(hub["success"].ids())


def test_a_preview_of_the_rest_asks_for_nothing(stage):
    """It says what the round after it will do."""
    hub, _ = _broken_off(stage)

    plan = hub.preview().plan

    assert (4, (), ()) == (plan.writes, plan.alarms, plan.unmet)


def test_what_came_after_an_approval_is_weighed_beside_the_rest(stage):
    """Two newcomers are out of proportion here, whatever else was approved."""
    hub, plan = _broken_off(stage)
    for i in range(2):
        hub["sales"].create(name=f"Bolt {i}", domains=[f"bolt{i}.io"])

    with pytest.raises(GuardTripped, match="2 records would be created"):
        hub.round()
    with pytest.raises(ApprovalMissing, match="approved already"):
        hub.round(approve=plan)

    assert 2 == len(hub["success"].ids())


def test_a_little_that_came_after_an_approval_goes_with_the_rest(stage):
    """People go on working while a plan is carried out."""
    hub, _ = _broken_off(stage)
    hub["sales"].create(name="Bolt", domains=["bolt.io"])

    hub.round()

    assert 7 == len(hub["success"].ids())


def test_a_value_that_changed_since_the_approval_is_weighed(stage):
    """What was approved was another value."""
    hub, _ = _broken_off(stage)
    for native_id in hub["sales"].ids()[-2:]:
        hub["sales"].edit(native_id, name="Renamed")

    with pytest.raises(GuardTripped, match="2 records would be created"):
        hub.round()


def test_a_plan_that_a_system_did_not_take_is_carried_out_when_it_is_back(stage):
    """It is the same as if the process had died."""
    hub = stage("sales", "success", limits=FEW)
    for i in range(6):
        hub["sales"].create(name=f"Acme {i}", domains=[f"acme{i}.com"])
    hub["success"].trouble.down.add("write")
    hub.meet()
    hub["success"].trouble.down.clear()

    hub.settle()

    assert 6 == len(hub["success"].ids())


def test_what_was_approved_and_written_is_weighed_when_it_is_due_again(stage):
    """Another program that works under our user changes back what a person had approved."""
    hub = stage("sales", "success", limits=FEW, policy={"account": {"*": {"team": "sales"}}})
    for i in range(4):
        hub["sales"].create(name=f"Acme {i}", domains=[f"acme{i}.com"])
    hub.meet()
    for native_id in hub["sales"].ids():
        hub["sales"].edit(native_id, industry="steel")
    hub.round(approve=hub.preview().plan.id)
    for native_id in hub["success"].ids():
        hub["success"].world.edit("account", native_id, {"industry": None}, author=OURS)

    with pytest.raises(GuardTripped, match="4 records would be changed"):
        hub.round()


def test_a_round_whose_process_is_gone_was_interrupted(stage):
    """It does not run for ever."""
    hub, _ = _broken_off(stage)
    hub.round()

    states = [row.state for row in hub.store.rounds.list(3)]

    assert ["done", "interrupted", "planned"] == states


def test_an_approval_is_for_one_time(met):
    """The same values over the same values, another day, are another plan."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    plan = hub.preview().plan.id
    hub.round(approve=plan)
    hub["sales"].edit(here, name="Acme")
    hub.round()
    hub["sales"].edit(here, name="Acme Corp")

    for _ in range(2):
        with pytest.raises(ApprovalMissing, match=f"Plan {plan} was approved already"):
            hub.round(approve=plan)

    assert "Acme" == hub["success"].get(there, "name")
    hub.round(approve=hub.preview().plan.id)
    assert "Acme Corp" == hub["success"].get(there, "name")


def test_the_approval_of_an_empty_plan_lets_no_alarm_through(stage):
    """A plan is named by why it is asked about as well, not only by what it writes."""
    hub = stage("sales", "success", allow={}, limits=FEW)
    ids = [hub["sales"].create(name=f"Acme {i}", domains=[f"acme{i}.com"]) for i in range(4)]
    hub.meet()
    quiet = hub.preview().plan.id
    for native_id in ids[:3]:
        hub["sales"].delete(native_id)

    with pytest.raises(ApprovalMissing, match="is not what would be written any more"):
        hub.round(approve=quiet)

    assert quiet != hub.preview().plan.id
    hub.round(approve=hub.preview().plan.id)
    assert 3 == len(hub.conflicts())


def test_the_first_write_that_a_section_allows_wants_an_approval(stage):
    """A system that was only read is not written because a line of the configuration changed."""
    hub = stage("sales", "success", allow={})
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    _allow(hub, "success", "account", Op.CREATE, Op.UPDATE)

    with pytest.raises(ApprovalMissing, match="nobody has approved it yet: create success account"):
        hub.round()

    assert [] == hub["success"].ids()
    assert ["create success account"] == [str(each) for each in hub.preview().plan.first]
    hub.meet()
    assert ["Acme"] == hub["success"].all("name")


def test_what_was_allowed_when_a_plan_was_approved_is_asked_no_more(stage):
    """One approval is for all that the section allows there, not for one kind of write after the other."""
    hub = stage("sales", "success", allow={})
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    _allow(hub, "success", "account", Op.CREATE, Op.UPDATE)
    hub.meet()
    hub["sales"].edit(here, name="Acme Corp")

    hub.round()

    assert ["Acme Corp"] == hub["success"].all("name")


def test_what_is_allowed_is_asked_about_once_there_is_something_to_write(met):
    """Before that there would be nothing to look at, and nobody has said yes."""
    hub, _, _ = met("sales", "success", allow={"success": {"account": [Op.UPDATE]}})
    _allow(hub, "success", "account", *Op)
    assert not hub.preview().plan.needs_approval
    hub.round()
    hub["sales"].create(name="Bolt", domains=["bolt.io"])

    with pytest.raises(ApprovalMissing, match="create success account"):
        hub.round()


def test_one_more_operation_is_asked_about_alone(met):
    """What went on before is not called into question, but waits with the plan."""
    hub, here, _ = met("sales", "success", allow={"success": {"account": [Op.UPDATE]}})
    hub["sales"].edit(here, name="Acme Corp")
    hub["sales"].create(name="Bolt", domains=["bolt.io"])
    _allow(hub, "success", "account", Op.UPDATE, Op.CREATE)

    assert ["create success account"] == [str(each) for each in hub.preview().plan.first]


def test_what_was_not_allowed_for_a_while_is_asked_again(met):
    """What has piled up meanwhile was never seen by anybody."""
    hub, here, there = met("sales", "success")
    _allow(hub, "success", "account")
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    _allow(hub, "success", "account", *Op)

    with pytest.raises(ApprovalMissing, match="update success account"):
        hub.round()

    assert "Acme" == hub["success"].get(there, "name")


def test_the_approval_of_a_pilot_allows_no_more_than_the_pilot(met):
    """The plan for one record says nothing of the others."""
    hub, here, _ = met("sales", "success", allow={})
    other = hub["sales"].create(name="Bolt", domains=["bolt.io"])
    hub.round()
    _allow(hub, "success", "account", *Op)
    hub["sales"].edit(here, name="Acme Corp")
    pilot = hub.of("sales", here)
    hub.round(approve=hub.preview(only=Choice((pilot,))).plan.id, only=Choice((pilot,)))
    assert ["Acme Corp"] == hub["success"].all("name")

    with pytest.raises(ApprovalMissing, match="create success account"):
        hub.round()

    assert hub.of("sales", other)
