"""Fields that somebody defines anew in a system between two rounds, while kamsync runs."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.connector import NativeEntity, NativeField
from kamsync.errors import GuardTripped
from kamsync.memory import ALL
from kamsync.reports import check

TIERS = ("strategic", "key", "standard")


def offering(*tiers):
    """Describe accounts whose tier takes these words."""
    fields = {"tier": NativeField("tier", "choice", choices=tiers)}
    return {"account": NativeEntity("account", fields, ALL, open=True)}


def told(hub):
    """What `kamsync check` tells of what is to be put right, with what to do."""
    return [(each.text, each.hint) for each in check(hub.hub) if each.level != "ok"]


def test_what_cannot_be_read_any_more_waits_and_is_not_written_over(met):
    """A number became a text: the record, the field, the reason and what helps are told."""
    hub, here, there = met(values={"employees": 120})
    hub["success"].edit(there, employees="about 150")
    hub["sales"].edit(here, employees=160, industry="steel")
    hub.settle()

    assert ("about 150", "steel") == tuple(
        hub["success"].get(there, name) for name in ("employees", "industry")
    )
    assert 160 == hub.golden("employees")
    [(text, hint)] = [each for each in told(hub) if "waits since" in each[0]]
    assert f"success.account {there}.employees (Acme) waits since" in text
    assert "employees must be a number" in text
    assert hint.startswith("Put it right there")
    hub["success"].edit(there, employees="170")
    hub.settle()
    assert {160, 170} == {each.value for each in hub.conflict().contenders}


def test_what_only_looks_otherwise_is_no_edit(met):
    """A system that shows its numbers as texts from now on has changed no number."""
    hub, here, there = met(values={"employees": 120})
    hub["success"].edit(there, employees="120", by="system")
    hub["sales"].edit(here, employees=160)

    hub.settle()

    assert [] == hub.conflicts()
    assert 160 == hub.golden("employees") == int(hub["success"].get(there, "employees"))


def test_a_word_whose_option_was_taken_out_waits_until_it_is_there_again(met):
    """The reason names the field and what it takes."""
    hub, here, there = met(values={"tier": "key"}, world={"success": {"objects": offering(*TIERS)}})
    hub["success"].world.objects = offering("key", "standard")
    hub["sales"].edit(here, tier="strategic")
    hub.settle()

    assert ["key", "strategic"] == [hub["success"].get(there, "tier"), hub.golden("tier")]
    assert ["tier must be one of key, standard."] == hub.reasons()
    assert any("account.tier: tier offers nothing for 'strategic'" in text for text, _ in told(hub))
    hub["success"].world.objects = offering(*TIERS)
    hub.clock.wait(3600)
    hub.settle()
    assert "strategic" == hub["success"].get(there, "tier")
    assert [] == hub.reasons()


def test_a_word_that_is_held_is_kept_where_its_option_was_taken_out(met):
    """Nothing is emptied, and other fields are written on."""
    hub, here, there = met(values={"tier": "key"}, world={"success": {"objects": offering(*TIERS)}})
    hub["success"].world.objects = offering("strategic", "standard")
    hub["sales"].edit(here, industry="steel")

    hub.settle()

    assert ("key", "steel") == tuple(hub["success"].get(there, n) for n in ("tier", "industry"))
    assert "key" == hub.golden("tier") == hub["sales"].get(here, "tier")


def test_a_field_that_was_renamed_is_taken_for_no_blank_and_met_under_its_new_name(met, renamed):
    """What was entered under the new name is heard once the map names it."""
    hub, here, there = met(values={"industry": "steel"})
    hub["success"].world.hidden.add(("account", "industry"))
    hub["success"].edit(there, branch="copper")
    hub["sales"].edit(here, industry="iron")
    result = hub.round()
    hub.settle()

    assert frozenset({"industry"}) == result.pulled["success"]["account"].unseen
    assert "iron" == hub.golden("industry") == hub["sales"].get(here, "industry")
    systems = hub.hub.systems
    maps = renamed(industry={"native": ("branch",)})
    systems["success"] = structs.replace(systems["success"], maps=maps)
    hub.settle()
    assert {"iron", "copper"} == {each.value for each in hub.conflict().contenders}


def test_what_a_new_type_has_emptied_everywhere_is_not_carried_on_unasked(stage):
    """So many blanks at once are out of proportion: a person looks at the plan."""
    hub = stage()
    for number in range(40):
        hub["sales"].create(name=f"Client {number}", domains=[f"c{number}.com"], industry="steel")
    hub.meet()
    hub.settle()
    for native_id in hub["success"].ids():
        hub["success"].edit(native_id, industry=None, by="admin")

    with pytest.raises(GuardTripped):
        hub.round()
    assert {"steel"} == set(hub["sales"].all("industry"))
