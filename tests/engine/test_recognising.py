"""A system says who it is, and another one in its place is noticed before anything is read."""

from __future__ import annotations

import pytest

from kamsync.engine import accept_move
from kamsync.errors import ConfigurationInvalid


@pytest.fixture
def known(met):
    """Two systems that say who they are, and have met; their native ids."""
    worlds = {"sales": {"identity": "org-1"}, "success": {"identity": "portal-1"}}
    return met("sales", "success", world=worlds)


def _swap(hub, system, identity="org-2"):
    """Let the section of a system lead to another one, in which the same ids are in use."""
    hub[system].world.identity = identity


def test_another_system_in_the_place_of_one_is_not_read(known):
    """What coincides with what is known would be taken for what people did to it."""
    hub, here, there = known
    hub["sales"].edit(here, name=None)
    _swap(hub, "sales")
    calls = hub["sales"].memory.calls["read"]

    for start in (hub.round, hub.preview):
        with pytest.raises(ConfigurationInvalid, match=r"it was 'org-1', and .* leads to 'org-2'"):
            start()

    assert calls == hub["sales"].memory.calls["read"]
    assert "Acme" == hub["success"].get(there, "name")
    assert "round-2" == hub.last_round()


def test_another_system_stops_the_round_before_any_is_read(known):
    """A configuration that is wrong in one section is not half of a good one."""
    hub, *_ = known
    calls = hub["sales"].memory.calls["read"]
    _swap(hub, "success")

    with pytest.raises(ConfigurationInvalid, match="success is another system"):
        hub.round()

    assert calls == hub["sales"].memory.calls["read"]


@pytest.mark.parametrize("identity", [None, "portal-2"])
def test_a_refusal_says_what_to_do(known, identity):
    """The section, and the way to say that nothing is wrong."""
    hub, *_ = known
    _swap(hub, "success", identity)

    with pytest.raises(ConfigurationInvalid) as refused:
        hub.round()

    assert "Correct [system.success]" in refused.value.hint
    assert "kamsync moved success" in refused.value.hint


def test_a_system_that_cannot_say_who_it_is_now_is_not_read_now(known):
    """It may be another one."""
    hub, here, there = known
    hub["success"].trouble.down.add("identity")
    hub["success"].edit(there, tier="key")
    hub["sales"].edit(here, name="Acme Corp")
    calls = hub["success"].memory.calls["read"]

    result = hub.round()

    assert [("success", "pull")] == [(down.system, down.step) for down in result.down]
    assert calls == hub["success"].memory.calls["read"]
    assert "Acme" == hub["success"].get(there, "name")


def test_an_identity_that_is_told_later_is_kept_from_then_on(met):
    """A connector may learn to tell it."""
    hub, *_ = met("sales", "success")
    _swap(hub, "sales", "org-1")
    hub.round()
    _swap(hub, "sales", "org-2")

    with pytest.raises(ConfigurationInvalid, match="sales is another system"):
        hub.round()


def test_a_system_that_has_moved_is_met_again(known):
    """Somebody has said so, and then looks at what that comes to."""
    hub, here, there = known
    _swap(hub, "sales")

    assert ("org-1", "org-2") == accept_move(hub.hub, hub.hub.system("sales"))

    assert ("sales",) == hub.preview().plan.unmet
    hub.meet()
    assert [] == hub.conflicts()
    hub["success"].edit(there, tier="key")
    hub.round()
    assert "key" == hub["sales"].get(here, "tier")


def test_what_a_moved_system_holds_otherwise_is_held(known):
    """It may be an older copy, and nobody has decided anything there."""
    hub, here, there = known
    hub["sales"].edit(here, name="Acme of old")
    _swap(hub, "sales")
    accept_move(hub.hub, hub.hub.system("sales"))

    hub.meet()

    assert "Acme" == hub["success"].get(there, "name")
    assert "Acme of old" == hub["sales"].get(here, "name")
    assert {"Acme", "Acme of old"} == {c.value for c in hub.conflict().contenders}


def test_a_system_that_did_not_move_is_not_met_again(known):
    """A slip of the name forgets nothing."""
    hub, *_ = known

    with pytest.raises(ConfigurationInvalid, match="is the system that it was"):
        accept_move(hub.hub, hub.hub.system("success"))

    assert () == hub.preview().plan.unmet
