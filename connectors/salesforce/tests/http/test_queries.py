"""Queries page by page, and many records in one call."""

import pytest


@pytest.fixture
def five_hundred(sandbox):
    """Make five hundred accounts."""
    hub = sandbox.org.people.integration
    with sandbox.org.atomically():
        return [
            sandbox.org.create("Account", {"Name": f"A{number:03}"}, hub) for number in range(500)
        ]


SMALL = {"Sforce-Query-Options": "batchSize=200"}
ALL = {"q": "SELECT Id, Name FROM Account ORDER BY Name"}


def test_a_long_answer_comes_in_pages(call, five_hundred):
    """Each says how many rows there are in all, and where the next is."""
    pages = [call("GET", "query/", params=ALL, headers=SMALL).body]
    while not pages[-1]["done"]:
        pages.append(call("GET", pages[-1]["nextRecordsUrl"]).body)

    assert [200, 200, 100] == [len(page["records"]) for page in pages]
    assert {500} == {page["totalSize"] for page in pages}
    assert five_hundred == [row["Id"] for page in pages for row in page["records"]]
    assert "nextRecordsUrl" not in pages[-1]
    assert pages[0]["nextRecordsUrl"].startswith("/services/data/v66.0/query/0r8")


def test_later_pages_are_as_the_answer_was_when_it_was_asked_for(call, five_hundred):
    """What is made or deleted meanwhile is not seen."""
    first = call("GET", "query", params=ALL, headers=SMALL).body
    call("DELETE", f"sobjects/Account/{five_hundred[300]}")

    second = call("GET", first["nextRecordsUrl"]).body

    assert five_hundred[300] in [row["Id"] for row in second["records"]]


def test_a_page_may_be_shorter_than_asked_for(sandbox, call, five_hundred):
    """So nobody may take a short page for the last one."""
    sandbox.act("", "set", page_rows=7)

    assert 7 == len(call("GET", "query", params=ALL).body["records"])
    assert five_hundred == [row["Id"] for row in call.query(ALL["q"])]


@pytest.mark.usefixtures("five_hundred")
def test_what_is_left_of_an_answer_expires(sandbox, call):
    """After two days, or by force."""
    addresses = [
        call("GET", "query", params=ALL, headers=SMALL).body["nextRecordsUrl"] for _ in range(2)
    ]
    sandbox.clock.forward(47 * 3600)
    sandbox.service.api.sessions.issue(
        sandbox.org.people.integration, sandbox.service.credentials.access_token
    )
    assert 200 == call("GET", addresses[0]).status

    sandbox.act("", "expire_locators")
    gone = call("GET", addresses[1])

    assert (400, "INVALID_QUERY_LOCATOR") == (gone.status, gone.code)
    assert "INVALID_QUERY_LOCATOR" == call("GET", "query/0r8nothing-200").code


def test_deleted_records_are_found_by_query_all_alone(call):
    """Whose next pages are asked for as those of any query."""
    call("DELETE", f"sobjects/Account/{call.create('Account', Name='A')}")

    assert [] == call.query("SELECT Id FROM Account")
    assert [True] == [
        row["IsDeleted"] for row in call.query("SELECT IsDeleted FROM Account", all_rows=True)
    ]


def test_a_collection_answers_each_record_in_order(call):
    """With status 200 whatever became of them."""
    records = [
        {"attributes": {"type": "Account"}, "Name": "A"},
        {"attributes": {"type": "Account"}},
        {"attributes": {"type": "Contact"}, "LastName": "X"},
    ]

    answer = call("POST", "composite/sobjects", {"allOrNone": False, "records": records})

    assert (200, [True, False, True]) == (answer.status, [each["success"] for each in answer.body])
    [error] = answer.body[1]["errors"]
    assert ("REQUIRED_FIELD_MISSING", ["Name"]) == (error["statusCode"], error["fields"])


def test_a_collection_that_is_wanted_whole_is_taken_back(call):
    """Those that were good say why."""
    records = [
        {"attributes": {"type": "Account"}, "Name": "A"},
        {"attributes": {"type": "Account"}},
    ]

    answer = call("POST", "composite/sobjects", {"allOrNone": True, "records": records})

    codes = [each["errors"][0]["statusCode"] for each in answer.body]
    assert ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"] == codes
    assert [] == call.query("SELECT Id FROM Account")


