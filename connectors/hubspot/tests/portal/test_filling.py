"""Filling of a portal: from a number, from files, and with very many at once."""

from datetime import UTC, datetime

import pytest

from kamsync.errors import ConfigurationInvalid
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.world.making import make_world
from kamsync_hubspot.sandbox.admin.schemas import add
from kamsync_hubspot.sandbox.changing.writing import create, update
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.populating.crowd import crowd
from kamsync_hubspot.sandbox.populating.filling import fill
from kamsync_hubspot.sandbox.populating.load import load
from kamsync_hubspot.sandbox.populating.staff import employ
from kamsync_hubspot.sandbox.state.links import ends
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import find, page
from kamsync_hubspot.sandbox.telling.searching import search

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
APP = Caller.integration(77, "app")


def portal_of(path=None, number=0):
    """Return a new portal with people in it."""
    made = Portal(path, clock=VirtualClock(NOW), seed=number)
    employ(made)
    return made


def held(portal):
    """Return everything that a portal holds of companies, contacts and deals."""
    return [
        (kind, record.id, record.properties)
        for kind in ("companies", "contacts", "deals")
        for record in page(portal, portal.kind(kind), 0, 10_000, archived=False)
    ]


def test_one_world_makes_the_same_records_again():
    """Another one makes others."""
    one, same, other = portal_of(), portal_of(), portal_of()
    for portal, number in ((one, 7), (same, 7), (other, 8)):
        fill(portal, make_world(number, 20, NOW.date()))

    assert held(one) == held(same)
    assert held(one) != held(other)


def test_records_of_a_world_are_found_by_a_search_at_once():
    """They were made long ago."""
    portal = portal_of()
    answers = fill(portal, make_world(7, 20, NOW.date()))

    contacts = [each for each in answers if each.entity == "contact"]
    assert len(contacts) == search(portal, portal.kind("contacts"), {})["total"]


def test_files_become_records_that_lead_to_each_other(tmp_path):
    """Labels of one file are known in the others; what a portal has not got is made."""
    (tmp_path / "companies.csv").write_text(
        "id,name,hubspot_owner_id,our_key\nc1,Nordwind,Ada,k1\n"
    )
    (tmp_path / "contacts.csv").write_text("id,email,associations.companies\np1,a@b.example,c1\n")
    portal = portal_of()

    assert {"companies": 1, "contacts": 1} == load(portal, tmp_path)

    (company,) = page(portal, portal.kind("companies"), 0, 9, archived=False)
    (end,) = ends(portal, portal.kind("companies"), company.id, portal.kind("contacts"))
    assert ("k1", portal.people.find("Ada").owner_id) == (
        company.properties["our_key"],
        company.properties["hubspot_owner_id"],
    )
    assert (
        str(company.id)
        == find(portal, portal.kind("contacts"), end.id).properties["associatedcompanyid"]
    )


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("frogs.csv", "id\n1\n", "frogs.csv is called after no object type"),
        (
            "companies.csv",
            "id,industry\n1,none\n",
            "companies.csv, line 2: none was not one of the allowed",
        ),
        (
            "contacts.csv",
            "id,email,associations.companies\np,a@b.example,c9\n",
            "line 2: c9 is in no file",
        ),
        ("companies.csv", "id,name\n1,a,b\n", "line 2: more cells than columns"),
        ("companies.csv", 'id,name\n1,"a\n2,b\n', "companies.csv cannot be read"),
        ("companies.csv", "id,name\n1,K\xf6ln\n", "in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_leaves_nothing(tmp_path, name, text, told):
    """File, line and reason, and an empty portal."""
    (tmp_path / name).write_text(text, encoding="latin-1")
    portal = portal_of()

    with pytest.raises(ConfigurationInvalid, match=told):
        load(portal, tmp_path)
    assert [] == held(portal)


def test_a_portal_in_a_file_goes_on_where_it_was(tmp_path):
    """Records, people, object types and ids are there again."""
    path = tmp_path / "portal.sqlite"
    before = portal_of(path)
    add(
        before,
        {
            "name": "plan",
            "labels": {},
            "properties": [],
            "requiredProperties": [],
            "associatedObjects": [],
        },
        APP,
    )
    made = create(before, before.kind("companies"), {"name": "Nordwind"}, APP)
    before.close()

    after = Portal(path, clock=VirtualClock(NOW))
    assert "Nordwind" == find(after, after.kind("companies"), made.id).properties["name"]
    assert made.id < create(after, after.kind("plan"), {}, APP).id
    assert after.people.find("Ada") is not None


def test_a_large_portal_finds_the_same_as_a_small_one():
    """An index of its own changes no answer, whatever was written since."""
    portal = portal_of()
    ids = crowd(portal, "contacts", 6_000)
    kind = portal.kind("contacts")
    body = {
        "filters": [{"propertyName": "city", "operator": "EQ", "value": "atlantis"}],
        "properties": ["city"],
    }
    assert 0 == search(portal, kind, body)["total"]

    update(portal, kind, ids[7], {"city": "Atlantis"}, APP)
    assert 0 == search(portal, kind, body)["total"]
    portal.clock.forward(5)

    assert [str(ids[7])] == [each["id"] for each in search(portal, kind, body)["results"]]
