"""What a merge has worked out is planned as if it was asked again."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.engine.merging.merge import merge_records
from kamsync.engine.planning.plan import make_plan
from kamsync.engine.rounds.steps import Round, take_in


@pytest.fixture
def edited(stage):
    """Two accounts that both systems hold, one of them edited in three fields, one of them a reference."""
    hub = stage("sales", "success", "billing", entities=("account", "contact"))
    acme = hub["sales"].create(name="Acme", domains=["acme.com"], website="https://acme.com")
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.io"])
    hub["sales"].create("contact", account=acme, last_name="Li", email="li@acme.com")
    hub.meet()
    hub.settle()
    hub["sales"].edit(acme, name="Acme Inc", website=None)
    hub["sales"].edit(bolt, parent=acme, name="Bolt Ltd")
    return hub


def test_a_plan_is_the_same_whether_or_not_its_updates_were_remembered(edited):
    """So that a preview with much to do has the name of the round that follows."""
    remembered = edited.preview().plan
    edited.store.remembered.limit = 0

    asked = edited.preview().plan

    assert (asked.id, asked.shown, asked.tallies) == (
        remembered.id,
        remembered.shown,
        remembered.tallies,
    )
    assert 4 == asked.writes


def test_a_link_that_is_written_after_its_merge_is_planned_by_what_it_says_then(edited):
    """What was worked out before is never sent over something else."""
    link = edited.link("success", edited["success"].ids()[0])
    edited.clock.wait(10)
    plan = Round("round-9")
    take_in(edited.hub, plan)
    with edited.store.rehearsal():
        edited.store.remembered.begin()
        merge_records(edited.hub, "account", edited.records())
        seen = structs.replace(link.facts["name"], observed=("ACME",), merged=("ACME",))
        edited.store.links.save([structs.replace(link, facts={**link.facts, "name": seen})])

        writes = make_plan(edited.hub, plan.id, ["success"]).shown

    (write,) = (each for each in writes if each.link == link.id)
    assert (("ACME",), ("Acme Inc",)) == write.fields["name"]


def test_a_link_that_waits_for_a_match_is_planned_for_no_more_whatever_was_remembered(edited):
    """A person is asked first whose record it is."""
    link = edited.link("success", edited["success"].ids()[0])
    edited.clock.wait(10)
    plan = Round("round-9")
    take_in(edited.hub, plan)
    with edited.store.rehearsal():
        edited.store.remembered.begin()
        merge_records(edited.hub, "account", edited.records())
        before = make_plan(edited.hub, plan.id, ["success"]).shown
        edited.store.links.set_waiting([link.id], "7")

        after = make_plan(edited.hub, plan.id, ["success"]).shown

    assert {link.id} == {each.link for each in before} - {each.link for each in after}
