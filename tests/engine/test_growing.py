"""A hub that grows: systems, entities and fields that come later meet what is there."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.engine import System
from kamsync.entities import core_schema
from kamsync.errors import ApprovalMissing
from kamsync.lenses import identity_map
from kamsync.mapping import Direction
from kamsync.memory import Memory, MemorySystem
from kamsync.model import Op

SCHEMA = core_schema()


def _without(field):
    """The map of accounts without one field."""
    map_ = identity_map(SCHEMA.entity("account"), "account")
    return {
        "account": structs.replace(
            map_, fields={name: each for name, each in map_.fields.items() if name != field}
        )
    }


def _map(hub, system, maps):
    """Give a system other maps."""
    before = hub.hub.systems[system]
    hub.hub.systems = {**hub.hub.systems, system: structs.replace(before, maps=maps)}


def _join(hub, name, *records):
    """Let another system join, which holds *records* already."""
    world = MemorySystem(clock=hub.clock)
    ids = [world.create("account", record) for record in records]
    maps = {"account": identity_map(SCHEMA.entity("account"), "account")}
    system = System(name, Memory.over(world), maps, allow={"account": frozenset(Op)})
    hub.hub.systems = {**hub.hub.systems, name: system}
    return world, ids


def test_a_system_that_joins_is_met_like_the_first_ones(met):
    """With a preview and an approval."""
    hub, _, _ = met("sales", "success")
    world, (id_,) = _join(hub, "account", {"name": "Acme", "domains": ["acme.com"], "tier": "key"})

    with pytest.raises(ApprovalMissing, match="first meeting with account"):
        hub.round()

    hub.meet()
    assert ["key"] == hub["sales"].all("tier")
    assert [id_] == list(world.records("account"))


def test_a_system_that_joins_empty_gets_every_record(met):
    """Once that was approved."""
    hub, _, _ = met("sales", "success")
    world, _ = _join(hub, "account")

    hub.meet()

    assert ["Acme"] == [values["name"] for values in world.records("account").values()]


def test_a_system_that_was_down_at_the_first_meeting_is_met_when_it_is_there(stage):
    """The approval was for a plan without it."""
    hub = stage("sales", "success", "account")
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].create(name="Acme", domains=["acme.com"])
    hub["account"].create(name="Acme", domains=["acme.com"], tier="key")
    hub["account"].world.up = False
    hub.meet()
    hub["account"].world.up = True

    with pytest.raises(ApprovalMissing, match="first meeting with account;"):
        hub.round()

    assert hub["sales"].values(here).get("tier") is None


def test_a_system_that_is_still_to_be_met_does_not_stop_the_others(stage):
    """It is down for days; the others work."""
    hub = stage("sales", "success", "account")
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    there = hub["success"].create(name="Acme", domains=["acme.com"])
    hub["account"].world.up = False
    hub.meet()
    hub["sales"].edit(here, name="Acme Corp")

    hub.round()

    assert "Acme Corp" == hub["success"].get(there, "name")


def test_a_field_that_is_mapped_later_meets_its_others(met):
    """It fills where it is said, and is asked about where it differs."""
    hub, here, there = met(
        "sales", "success", maps={"success": _without("industry")}, values={"industry": "steel"}
    )
    hub["success"].edit(there, industry="software")
    hub.settle()
    assert [] == hub.conflicts()

    _map(hub, "success", {"account": identity_map(SCHEMA.entity("account"), "account")})
    hub.round(sweep=True)

    assert {"steel", "software"} == {c.value for c in hub.conflict().contenders}
    assert "steel" == hub["sales"].get(here, "industry")


def test_a_field_that_is_mapped_later_is_filled_where_it_is_blank(met):
    """The next round finds it: everything there is read again."""
    hub, here, _ = met("sales", "success", maps={"success": _without("tier")})
    hub["sales"].edit(here, tier="key")
    hub.settle()

    _map(hub, "success", {"account": identity_map(SCHEMA.entity("account"), "account")})
    hub.settle()

    assert ["key"] == hub["success"].all("tier")


def test_a_field_that_is_mapped_to_another_native_field_meets_its_others(met, renamed):
    """What that field holds was never compared with anything: it overwrites nothing unasked."""
    hub, here, there = met("sales", "success", values={"industry": "steel"})
    hub["success"].edit(there, segment="software")
    hub.settle()

    _map(hub, "success", renamed(industry={"native": ("segment",)}))
    hub.settle()

    assert {"steel", "software"} == {c.value for c in hub.conflict().contenders}
    assert "steel" == hub["sales"].get(here, "industry")


def test_a_field_that_is_mapped_to_a_blank_native_field_is_filled(met, renamed):
    """Nobody emptied it, and what the other native field holds stays where it is."""
    hub, here, there = met("sales", "success", values={"industry": "steel"})
    hub["success"].edit(there, segment=None)

    _map(hub, "success", renamed(industry={"native": ("segment",)}))
    hub.settle()

    assert "steel" == hub["sales"].get(here, "industry")
    assert ("steel", "steel") == (
        hub["success"].get(there, "industry"),
        hub["success"].get(there, "segment"),
    )


def test_a_field_that_comes_back_to_where_it_was_mapped_is_heard_as_before(met):
    """Between the two it was not read, and an edit of that time is one."""
    hub, here, there = met("sales", "success", values={"industry": "steel"})
    full = hub.hub.systems["success"].maps
    _map(hub, "success", _without("industry"))
    hub.settle()
    hub["success"].edit(there, industry="software")
    hub.settle()

    _map(hub, "success", full)
    hub.round(sweep=True)
    hub.settle()

    assert "software" == hub["sales"].get(here, "industry")


def test_a_field_that_is_mapped_no_longer_is_left_alone(met):
    """In both directions."""
    hub, here, there = met("sales", "success", values={"industry": "steel"})
    _map(hub, "success", _without("industry"))
    hub["sales"].edit(here, industry="software")
    hub["success"].edit(there, industry="chemicals", name="Acme Corp")

    hub.settle()

    assert ("software", "chemicals") == (
        hub["sales"].get(here, "industry"),
        hub["success"].get(there, "industry"),
    )
    assert "Acme Corp" == hub["sales"].get(here, "name")


def test_a_move_of_a_field_that_is_mapped_no_longer_holds_nothing_up(met):
    """It was read and could not be understood yet, when the map was changed."""
    hub, here, there = met("sales", "success")
    hub["success"].edit(there, tier="platinum")
    hub.settle()
    _map(hub, "success", _without("tier"))
    hub["sales"].edit(here, tier="key", name="Acme Corp")

    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert "key" == hub.golden("tier")


def test_a_direction_that_is_opened_later_hears_what_is_said_from_then_on(met, renamed):
    """What people typed before was never believed."""
    closed = renamed(name={"direction": Direction(reads=False)})
    hub, here, there = met("sales", "success", maps={"success": closed})
    hub.settle()
    _map(hub, "success", renamed())
    hub["success"].edit(there, name="Acme Inc")

    hub.settle()

    assert "Acme Inc" == hub["sales"].get(here, "name")


def test_an_entity_that_is_mapped_later_is_read_and_created(met):
    """With the parents that are there already."""
    hub, here, _ = met("sales", "success")
    hub["sales"].create("contact", account=here, last_name="Li", email="li@acme.com")
    hub.settle()
    for name in ("sales", "success"):
        maps = {e: identity_map(SCHEMA.entity(e), e) for e in ("account", "contact")}
        allow = dict.fromkeys(maps, frozenset(Op))
        before = hub.hub.systems[name]
        hub.hub.systems = {
            **hub.hub.systems,
            name: structs.replace(before, maps=maps, allow=allow),
        }

    hub.meet()

    (contact,) = hub["success"].ids("contact")
    assert hub["success"].ids() == [hub["success"].get(contact, "account")]


def test_a_system_that_leaves_is_left_alone(met):
    """What is known of it stays, and nothing is planned for it."""
    hub, here, there = met("sales", "success", "account")[:3]
    elsewhere = hub["account"].ids()[0]
    hub.hub.systems = {n: s for n, s in hub.hub.systems.items() if n != "account"}
    hub["sales"].edit(here, name="Acme Corp")

    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert "Acme" == hub["account"].get(elsewhere, "name")
