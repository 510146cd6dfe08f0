"""What a configuration lets kamsync do: operations, directions, classes of data, a single record."""

from __future__ import annotations

import pytest

from kamsync.engine import Choice
from kamsync.mapping import Direction
from kamsync.model import Op

EVERYTHING = {"account": list(Op)}


def test_a_new_configuration_only_reads(stage):
    """Golden values are found, and nobody is written to."""
    hub = stage("sales", "success", allow={})
    here = hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    there = hub["success"].create(name="Acme", domains=["acme.com"])

    hub.meet()

    assert "key" == hub.golden("tier")
    assert 0 == hub["sales"].acts_of_ours(here)
    assert 0 == hub["success"].acts_of_ours(there)


def test_a_system_that_allows_updates_only_gets_no_new_records(stage):
    """Each operation is allowed for itself."""
    hub = stage("sales", "success", allow={"success": {"account": [Op.UPDATE]}})
    hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    there = hub["success"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create(name="Bolt", domains=["bolt.io"])

    hub.meet()

    assert "key" == hub["success"].get(there, "tier")
    assert [there] == hub["success"].ids()


def test_a_system_that_allows_creates_only_keeps_its_records_as_they_are(stage):
    """Each operation is allowed for itself."""
    hub = stage("sales", "success", allow={"success": {"account": [Op.CREATE]}})
    hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    there = hub["success"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create(name="Bolt", domains=["bolt.io"])

    hub.meet()

    assert "tier" not in hub["success"].values(there)
    assert ["Acme", "Bolt"] == hub["success"].all("name")


def test_a_delete_is_carried_out_only_where_it_is_allowed(met):
    """A policy that propagates deletes does not overrule a system's owner."""
    hub, here, _, _ = met(
        "sales",
        "success",
        "account",
        allow={"success": {"account": [Op.DELETE]}},
        policy={"account": {"deletes": "propagate"}},
    )
    hub["sales"].delete(here)

    hub.round()

    assert [] == hub["success"].ids()
    assert 1 == len(hub["account"].ids())


def test_what_is_allowed_for_one_entity_is_not_allowed_for_another(stage):
    """Accounts may be written while contacts are not."""
    hub = stage("sales", "success", entities=("account", "contact"), allow={"success": EVERYTHING})
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create("contact", account=here, last_name="Li", email="li@acme.com")

    hub.meet()

    assert ["Acme"] == hub["success"].all("name")
    assert [] == hub["success"].ids("contact")


def test_an_operation_that_is_allowed_later_catches_up(met):
    """What was owed meanwhile is not forgotten."""
    hub, here, there = met("sales", "success", allow={"sales": EVERYTHING})
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    assert "Acme" == hub["success"].get(there, "name")

    hub.hub.systems = {
        **hub.hub.systems,
        "success": _allowing(hub.hub.systems["success"], {"account": frozenset(Op)}),
    }
    hub.meet()

    assert "Acme Corp" == hub["success"].get(there, "name")


def test_a_field_that_is_only_read_is_never_written_there(met, renamed):
    """The other fields of the record still are."""
    only_in = renamed(name={"direction": Direction(writes=False)})
    hub, here, there = met("sales", "success", maps={"success": only_in})
    hub["sales"].edit(here, name="Acme Corp", tier="key")

    hub.round()

    assert "Acme" == hub["success"].get(there, "name")
    assert "key" == hub["success"].get(there, "tier")


def test_an_edit_of_a_field_that_is_only_read_flows_from_there(met, renamed):
    """The direction in is a direction."""
    only_in = renamed(name={"direction": Direction(writes=False)})
    hub, here, there = met("sales", "success", maps={"success": only_in})
    hub["success"].edit(there, name="Acme Corp")

    hub.round()

    assert "Acme Corp" == hub["sales"].get(here, "name")


def test_a_field_that_is_only_written_is_never_believed(met, renamed):
    """What somebody types there is not an edit of the record."""
    only_out = renamed(name={"direction": Direction(reads=False)})
    hub, here, there = met("sales", "success", maps={"success": only_out})
    hub["success"].edit(there, name="Something else")

    hub.round()

    assert "Acme" == hub["sales"].get(here, "name")
    assert [] == hub.conflicts()


def test_a_field_that_is_only_written_follows_golden(met, renamed):
    """It is written once for each golden value."""
    only_out = renamed(name={"direction": Direction(reads=False)})
    hub, here, there = met("sales", "success", maps={"success": only_out})
    hub["sales"].edit(here, name="Acme Corp")

    hub.round()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert 0 == hub.round().written


@pytest.mark.parametrize("clears_pay", [True, False])
def test_pay_leaves_only_towards_a_system_that_is_cleared_for_it(stage, clears_pay):
    """The rest of a commission may go where its amount may not."""
    hub = stage(
        "payroll",
        "sales",
        entities=("commission",),
        clears_pay=["payroll", "sales"] if clears_pay else ["payroll"],
    )
    hub["payroll"].create("commission", amount="100", currency="EUR", kind="bonus")

    hub.meet()

    (there,) = hub["sales"].ids("commission")
    assert ("amount" in hub["sales"].values(there)) is clears_pay


def test_a_pilot_writes_one_record_only(met):
    """A careful admin begins with one account."""
    hub, here, there = met("sales", "success")
    other = hub["sales"].create(name="Bolt", domains=["bolt.io"])
    hub.round()
    hub["sales"].edit(here, name="Acme Corp")
    hub["sales"].edit(other, name="Bolt AG")

    hub.round(only=Choice((hub.of("sales", here),)))

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert ["Acme Corp", "Bolt"] == hub["success"].all("name")


def test_what_a_pilot_left_out_flows_with_the_next_round(met):
    """Leaving out is not losing."""
    hub, here, _ = met("sales", "success")
    other = hub["sales"].create(name="Bolt", domains=["bolt.io"])
    hub.round()
    hub["sales"].edit(other, name="Bolt AG")
    hub.round(only=Choice((hub.of("sales", here),)))

    hub.round()

    assert ["Acme", "Bolt AG"] == hub["success"].all("name")


def test_a_pilot_of_the_first_meeting_meets_nobody_else(stage):
    """The approval of a pilot is not the approval of everything."""
    from kamsync.errors import ApprovalMissing

    hub = stage("sales", "success")
    for name in ("acme", "bolt"):
        hub["sales"].create(name=name, domains=[f"{name}.com"])
    record = min(write.record for write in hub.preview().plan.shown)
    pilot = hub.preview(only=Choice((record,))).plan

    hub.round(approve=pilot.id, only=Choice((record,)))

    assert 1 == pilot.writes == len(hub["success"].ids())
    with pytest.raises(ApprovalMissing):
        hub.round()


def _allowing(system, allow):
    from msgspec import structs

    return structs.replace(system, allow=allow)
