"""Systems that hold the same records already meet: nothing is believed before a person agreed."""

from __future__ import annotations

import pytest

from kamsync.errors import ApprovalMissing, UnknownName


def test_a_first_round_without_approval_merges_and_writes_nothing(stage):
    """The first round stops before it has believed or sent anything."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    there = hub["success"].create(name="Acme", domains=["acme.com"])

    with pytest.raises(ApprovalMissing, match="first meeting with sales, success"):
        hub.round()

    assert "tier" not in hub["success"].values(there)
    assert 0 == hub["sales"].acts_of_ours(here)
    assert [] == hub.records()
    assert [] == hub.conflicts()


def test_the_refusal_names_the_plan_to_approve(stage):
    """Whoever is stopped is told what to look at and how to go on."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme", domains=["acme.com"])

    with pytest.raises(ApprovalMissing, match="--approve") as refused:
        hub.round()

    plan = hub.store.plans.latest()
    assert plan.id in str(refused.value)
    assert "open" == plan.state


def test_the_approved_plan_is_carried_out(stage):
    """What was looked at is what is done."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme", domains=["acme.com"])
    plan = hub.preview().plan

    result = hub.round(approve=plan.id)

    assert plan.id == result.plan.id
    assert 1 == result.pushed["success"].created
    assert ["Acme"] == hub["success"].all("name")


def test_after_the_first_meeting_rounds_need_no_approval(met):
    """One approval is enough."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")

    hub.round()

    assert "Acme Corp" == hub["success"].get(there, "name")


def test_a_plan_that_changed_since_says_what_changed(stage):
    """Nothing is carried out that nobody has seen."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme", domains=["acme.com"])
    plan = hub.preview().plan
    hub["sales"].create(name="Bolt", domains=["bolt.io"])

    with pytest.raises(
        ApprovalMissing,
        match=r"it had 1 write, now it would be 2\. Among what changed: create success account-",
    ):
        hub.round(approve=plan.id)

    assert [] == hub["success"].ids()


def test_a_plan_whose_values_changed_is_not_the_approved_one(stage):
    """The same write with another value over another value is another plan."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    plan = hub.preview().plan
    hub["sales"].edit(here, name="Acme Corp")

    with pytest.raises(ApprovalMissing, match=f"Plan {plan.id} is not what would be written"):
        hub.round(approve=plan.id)


def test_an_unknown_plan_is_refused(stage):
    """A slip of the finger approves nothing."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme", domains=["acme.com"])

    with pytest.raises(UnknownName, match="There is no plan 'beefcafe'"):
        hub.round(approve="beefcafe")

    assert [] == hub["success"].ids()


def test_an_unknown_plan_begins_no_round(stage):
    """Otherwise the history would show a round that runs for ever."""
    hub = stage("sales", "success")

    with pytest.raises(UnknownName):
        hub.round(approve="beefcafe")

    assert [] == hub.store.rounds.list(1)


def test_a_value_against_a_blank_fills_the_blank(stage):
    """One value is no disagreement."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    there = hub["success"].create(name="Acme", domains=["acme.com"], health="green")

    hub.meet()

    assert "green" == hub["sales"].get(here, "health")
    assert "key" == hub["success"].get(there, "tier")
    assert [] == hub.conflicts()


def test_what_is_equal_after_normalising_is_equal_and_left_as_it_is_written(stage):
    """Spelling is each system's own affair."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme", domains=["acme.com"], phone="+49 30 123-456")
    there = hub["success"].create(name=" Acme ", domains=["www.Acme.com"], phone="+4930123456")

    hub.meet()

    assert [] == hub.conflicts()
    assert "+49 30 123-456" == hub["sales"].get(here, "phone")
    assert " Acme " == hub["success"].get(there, "name")


def test_what_differs_is_held_and_written_nowhere(stage):
    """There is no base yet, so nobody can be said to have edited."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    there = hub["success"].create(name="Acme Corp", domains=["acme.com"], tier="key")

    hub.meet()

    assert "first meeting" == hub.conflict().cause
    assert {"Acme", "Acme Corp"} == {c.value for c in hub.conflict().contenders}
    assert "Acme" == hub["sales"].get(here, "name")
    assert "Acme Corp" == hub["success"].get(there, "name")


def test_the_rules_of_the_first_meeting_settle_it_and_keep_what_loses(stage):
    """The value that lost stays in the journal."""
    hub = stage(
        "sales",
        "success",
        teams={"sales": "sales", "success": "success"},
        first_meeting={"account": {"name": {"team": "success"}}},
    )
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].create(name="Acme Corp", domains=["acme.com"])

    hub.meet()

    (settled,) = [event for event in hub.events(field="name") if event.act == "settled"]
    assert ["Acme"] == [loser.value for loser in settled.losers]
    assert "Acme Corp" == hub["sales"].get(here, "name")


def test_a_review_at_the_first_meeting_is_one_whatever_the_policy_says(stage):
    """A field that a person wants to look at once is not settled by the rule of every day."""
    hub = stage(
        "sales",
        "success",
        teams={"sales": "sales", "success": "success"},
        policy={"account": {"name": {"team": "success"}}},
        first_meeting={"account": {"name": "review"}},
    )
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].create(name="Acme Corp", domains=["acme.com"])

    hub.meet()

    assert "first meeting" == hub.conflict().cause


def test_the_rules_of_the_first_meeting_are_for_the_first_meeting_only(stage):
    """Later disagreements are left to the policy."""
    hub = stage(
        "sales",
        "success",
        teams={"sales": "sales", "success": "success"},
        first_meeting={"account": {"name": {"team": "success"}}},
    )
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    there = hub["success"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")

    hub.round()

    assert "edited at the same time" == hub.conflict().cause


def test_the_preview_counts_what_each_choice_would_overwrite(stage):
    """Whoever chooses the rules sees what they would cost."""
    hub = stage("sales", "success")
    for name in ("acme", "bolt"):
        hub["sales"].create(name=f"{name} of sales", domains=[f"{name}.com"])
        hub["success"].create(name=f"{name} of success", domains=[f"{name}.com"])

    counted = hub.preview().merged.fields["account.name"]

    assert {"held": 2} == counted.acts
    assert {"sales": 2, "success": 2} == counted.choices


def test_a_system_that_joins_later_meets_the_others_with_approval(met):
    """Nothing is written to a new system, or because of it, before somebody agreed."""
    hub, here, _ = met("sales", "success", entities=("account",))
    hub.store.set_meta("met:success", None)
    hub["sales"].edit(here, name="Acme Corp")

    with pytest.raises(ApprovalMissing, match="first meeting with success;"):
        hub.round()
