"""Single records over HTTP: made, read, changed, deleted, with conditions and by keys."""

import pytest


def test_a_record_is_made_read_changed_and_deleted(call):
    """With the statuses and bodies of the API."""
    made = call("POST", "sobjects/Account", {"Name": "Nordwind"})
    id_ = made.body["id"]
    read = call("GET", f"sobjects/account/{id_[:15]}", params={"fields": "Name,Phone"})
    changed = call("PATCH", f"sobjects/Account/{id_}", {"Phone": "1"})
    gone = call("DELETE", f"sobjects/Account/{id_}")

    assert (201, {"id": id_, "success": True, "errors": []}) == (made.status, made.body)
    assert f"/services/data/v66.0/sobjects/Account/{id_}" == made.headers["Location"]
    assert {"type": "Account", "url": made.headers["Location"]} == read.body["attributes"]
    assert {"Name": "Nordwind", "Phone": None, "Id": id_}.items() <= read.body.items()
    assert [(204, b""), (204, b"")] == [(each.status, each.body) for each in (changed, gone)]
    assert 404 == call("GET", f"sobjects/Account/{id_}").status


def test_a_refusal_names_code_message_and_fields(call):
    """In a list, as every error of the API."""
    refused = call("POST", "sobjects/Contact", {"FirstName": "Ada"})

    assert 400 == refused.status
    assert [
        {
            "message": "Required fields are missing: [LastName]",
            "errorCode": "REQUIRED_FIELD_MISSING",
            "fields": ["LastName"],
        }
    ] == refused.body


