"""Our own edits are told from everybody's, whatever the token is and whatever HubSpot tells of it."""

from datetime import UTC, datetime

import pytest

from kamsync.model import Op, Write
from kamsync.redact import Secret
from kamsync.sandbox.mishaps import Refuse
from kamsync_hubspot.client.wire import Change
from kamsync_hubspot.portal.ourselves import Ourselves
from kamsync_hubspot.testing.world import PERSON, connected

NAMES = ("name", "city")


def authors(connector, native_id):
    """Return who made each change, oldest first: own or by name."""
    entries = connector.history("companies", NAMES, {native_id: "0"})[native_id]
    return ["own" if entry.author.own else entry.author.name for entry in entries]


@pytest.fixture(params=["token", "service_key"])
def connector(portal, request):
    """A connector whose portal does not tell whose the token is."""
    portal.faults.add(Refuse(status=404, path="/oauth/*"))
    made = connected(portal, token=Secret(portal.credentials[request.param]))
    yield made
    made.close()


def test_we_are_known_by_the_ids_that_we_keep(portal, connector):
    """Only we write our ids, so whoever wrote one is us."""
    [made] = connector.write(
        "companies", [Write(Op.CREATE, None, {"name": "Ours"}, "k", stamp="account-1")]
    )
    portal.clock.forward(60)
    portal.act(PERSON, "edit", object="companies", id=made.native_id, values={"name": "Hers"})

    assert ["own", PERSON] == authors(connector, made.native_id)


def test_we_are_known_by_what_we_have_just_sent(portal, connector):
    """In a record that keeps no id of ours, the value that we sent a moment ago is ours."""
    theirs = portal.act(PERSON, "create", object="companies", values={"name": "Hers"})
    portal.clock.forward(60)
    connector.write("companies", [Write(Op.UPDATE, theirs, {"city": "Bremen"}, "k")])

    assert [PERSON, "own"] == authors(connector, theirs)


def test_another_key_is_us_as_well(portal):
    """After the key was changed, what either wrote is ours, and the change is noticed by itself."""
    portal.faults.add(Refuse(status=404, path="/oauth/*"))
    before = connected(portal, token=Secret(portal.credentials["token"]))
    row = Write(Op.CREATE, None, {"name": "Ours"}, "k", stamp="account-1")
    [made] = before.write("companies", [row])
    before.close()
    portal.clock.forward(60)
    after = connected(portal, token=Secret(portal.credentials["service_key"]))

    after.write("companies", [Write(Op.UPDATE, made.native_id, {"city": "Bremen"}, "k2")])

    assert ["own", "own"] == authors(after, made.native_id)
    after.close()


def test_the_id_of_the_app_says_who_we_are(portal):
    """Where it is configured, nothing need be learnt."""
    connector = connected(portal, app=str(portal.portal.settings.app_id))

    assert connector.ourselves.is_known
    connector.close()


def test_nobody_at_a_screen_is_us():
    """A person who entered the very value that we sent is still that person."""
    ourselves = Ourselves()
    ourselves.sent("companies", [("1", {"city": "Bremen"})], datetime(2026, 3, 2, 9, tzinfo=UTC))
    change = Change("Bremen", "2026-03-02T09:00:00Z", "CRM_UI", "userId:7", None, 7)

    ourselves.learn("companies", "1", {"city": [change]}, "kamsync_id")

    assert not ourselves.is_known
    assert not ourselves.is_ours(change)


def test_two_that_could_be_us_are_neither():
    """What points to two sources teaches nothing."""
    ourselves = Ourselves()
    changes = [
        Change(f"account-{n}", "2026-03-02T09:00:00Z", "INTEGRATION", str(n)) for n in (1, 2)
    ]

    ourselves.learn("companies", "1", {"kamsync_id": changes}, "kamsync_id")

    assert not ourselves.is_known


def test_other_programs_go_by_their_names(portal, connector):
    """A change by another app is told as that app's, not as ours."""
    theirs = portal.act(PERSON, "create", object="companies", values={"name": "Hers"})
    connector.ourselves.name("1")
    other = connected(portal, token=Secret(portal.credentials["token"]))
    other.write("companies", [Write(Op.UPDATE, theirs, {"city": "Bremen"}, "k")])

    told = connector.history("companies", ("city",), {theirs: "0"})[theirs]

    assert [False] == [entry.author.own for entry in told]
    assert "integration" in told[0].author.name
    other.close()
