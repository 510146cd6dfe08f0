"""Systems that cut, round, rewrite, or hold only a part of a value: their loss never comes back."""

from __future__ import annotations

from msgspec import structs

from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.entities import core_schema
from kamsync.lenses import field_map, identity_map
from kamsync.lenses.single import Same
from kamsync.mapping import FieldMap
from kamsync.memory import ALL

ACCOUNT = core_schema().entity("account")
SHORT = {"account": NativeEntity("account", {"name": NativeField("name", limit=8)}, ALL, open=True)}


def _cut(limit=8):
    """The maps of a system whose names are short."""
    map_ = identity_map(ACCOUNT, "account")
    name = FieldMap("name", ("name",), Same(ACCOUNT.field("name"), limit=limit))
    return {"account": structs.replace(map_, fields={**map_.fields, "name": name})}


def test_a_text_that_is_cut_does_not_come_back_as_an_edit(met):
    """The system agrees, as far as it can."""
    hub, here, there = met("sales", "success", maps={"success": _cut()})
    hub["sales"].edit(here, name="Acme Steel Works")

    hub.settle()

    assert "Acme Ste" == hub["success"].get(there, "name")
    assert "Acme Steel Works" == hub["sales"].get(here, "name")
    assert [] == hub.conflicts()


def test_a_text_that_the_system_itself_cuts_does_not_come_back_either(met):
    """Nobody told kamsync about the limit."""
    hub, here, there = met(
        "sales", "success", world={"success": {"objects": SHORT, "truncates": True}}
    )
    hub["sales"].edit(here, name="Acme Steel Works")

    hub.settle()

    assert "Acme Ste" == hub["success"].get(there, "name")
    assert "Acme Steel Works" == hub["sales"].get(here, "name")
    assert 1 == hub["success"].acts_of_ours(there)


def test_an_edit_of_another_field_does_not_bring_the_cut_text_back(met):
    """The record changed there, but its name did not."""
    hub, here, there = met("sales", "success", maps={"success": _cut()})
    hub["sales"].edit(here, name="Acme Steel Works")
    hub.settle()
    hub["success"].edit(there, industry="steel")

    hub.settle()

    assert "Acme Steel Works" == hub["sales"].get(here, "name")
    assert "steel" == hub["sales"].get(here, "industry")


def test_an_edit_of_the_cut_text_is_an_edit(met):
    """Whoever writes a new name there means it."""
    hub, here, there = met("sales", "success", maps={"success": _cut()})
    hub["sales"].edit(here, name="Acme Steel Works")
    hub.settle()
    hub["success"].edit(there, name="Bolt")

    hub.settle()

    assert "Bolt" == hub["sales"].get(here, "name")


def test_a_system_that_rewrites_what_it_stores_is_not_written_again_and_again(met):
    """It is told each golden value once."""
    hub, here, there = met(
        "sales",
        "success",
        world={"success": {"rewrite": lambda _, name, v: v.upper() if name == "name" else v}},
        values={"name": "ACME"},
    )
    hub["sales"].edit(here, name="Acme Corp")

    for _ in range(5):
        hub.round()

    assert 1 == hub["success"].acts_of_ours(there)
    assert "Acme Corp" == hub["sales"].get(here, "name")
    assert "ACME CORP" == hub["success"].get(there, "name")


def test_a_value_that_was_sent_twice_and_rewritten_is_known_to_have_arrived(met):
    """The first attempt never got there, the answer to the second was lost: there is no third."""
    hub, here, there = met(
        "sales",
        "success",
        can={"sales": ALL, "success": ALL & ~Can.HISTORY},
        world={"success": {"rewrite": lambda _, name, v: v.upper() if name == "name" else v}},
        values={"name": "ACME"},
    )
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.down.add("write")
    hub.round()
    hub["success"].trouble.down.clear()
    hub["success"].trouble.deaf.add("write")
    hub.round()

    hub.settle()

    assert 1 == hub["success"].acts_of_ours(there)
    assert "Acme Corp" == hub["sales"].get(here, "name")


