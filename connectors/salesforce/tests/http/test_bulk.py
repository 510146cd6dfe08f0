"""Bulk API 2.0 and 1.0: jobs that write a file, and jobs that read one."""

import csv
import io
import json

import pytest


def job(call, operation="insert", object_="Account", **more):
    """Make a job that writes, and return its path."""
    body = {
        "object": object_,
        "operation": operation,
        "contentType": "CSV",
        "lineEnding": "LF",
        **more,
    }
    made = call("POST", "jobs/ingest", body)
    assert (200, "Open") == (made.status, made.body["state"])
    assert f"services/data/v66.0/jobs/ingest/{made.body['id']}/batches" == made.body["contentUrl"]
    return f"jobs/ingest/{made.body['id']}"


def worked(call, path, text):
    """Give a job its file, let it work, and return how it ended."""
    put = call("PUT", f"{path}/batches", data=text.encode(), headers={"Content-Type": "text/csv"})
    closed = call("PATCH", path, {"state": "UploadComplete"})
    assert (201, 200, "UploadComplete") == (put.status, closed.status, closed.body["state"])
    return call("GET", path).body


def rows(answer):
    """Return the rows of a file."""
    return list(
        csv.DictReader(
            io.StringIO(answer.content if isinstance(answer, str) else answer.body.decode())
        )
    )


def test_a_job_writes_what_it_can_and_tells_what_became_of_each_row(call):
    """The results come in no order and without a word on their encoding."""
    path = job(call)
    lines = [
        '"Name","Phone"',
        '"Nord\nwind","1"',
        '"","2"',
        *(f'"Ä{number}","3"' for number in range(20)),
    ]

    ended = worked(call, path, "\n".join(lines) + "\n")
    good, bad = call("GET", f"{path}/successfulResults"), call("GET", f"{path}/failedResults")

    assert ("JobComplete", 22, 1) == (
        ended["state"],
        ended["numberRecordsProcessed"],
        ended["numberRecordsFailed"],
    )
    names = [row["Name"] for row in rows(good)]
    assert {"Nord\nwind", *(f"Ä{number}" for number in range(20))} == set(names)
    assert names[1:] != [f"Ä{number}" for number in range(20)]
    assert {"true"} == {row["sf__Created"] for row in rows(good)}
    assert "text/csv" == good.headers["Content-Type"]
    [refused] = rows(bad)
    assert (
        "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --" == refused["sf__Error"]
    )
    assert b'"Name","Phone"\n' == call("GET", f"{path}/unprocessedrecords").body


