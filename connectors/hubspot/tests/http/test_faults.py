"""What can go wrong in a portal only."""

import pytest
import requests

from kamsync.sandbox.mishaps import Refuse
from kamsync_hubspot.sandbox.http.faults import Disorder, DropProperty, ExpireToken, Lag, Limit


@pytest.fixture
def ask(sandbox):
    """Make a call and return the answer."""
    headers = {"Authorization": f"Bearer {sandbox.credentials['token']}"}

    def asked(method, path, **more):
        return requests.request(method, f"{sandbox.url}{path}", headers=headers, timeout=5, **more)

    return asked


def test_a_limit_can_be_had_by_its_policy(sandbox, ask):
    """In the exact words of that policy."""
    for policy in ("TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"):
        sandbox.faults.replace([Limit(policy=policy)], 0)
        assert (429, policy) == (
            (answer := ask("GET", "/crm/v3/owners")).status_code,
            answer.json()["policyName"],
        )


@pytest.mark.parametrize(
    ("status", "kind"),
    [(423, "application/json"), (477, "application/json"), (502, "text/html"), (521, "text/html")],
)
def test_what_stands_before_the_api_answers_with_a_page(sandbox, ask, status, kind):
    """The API itself answers with JSON."""
    sandbox.faults.add(Refuse(status=status, retry_after="3"))
    answer = ask("GET", "/crm/v3/owners")

    assert (status, "3") == (answer.status_code, answer.headers["Retry-After"])
    assert answer.headers["Content-Type"].startswith(kind)


def test_what_a_call_writes_can_be_found_late(sandbox, ask):
    """Until then a search does not know of it."""
    sandbox.clock.stop()
    sandbox.faults.add(Lag(wait_s=60, method="POST", path="/crm/v3/objects/companies"))
    ask("POST", "/crm/v3/objects/companies", json={"properties": {"name": "Nordwind"}})

    assert 0 == ask("POST", "/crm/v3/objects/companies/search", json={}).json()["total"]
    sandbox.clock.forward(60)
    assert 1 == ask("POST", "/crm/v3/objects/companies/search", json={}).json()["total"]


def test_results_can_come_in_another_order(sandbox, ask):
    """All of them are there."""
    for number in range(9):
        ask("POST", "/crm/v3/objects/companies", json={"properties": {"name": str(number)}})
    sandbox.faults.add(Disorder(path="*/search"))

    found = ask("POST", "/crm/v3/objects/companies/search", json={}).json()["results"]

    names = [each["properties"]["name"] for each in found]
    assert sorted(names) == [str(number) for number in range(9)]
    assert names != sorted(names)


def test_a_property_can_be_archived_before_a_call(sandbox, ask):
    """Then it is not there any more."""
    body = {
        "name": "x",
        "label": "X",
        "type": "string",
        "fieldType": "text",
        "groupName": "companyinformation",
    }
    ask("POST", "/crm/v3/properties/companies", json=body)
    sandbox.faults.add(DropProperty(object="companies", property="x", method="POST"))

    refused = ask("POST", "/crm/v3/objects/companies", json={"properties": {"name": "N", "x": "1"}})

    assert "PROPERTY_DOESNT_EXIST" == refused.json()["errors"][0]["code"]


def test_a_property_of_the_portals_own_stays(sandbox, ask):
    """Nobody can archive it, and the call is carried out as if nobody had tried."""
    sandbox.faults.add(DropProperty(object="companies", property="phone"))

    answer = ask("GET", "/crm/v3/objects/companies", params={"properties": "phone"})

    assert 200 == answer.status_code
    assert 200 == ask("GET", "/crm/v3/properties/companies/phone").status_code


def test_tokens_that_were_given_out_can_grow_old_at_once(sandbox):
    """The private token does not."""
    held = sandbox.credentials
    form = {
        "grant_type": "refresh_token",
        **{name: held[name] for name in ("client_id", "client_secret", "refresh_token")},
    }
    token = requests.post(f"{sandbox.url}/oauth/v1/token", data=form, timeout=5).json()[
        "access_token"
    ]
    sandbox.faults.add(ExpireToken(nth=1))

    answers = [
        requests.get(
            f"{sandbox.url}/crm/v3/owners", headers={"Authorization": f"Bearer {each}"}, timeout=5
        )
        for each in (token, held["token"])
    ]

    assert [401, 200] == [answer.status_code for answer in answers]
    assert "EXPIRED_AUTHENTICATION" == answers[0].json()["category"]
