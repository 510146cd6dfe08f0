"""A running org, and a plain client that shows what stands on the wire."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
import requests
from msgspec import Struct

from kamsync.sandbox.clock import VirtualClock
from kamsync_salesforce.sandbox.http.start import serve
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.setup import external_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Answer(Struct, frozen=True):
    """What one call was answered."""

    status: int
    body: object
    headers: Mapping[str, str]

    @property
    def code(self):
        """The code of the only error."""
        [error] = self.body
        return error["errorCode"]


class Client:
    """Calls of one version of the API, as whoever has the token."""

    def __init__(self, url, token, version="66.0"):
        self.url = url
        self.version = version
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method, path, json=None, *, headers=None, params=None, data=None):
        """Call a resource of the version, or a path from the root where it begins with a slash."""
        base = "" if path.startswith("/") else f"/services/data/v{self.version}/"
        answer = self.session.request(
            method,
            self.url + base + path,
            json=json,
            headers=headers,
            params=params,
            data=data,
            timeout=20,
            allow_redirects=False,
        )
        told = "json" in answer.headers.get("Content-Type", "")
        return Answer(answer.status_code, answer.json() if told else answer.content, answer.headers)

    def query(self, soql, *, all_rows=False):
        """Return all rows of a query, page after page."""
        answer = self("GET", "queryAll" if all_rows else "query", params={"q": soql})
        rows = list(answer.body["records"])
        while not answer.body["done"]:
            answer = self("GET", answer.body["nextRecordsUrl"])
            rows += answer.body["records"]
        return rows

    def create(self, object_, **values):
        """Make a record, and return its id."""
        answer = self("POST", f"sobjects/{object_}", values)
        assert answer.status == 201, answer
        return answer.body["id"]


@pytest.fixture
def sandbox():
    clock = VirtualClock(NOON)
    org = Org(clock=clock)
    org.add_field("Account", external_id())
    running = serve(org, clock)
    yield running
    running.close()


@pytest.fixture
def call(sandbox):
    client = Client(sandbox.url, sandbox.service.credentials.access_token)
    yield client
    client.session.close()