def test_an_empty_cell_changes_nothing_and_a_mark_clears(call):
    """``#N/A`` is null; a parent is named by its key."""
    call("PATCH", "sobjects/Account/KamsyncId__c/k1", {"Name": "A", "Phone": "1", "Site": "x"})
    update = "KamsyncId__c,Phone,Site,Name\nk1,,#N/A,\nk2,,,B\n"

    ended = worked(call, job(call, "upsert", externalIdFieldName="KamsyncId__c"), update)
    worked(call, job(call, object_="Contact"), "LastName,Account.KamsyncId__c\nX,k1\n")

    assert 0 == ended["numberRecordsFailed"]
    found = call.query("SELECT Phone, Site, Name FROM Account ORDER BY Name")
    assert [("1", None, "A"), (None, None, "B")] == [
        (each["Phone"], each["Site"], each["Name"]) for each in found
    ]
    assert ["A"] == [
        each["Account"]["Name"] for each in call.query("SELECT Account.Name FROM Contact")
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Name\r\nA\r\n", "LineEnding is invalid on user data"),
        ("Nope\nA\n", "Field name not found : Nope"),
        ("", "Unable to find object or header row"),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_job(call, text, error):
    """Nothing of it is written."""
    ended = worked(call, job(call), text)

    assert "Failed" == ended["state"]
    assert error in ended["errorMessage"]


def test_a_job_that_fails_in_the_middle_keeps_what_it_wrote(sandbox, call):
    """The rest is unprocessed."""
    sandbox.act("", "set", bulk_stops_after=2)
    path = job(call)

    ended = worked(call, path, "Name\nA\nB\nC\nD\n")

    assert ("Failed", 2) == (ended["state"], len(call.query("SELECT Id FROM Account")))
    assert ["C", "D"] == [row["Name"] for row in rows(call("GET", f"{path}/unprocessedRecords"))]


def test_a_job_takes_its_time(sandbox, call):
    """It is asked for its state until it is done."""
    sandbox.act("", "set", bulk_polls=2)
    path = job(call)
    worked(call, path, "Name\nA\n")

    states = [call("GET", path).body["state"] for _ in range(2)]

    assert ["InProgress", "JobComplete"] == states


def test_a_job_goes_only_forward(call):
    """What its state does not allow is refused."""
    path = job(call)
    assert "INVALIDJOBSTATE" == call("PATCH", path, {"state": "UploadComplete"}).code
    assert 400 == call("DELETE", path).status
    worked(call, path, "Name\nA\n")

    assert "INVALIDJOBSTATE" == call("PATCH", path, {"state": "UploadComplete"}).code
    again = call("PUT", f"{path}/batches", data=b"Name\nB\n", headers={"Content-Type": "text/csv"})
    assert "INVALIDJOBSTATE" == again.code
    assert 204 == call("DELETE", path).status
    assert 404 == call("GET", path).status
    gone = job(call)
    assert "Aborted" == call("PATCH", gone, {"state": "Aborted"}).body["state"]


def test_a_small_job_comes_with_its_file(call):
    """In one multipart body."""
    body = {"object": "Account", "operation": "insert", "contentType": "CSV"}
    parts = {
        "job": (None, json.dumps(body), "application/json"),
        "content": ("c", "Name\nA\n", "text/csv"),
    }
    prepared = call.session.post(
        f"{call.url}/services/data/v66.0/jobs/ingest", files=parts, timeout=20
    )

    assert "UploadComplete" == prepared.json()["state"]
    assert ["A"] == [each["Name"] for each in call.query("SELECT Name FROM Account")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"object": "Nothing", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Account", "operation": "paint"}, "INVALIDJOB"),
        ({"object": "Account", "operation": "upsert"}, "INVALIDJOB"),
        ({"object": "Account", "operation": "insert", "columnDelimiter": "x"}, "INVALIDJOB"),
        ({"operation": "insert"}, "INVALIDJOB"),
    ],
)
def test_a_job_that_cannot_be_is_refused(call, body, code):
    """When it is made."""
    assert code == call("POST", "jobs/ingest", body).code


def query(call, soql, **more):
    """Make a job that reads, and return its path."""
    made = call("POST", "jobs/query", {"operation": "query", "query": soql, **more})
    assert (200, "UploadComplete") == (made.status, made.body["state"])
    return f"jobs/query/{made.body['id']}"


def test_a_job_reads_in_parts(sandbox, call):
    """Each says how many rows it has and where the next begins."""
    hub = sandbox.org.people.integration
    for number in range(5):
        sandbox.org.create("Account", {"Name": f"A{number}", "AnnualRevenue": 9.12260031e8}, hub)
    path = query(
        call,
        "SELECT Name, AnnualRevenue, CreatedDate, Owner.Name, IsDeleted, Phone FROM Account ORDER BY Name",
    )

    parts, locator = [], ""
    while locator != "null":
        parts.append(call("GET", f"{path}/results", params={"maxRecords": 2, "locator": locator}))
        locator = parts[-1].headers["Sforce-Locator"]

    assert ["2", "2", "1"] == [part.headers["Sforce-NumberOfRecords"] for part in parts]
    assert [f"A{number}" for number in range(5)] == [
        row["Name"] for part in parts for row in rows(part)
    ]
    assert {
        "Name": "A0",
        "AnnualRevenue": "9.12260031E8",
        "CreatedDate": "2026-03-01T12:00:00.000Z",
        "Owner.Name": "kamsync Hub",
        "IsDeleted": "false",
        "Phone": "",
    } == rows(parts[0])[0]
    assert 5 == call("GET", path).body["numberRecordsProcessed"]


