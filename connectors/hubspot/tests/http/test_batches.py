"""What a batch does when some of its rows cannot be done."""

import pytest
import requests


@pytest.fixture
def post(sandbox):
    """Post a batch of an object type, and return the answer."""
    headers = {"Authorization": f"Bearer {sandbox.credentials['token']}"}

    def posted(path, *inputs, **more):
        url = f"{sandbox.url}/crm/v3/objects/{path}"
        return requests.post(url, json={"inputs": inputs, **more}, headers=headers, timeout=5)

    return posted


def email(name, **more):
    """Return the input of a contact."""
    return {"properties": {"email": f"{name}@b.example"}, **more}


def test_without_trace_ids_one_bad_row_refuses_all(post):
    """Nothing of it was made."""
    post("contacts/batch/create", email("a"))
    refused = post("contacts/batch/create", email("b"), email("a"))

    assert 409 == refused.status_code
    assert 201 == post("contacts/batch/create", email("b")).status_code


def test_with_trace_ids_a_bad_row_is_told_and_the_others_are_made(post):
    """The answer says which row, and which record stood in its way."""
    (first,) = post("contacts/batch/create", email("a")).json()["results"]
    done = post(
        "contacts/batch/create",
        email("b", objectWriteTraceId="r0"),
        email("a", objectWriteTraceId="r1"),
    )

    assert (207, 1) == (done.status_code, done.json()["numErrors"])
    assert ["r0"] == [each["objectWriteTraceId"] for each in done.json()["results"]]
    (error,) = done.json()["errors"]
    assert ("CONFLICT", ["r1"], [first["id"]]) == (
        error["category"],
        error["context"]["objectWriteTraceId"],
        error["context"]["existingId"],
    )


def test_a_value_that_is_not_valid_refuses_the_whole_update(post):
    """The row that was valid is not changed."""
    (made,) = post("companies/batch/create", {"properties": {"name": "A"}}).json()["results"]
    (other,) = post("companies/batch/create", {"properties": {"name": "B"}}).json()["results"]
    refused = post(
        "companies/batch/update",
        {"id": made["id"], "properties": {"city": "Kiel"}},
        {"id": other["id"], "properties": {"industry": "x"}},
    )

    assert 400 == refused.status_code
    (read,) = post("companies/batch/read", {"id": made["id"]}, properties=["city"]).json()[
        "results"
    ]
    assert read["properties"]["city"] is None


def test_a_record_that_is_named_twice_refuses_the_batch(post):
    """The sentence names it."""
    row = {"id": "123456", "properties": {"name": "A"}}

    assert (
        "Duplicate IDs found in batch input: [123456]. IDs must be unique"
        == post("companies/batch/update", row, row).json()["message"]
    )


def test_a_property_that_is_not_unique_finds_nothing(post, sandbox):
    """Not even the id of the record."""
    row = {"id": "1", "idProperty": "hs_object_id", "properties": {"name": "A"}}
    portal = sandbox.portal.settings.portal_id

    for path in ("update", "upsert"):
        assert (
            f"Unable to perform update/upsert by non-unique 0-2 property hs_object_id in portal ID {portal}"
            == (post(f"companies/batch/{path}", row).json()["message"])
        )


def test_upserts_by_address_are_all_or_nothing(post):
    """Partial success is not there for them."""
    rows = [
        {
            "id": f"{name}@b.example",
            "idProperty": "email",
            "objectWriteTraceId": name,
            "properties": values,
        }
        for name, values in (("a", {"firstname": "A"}), ("b", {"nonsense": "B"}))
    ]

    assert 400 == post("contacts/batch/upsert", *rows).status_code
    assert 0 == len(
        post("contacts/batch/read", {"id": "a@b.example"}, idProperty="email").json()["results"]
    )


def test_a_batch_has_up_to_a_hundred_rows(post):
    """And at least one."""
    assert 400 == post("contacts/batch/read", *[{"id": str(n)} for n in range(101)]).status_code
    assert 400 == post("contacts/batch/read").status_code


def test_the_id_of_a_merged_record_is_not_there_for_batches(post, sandbox):
    """It leads on only where one record is asked for."""
    one, two = (
        post("companies/batch/create", {"properties": {"name": name}}).json()["results"][0]["id"]
        for name in "ab"
    )
    new = sandbox.act("Ada", "merge", object="companies", id=one, loser=two)

    done = post("companies/batch/update", {"id": one, "properties": {"city": "Kiel"}})
    assert (207, [one]) == (done.status_code, done.json()["errors"][0]["context"]["ids"])
    assert [new] == [
        each["id"] for each in post("companies/batch/read", {"id": new}).json()["results"]
    ]


def test_what_is_associated_with_nothing_is_told_as_an_error(post, sandbox):
    """It is no failure."""
    (made,) = post("contacts/batch/create", email("a")).json()["results"]
    headers = {"Authorization": f"Bearer {sandbox.credentials['token']}"}
    url = f"{sandbox.url}/crm/v4/associations/contacts/companies/batch/read"

    told = requests.post(url, json={"inputs": [{"id": made["id"]}]}, headers=headers, timeout=5)

    (error,) = told.json()["errors"]
    assert (207, "crm.associations.NO_ASSOCIATIONS_FOUND") == (
        told.status_code,
        error["subCategory"],
    )
    assert f"No company is associated with contact {made['id']}." == error["message"]
