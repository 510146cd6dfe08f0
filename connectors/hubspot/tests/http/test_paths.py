"""Both spellings of paths, every name of an object type, and what is not there."""

import pytest
import requests


@pytest.fixture
def ask(sandbox):
    """Make a call and return the answer."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {sandbox.credentials['token']}"

    def asked(method, path, **more):
        return session.request(
            method, f"{sandbox.url}{path}", allow_redirects=False, timeout=5, **more
        )

    return asked


@pytest.mark.parametrize("version", ["v3", "2025-09", "2026-03", "2026-09", "2027-03-beta"])
@pytest.mark.parametrize("name", ["company", "companies", "COMPANY", "0-2"])
def test_a_record_is_found_by_every_version_and_name(ask, version, name):
    """What was made by one path is read by another."""
    made = ask("POST", "/crm/v3/objects/companies", json={"properties": {"name": "Nordwind"}})
    id_ = made.json()["id"]

    assert (
        "Nordwind"
        == ask("GET", f"/crm/objects/{version}/{name}/{id_}").json()["properties"]["name"]
    )


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/owners/",
        "/crm/owners/2026-09",
        "/crm/properties/2026-09/contacts",
        "/crm/pipelines/2026-03/deals",
        "/crm-object-schemas/2026-03/schemas",
        "/crm/v3/schemas",
        "/settings/v3/users/",
        "/settings/v3/users/teams",
        "/settings/users/2026-03",
        "/settings/users/2026-03/teams",
        "/settings/users/2026-03/roles",
        "/account-info/v3/details",
        "/account-info/2026-03/api-usage/daily/private-apps",
        "/crm/associations/2026-09/0-1/0-2/labels",
        "/crm/v3/associations/contacts/companies/types",
        "/crm/v3/properties/deals/groups",
        "/properties/v2/company/properties",
        "/companies/v2/companies/paged",
        "/deals/v1/pipelines",
    ],
)
def test_definitions_are_there_with_and_without_a_slash(ask, path):
    """Clients differ in it."""
    assert 200 == ask("GET", path).status_code


def test_names_of_properties_are_repeated_or_have_commas_between_them(ask):
    """Clients differ in that too."""
    ask(
        "POST",
        "/crm/v3/objects/companies",
        json={"properties": {"name": "Nordwind", "city": "Kiel"}},
    )

    for query in ("properties=city&properties=zip", "properties=city,zip"):
        (found,) = ask("GET", f"/crm/v3/objects/companies?{query}").json()["results"]
        assert ("Kiel", None) == (found["properties"]["city"], found["properties"]["zip"])


def test_the_next_page_is_linked_on_the_host_that_was_asked(ask, sandbox):
    """Some clients follow the link as it is."""
    for name in "abc":
        ask("POST", "/crm/v3/objects/companies", json={"properties": {"name": name}})

    link = ask("GET", "/crm/v3/objects/companies?limit=2&properties=name").json()["paging"]["next"][
        "link"
    ]

    assert link.startswith(f"{sandbox.url}/crm/v3/objects/companies?limit=2&properties=name&after=")
    assert ["c"] == [
        each["properties"]["name"]
        for each in ask("GET", link.removeprefix(sandbox.url)).json()["results"]
    ]


def test_an_object_type_that_is_not_there_is_named(ask):
    """It is a bad request, without a category."""
    refused = ask("GET", "/crm/v3/objects/butterflies")

    assert (400, "Unable to infer object type from: butterflies") == (
        refused.status_code,
        refused.json()["message"],
    )
    assert "category" not in refused.json()


def test_a_path_that_is_not_there_is_answered_by_a_page(ask):
    """It is no JSON."""
    assert (404, "text/html; charset=utf-8") == (
        (answer := ask("GET", "/crm/v3/butterflies")).status_code,
        answer.headers["Content-Type"],
    )


def test_a_body_that_is_no_json_is_refused(ask):
    """The sentence says where it went wrong."""
    refused = ask("POST", "/crm/v3/objects/companies", data="{")

    assert (400, "VALIDATION_ERROR") == (refused.status_code, refused.json()["category"])
    assert refused.json()["message"].startswith("Invalid input JSON on line 1, column 1")


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_a_page_has_up_to_a_hundred_records(ask, limit):
    """More are refused, not cut."""
    assert 400 == ask("GET", f"/crm/v3/objects/companies?limit={limit}").status_code


def test_a_page_with_history_has_up_to_fifty(ask):
    """History is dear."""
    assert (
        400
        == ask("GET", "/crm/v3/objects/companies?limit=51&propertiesWithHistory=name").status_code
    )
    assert (
        200
        == ask("GET", "/crm/v3/objects/companies?limit=50&propertiesWithHistory=name").status_code
    )


def test_the_page_that_asks_sends_the_browser_back_with_a_code(ask, sandbox):
    """The code is good once, for the place that it was given to."""
    held = sandbox.credentials
    back = "http://127.0.0.1:9999/callback"
    query = {"client_id": held["client_id"], "redirect_uri": back, "scope": "oauth", "state": "s1"}
    place = ask("GET", "/oauth/authorize", params=query).headers["Location"]
    assert place.startswith(f"{back}?code=")
    assert place.endswith("&state=s1")

    form = {
        "grant_type": "authorization_code",
        "client_id": held["client_id"],
        "client_secret": held["client_secret"],
        "redirect_uri": back,
        "code": place.partition("code=")[2].partition("&")[0],
    }
    given = ask("POST", "/oauth/2026-03/token", data=form)
    assert (200, 1800) == (given.status_code, given.json()["expires_in"])
    again = ask("POST", "/oauth/v1/token", data=form)
    assert (400, "BAD_AUTH_CODE") == (again.status_code, again.json()["status"])


def test_rules_of_an_admin_hold_on_the_newer_paths_only(ask, sandbox):
    """The same write passes on version 3."""
    sandbox.act("Ada", "require", object="companies", property="industry")
    body = {"properties": {"name": "Nordwind"}}

    refused = ask("POST", "/crm/objects/2026-09/companies", json=body)

    assert (400, "MISSING_REQUIRED_PROPERTY") == (
        refused.status_code,
        refused.json()["errors"][0]["code"],
    )
    for version in ("v3", "2026-03"):
        assert 201 == ask("POST", f"/crm/objects/{version}/companies", json=body).status_code


def test_an_owner_who_left_is_told_apart(ask, sandbox):
    """Records keep naming them."""
    owner = sandbox.portal.people.find("Ada").owner_id
    sandbox.act("Noor", "dismiss", who="Ada")

    assert owner not in [each["id"] for each in ask("GET", "/crm/v3/owners").json()["results"]]
    (left,) = ask("GET", "/crm/v3/owners?archived=true").json()["results"]
    assert (owner, None) == (left["id"], left["userId"])
    assert 404 == ask("GET", f"/crm/v3/owners/{owner}").status_code


def test_users_are_records_too(ask, sandbox):
    """Each knows the number of its user."""
    found = ask("GET", "/crm/v3/objects/users?properties=hs_internal_user_id&limit=100").json()[
        "results"
    ]

    assert {str(each.user_id) for each in sandbox.portal.people.all.values()} == {
        each["properties"]["hs_internal_user_id"] for each in found
    }


def test_an_object_type_says_whether_it_takes_what_is_sensitive_and_what_is_shown_second(ask):
    """The vendor's newest client wants the one of every answer; the other can be changed."""
    body = {
        "name": "car",
        "labels": {"singular": "Car", "plural": "Cars"},
        "requiredProperties": ["vin"],
        "primaryDisplayProperty": "vin",
        "associatedObjects": [],
        "properties": [{"name": "vin", "label": "VIN", "type": "string", "fieldType": "text"}],
    }
    made = ask("POST", "/crm-object-schemas/2026-03/schemas", json=body).json()
    wanted = {"allowsSensitiveProperties": True, "secondaryDisplayProperties": ["vin"]}
    ask("PATCH", "/crm-object-schemas/2026-03/schemas/car", json=wanted)
    changed = ask("GET", "/crm-object-schemas/2026-03/schemas/car").json()

    assert (False, []) == (made["allowsSensitiveProperties"], made["secondaryDisplayProperties"])
    assert wanted == {name: changed[name] for name in wanted}