def test_a_job_that_finds_nothing_gives_the_header(call):
    """And no locator."""
    answer = call("GET", f"{query(call, 'SELECT Id, Name FROM Account')}/results")

    assert (b'"Id","Name"\n', "null", "0") == (
        answer.body,
        answer.headers["Sforce-Locator"],
        answer.headers["Sforce-NumberOfRecords"],
    )


def test_results_are_given_in_the_version_of_the_job(call):
    """409 in any other."""
    path = query(call, "SELECT Id FROM Account")
    call.version = "60.0"

    assert 409 == call("GET", f"{path}/results").status
    assert 200 == call("GET", f"{path}/resultPages").status


def test_deleted_records_are_read_by_query_all(call):
    """As over REST."""
    call("DELETE", f"sobjects/Account/{call.create('Account', Name='A')}")
    soql = "SELECT Name FROM Account"

    counts = [
        len(rows(call("GET", f"{query(call, soql, operation=operation)}/results")))
        for operation in ("query", "queryAll")
    ]

    assert [0, 1] == counts


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT count() FROM Account",
        "SELECT Name, count(Id) FROM Account GROUP BY Name",
        "SELECT Id FROM Account LIMIT 5 OFFSET 5",
        "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
        "SELECT BillingAddress FROM Account",
    ],
)
def test_what_bulk_does_not_give_is_refused_when_it_is_asked_for(call, soql):
    """So a client can go on over REST."""
    refused = call("POST", "jobs/query", {"operation": "query", "query": soql})

    assert (400, "API_ERROR") == (refused.status, refused.code)


def test_a_job_that_reads_is_aborted_only_while_it_runs(sandbox, call):
    """And deleted only afterwards."""
    done = query(call, "SELECT Id FROM Account")
    sandbox.act("", "set", bulk_polls=5)
    running = query(call, "SELECT Id FROM Account")

    assert "INVALIDJOBSTATE" == call("PATCH", done, {"state": "Aborted"}).code
    assert "API_ERROR" == call("DELETE", running).code
    assert "INVALIDJOBSTATE" == call("GET", f"{running}/results").code
    assert "Aborted" == call("PATCH", running, {"state": "Aborted"}).body["state"]
    assert [204, 204] == [call("DELETE", each).status for each in (done, running)]


ASYNC = "/services/async/59.0/job"


def test_an_old_job_of_csv_is_told_of_in_xml(call):
    """As older loaders want it."""
    xml = '<jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload"><operation>insert</operation><object>Account</object><contentType>CSV</contentType></jobInfo>'
    made = call("POST", ASYNC, data=xml, headers={"Content-Type": "application/xml"})
    id_ = made.body.partition(b"<id>")[2].partition(b"</id>")[0].decode()
    batch = call(
        "POST", f"{ASYNC}/{id_}/batch", data='Name\nA\n""\n', headers={"Content-Type": "text/csv"}
    )
    batch_id = batch.body.partition(b"<id>")[2].partition(b"</id>")[0].decode()
    result = call("GET", f"{ASYNC}/{id_}/batch/{batch_id}/result")

    assert (201, 201) == (made.status, batch.status)
    assert b"<state>Queued</state>" in batch.body
    assert ["true", "false"] == [row["Success"] for row in rows(result)]


def test_an_old_job_reads_in_chunks_if_told(call):
    """The batch that asked is not processed, and each chunk is a batch of its own."""
    for name in "ABC":
        call.create("Account", Name=name)
    headers = {"Content-Type": "application/json", "Sforce-Enable-PKChunking": "chunkSize=2"}
    body = {"operation": "query", "object": "Account", "contentType": "JSON"}
    id_ = call("POST", ASYNC, body).body["id"]
    call(
        "POST",
        f"{ASYNC}/{id_}/batch",
        data="SELECT Name, CreatedDate FROM Account",
        headers=headers,
    )

    batches = call("GET", f"{ASYNC}/{id_}/batch").body["batchInfo"]
    [result] = call("GET", f"{ASYNC}/{id_}/batch/{batches[1]['id']}/result").body
    found = call("GET", f"{ASYNC}/{id_}/batch/{batches[1]['id']}/result/{result}").body

    assert ["NotProcessed", "Completed", "Completed"] == [each["state"] for each in batches]
    assert [1_772_366_400_000] * 2 == [row["CreatedDate"] for row in found]
