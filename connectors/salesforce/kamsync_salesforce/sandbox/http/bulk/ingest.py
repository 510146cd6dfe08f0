"""Bulk API 2.0, writing: a job takes one file, works through it, and gives the results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from random import Random
from typing import TYPE_CHECKING, Any

from msgspec import DecodeError, Struct, convert, field, json

from kamsync_salesforce.sandbox.http.bulk import csvs
from kamsync_salesforce.sandbox.http.bulk.csvs import CsvProblem
from kamsync_salesforce.sandbox.http.calls.asked import options_of
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.ids import full_id
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.stamps import stamp

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["INGEST", "IngestJob"]

OPERATIONS = {"insert", "update", "upsert", "delete", "hardDelete"}
LARGEST_FILE = 150_000_000
LONGEST_CONTENT = 100_000
DONE = {"JobComplete", "Failed", "Aborted"}
CHUNK = 200
"""Rows are written in lots of this size. Source: Bulk API Developer Guide, "How Requests Are Processed"."""


class Asked(Struct, rename="camel"):
    """The body that makes a job."""

    operation: str
    object: str
    external_id_field_name: str | None = None
    content_type: str = "CSV"
    column_delimiter: str = "COMMA"
    line_ending: str = "LF"
    assignment_rule_id: str | None = None


class IngestJob(Struct):
    """A job: what was asked, its file, and the rows by what became of them."""

    id: str
    asked: Asked
    version: int
    by: str
    at: datetime
    state: str = "Open"
    file: bytes | None = None
    header: list[str] = field(default_factory=list)
    good: list[list[str]] = field(default_factory=list)
    bad: list[list[str]] = field(default_factory=list)
    left: list[list[str]] = field(default_factory=list)
    error: str = ""
    polls: int = 0
    """So many times it is asked for its state before it says that it is done."""

    @property
    def shown_state(self) -> str:
        """The state that the job says."""
        if self.state in DONE and self.polls > 0:
            return "InProgress" if self.polls == 1 else "UploadComplete"
        return self.state


def make(api: Api, call: Call) -> Reply:
    """Make a job, from JSON, or with its file from a multipart body.

    Source: Bulk API 2.0 and Bulk API Developer Guide, "Create a Job" and "Create a Multipart Job".
    """
    if call.headers.get("Content-Type", "").startswith("multipart/form-data"):
        given, content = _parts(call)
        job = _new(api, call, given)
        if len(content) > LONGEST_CONTENT:
            raise Refusal(400, "INVALIDJOB", "The content of a multipart job is too large")
        job.file = content
        _work(api, call, job)
        return Reply(200, _told(job, "UploadComplete"))
    return Reply(200, _told(_new(api, call, call.fields())))


def listed(api: Api, call: Call) -> Reply:
    """List the jobs. Source: the same, "Get Information About All Jobs"."""
    del call
    records = [_told(job) for job in api.ingest.values()]
    return Reply(200, {"done": True, "records": records, "nextRecordsUrl": None})


def upload(api: Api, call: Call) -> Reply:
    """Take the file of a job, once. Source: the same, "Upload Job Data": 201."""
    job = _found(api, call)
    if job.state != "Open":
        raise _wrong_state(f"Job state must be Open to upload data, but is {job.state}")
    if job.file is not None:
        raise Refusal(400, "INVALIDJOBSTATE", "Found multiple contents for job")
    if len(call.body) > LARGEST_FILE:
        raise Refusal(413, "EXCEEDED_MAX_SIZE", "The request is larger than a job may be")
    job.file = call.body
    return Reply(201)


def close(api: Api, call: Call) -> Reply:
    """Let the job be worked through, or give it up. Source: the same, "Close or Abort a Job"."""
    job = _found(api, call)
    state = call.fields().get("state")
    if state == "Aborted":
        if job.state in DONE and not job.polls:
            raise _wrong_state(f"Aborting already {job.state} Job not allowed")
        job.state, job.polls = "Aborted", 0
        return Reply(200, _told(job))
    if state != "UploadComplete":
        raise Refusal(400, "INVALIDJOB", f"{state} is not a valid state to set")
    if job.state != "Open":
        raise _wrong_state(f"Closing already {job.state} Job not allowed")
    if job.file is None:
        raise Refusal(400, "INVALIDJOBSTATE", "The job has no data")
    _work(api, call, job)
    return Reply(200, _told(job, "UploadComplete"))


def info(api: Api, call: Call) -> Reply:
    """Tell how far a job is. Source: the same, "Get Job Info"."""
    job = _found(api, call)
    told = _told(job)
    job.polls = max(0, job.polls - 1)
    return Reply(200, told)


def remove(api: Api, call: Call) -> Reply:
    """Delete a job that is at an end. Source: the same, "Delete a Job"."""
    job = _found(api, call)
    if job.state not in DONE | {"UploadComplete"}:
        raise Refusal(400, "API_ERROR", f"A job in the state {job.state} cannot be deleted")
    del api.ingest[job.id]
    return Reply(204)


def good(api: Api, call: Call) -> Reply:
    """Give the rows that were written. Source: the same, "Get Job Successful Record Results"."""
    job = _found(api, call)
    return _file(job, ["sf__Id", "sf__Created", *job.header], job.good)


def bad(api: Api, call: Call) -> Reply:
    """Give the rows that were refused. Source: the same, "Get Job Failed Record Results"."""
    job = _found(api, call)
    return _file(job, ["sf__Id", "sf__Error", *job.header], job.bad)


def left(api: Api, call: Call) -> Reply:
    """Give the rows that were not come to. Source: the same, "Get Job Unprocessed Record Results"."""
    job = _found(api, call)
    return _file(job, job.header, job.left)


INGEST = {
    "POST jobs/ingest": make,
    "GET jobs/ingest": listed,
    "PUT jobs/ingest/{job}/batches": upload,
    "PATCH jobs/ingest/{job}": close,
    "GET jobs/ingest/{job}": info,
    "DELETE jobs/ingest/{job}": remove,
    "GET jobs/ingest/{job}/successfulResults": good,
    "GET jobs/ingest/{job}/failedResults": bad,
    "GET jobs/ingest/{job}/unprocessedrecords": left,
    "GET jobs/ingest/{job}/unprocessedRecords": left,
}


def _new(api: Api, call: Call, given: Mapping[str, Any]) -> IngestJob:
    """Return a new job for what the body says."""
    try:
        asked = convert(given, Asked)
    except DecodeError as error:
        raise Refusal(400, "INVALIDJOB", f"InvalidJob : {error}") from error
    object_ = api.org.schema.find(asked.object)
    if object_ is None or not object_.flags["queryable"]:
        text = f"InvalidEntity : Entity '{asked.object}' is not supported by the Bulk API."
        raise Refusal(400, "INVALIDENTITY", text)
    asked.object = object_.name
    if asked.operation not in OPERATIONS:
        raise Refusal(400, "INVALIDJOB", f"InvalidJob : Invalid operation: {asked.operation}")
    if asked.operation == "upsert" and not asked.external_id_field_name:
        raise Refusal(400, "INVALIDJOB", "InvalidJob : External ID was blank")
    if asked.column_delimiter not in csvs.DELIMITERS or asked.line_ending not in csvs.ENDINGS:
        raise Refusal(400, "INVALIDJOB", "InvalidJob : Invalid column delimiter or line ending")
    if asked.content_type != "CSV":
        raise Refusal(400, "INVALIDJOB", "InvalidJob : The content type must be CSV")
    job = IngestJob(api.job_id(), asked, call.version, call.who.id, api.clock.now())
    api.ingest[job.id] = job
    return job


def _found(api: Api, call: Call) -> IngestJob:
    """Return the job that a path names."""
    job = api.ingest.get(full_id(call.args["job"]))
    if job is None:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return job


def _work(api: Api, call: Call, job: IngestJob) -> None:
    """Work through the file; rows that are refused leave the others be, and nothing is rolled back."""
    job.state, job.polls = "JobComplete", api.bulk_polls
    try:
        delimiter = csvs.DELIMITERS[job.asked.column_delimiter]
        job.header, rows = csvs.read(job.file or b"", delimiter, job.asked.line_ending)
        _check_header(api, job)
    except CsvProblem as problem:
        job.state, job.error = "Failed", str(problem)
        return
    if len(rows) and api.bulk_stops_after is not None:
        job.state, job.error = "Failed", "InternalServerError : The job was stopped"
        rows, job.left = rows[: api.bulk_stops_after], rows[api.bulk_stops_after :]
    for start in range(0, len(rows), CHUNK):
        with api.org.atomically():
            for row in rows[start : start + CHUNK]:
                _write(api, call, job, row)
    # A real org gives them in no order.
    for results in (job.good, job.bad):
        Random(job.id).shuffle(results)  # noqa: S311


def _check_header(api: Api, job: IngestJob) -> None:
    """Refuse a file with a column that no field has."""
    object_ = api.org.schema.object(job.asked.object)
    for name in job.header:
        if "." not in name and object_.field(name) is None:
            raise CsvProblem(f"InvalidBatch : Field name not found : {name}")


def _write(api: Api, call: Call, job: IngestJob, row: list[str]) -> None:
    """Carry out one row."""
    values = csvs.record(job.header, row)
    id_ = str(_popped(values, "Id") or "")
    try:
        with api.org.atomically():
            written, created = _carried_out(api, call, job, id_, values)
    except Refusal as refusal:
        fields = f"{','.join(refusal.fields)} --" if refusal.fields else "--"
        job.bad.append([id_, f"{refusal.code}:{refusal.message}:{fields}", *row])
    else:
        job.good.append([written, "true" if created else "false", *row])


def _carried_out(
    api: Api, call: Call, job: IngestJob, id_: str, values: dict[str, Any]
) -> tuple[str, bool]:
    """Return the id of the record that a row is about, and whether it is new."""
    object_, options = job.asked.object, options_of(call)
    if job.asked.operation == "insert":
        return api.org.create(object_, values, call.who, options), True
    if job.asked.operation == "upsert":
        return _upserted(api, call, job, id_, values)
    if not id_:
        raise Refusal(400, "MISSING_ARGUMENT", "Id not specified")
    if job.asked.operation == "update":
        api.org.update(object_, id_, values, call.who, options)
    else:
        api.org.delete(object_, id_, call.who)
        if job.asked.operation == "hardDelete":
            api.org.purge(object_, [id_])
    return full_id(id_), False


def _upserted(
    api: Api, call: Call, job: IngestJob, id_: str, values: dict[str, Any]
) -> tuple[str, bool]:
    """Make or change the record that has the key of a row."""
    object_, name = job.asked.object, job.asked.external_id_field_name or ""
    options = options_of(call)
    if name.lower() == "id":
        if not id_:
            return api.org.create(object_, values, call.who, options), True
        api.org.update(object_, id_, values, call.who, options)
        return full_id(id_), False
    key = _popped(values, name)
    if key is None:
        raise Refusal(400, "MISSING_ARGUMENT", f"{name} not specified", [name])
    written, created = api.org.upsert(object_, name, str(key), values, call.who, options)
    return written, created


def _popped(values: dict[str, Any], name: str) -> Any:
    """Take a column out of a row, however it is spelled."""
    spelled = next((each for each in values if each.lower() == name.lower()), None)
    return values.pop(spelled) if spelled else None


def _told(job: IngestJob, state: str = "") -> dict[str, Any]:
    """Return a job as the API shows it. Source: the same, "Get Job Info" (response body)."""
    shown = state or job.shown_state
    told: dict[str, Any] = {
        "id": job.id,
        "operation": job.asked.operation,
        "object": job.asked.object,
        "createdById": job.by,
        "createdDate": stamp(job.at),
        "systemModstamp": stamp(job.at),
        "state": shown,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(job.version),
        "lineEnding": job.asked.line_ending,
        "columnDelimiter": job.asked.column_delimiter,
    }
    if job.asked.external_id_field_name:
        told["externalIdFieldName"] = job.asked.external_id_field_name
    if shown == "Open":
        base = f"services/data/v{job.version}.0"
        return {**told, "contentUrl": f"{base}/jobs/ingest/{job.id}/batches"}
    done = shown in DONE
    return {
        **told,
        "jobType": "V2Ingest",
        "numberRecordsProcessed": len(job.good) + len(job.bad) if done else 0,
        "numberRecordsFailed": len(job.bad) if done else 0,
        "retries": 0,
        "totalProcessingTime": 0,
        "apiActiveProcessingTime": 0,
        "apexProcessingTime": 0,
        **({"errorMessage": job.error} if job.error else {}),
    }


def _file(job: IngestJob, header: list[str], rows: list[list[str]]) -> Reply:
    """Return results as CSV; a real org does not name the encoding."""
    delimiter = csvs.DELIMITERS[job.asked.column_delimiter]
    ending = csvs.ENDINGS[job.asked.line_ending]
    body = b"".join(csvs.written(header, rows, delimiter, ending))
    return Reply(200, body, content_type="text/csv")


def _parts(call: Call) -> tuple[dict[str, Any], bytes]:
    """Return the two parts of a multipart body."""
    head = f"Content-Type: {call.headers['Content-Type']}\r\n\r\n".encode()
    found: dict[str, bytes] = {}
    for part in message_from_bytes(head + call.body).walk():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            found[name] = payload
    if not {"job", "content"} <= set(found):
        raise Refusal(400, "INVALIDJOB", "A multipart job needs the parts job and content")
    try:
        return json.decode(found["job"], type=dict[str, Any]), found["content"]
    except DecodeError as error:
        raise Refusal(400, "JSON_PARSER_ERROR", str(error)) from error


def _wrong_state(text: str) -> Refusal:
    return Refusal(400, "INVALIDJOBSTATE", text)
