"""Whatever is sent, the answer is one that the API gives."""

from random import Random

import pytest

PART = {
    "method": "POST",
    "url": "/services/data/v66.0/sobjects/Account",
    "referenceId": "a",
    "body": {"Name": "x"},
    "httpHeaders": {"If-Unmodified-Since": "Sun, 01 Mar 2026 12:00:00 GMT"},
}
ACCOUNT = {"attributes": {"type": "Account", "referenceId": "r"}, "Name": "x", "KamsyncId__c": "k"}
CONTACT = {"attributes": {"type": "Contact", "referenceId": "s"}, "LastName": "x"}
BODIES = [
    ("POST", "composite", {"allOrNone": True, "compositeRequest": [PART]}),
    ("POST", "composite/graph", {"graphs": [{"graphId": "1", "compositeRequest": [PART]}]}),
    ("POST", "composite/batch", {"batchRequests": [{"method": "GET", "url": "v66.0/limits"}]}),
    (
        "POST",
        "composite/tree/Account",
        {"records": [{**ACCOUNT, "Contacts": {"records": [CONTACT]}}]},
    ),
    ("POST", "composite/sobjects", {"allOrNone": True, "records": [ACCOUNT]}),
    ("PATCH", "composite/sobjects/Account/KamsyncId__c", {"records": [ACCOUNT]}),
    ("POST", "composite/sobjects/Account", {"ids": ["x"], "fields": ["Name"]}),
    (
        "POST",
        "tooling/sobjects/CustomField",
        {"FullName": "Account.X__c", "Metadata": {"type": "Text", "label": "x", "length": 9}},
    ),
    (
        "POST",
        "sobjects/FieldPermissions",
        {"ParentId": "0PS", "SobjectType": "Account", "Field": "Account.Name"},
    ),
    ("POST", "jobs/ingest", {"object": "Account", "operation": "insert", "lineEnding": "LF"}),
    ("POST", "jobs/query", {"operation": "query", "query": "SELECT Id FROM Account"}),
    (
        "POST",
        "parameterizedSearch",
        {"q": "abc", "sobjects": [{"name": "Account", "fields": ["Id"]}]},
    ),
    (
        "POST",
        "sobjects/Contact",
        {"LastName": "x", "Account": {"KamsyncId__c": "k"}, "Birthdate": "2020-01-01"},
    ),
    (
        "POST",
        "/_sandbox/act",
        {"person": "ada.admin", "verb": "create", "object": "Account", "values": {"Name": "x"}},
    ),
    (
        "PUT",
        "/_sandbox/faults",
        {"fault": [{"do": "refuse", "status": 503, "times": 1, "nth": [9]}]},
    ),
    ("PUT", "/_sandbox/clock", {"forward_s": 0}),
]
NONSENSE = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "@{a.id}",
    "'\\",
    "\x00",
    "a" * 300,
    [],
    {},
    [None],
    {"a": 1},
    "SELECT",
]


def spoiled(thing, draw):
    """Return *thing* with some of it left out, or nonsense in its place."""
    if draw.random() < 0.15:
        return draw.choice(NONSENSE)
    if isinstance(thing, dict):
        return {key: spoiled(each, draw) for key, each in thing.items() if draw.random() > 0.05}
    return [spoiled(each, draw) for each in thing] if isinstance(thing, list) else thing


@pytest.mark.parametrize(("method", "path", "body"), BODIES, ids=[path for _, path, _ in BODIES])
def test_no_body_makes_it_fail(sandbox, call, method, path, body):
    """It is carried out, or refused with a code."""
    draw = Random(path)
    for _ in range(40):
        answer = call(method, path, spoiled(body, draw))
        assert answer.status < 500, answer
        sandbox.faults.clear()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<a>",
        "<a/>",
        "<e><Body/></e>",
        "<e><Body><merge/></Body></e>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><e>&a;</e>",
    ],
)
def test_no_envelope_makes_it_fail(call, body):
    """A fault says what is wrong with it."""
    answer = call("POST", "/services/Soap/u/59.0", data=body, headers={"Content-Type": "text/xml"})

    assert 500 == answer.status
    assert b"<faultcode>" in answer.body
