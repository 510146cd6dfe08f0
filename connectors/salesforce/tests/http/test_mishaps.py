"""What goes wrong in the sandbox, and what people do in it by hand."""

import pytest
import requests

from kamsync.errors import KamsyncError
from kamsync.sandbox.mishaps import LoseAnswer, Refuse
from kamsync_salesforce.sandbox.http.mishaps import (
    ChangeSchema,
    CommitLate,
    ExpireLocators,
    ExpireSessions,
    LockRows,
    ShortPages,
    SpendQuota,
)

ONE = {"times": 1}


def test_overload_is_told_in_the_shape_of_the_api(sandbox, call):
    """With and without a wait that is asked for."""
    sandbox.faults.add(Refuse(status=429, times=1), Refuse(status=503, retry_after=5, nth=2))

    answers = [call("GET", "limits") for _ in range(2)]

    assert [(429, "REQUEST_LIMIT_EXCEEDED", None), (503, "SERVER_UNAVAILABLE", "5")] == [
        (each.status, each.code, each.headers.get("Retry-After")) for each in answers
    ]


def test_an_answer_that_is_lost_leaves_the_record(sandbox, call):
    """Whoever tries again by a key makes no second one."""
    sandbox.faults.add(LoseAnswer(method="PATCH", **ONE))
    path = "sobjects/Account/KamsyncId__c/k1"

    with pytest.raises(requests.ConnectionError):
        call("PATCH", path, {"Name": "A"})
    again = call("PATCH", path, {"Name": "A"})

    assert (200, False) == (again.status, again.body["created"])
    assert 1 == len(call.query("SELECT Id FROM Account"))


def test_rows_that_are_locked_are_refused_and_the_others_are_not(sandbox, call):
    """For one call, or until they are let go."""
    one, two = call.create("Account", Name="A"), call.create("Account", Name="B")
    sandbox.faults.add(LockRows(ids=(one,), **ONE))
    records = [{"attributes": {"type": "Account"}, "id": id_, "Phone": "1"} for id_ in (one, two)]

    answer = call("PATCH", "composite/sobjects", {"records": records})

    assert [False, True] == [each["success"] for each in answer.body]
    assert "UNABLE_TO_LOCK_ROW" == answer.body[0]["errors"][0]["statusCode"]
    sandbox.act("", "lock", ids=[two])
    assert "UNABLE_TO_LOCK_ROW" == call("PATCH", f"sobjects/Account/{two}", {"Phone": "2"}).code
    sandbox.act("", "unlock")
    assert 204 == call("PATCH", f"sobjects/Account/{two}", {"Phone": "2"}).status


def test_all_rows_may_be_locked_at_once(sandbox, call):
    """Without naming them."""
    one = call.create("Account", Name="A")
    sandbox.faults.add(LockRows(**ONE))

    assert [400, 204] == [
        call("PATCH", f"sobjects/Account/{one}", {"Phone": "1"}).status for _ in range(2)
    ]


def test_the_quota_is_spent_by_somebody_else(sandbox, call):
    """In the middle of a run."""
    sandbox.faults.add(SpendQuota(nth=2))

    assert [200, 403, 403] == [call("GET", "limits").status for _ in range(3)]


def test_sessions_and_locators_end_in_the_middle_of_a_run(sandbox, call):
    """As they may at any time."""
    for name in "ABC":
        call.create("Account", Name=name)
    sandbox.act("", "set", page_rows=2)
    following = call("GET", "query", params={"q": "SELECT Id FROM Account"}).body["nextRecordsUrl"]
    sandbox.faults.add(ExpireLocators(path="*/query/*", **ONE), ExpireSessions(path="*/limits"))

    assert "INVALID_QUERY_LOCATOR" == call("GET", following).code
    assert "INVALID_SESSION_ID" == call("GET", "limits").code


def test_pages_are_shorter_than_asked_for_now_and_then(sandbox, call):
    """By a fault, for the calls that it strikes."""
    for name in "ABC":
        call.create("Account", Name=name)
    sandbox.faults.add(ShortPages(rows=2, nth=2))

    counts = [
        len(call("GET", "query", params={"q": "SELECT Id FROM Account"}).body["records"])
        for _ in range(3)
    ]

    assert [3, 2, 3] == counts


def test_a_change_that_is_committed_late_shows_the_stamp_of_its_begin(sandbox, call):
    """So it appears behind whoever read on in the meantime."""
    sandbox.faults.add(CommitLate(method="POST", by_s=120))
    call.create("Account", Name="A")

    [row] = call.query("SELECT SystemModstamp FROM Account")

    assert "2026-03-01T11:58:00.000+0000" == row["SystemModstamp"]


