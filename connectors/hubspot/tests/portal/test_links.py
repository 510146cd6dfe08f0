"""Associations: both ends, labels, and the one primary company."""

import pytest

from kamsync.errors import UnknownName
from kamsync_hubspot.sandbox.state.links import ends
from kamsync_hubspot.sandbox.state.records import find


def tied(portal, object_, id_, to):
    """Return what a record is associated with, and by which numbers."""
    found = ends(portal, portal.kind(object_), int(id_), portal.kind(to))
    return {str(end.id): [number for _, number in end.types] for end in found}


@pytest.fixture
def people(ada):
    """One contact and two companies."""
    contact = ada("create", object="contacts", values={"email": "a@b.example"})
    companies = [
        ada("create", object="companies", values={"name": name}) for name in ("One", "Two")
    ]
    return contact, *companies


def test_an_association_is_seen_from_both_ends(portal, ada, people):
    """With the primary comes the plain type, each under its own number."""
    contact, one, _ = people
    ada("associate", object="contacts", id=contact, to="companies", to_id=one, label="Primary")

    assert {one: [1, 279]} == tied(portal, "contacts", contact, "companies")
    assert {contact: [2, 280]} == tied(portal, "companies", one, "contacts")
    assert (
        one == find(portal, portal.kind("contacts"), int(contact)).properties["associatedcompanyid"]
    )


def test_a_record_has_one_primary_company(portal, ada, people):
    """The one from before stays, without the label."""
    contact, one, two = people
    for company in (one, two):
        ada(
            "associate",
            object="contacts",
            id=contact,
            to="companies",
            to_id=company,
            label="Primary",
        )

    assert {one: [279], two: [1, 279]} == tied(portal, "contacts", contact, "companies")


def test_the_property_of_a_contact_sets_its_primary_company(portal, ada, people):
    """What the property says and how they are associated is one fact."""
    contact, one, _ = people
    ada("edit", object="contacts", id=contact, values={"associatedcompanyid": one})

    assert {one: [1, 279]} == tied(portal, "contacts", contact, "companies")


def test_an_association_changes_no_stamp(portal, ada, people):
    """Whoever reads by stamps does not hear of it."""
    contact, one, _ = people
    before = find(portal, portal.kind("contacts"), int(contact)).modified
    portal.clock.forward(60)
    ada("associate", object="contacts", id=contact, to="companies", to_id=one, label="Primary")

    assert before == find(portal, portal.kind("contacts"), int(contact)).modified


def test_taking_the_plain_type_away_takes_all(portal, ada, people):
    """Without it, nothing is associated."""
    contact, one, _ = people
    ada("associate", object="contacts", id=contact, to="companies", to_id=one, label="Primary")
    ada("dissociate", object="contacts", id=contact, to="companies", to_id=one)

    assert {} == tied(portal, "contacts", contact, "companies")


def test_what_is_in_the_bin_is_associated_with_nothing(portal, ada, people):
    """It comes back with what it had."""
    contact, one, _ = people
    ada("associate", object="contacts", id=contact, to="companies", to_id=one)
    ada("delete", object="companies", id=one)
    assert {} == tied(portal, "contacts", contact, "companies")

    ada("restore", object="companies", id=one)
    assert {one: [279]} == tied(portal, "contacts", contact, "companies")


def test_a_label_that_is_not_there_is_named(ada, people):
    """A test that asks for the wrong label hears of it."""
    contact, one, _ = people
    with pytest.raises(UnknownName, match="labelled 'Boss'"):
        ada("associate", object="contacts", id=contact, to="companies", to_id=one, label="Boss")