def test_a_person_who_types_what_the_system_made_of_it_says_nothing_new(met):
    """Their save changes no value."""
    hub, here, there = met(
        "sales",
        "success",
        world={"success": {"rewrite": lambda _, name, v: v.upper() if name == "name" else v}},
        values={"name": "ACME"},
    )
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()
    hub["success"].edit(there, name="Acme Corp")

    hub.settle()

    assert "Acme Corp" == hub["sales"].get(here, "name")


def _lacking():
    """The map of a system that knows no currencies."""
    map_ = identity_map(ACCOUNT, "account")
    parts = {"parts": {"annual_revenue": "annual_revenue"}}
    revenue = field_map(ACCOUNT.field("annual_revenue"), [], parts)
    return {"account": structs.replace(map_, fields={**map_.fields, "annual_revenue": revenue})}


def test_a_currency_that_a_system_lacks_is_completed_from_what_it_last_knew(met):
    """The amount is edited there, in the currency that was agreed on."""
    hub, here, there = met("sales", "success", maps={"success": _lacking()})
    hub["sales"].edit(here, annual_revenue="100", revenue_currency="CHF")
    hub.settle()
    assert "100" == hub["success"].get(there, "annual_revenue")
    hub["success"].edit(there, annual_revenue="120")

    hub.settle()

    assert "120" == hub["sales"].get(here, "annual_revenue")
    assert "CHF" == hub["sales"].get(here, "revenue_currency")


def test_the_currency_is_the_one_that_was_written_there_last(met):
    """Not an older one, and not one that was decided on since."""
    hub, here, there = met("sales", "success", maps={"success": _lacking()})
    hub["sales"].edit(here, annual_revenue="90", revenue_currency="USD")
    hub.settle()
    hub["sales"].edit(here, annual_revenue="100", revenue_currency="CHF")
    hub.round()
    hub.undo(hub.last_round())
    hub["success"].edit(there, annual_revenue="120")

    hub.settle()

    assert {("120", "CHF"), ("90", "USD")} == {
        (c.value["annual_revenue"], c.value["revenue_currency"]) for c in hub.conflict().contenders
    }


def test_a_field_that_the_system_does_not_show_is_left_alone(met):
    """A lost permission is not a blank."""
    hub, here, there = met("sales", "success", values={"industry": "steel"})
    hub["success"].world.hidden.add(("account", "industry"))
    hub["success"].edit(there, name="Acme Corp")

    hub.settle()

    assert "steel" == hub["sales"].get(here, "industry")
    assert "Acme Corp" == hub["sales"].get(here, "name")


def test_what_was_entered_in_a_hidden_field_is_heard_as_soon_as_it_shows(met):
    """Nobody has to edit the record once more; until then nothing is read in full for it."""
    hub, here, there = met("sales", "success", values={"industry": "steel"})
    hub["success"].world.hidden.add(("account", "industry"))
    hub["success"].edit(there, industry="coal")
    hub.settle()
    assert not hub.round().pulled["success"]["account"].sweep
    hub["success"].world.hidden.clear()

    shown = hub.round()

    assert shown.pulled["success"]["account"].sweep
    assert "coal" == hub["sales"].get(here, "industry")
    assert not hub.round().pulled["success"]["account"].sweep


def test_all_is_read_where_the_record_that_hid_a_field_is_gone(met):
    """Nothing else says whether the field shows again."""
    hub, _, there = met("sales", "success", values={"industry": "steel"})
    other = hub["success"].create(name="Other", domains=["other.com"], industry="salt")
    hub.settle()
    hub["success"].world.hidden.add(("account", "industry"))
    hub["success"].edit(there, industry="coal")
    hub.settle()
    hub["success"].delete(there)
    hub["success"].world.hidden.clear()

    assert hub.round().pulled["success"]["account"].sweep
    assert "salt" == hub.golden("industry", hub.of("success", other))


def test_parts_of_a_group_are_merged_as_one_value(met):
    """A street of one city and a city of the other would be an address that nobody entered."""
    hub, here, there = met(
        "sales", "success", values={"billing_street": "Weg 1", "billing_city": "Bonn"}
    )
    hub["sales"].edit(here, billing_street="Platz 2")
    hub["success"].edit(there, billing_city="Köln")

    hub.settle()

    assert "billing_address" == hub.conflict().field
    assert ("Platz 2", "Bonn") == (
        hub["sales"].get(here, "billing_street"),
        hub["sales"].get(here, "billing_city"),
    )