def test_a_person_who_takes_long_is_seen_late_with_an_early_stamp(sandbox, call):
    """And what is said to be covered stays before the begin."""
    id_ = call.create("Account", Name="A")
    sandbox.clock.forward(600)
    sandbox.act("susan.lindt", "edit", object="Account", id=id_, values={"Name": "B"}, late_s=120)
    sandbox.clock.forward(60)
    span = {"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T13:00:00Z"}

    covered = call("GET", "sobjects/Account/updated", params=span).body["latestDateCovered"]
    before = call.query("SELECT Name FROM Account")
    sandbox.clock.forward(61)
    after = call.query("SELECT Name, SystemModstamp, LastModifiedBy.Name FROM Account")

    assert "2026-03-01T12:10:00.000+0000" >= covered
    assert ["A"] == [row["Name"] for row in before]
    assert [("B", "2026-03-01T12:10:00.000+0000", "Susan Lindt")] == [
        (row["Name"], row["SystemModstamp"], row["LastModifiedBy"]["Name"]) for row in after
    ]


def test_a_field_goes_in_the_middle_of_a_run(sandbox, call):
    """What was described a moment ago is not there any more."""
    sandbox.faults.add(ChangeSchema(object="Account", field="Phone", nth=2))
    soql = {"q": "SELECT Phone FROM Account"}

    assert 200 == call("GET", "query", params=soql).status
    assert "INVALID_FIELD" == call("GET", "query", params=soql).code


def test_people_work_in_the_org_by_hand(sandbox, call):
    """They make, edit, delete, bring back and merge, each under their own name."""
    one = sandbox.act("susan.lindt", "create", object="Account", values={"Name": "A"})
    two = sandbox.act("mia.okafor", "create", object="Account", values={"Name": "B"})
    sandbox.act("tom.nguyen", "edit", object="Account", id=one, values={"Phone": "1"})
    sandbox.act("mia.okafor", "delete", object="Account", id=two)
    sandbox.act("mia.okafor", "undelete", object="Account", id=two)
    sandbox.act("susan.lindt", "merge", object="Account", id=one, losers=[two])

    found = call.query(
        "SELECT Id, CreatedBy.Name, MasterRecordId FROM Account ORDER BY Name", all_rows=True
    )

    assert [(one, "Susan Lindt", None), (two, "Mia Okafor", one)] == [
        (row["Id"], row["CreatedBy"]["Name"], row["MasterRecordId"]) for row in found
    ]
    sandbox.act("", "purge", object="Account", ids=[two])
    assert [one] == [row["Id"] for row in call.query("SELECT Id FROM Account", all_rows=True)]


@pytest.mark.parametrize(
    ("person", "verb", "options", "reason"),
    [
        ("susan.lindt", "dance", {}, "Nobody can 'dance' here"),
        ("nobody", "create", {"object": "Account", "values": {}}, "No user of this org"),
        ("susan.lindt", "create", {"object": "Account"}, "needs the option 'values'"),
        ("susan.lindt", "create", {"object": "Account", "values": {}}, "REQUIRED_FIELD_MISSING"),
        ("", "set", {"colour": 1}, "no 'colour' to set"),
    ],
)
def test_what_a_person_cannot_do_is_told_with_the_reason(sandbox, person, verb, options, reason):
    """And nothing is done."""
    with pytest.raises(KamsyncError, match=reason):
        sandbox.act(person, verb, **options)


MERGE = """<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://www.w3.org/2001/XMLSchema-instance">
<e:Header><SessionHeader xmlns="urn:partner.soap.sforce.com"><sessionId>{token}</sessionId></SessionHeader></e:Header>
<e:Body><merge xmlns="urn:partner.soap.sforce.com"><request><masterRecord><type>Account</type><Id>{one}</Id></masterRecord>
<recordToMergeIds>{two}</recordToMergeIds></request></merge></e:Body></e:Envelope>"""


def test_records_are_merged_over_soap(sandbox, call):
    """REST has no word for it."""
    one, two = call.create("Account", Name="A"), call.create("Account", Name="B")
    token = sandbox.service.credentials.access_token
    body = MERGE.format(token=token, one=one, two=two)

    answer = call("POST", "/services/Soap/u/64.0", data=body, headers={"Content-Type": "text/xml"})

    assert (
        f"<mergedRecordIds>{two}</mergedRecordIds><success>true</success>".encode() in answer.body
    )
    assert [one] == [row["Id"] for row in call.query("SELECT Id FROM Account")]
