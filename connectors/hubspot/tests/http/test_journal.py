"""The webhooks journal: events to be fetched."""

import pytest
import requests

SCOPES = "developer.webhooks_journal.read developer.webhooks_journal.subscriptions.write"


@pytest.fixture
def ask(sandbox):
    """Make a call as the app itself, and return the answer."""
    held = sandbox.credentials
    form = {
        "grant_type": "client_credentials",
        "client_id": held["client_id"],
        "client_secret": held["client_secret"],
        "scope": SCOPES,
    }
    token = requests.post(f"{sandbox.url}/oauth/2026-03/token", data=form, timeout=5).json()[
        "access_token"
    ]
    headers = {"Authorization": f"Bearer {token}"}

    def asked(method, path, **more):
        url = f"{sandbox.url}/webhooks-journal/{path}"
        return requests.request(method, url, headers=headers, timeout=5, **more)

    body = {
        "subscriptionType": "OBJECT",
        "objectTypeId": "0-2",
        "actions": ["CREATE", "UPDATE", "DELETE"],
        "properties": ["name"],
    }
    asked("POST", "subscriptions/2026-03", json=body).raise_for_status()
    return asked


def test_what_happened_is_fetched_file_by_file(sandbox, ask):
    """Each answer leads to a file; the next one is asked for by the offset."""
    assert 204 == ask("GET", "journal/2026-03/earliest").status_code
    id_ = sandbox.act(
        "Ada", "create", object="companies", values={"name": "Nordwind", "city": "Kiel"}
    )
    place = ask("GET", "journal/2026-03/earliest").json()
    sandbox.act("Ada", "delete", object="companies", id=id_)

    files = [
        requests.get(each["url"], timeout=5).json()
        for each in (
            place,
            ask("GET", f"journal/2026-03/offset/{place['currentOffset']}/next").json(),
        )
    ]

    told = [
        (each["action"], each["propertyChanges"])
        for file in files
        for each in file["journalEvents"]
    ]
    assert [("CREATE", {}), ("UPDATE", {"name": "Nordwind"}), ("DELETE", {})] == told


def test_a_file_is_there_for_three_days(sandbox, ask):
    """Whoever comes later must read everything."""
    sandbox.act("Ada", "create", object="companies", values={"name": "Nordwind"})
    offset = ask("GET", "journal/2026-03/latest").json()["currentOffset"]
    sandbox.service.tokens.grants = {
        token: type(grant)(token, 1 << 60, grant.scopes, "")
        for token, grant in sandbox.service.tokens.grants.items()
    }
    sandbox.clock.forward(3 * 86_400 + 1)

    assert 404 == ask("GET", f"journal/2026-03/offset/{offset}/next").status_code


def test_it_is_for_apps_and_not_for_keys(sandbox):
    """A private token has no such scope, once it has scopes."""
    sandbox.service.tokens.scopes = frozenset({"crm.objects.companies.read"})
    headers = {"Authorization": f"Bearer {sandbox.credentials['service_key']}"}

    assert (
        403
        == requests.get(
            f"{sandbox.url}/webhooks-journal/journal/2026-03/latest", headers=headers, timeout=5
        ).status_code
    )
