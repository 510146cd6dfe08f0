"""Parts of a group that a system works out itself: shown there, never written, nobody's edit."""

import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.entities import CORE
from kamsync.lenses import field_map, identity_map
from kamsync.memory import ALL
from kamsync.model import Kind

ACCOUNT = CORE.entity("account")
COUNTRIES = {"Bremen": "DE", "Zürich": "CH", "Graz": "AT"}


def country_of(_, values):
    """Return the country that goes with a city, as a system with a list of cities fills it in."""
    return (
        {"billing_country": COUNTRIES.get(values["billing_city"])}
        if "billing_city" in values
        else {}
    )


def following():
    """The map of a system in which the country follows the city."""
    map_ = identity_map(ACCOUNT, "account")
    parts = {
        "billing_city": "billing_city",
        "billing_country": {"native": "billing_country", "derived": True},
    }
    address = field_map(ACCOUNT.field("billing_address"), [], {"parts": parts})
    return {"account": structs.replace(map_, fields={**map_.fields, "billing_address": address})}


@pytest.fixture
def places(met):
    """Make two systems that have met over one account; the country follows in the second."""

    def make(values=None, **options):
        return met(
            "sales",
            "success",
            values=values,
            maps={"success": following()},
            world={"success": {"derive": country_of}},
            **options,
        )

    return make


def country(hub, system, native_id):
    """Return the country that a system shows."""
    return hub[system].get(native_id, "billing_country")


def is_idle(hub):
    """Whether nothing is asked, nothing waits, and two more rounds write nothing."""
    return not (hub.conflicts() or hub.parked() or hub.round().written or hub.round().written)


def test_what_people_enter_elsewhere_stays_where_it_can_be_held(places):
    """Golden keeps it, and the system that works it out is not told."""
    hub, here, there = places({"billing_city": "Bremen", "billing_country": "DE"})
    before = hub["success"].acts_of_ours(there)

    hub["sales"].edit(here, billing_country="FR")
    hub.settle()

    assert "FR" == hub.golden("billing_address")["billing_country"]
    assert ("FR", "DE") == (country(hub, "sales", here), country(hub, "success", there))
    assert before == hub["success"].acts_of_ours(there)
    assert is_idle(hub)


def test_what_follows_comes_with_what_it_follows(places):
    """Whoever changes the city there brings its country, over what was golden for the old one."""
    hub, here, there = places({"billing_city": "Bremen", "billing_country": "DE"})
    hub["sales"].edit(here, billing_country="FR")
    hub.settle()
    hub.round()

    hub["success"].edit(there, billing_city="Graz", by="bob")
    hub.settle()

    assert ("Graz", "AT") == (
        hub["sales"].get(here, "billing_city"),
        country(hub, "sales", here),
    )
    assert is_idle(hub)


def test_what_is_written_there_is_what_can_be_entered_there(places):
    """The city arrives, its country is the system's own, and that is no answer."""
    hub, here, there = places({"billing_city": "Bremen", "billing_country": "DE"})

    hub["sales"].edit(here, billing_city="Zürich", billing_country="LI")
    hub.settle()

    assert ("Zürich", "CH") == (
        hub["success"].get(there, "billing_city"),
        country(hub, "success", there),
    )
    assert "LI" == country(hub, "sales", here)
    assert "LI" == hub.golden("billing_address")["billing_country"]
    assert is_idle(hub)


def test_systems_that_meet_disagree_about_nothing_that_follows(stage):
    """At a first meeting, what a person entered stands, whichever system is asked first."""
    hub = stage(
        "success",
        "sales",
        maps={"success": following()},
        world={"success": {"derive": country_of}},
    )
    held = {"name": "Acme", "domains": ["acme.com"], "billing_city": "Bremen"}
    there = hub["success"].create(**held)
    here = hub["sales"].create(**held, billing_country="FR", by="ann")

    hub.meet()
    hub.settle()

    assert ("FR", "DE") == (country(hub, "sales", here), country(hub, "success", there))
    [event] = [each for each in hub.events(field="billing_address") if each.act == "set"]
    assert "sales" == event.winner.system
    assert is_idle(hub)


def test_what_the_system_works_out_otherwise_is_nobodys_edit(places):
    """A change of what follows alone moves nothing, even where the value was never told there."""
    hub, here, there = places({"billing_city": "Bremen", "billing_country": "DE"})
    hub["sales"].edit(here, billing_country="FR")

    hub["success"].edit(there, billing_country="NL", by="a rule of the system")
    hub.settle()

    assert "FR" == hub.golden("billing_address")["billing_country"]
    assert "FR" == country(hub, "sales", here)
    assert is_idle(hub)


def test_two_cities_at_once_are_a_question_with_both_countries(places):
    """What follows contends with what it follows, as the system shows it."""
    hub, here, there = places({"billing_city": "Bremen", "billing_country": "DE"})
    hub["sales"].edit(here, billing_city="Zürich", billing_country="LI")
    hub["success"].edit(there, billing_city="Graz", by="bob")

    hub.round()

    [conflict] = hub.conflicts(Kind.VALUE)
    said = {each.system: each.value["billing_country"] for each in conflict.contenders}
    assert {"sales": "LI", "success": "AT"} == said
    graz = next(each.value for each in conflict.contenders if each.system == "success")
    hub.decide(conflict, graz)
    hub.settle()
    assert "AT" == country(hub, "sales", here)
    assert is_idle(hub)


def test_an_edit_that_our_write_covered_brings_what_followed_from_it(places):
    """The history tells what the system had worked out, and a person is shown it."""
    hub, here, there = places({"billing_city": "Bremen", "billing_country": "DE"})
    hub["sales"].edit(here, billing_city="Zürich", billing_country="CH")

    def race(_, land):
        hub["success"].trouble.rows = None
        hub["success"].edit(there, billing_city="Graz", by="bob")
        return land()

    hub["success"].trouble.rows = race
    for _ in range(3):
        hub.round()

    told = [each.value for conflict in hub.conflicts() for each in conflict.contenders]
    assert ["AT"] == [v["billing_country"] for v in told if v["billing_city"] == "Graz"]


def test_what_follows_from_a_create_without_an_answer_is_nobodys_edit(stage):
    """Somebody has edited beside it by then: whose the spelling of the rest is cannot be told."""
    loud = {
        "rewrite": lambda _, name, value: value.upper() if name == "billing_city" else value,
        "derive": lambda _, values: {"billing_country": "DE"} if "billing_city" in values else {},
    }
    hub = stage(
        can={"sales": ALL, "success": ALL & ~Can.HISTORY},
        maps={"success": following()},
        world={"success": loud},
    )
    hub["sales"].create(name="Acme", billing_city="Bremen", billing_country="FR")
    hub["success"].trouble.deaf.add("write")
    hub.meet()
    (there,) = hub["success"].ids()
    hub["success"].edit(there, industry="steel")

    hub.settle()

    conflict = hub.conflict()
    assert "the outcome of a write is unclear" == conflict.cause
    assert {"FR"} == {each.value["billing_country"] for each in conflict.contenders}