def test_a_collection_takes_two_hundred_records_in_ten_runs(call):
    """More are refused as a whole."""
    account, contact = (
        {"attributes": {"type": "Account"}, "Name": "A"},
        {"attributes": {"type": "Contact"}},
    )

    assert (
        "EXCEEDED_ID_LIMIT" == call("POST", "composite/sobjects", {"records": [account] * 201}).code
    )
    assert (
        "INVALID_INPUT"
        == call("POST", "composite/sobjects", {"records": [account, contact] * 6}).code
    )


def test_records_are_changed_upserted_and_deleted_together(call):
    """A failed change names the record that it was about."""
    one, two = call.create("Account", Name="A"), call.create("Account", Name="B")
    type_ = {"attributes": {"type": "Account"}}

    changed = call(
        "PATCH",
        "composite/sobjects",
        {"records": [{**type_, "id": one, "Phone": "1"}, {**type_, "id": two, "Name": ""}]},
    )
    keyed = [{**type_, "KamsyncId__c": key, "Name": key} for key in ("k1", "k2", "k1")]
    upserted = call("PATCH", "composite/sobjects/Account/KamsyncId__c", {"records": keyed})
    deleted = call(
        "DELETE", "composite/sobjects", params={"ids": f"{one},{one}", "allOrNone": "false"}
    )

    assert [(one, True), (two, False)] == [(each["id"], each["success"]) for each in changed.body]
    assert [True, True, False] == [each["created"] for each in upserted.body]
    assert [True, False] == [each["success"] for each in deleted.body]
    assert "ENTITY_IS_DELETED" == deleted.body[1]["errors"][0]["statusCode"]


def test_records_are_read_by_ids_with_null_for_what_is_not_there(call):
    """In the order of the ids; up to two thousand of them in a body."""
    one, two = call.create("Account", Name="A"), call.create("Account", Name="B")
    call("DELETE", f"sobjects/Account/{one}")

    by_address = call(
        "GET", "composite/sobjects/Account", params={"ids": f"{two},{one}", "fields": "Name"}
    )
    by_body = call(
        "POST", "composite/sobjects/Account", {"ids": [one, two], "fields": ["Id", "Name"]}
    )

    assert ["B", None] == [row and row["Name"] for row in by_address.body]
    assert [None, two] == [row and row["Id"] for row in by_body.body]


def part(method, url, name, body=None, headers=None):
    """Return a part of a composite."""
    told = {"method": method, "url": f"/services/data/v66.0/{url}", "referenceId": name}
    return {
        **told,
        **({"body": body} if body else {}),
        **({"httpHeaders": headers} if headers else {}),
    }


def composite(call, *parts, **options):
    """Send a composite, and return the results of its parts."""
    answer = call("POST", "composite", {**options, "compositeRequest": list(parts)})
    assert answer.status == 200, answer
    return answer.body["compositeResponse"]


def test_the_parts_of_a_composite_build_on_each_other(sandbox, call):
    """All together are one call."""
    results = composite(
        call,
        part("POST", "sobjects/Account", "a", {"Name": "A"}),
        part("POST", "sobjects/Contact", "c", {"LastName": "X", "AccountId": "@{a.id}"}),
        part("GET", "query?q=SELECT+Id,Account.Name+FROM+Contact", "q"),
        part("GET", "sobjects/Account/@{q.records[0].Account.Name}", "r"),
    )

    assert [201, 201, 200, 404] == [each["httpStatusCode"] for each in results]
    assert "A" == results[2]["body"]["records"][0]["Account"]["Name"]
    assert results[0]["httpHeaders"]["Location"].endswith(results[0]["body"]["id"])
    assert 1 == sandbox.calls.cost


def test_a_part_that_builds_on_a_failed_one_is_halted_alone(call):
    """The others are carried out."""
    results = composite(
        call,
        part("POST", "sobjects/Account", "a", {"Phone": "1"}),
        part("POST", "sobjects/Contact", "c", {"LastName": "X", "AccountId": "@{a.id}"}),
        part("POST", "sobjects/Contact", "d", {"LastName": "Y"}),
    )

    assert [400, 400, 201] == [each["httpStatusCode"] for each in results]
    assert "PROCESSING_HALTED" == results[1]["body"][0]["errorCode"]


