"""Webhooks: signed, in batches, again and twice."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

import pytest
import requests
from hubspot.utils.signature import Signature

from kamsync.sandbox.faults import read_faults
from kamsync_hubspot.sandbox.http.faults import Webhooks


@pytest.fixture
def inbox():
    """Somebody who takes webhooks, or refuses the first ones: `refuse` says how many."""
    taken: Queue = Queue()

    class Taking(BaseHTTPRequestHandler):
        refuse = 0

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.put((dict(self.headers), body))
            status = 503 if Taking.refuse > 0 else 200
            Taking.refuse -= 1
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Taking)
    Thread(target=server.serve_forever, daemon=True).start()
    taken.url = f"http://127.0.0.1:{server.server_port}/hook"
    taken.taking = Taking
    yield taken
    server.shutdown()
    server.server_close()


@pytest.fixture
def subscribed(sandbox, inbox):
    """A portal that tells the inbox of companies."""
    base = f"{sandbox.url}/webhooks/v3/{sandbox.service.tokens.app_id}"
    key = {"hapikey": sandbox.credentials["developer_key"]}
    requests.put(
        f"{base}/settings", params=key, json={"targetUrl": inbox.url}, timeout=5
    ).raise_for_status()
    for event, name in (("company.creation", None), ("company.propertyChange", "name")):
        body = {"eventType": event, "propertyName": name, "active": True}
        requests.post(f"{base}/subscriptions", params=key, json=body, timeout=5).raise_for_status()
    return sandbox


def events(inbox):
    """Return the next batch."""
    return json.loads(inbox.get(timeout=5)[1])


def is_valid(taken, inbox, secret, version, header="X-HubSpot-Signature"):
    """Return what the vendor's own check says of what was taken."""
    headers, body = taken
    return Signature.is_valid(
        headers[header],
        secret,
        body.decode(),
        http_uri=inbox.url,
        signature_version=version,
        timestamp=headers["X-HubSpot-Request-Timestamp"],
    )


@pytest.fixture
def signed(subscribed, inbox):
    """An event as it was taken."""
    subscribed.act("Ada", "create", object="companies", values={"name": "Nordwind"})
    return inbox.get(timeout=5)


@pytest.mark.parametrize(
    ("version", "header"), [("v1", "X-HubSpot-Signature"), ("v3", "X-HubSpot-Signature-v3")]
)
def test_an_event_is_signed_so_that_the_vendors_own_check_passes(
    subscribed, inbox, signed, version, header
):
    """Each signature holds, and breaks with another secret and with another body."""
    secret = subscribed.credentials["client_secret"]
    headers, body = signed

    assert is_valid(signed, inbox, secret, version, header)
    assert not is_valid(signed, inbox, "other", version, header)
    assert not is_valid((headers, body + b" "), inbox, secret, version, header)


def test_an_event_names_the_version_by_which_it_is_signed(subscribed, inbox, signed):
    """Events of subscriptions are of the first version; the second is for calls of workflows and cards."""
    secret = subscribed.credentials["client_secret"]

    assert "v1" == signed[0]["X-HubSpot-Signature-Version"]
    assert is_valid(signed, inbox, secret, signed[0]["X-HubSpot-Signature-Version"])
    assert not is_valid(signed, inbox, secret, "v2")


def test_an_event_says_who_changed_what(subscribed, inbox):
    """A person is told from an integration."""
    id_ = subscribed.act("Ada", "create", object="companies", values={"name": "Nordwind"})
    user = subscribed.portal.people.find("Ada").user_id

    made, named = events(inbox)

    assert ("company.creation", int(id_), "CREATED") == (
        made["subscriptionType"],
        made["objectId"],
        made["changeFlag"],
    )
    assert ("name", "Nordwind", "CRM_UI", f"userId:{user}") == (
        named["propertyName"],
        named["propertyValue"],
        named["changeSource"],
        named["sourceId"],
    )


def test_what_was_not_taken_is_sent_again(subscribed, inbox):
    """The attempt is counted."""
    inbox.taking.refuse = 1
    subscribed.service.delivery.retry_ms = 10
    subscribed.act("Ada", "create", object="companies", values={"name": "Nordwind"})

    assert [[0, 0], [1, 1]] == [[each["attemptNumber"] for each in events(inbox)] for _ in range(2)]


def test_a_fault_lets_an_event_come_twice(subscribed, inbox):
    """Whoever takes events must know them again."""
    subscribed.faults.add(Webhooks(twice=True, method="POST"))
    headers = {"Authorization": f"Bearer {subscribed.credentials['token']}"}
    url = f"{subscribed.url}/crm/v3/objects/companies"
    requests.post(url, json={"properties": {"name": "Nordwind"}}, headers=headers, timeout=5)

    ids = [each["eventId"] for each in events(inbox)]

    assert (4, 2) == (len(ids), len(set(ids)))


def test_a_file_of_faults_lets_events_come_late_and_twice(subscribed, inbox, tmp_path):
    """What happened later is told before, and what was late is told again as the same event."""
    file = tmp_path / "faults.toml"
    file.write_text(
        '[[fault]]\ndo = "webhooks"\nmethod = "POST"\ntimes = 1\ntwice = true\nwait_s = 60\n'
    )
    subscribed.clock.stop()
    subscribed.faults.add(*read_faults(file, subscribed.kinds)[0])
    headers = {"Authorization": f"Bearer {subscribed.credentials['token']}"}
    url = f"{subscribed.url}/crm/v3/objects/companies"
    for name in ("Late", "Later"):
        requests.post(url, json={"properties": {"name": name}}, headers=headers, timeout=5)

    def names():
        return [each["propertyValue"] for each in events(inbox) if "propertyValue" in each]

    assert ["Later"] == names()
    subscribed.clock.forward(60)
    assert ["Late", "Late"] == names()
