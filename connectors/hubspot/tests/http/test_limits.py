"""Limits, tokens and scopes: when the portal refuses, and in which words."""

import pytest
import requests

from kamsync_hubspot.sandbox import Settings, start

FEW = Settings(lag_ms=(0, 0), per_ten_seconds=5, searches_per_second=2, per_day=12)


@pytest.fixture
def sandbox():
    """A portal with small limits, whose clock stands."""
    running = start(settings=FEW)
    running.clock.stop()
    yield running
    running.close()


@pytest.fixture
def get(sandbox):
    """List companies, and return the answer."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {sandbox.credentials['token']}"
    return lambda: session.get(f"{sandbox.url}/crm/v3/objects/companies")


@pytest.fixture
def search(sandbox):
    """Search companies, and return the answer."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {sandbox.credentials['token']}"
    return lambda: session.post(f"{sandbox.url}/crm/v3/objects/companies/search", json={})


def test_the_sixth_call_in_ten_seconds_is_refused_until_they_are_over(sandbox, get):
    """The window rolls: it is over ten seconds after the calls in it."""
    answers = [get() for _ in range(5)]
    refused = get()

    assert ["4", "0"] == [answers[n].headers["X-HubSpot-RateLimit-Remaining"] for n in (0, 4)]
    assert (429, "TEN_SECONDLY_ROLLING", "RATE_LIMIT") == (
        refused.status_code,
        refused.json()["policyName"],
        refused.json()["errorType"],
    )
    assert "You have reached your ten_secondly_rolling limit." == refused.json()["message"]
    sandbox.clock.forward(10)
    assert 200 == get().status_code


def test_searches_have_a_second_of_their_own_and_tell_nothing_of_limits(sandbox, get, search):
    """They do not count for the ten seconds."""
    answers = [search() for _ in range(3)]

    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert "You have reached your secondly limit." == answers[2].json()["message"]
    assert [] == [name for name in answers[0].headers if "ratelimit" in name.lower()]
    assert "4" == get().headers["X-HubSpot-RateLimit-Remaining"]
    sandbox.clock.forward(1)
    assert 200 == search().status_code


def test_a_day_ends_at_midnight_of_the_portal(sandbox, get):
    """Then the calls are counted anew."""
    for _ in range(12):
        sandbox.clock.forward(10)
        get()
    assert "DAILY" == get().json()["policyName"]

    sandbox.clock.set(sandbox.service.limits.resets_at)
    assert "11" == get().headers["X-HubSpot-RateLimit-Daily-Remaining"]


def test_a_call_without_a_token_is_told_where_to_find_more(sandbox):
    """A token that nobody gave out is as good as none."""
    for headers in ({}, {"Authorization": "Bearer pat-eu1-other"}):
        refused = requests.get(f"{sandbox.url}/crm/v3/owners", headers=headers, timeout=5)

        assert (401, "INVALID_AUTHENTICATION") == (refused.status_code, refused.json()["category"])
        assert refused.json()["message"].startswith("Authentication credentials not found.")


def test_a_scope_that_was_not_granted_is_named(sandbox, get):
    """An admin reads from the refusal what to grant."""
    sandbox.service.tokens.scopes = frozenset({"crm.objects.contacts.read"})

    refused = get()

    assert (403, "MISSING_SCOPES") == (refused.status_code, refused.json()["category"])
    assert {"requiredGranularScopes": ["crm.objects.companies.read"]} == refused.json()["errors"][
        0
    ]["context"]


def test_each_answer_bears_the_id_of_its_call(get):
    """A refusal says the same one."""
    answers = [get() for _ in range(6)]

    assert 6 == len({answer.headers["X-HubSpot-Correlation-Id"] for answer in answers})
    assert answers[5].json()["correlationId"] == answers[5].headers["X-HubSpot-Correlation-Id"]