def test_a_composite_that_is_wanted_whole_is_taken_back(call):
    """The part that failed says why, the others that they were halted."""
    results = composite(
        call,
        part("POST", "sobjects/Account", "a", {"Name": "A"}),
        part("POST", "sobjects/Account", "b", {"Phone": "1"}),
        part("POST", "sobjects/Account", "c", {"Name": "C"}),
        allOrNone=True,
    )

    codes = [each["body"][0]["errorCode"] for each in results]
    assert ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"] == codes
    assert [] == call.query("SELECT Id FROM Account")


def test_a_part_may_have_a_condition(call):
    """So many records are compared and set in one call."""
    id_ = call.create("Account", Name="A")
    stale = {"If-Unmodified-Since": "Sun, 01 Mar 2026 11:00:00 GMT"}

    [result] = composite(call, part("PATCH", f"sobjects/Account/{id_}", "a", {"Name": "B"}, stale))

    assert 412 == result["httpStatusCode"]


def test_a_composite_has_limits(call):
    """25 parts, five of them heavy, and names of letters, digits and underscores."""
    light = [part("GET", "limits", f"l{number}") for number in range(26)]
    heavy = [part("GET", "query?q=SELECT+Id+FROM+Account", f"q{number}") for number in range(6)]

    for parts in (
        light,
        heavy,
        [part("GET", "limits", "a-b")],
        [part("GET", "limits", "a")] * 2,
        [],
    ):
        assert 400 == call("POST", "composite", {"compositeRequest": parts}).status


def test_the_calls_of_a_batch_count_one_by_one_and_stop_at_an_error_if_told(sandbox, call):
    """412 for those that were not come to."""
    good, bad = {"method": "GET", "url": "v66.0/limits"}, {"method": "GET", "url": "v66.0/nothing"}

    answer = call(
        "POST", "composite/batch", {"batchRequests": [good, bad, good], "haltOnError": True}
    )

    assert [200, 404, 412] == [each["statusCode"] for each in answer.body["results"]]
    assert (True, 3) == (answer.body["hasErrors"], sandbox.calls.cost)


def tree(name, key, **children):
    """Return an account of a tree with a contact."""
    contact = {"attributes": {"type": "Contact", "referenceId": f"c{key}"}, **children}
    return {
        "attributes": {"type": "Account", "referenceId": f"a{key}"},
        "Name": name,
        "Contacts": {"records": [contact]},
    }


def test_a_tree_is_planted_whole_or_not_at_all(call):
    """Parents with their children."""
    good = call("POST", "composite/tree/Account", {"records": [tree("A", 1, LastName="X")]})
    bad = call(
        "POST", "composite/tree/Account", {"records": [tree("B", 1, LastName="Y"), tree("C", 2)]}
    )

    assert (201, ["a1", "c1"]) == (
        good.status,
        [each["referenceId"] for each in good.body["results"]],
    )
    assert (400, ["c2"]) == (bad.status, [each["referenceId"] for each in bad.body["results"]])
    assert [("X", "A")] == [
        (row["LastName"], row["Account"]["Name"])
        for row in call.query("SELECT LastName, Account.Name FROM Contact")
    ]


def test_each_graph_is_carried_out_whole_or_not_at_all(call):
    """One that fails leaves the others be."""
    graphs = [
        {
            "graphId": name,
            "compositeRequest": [
                part("POST", "sobjects/Account", "a", {"Name": name}),
                part("POST", "sobjects/Contact", "c", {"AccountId": "@{a.id}", **person}),
            ],
        }
        for name, person in (("one", {"LastName": "X"}), ("two", {}))
    ]

    answer = call("POST", "composite/graph", {"graphs": graphs}).body["graphs"]

    assert [("one", True), ("two", False)] == [
        (each["graphId"], each["isSuccessful"]) for each in answer
    ]
    assert ["one"] == [row["Name"] for row in call.query("SELECT Name FROM Account")]


def test_a_query_tells_its_columns(call):
    """Those of parents and children within theirs, as a command line tool shows them."""
    soql = "SELECT id, Owner.Name, (SELECT LastName FROM Contacts) FROM Account"

    told = call("GET", "query", params={"q": soql, "columns": "true"}).body["columnMetadata"]

    assert [("Id", []), ("Owner", ["Name"]), ("Contacts", ["LastName"])] == [
        (each["columnName"], [within["columnName"] for within in each["joinColumns"]])
        for each in told
    ]
