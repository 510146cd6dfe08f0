"""Merges: a new id, and what the primary record says."""

import pytest

from kamsync.errors import UnknownName
from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.links import ends
from kamsync_hubspot.sandbox.state.records import find, unaliased


@pytest.fixture
def two(ada):
    """Two companies that are one."""
    return [
        ada("create", object="companies", values={"name": name, **more})
        for name, more in (
            ("Nordwind", {"city": "Kiel"}),
            ("Nordwind GmbH", {"city": "Hamburg", "zip": "20095"}),
        )
    ]


def test_a_merge_makes_a_new_record_that_both_ids_lead_to(portal, ada, two):
    """Neither of the old ids is left."""
    kind = portal.kind("companies")
    new = ada("merge", object="companies", id=two[0], loser=two[1])

    assert new not in two
    assert [int(new)] * 2 == [unaliased(portal, kind, int(id_)) for id_ in two]
    assert [None, None] == [find(portal, kind, int(id_)) for id_ in two]


def test_the_primary_record_counts_and_the_other_fills_its_gaps(portal, ada, two):
    """The newer value of the other one is not taken."""
    new = ada("merge", object="companies", id=two[0], loser=two[1])
    held = find(portal, portal.kind("companies"), int(new)).properties

    assert ("Nordwind", "Kiel", "20095") == (held["name"], held["city"], held["zip"])
    assert ";".join(two) == held["hs_merged_object_ids"]


def test_both_addresses_of_a_contact_stay_taken(portal, ada):
    """A merged contact answers to each of its addresses."""
    one, other = (
        ada("create", object="contacts", values={"email": f"{name}@b.example"}) for name in "ab"
    )
    new = ada("merge", object="contacts", id=one, loser=other)
    held = find(portal, portal.kind("contacts"), int(new)).properties

    assert ("a@b.example", "b@b.example") == (held["email"], held["hs_additional_emails"])
    with pytest.raises(UnknownName, match=f"Existing ID: {new}"):
        ada("create", object="contacts", values={"email": "B@b.example"})


def test_the_new_record_has_the_associations_of_both(portal, ada, two):
    """Nobody loses their company; one of them is the primary one."""
    contacts = [
        ada("create", object="contacts", values={"email": f"{name}@b.example"}) for name in "ab"
    ]
    for contact, company in zip(contacts, two, strict=True):
        ada(
            "associate",
            object="contacts",
            id=contact,
            to="companies",
            to_id=company,
            label="Primary",
        )

    new = ada("merge", object="companies", id=two[0], loser=two[1])

    found = ends(portal, portal.kind("companies"), int(new), portal.kind("contacts"))
    assert contacts == [str(end.id) for end in found]


def test_a_merge_is_told_without_the_values_that_it_changed(portal, ada, two):
    """Whoever listens must read the record anew."""
    heard: list[Event] = []
    portal.listen(heard.append)
    new = ada("merge", object="companies", id=two[0], loser=two[1])

    merged = next(event for event in heard if event.what == "merge")
    assert int(new) == merged.details["newObjectId"]
    assert [int(id_) for id_ in two] == [event.id for event in heard if event.what == "deletion"]
    assert [] == [event for event in heard if event.what == "propertyChange"]


def test_merges_of_merges_still_lead_to_the_last(portal, ada, two):
    """An id that is old twice over still leads on."""
    first = ada("merge", object="companies", id=two[0], loser=two[1])
    third = ada("create", object="companies", values={"name": "Third"})
    last = ada("merge", object="companies", id=third, loser=first)

    assert int(last) == unaliased(portal, portal.kind("companies"), int(two[0]))


def test_a_merged_company_stays_the_primary_one_of_everybody(portal, ada, two):
    """One contact has one primary company; a company may be that of many contacts."""
    contacts = [
        ada("create", object="contacts", values={"email": f"{name}@b.example"}) for name in "ab"
    ]
    for contact, company in zip(contacts, two, strict=True):
        options = {"to": "companies", "to_id": company, "label": "Primary"}
        ada("associate", object="contacts", id=contact, **options)

    new = ada("merge", object="companies", id=two[0], loser=two[1])

    kind = portal.kind("contacts")
    held = [find(portal, kind, int(id_)).properties["associatedcompanyid"] for id_ in contacts]
    assert [new, new] == held


def test_who_knew_both_companies_keeps_the_primary_one(portal, ada, two):
    """The other one, that a contact was associated with plainly, takes no label away."""
    contact = ada("create", object="contacts", values={"email": "a@b.example"})
    for company, more in zip(two, ({"label": "Primary"}, {}), strict=True):
        ada("associate", object="contacts", id=contact, to="companies", to_id=company, **more)

    new = ada("merge", object="companies", id=two[0], loser=two[1])

    held = find(portal, portal.kind("contacts"), int(contact)).properties
    assert new == held["associatedcompanyid"]