@pytest.mark.parametrize(
    ("method", "path", "json", "status", "code"),
    [
        ("GET", "sobjects/Nothing", None, 404, "NOT_FOUND"),
        ("GET", "nothing", None, 404, "NOT_FOUND"),
        ("PUT", "sobjects/Account", {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "sobjects/Account", {"Nope": 1}, 400, "INVALID_FIELD"),
        ("POST", "sobjects/Account", [1], 400, "JSON_PARSER_ERROR"),
        ("GET", "/services/data/v30.0/sobjects", None, 410, "UNSUPPORTED_API_VERSION"),
        ("GET", "/services/data/v99.0/sobjects", None, 404, "NOT_FOUND"),
    ],
)
def test_what_is_not_there_or_not_allowed_is_refused_with_its_code(
    call, method, path, json, status, code
):
    """No call ends without one."""
    refused = call(method, path, json)

    assert (status, code) == (refused.status, refused.code)


def test_a_body_that_is_no_json_is_refused(call):
    """By its content, and by what it says that it is."""
    broken = call(
        "POST", "sobjects/Account", data="{", headers={"Content-Type": "application/json"}
    )
    form = call("POST", "sobjects/Account", data={"Name": "x"})

    assert (400, "JSON_PARSER_ERROR") == (broken.status, broken.code)
    assert (415, "UNSUPPORTED_MEDIA_TYPE") == (form.status, form.code)


def test_nobody_gets_in_without_a_session(call):
    """Only the list of versions is open to all."""
    call.session.headers["Authorization"] = "Bearer nothing"

    assert (401, "INVALID_SESSION_ID") == ((refused := call("GET", "limits")).status, refused.code)
    assert "67.0" == call("GET", "/services/data").body[-1]["version"]
    assert {"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"} in call(
        "GET", "/services/data"
    ).body


def test_an_upsert_makes_once_and_changes_afterwards(call):
    """201 and 200; below version 46 a change has no body."""
    path = "sobjects/Account/KamsyncId__c/k%2F1%20a"
    first = call("PATCH", path, {"Name": "A"})
    second = call("PATCH", path, {"Name": "B"})
    call.version = "45.0"
    third = call("PATCH", path, {"Name": "C"})

    assert [201, 200, 204] == [each.status for each in (first, second, third)]
    assert [True, False] == [each.body["created"] for each in (first, second)]
    assert [("k/1 a", "C")] == [
        (row["KamsyncId__c"], row["Name"])
        for row in call.query("SELECT KamsyncId__c, Name FROM Account")
    ]
    assert "C" == call("GET", path).body["Name"]
    assert 204 == call("DELETE", path).status


def test_a_key_that_several_records_have_is_answered_with_their_addresses(call):
    """300, and nothing is written."""
    ids = [call.create("Contact", LastName="X", Email="x@example.com") for _ in range(2)]

    answer = call("PATCH", "sobjects/Contact/Email/x@example.com", {"LastName": "Y"})

    assert 300 == answer.status
    assert {f"/services/data/v66.0/sobjects/Contact/{id_}" for id_ in ids} == set(answer.body)
    assert {"X"} == {row["LastName"] for row in call.query("SELECT LastName FROM Contact")}


def test_a_field_that_is_no_key_is_refused(call):
    """With the text that clients look for."""
    refused = call("PATCH", "sobjects/Account/Phone/1", {"Name": "A"})

    assert (404, "NOT_FOUND") == (refused.status, refused.code)
    assert (
        "Provided external ID field does not exist or is not accessible: Phone"
        == refused.body[0]["message"]
    )


def test_an_update_that_was_told_to_make_nothing_makes_nothing(call):
    """``updateOnly``."""
    assert (
        404
        == call("PATCH", "sobjects/Account/KamsyncId__c/k1?updateOnly=true", {"Name": "A"}).status
    )
    assert [] == call.query("SELECT Id FROM Account")


THEN = "Sun, 01 Mar 2026 12:00:00 GMT"
BEFORE = "Sun, 01 Mar 2026 11:59:59 GMT"


def test_a_record_is_changed_only_if_nobody_did_since(call):
    """412, and the record is as it was."""
    id_ = call.create("Contact", LastName="X")

    stale = call(
        "PATCH",
        f"sobjects/Contact/{id_}",
        {"LastName": "Y"},
        headers={"If-Unmodified-Since": BEFORE},
    )
    fresh = call(
        "PATCH", f"sobjects/Contact/{id_}", {"LastName": "Z"}, headers={"If-Unmodified-Since": THEN}
    )

    assert [412, 204] == [stale.status, fresh.status]
    assert ["Z"] == [row["LastName"] for row in call.query("SELECT LastName FROM Contact")]


def test_a_condition_that_is_no_time_is_refused_where_it_would_write(call):
    """A read passes over it."""
    id_ = call.create("Contact", LastName="X")
    headers = {"If-Unmodified-Since": "yesterday"}

    assert (
        400 == call("PATCH", f"sobjects/Contact/{id_}", {"LastName": "Y"}, headers=headers).status
    )
    assert 200 == call("GET", f"sobjects/Contact/{id_}", headers=headers).status


def test_what_the_caller_has_already_is_not_sent_again(call):
    """304 without a body, for records and for describes."""
    id_ = call.create("Account", Name="A")
    for path in (f"sobjects/Account/{id_}", "sobjects/Account/describe", "sobjects"):
        assert 200 == call("GET", path, headers={"If-Modified-Since": BEFORE}).status
        unchanged = call("GET", path, headers={"If-Modified-Since": THEN})
        assert (304, b"") == (unchanged.status, unchanged.body)


def test_an_account_has_a_tag_and_nothing_else_does(call):
    """It changes with the account."""
    path = f"sobjects/Account/{call.create('Account', Name='A')}"
    tag = call("GET", path).headers["ETag"]

    assert 304 == call("GET", path, headers={"If-None-Match": tag}).status
    assert 204 == call("PATCH", path, {"Name": "B"}, headers={"If-Match": tag}).status
    assert 412 == call("PATCH", path, {"Name": "C"}, headers={"If-Match": tag}).status
    contact = call("GET", f"sobjects/Contact/{call.create('Contact', LastName='X')}")
    assert "ETag" not in contact.headers


def test_an_address_that_is_too_long_is_refused(call):
    """By itself, or with its headers."""
    assert 414 == call("GET", "query", params={"q": "x" * 17_000}).status
    assert (
        431 == call("GET", "query", params={"q": "x" * 10_000}, headers={"X-Y": "z" * 8_000}).status
    )


def test_every_answer_says_how_much_of_the_quota_is_used(sandbox, call):
    """What is refused once it is used up says nothing of when to come again."""
    sandbox.act("", "set", quota=2)
    answers = [call("GET", "limits") for _ in range(3)]

    assert ["api-usage=1/2", "api-usage=2/2"] == [
        each.headers["Sforce-Limit-Info"] for each in answers[:2]
    ]
    assert (403, "REQUEST_LIMIT_EXCEEDED") == (answers[2].status, answers[2].code)
    assert "Retry-After" not in answers[2].headers

    sandbox.clock.forward(24 * 3600)
    assert 401 == call("GET", "limits").status


def test_answers_and_questions_may_be_packed(call):
    """Gzip, both ways."""
    import gzip

    packed = gzip.compress(b'{"Name": "Nordwind"}')
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}

    assert 201 == call("POST", "sobjects/Account", data=packed, headers=headers).status
    described = call("GET", "sobjects/Account/describe", headers={"Accept-Encoding": "gzip"})
    assert ("gzip", "Account") == (described.headers["Content-Encoding"], described.body["name"])


def test_the_log_keeps_the_name_that_a_client_gave_itself(sandbox, call):
    """So a test can tell our own writes."""
    headers = {"Sforce-Call-Options": "client=kamsync, defaultNamespace=x"}
    call("POST", "sobjects/Account", {"Name": "A"}, headers=headers)

    [entry] = sandbox.calls
    assert ("POST sobjects/{object}", 201, 1, {"client": "kamsync"}) == (
        entry.kind,
        entry.status,
        entry.cost,
        entry.notes,
    )


