"""Webhooks: signed, in batches, again and twice."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

import pytest
import requests
from hubspot.utils.signature import Signature

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


def test_an_event_is_signed_so_that_the_vendors_own_check_passes(subscribed, inbox):
    """Both signatures hold, and break with another secret."""
    subscribed.act("Ada", "create", object="companies", values={"name": "Nordwind"})
    headers, body = inbox.get(timeout=5)
    secret = subscribed.credentials["client_secret"]

    def valid(secret, version, header):
        return Signature.is_valid(
            headers[header],
            secret,
            body.decode(),
            http_uri=inbox.url,
            signature_version=version,
            timestamp=headers["X-HubSpot-Request-Timestamp"],
        )

    assert valid(secret, "v3", "X-HubSpot-Signature-v3")
    assert valid(secret, "v1", "X-HubSpot-Signature")
    assert not valid("other", "v3", "X-HubSpot-Signature-v3")


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
