"""Whatever a body holds is refused as the API refuses, and never answered with a failure of our own."""

import pytest
import requests

TYPE = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
NONSENSE = [
    ("objects/companies", {"properties": ["name"]}),
    ("objects/companies", {"properties": {"name": {"first": "x"}}}),
    ("objects/companies", {"properties": {"name": "x"}, "associations": {"to": 1}}),
    ("objects/companies", []),
    ("objects/companies/merge", {"primaryObjectId": [1], "objectIdToMerge": 2}),
    ("objects/contacts/gdpr-delete", {"objectId": "x", "idProperty": ["email"]}),
    ("objects/companies/batch/read", {"inputs": {"id": 1}}),
    ("objects/companies/batch/read", {"inputs": [1]}),
    ("objects/companies/batch/update", {"inputs": [{"properties": {"name": "x"}}]}),
    ("objects/contacts/batch/upsert", {"inputs": [{"id": "", "idProperty": [], "properties": {}}]}),
    ("objects/companies/search", {"filterGroups": "name"}),
    (
        "objects/companies/search",
        {"filters": [{"propertyName": "createdate", "operator": "GT", "value": "soon"}]},
    ),
    (
        "objects/companies/search",
        {"filters": [{"propertyName": "name", "operator": "LIKE", "value": "x"}]},
    ),
    ("objects/companies/search", {"sorts": [{"direction": "ASCENDING"}]}),
    ("objects/companies/search", {"limit": "many"}),
    (
        "objects/deals/splits/batch/upsert",
        {"inputs": [{"id": 1, "splits": [{"ownerId": 1, "percentage": "NaN"}]}]},
    ),
    (
        "associations/contacts/companies/batch/create",
        {"inputs": [{"from": {"id": 1}, "to": [], "type": "x"}]},
    ),
    (
        "pipelines/deals",
        {
            "label": "L",
            "displayOrder": 0,
            "stages": [{"label": "A", "displayOrder": 0, "metadata": {"probability": "x"}}],
        },
    ),
    (
        "properties/companies",
        {"name": "x", "label": "X", "type": "string", "fieldType": "text", "groupName": ["g"]},
    ),
    (
        "schemas",
        {
            "name": "x",
            "labels": [],
            "properties": [],
            "requiredProperties": [],
            "associatedObjects": [],
        },
    ),
]


@pytest.fixture
def post(sandbox):
    """Post a body, and return the answer."""
    headers = {"Authorization": f"Bearer {sandbox.credentials['token']}"}
    return lambda path, body: requests.post(
        f"{sandbox.url}/crm/v3/{path}", json=body, headers=headers, timeout=5
    )


@pytest.mark.parametrize(("path", "body"), NONSENSE)
def test_nonsense_is_refused_as_a_bad_request(post, path, body):
    """With a sentence, a category and the id of the call."""
    refused = post(path, body)

    assert 400 == refused.status_code
    assert {"status", "message", "correlationId", "category"} <= refused.json().keys()


def test_a_moment_beyond_all_time_finds_nothing(post):
    """It is a moment all the same."""
    far = {"propertyName": "createdate", "operator": "GT", "value": "9" * 30}

    assert 0 == post("objects/companies/search", {"filters": [far]}).json()["total"]
