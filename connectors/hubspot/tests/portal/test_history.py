"""Who set which value, and when."""

from kamsync_hubspot.sandbox.state.history import versions
from kamsync_hubspot.sandbox.state.records import find


def history(portal, object_, id_, name):
    """Return value, source and time of each version, the newest first."""
    kind = portal.kind(object_)
    record = find(portal, kind, int(id_))
    return [
        (each["value"], each["sourceType"], each["sourceId"], each["timestamp"][17:])
        for each in versions(portal, kind, record, [name])[name]
    ]


def test_each_value_says_who_set_it_and_when(portal, ada, hub):
    """A person and an integration are told apart, to the millisecond."""
    id_ = ada("create", object="companies", values={"name": "Nordwind"})
    user = portal.people.find("Ada").user_id
    portal.clock.forward(1)
    hub("edit", object="companies", id=id_, values={"name": "Nordwind GmbH"})
    portal.clock.forward(1.5)
    ada("edit", object="companies", id=id_, values={"name": ""})

    assert [
        ("", "CRM_UI", f"userId:{user}", "02.750Z"),
        ("Nordwind GmbH", "INTEGRATION", "77", "01.250Z"),
        ("Nordwind", "CRM_UI", f"userId:{user}", "00.250Z"),
    ] == history(portal, "companies", id_, "name")


def test_a_value_that_stays_the_same_leaves_no_trace(portal, ada, hub):
    """A write that changes nothing has no version and moves no stamp."""
    id_ = ada("create", object="companies", values={"name": "Nordwind"})
    before = find(portal, portal.kind("companies"), int(id_)).modified
    portal.clock.forward(60)
    hub("edit", object="companies", id=id_, values={"name": "Nordwind"})

    assert 1 == len(history(portal, "companies", id_, "name"))
    assert before == find(portal, portal.kind("companies"), int(id_)).modified


def test_only_so_many_versions_are_told(portal, ada):
    """The oldest versions are not told for ever."""
    id_ = ada("create", object="companies", values={"name": "0"})
    for number in range(1, 30):
        ada("edit", object="companies", id=id_, values={"name": str(number)})

    assert (20, "29") == (
        len(history(portal, "companies", id_, "name")),
        history(portal, "companies", id_, "name")[0][0],
    )
