"""What a search finds, how much of it, and when."""

import pytest

from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.populating.crowd import crowd
from kamsync_hubspot.sandbox.telling.searching import search


def found(portal, object_, *filters, **body):
    """Return the ids that a search finds."""
    groups = [
        {
            "filters": [
                dict(zip(("propertyName", "operator", "value"), each, strict=False))
                for each in filters
            ]
        }
    ]
    answer = search(portal, portal.kind(object_), {"filterGroups": groups, "limit": 200, **body})
    return [each["id"] for each in answer["results"]]


def test_a_new_record_is_found_only_after_a_moment(portal, ada):
    """The index lags behind the records."""
    id_ = ada("create", object="companies", values={"name": "Nordwind"})

    assert [] == found(portal, "companies")
    portal.clock.forward(2)
    assert [id_] == found(portal, "companies")


def test_until_then_a_changed_record_is_found_as_it_was(portal, ada):
    """What a search shows may be the value from before."""
    id_ = ada("create", object="companies", values={"name": "Nordwind"})
    portal.clock.forward(2)
    ada("edit", object="companies", id=id_, values={"name": "Südwind"})

    assert [id_] == found(portal, "companies", ("name", "EQ", "nordwind"))
    portal.clock.forward(2)
    assert [] == found(portal, "companies", ("name", "EQ", "nordwind"))


def test_contacts_are_not_found_by_the_stamp_of_other_objects(portal):
    """Filtering contacts by hs_lastmodifieddate finds nothing, and says nothing."""
    crowd(portal, "contacts", 3)

    assert [] == found(portal, "contacts", ("hs_lastmodifieddate", "GTE", "0"))
    assert 3 == len(found(portal, "contacts", ("lastmodifieddate", "GTE", "0")))


def test_nothing_is_told_beyond_ten_thousand(portal):
    """Whoever wants more must ask for less at a time."""
    crowd(portal, "contacts", 10_050)
    kind = portal.kind("contacts")

    assert 10_050 == search(portal, kind, {"limit": 200, "after": "9800"})["total"]
    with pytest.raises(Refusal, match="limited to 10000"):
        search(portal, kind, {"limit": 200, "after": "10000"})


def test_a_window_is_read_on_by_the_ids_of_records(portal):
    """More than ten thousand with one stamp can still be read."""
    ids = crowd(portal, "contacts", 500)
    kind = portal.kind("contacts")
    stamp_at = ("lastmodifieddate", "LTE", str(portal.now))
    rule = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]

    read: list[str] = []
    while page := found(
        portal, "contacts", stamp_at, ("hs_object_id", "GT", read[-1] if read else "0"), sorts=rule
    ):
        read += page

    assert [str(id_) for id_ in ids] == read
    assert kind.plural == "contacts"


@pytest.mark.parametrize(
    ("operator", "more", "names"),
    [
        ("EQ", {"value": "ALPHA one"}, ["Alpha One"]),
        ("NEQ", {"value": "alpha one"}, ["Beta"]),
        ("IN", {"values": ["beta", "gamma"]}, ["Beta"]),
        ("NOT_IN", {"values": ["beta"]}, ["Alpha One"]),
        ("CONTAINS_TOKEN", {"value": "one"}, ["Alpha One"]),
        ("CONTAINS_TOKEN", {"value": "al*"}, ["Alpha One"]),
        ("NOT_CONTAINS_TOKEN", {"value": "one"}, ["Beta"]),
        ("HAS_PROPERTY", {}, ["Alpha One", "Beta"]),
    ],
)
def test_texts_are_found_whatever_their_case(portal, ada, operator, more, names):
    """Each operator does what it says."""
    for name in ("Alpha One", "Beta"):
        ada("create", object="companies", values={"name": name, "annualrevenue": 10})
    portal.clock.forward(2)
    filters = [{"propertyName": "name", "operator": operator, **more}]

    answer = search(portal, portal.kind("companies"), {"filters": filters})

    assert names == [each["properties"]["name"] for each in answer["results"]]


def test_numbers_are_compared_as_numbers(portal, ada):
    """Nine is less than ten."""
    for revenue in ("9", "10", "100"):
        ada("create", object="companies", values={"name": revenue, "annualrevenue": revenue})
    portal.clock.forward(2)

    body = {
        "filters": [
            {
                "propertyName": "annualrevenue",
                "operator": "BETWEEN",
                "value": "9",
                "highValue": "10",
            }
        ],
        "sorts": ["-annualrevenue"],
    }
    answer = search(portal, portal.kind("companies"), body)

    assert ["10", "9"] == [each["properties"]["name"] for each in answer["results"]]


@pytest.mark.parametrize(("groups", "filters"), [(6, 1), (1, 7), (4, 5)])
def test_too_many_filters_are_refused(portal, groups, filters):
    """Five groups, six filters in each, eighteen in all."""
    rule = {"propertyName": "name", "operator": "HAS_PROPERTY"}
    with pytest.raises(Refusal, match="Too many"):
        search(
            portal,
            portal.kind("companies"),
            {"filterGroups": [{"filters": [rule] * filters}] * groups},
        )


def test_what_is_in_the_bin_is_not_found(portal, ada):
    """A search shows the living only."""
    id_ = ada("create", object="companies", values={"name": "Nordwind"})
    portal.clock.forward(2)
    ada("delete", object="companies", id=id_)
    portal.clock.forward(2)

    assert [] == found(portal, "companies")
    ada("restore", object="companies", id=id_)
    portal.clock.forward(2)
    assert [id_] == found(portal, "companies")


def test_coming_back_is_a_change(portal, ada):
    """Who searches for what changed since then finds it."""
    id_ = ada("create", object="companies", values={"name": "Nordwind"})
    portal.clock.forward(60)
    ada("delete", object="companies", id=id_)
    portal.clock.forward(60)
    before = portal.now
    ada("restore", object="companies", id=id_)
    portal.clock.forward(60)

    changed = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": str(before)}
    body = {"filterGroups": [{"filters": [changed]}]}

    assert [id_] == [
        each["id"] for each in search(portal, portal.kind("companies"), body)["results"]
    ]