def test_a_field_that_the_profile_does_not_see_is_absent_and_not_null(sandbox, call):
    """In a record and in a describe; named in a query it does not exist."""
    id_ = call.create("Account", Name="A", Phone="1")
    sandbox.act("", "hide", object="Account", fields=["Phone"])

    assert "Phone" not in call("GET", f"sobjects/Account/{id_}").body
    assert "Phone" not in [
        each["name"] for each in call("GET", "sobjects/Account/describe").body["fields"]
    ]
    assert "INVALID_FIELD" == call("GET", "query", params={"q": "SELECT Phone FROM Account"}).code


def test_what_was_used_last_comes_first_unless_the_caller_wants_no_trace(call):
    """``Sforce-Mru``."""
    call.create("Account", Name="A")
    call("POST", "sobjects/Account", {"Name": "B"}, headers={"Sforce-Mru": "updateMru=false"})

    assert ["A"] == [row["Name"] for row in call("GET", "recent").body]


def test_what_was_changed_and_deleted_is_told_for_a_span(call):
    """With the times up to which it is complete."""
    kept, gone = call.create("Account", Name="A"), call.create("Account", Name="B")
    call("DELETE", f"sobjects/Account/{gone}")
    span = {"start": "2026-03-01T11:00:00+00:00", "end": "2026-03-01T12:05:00Z"}

    updated = call("GET", "sobjects/Account/updated/", params=span).body
    deleted = call("GET", "sobjects/Account/deleted/", params=span).body

    assert kept in updated["ids"]
    assert [gone] == [each["id"] for each in deleted["deletedRecords"]]
    assert {"latestDateCovered", "earliestDateAvailable"} <= set(deleted)
    refused = call("GET", "sobjects/Account/updated", params={"start": "x", "end": "y"})
    assert "INVALID_REPLICATION_DATE" == refused.code


def test_words_are_found_in_the_fields_of_several_objects(call):
    """SOSL, and the search without it."""
    call.create("Account", Name="Nordwind", Phone="4711")
    call.create("Contact", LastName="Nordwin")
    sosl = "FIND {nordw*} IN ALL FIELDS RETURNING Account(Id, Name WHERE Phone = '4711'), Contact(LastName LIMIT 5)"

    found = call("GET", "search/", params={"q": sosl}).body["searchRecords"]
    other = call(
        "GET",
        "parameterizedSearch",
        params={"q": "4711", "sobject": "Account", "Account.fields": "Name"},
    )

    assert [("Account", "Nordwind"), ("Contact", "Nordwin")] == [
        (each["attributes"]["type"], each.get("Name") or each["LastName"]) for each in found
    ]
    assert ["Nordwind"] == [each["Name"] for each in other.body["searchRecords"]]
    assert "MALFORMED_SEARCH" == call("GET", "search", params={"q": "FIND nothing"}).code


def test_limits_and_counts_are_told(call):
    """As far as an org of that edition has them."""
    call.create("Account", Name="A")

    assert {"Max": 100_000, "Remaining": 99_998} == call("GET", "limits").body["DailyApiRequests"]
    counted = call("GET", "limits/recordCount", params={"sObjects": "Account"}).body
    assert {"sObjects": [{"count": 1, "name": "Account"}]} == counted


def test_a_setup_makes_a_field_that_nobody_sees_until_it_is_granted(call):
    """Through the Tooling API and a permission set."""
    metadata = {"type": "Text", "label": "Key", "length": 80, "externalId": True, "unique": True}
    body = {"FullName": "Contact.Key__c", "Metadata": metadata}
    call("GET", "limits")

    made = call("POST", "tooling/sobjects/CustomField", body)
    soql = "SELECT Id FROM CustomField WHERE TableEnumOrId='Contact' AND DeveloperName='Key'"
    found = call("GET", "tooling/query/", params={"q": soql}).body["records"]
    assert (201, [made.body["id"]]) == (made.status, [each["Id"] for each in found])
    assert "DUPLICATE_DEVELOPER_NAME" == call("POST", "tooling/sobjects/CustomField", body).code
    assert (
        "INVALID_FIELD" == call("POST", "sobjects/Contact", {"LastName": "X", "Key__c": "1"}).code
    )

    me = call("GET", "/services/oauth2/userinfo").body["user_id"]
    soql = f"SELECT PermissionSetId, PermissionSet.IsOwnedByProfile FROM PermissionSetAssignment WHERE AssigneeId = '{me}'"
    [mine] = call("GET", "query", params={"q": soql}).body["records"]
    permission = {
        "ParentId": mine["PermissionSetId"],
        "SobjectType": "Contact",
        "Field": "Contact.Key__c",
        "PermissionsRead": True,
        "PermissionsEdit": True,
    }
    assert 201 == call("POST", "sobjects/FieldPermissions", permission).status
    assert 201 == call("PATCH", "sobjects/Contact/Key__c/1", {"LastName": "X"}).status


def test_more_slashes_than_needed_mean_nothing(call):
    """One command line tool writes two before the path, and one library one at the end."""
    assert 200 == call("GET", "//services/data/v66.0/limits/").status
    assert 200 == call("GET", "//services/data/").status
