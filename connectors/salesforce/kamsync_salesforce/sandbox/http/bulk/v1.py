"""Bulk API 1.0: jobs with batches, as extractors and older loaders use them.

Source of all of it: Bulk API 2.0 and Bulk API Developer Guide, part "Bulk API", and "Bulk API
Reference".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web
from msgspec import DecodeError, Struct, field
from multidict import CIMultiDict

from kamsync_salesforce.sandbox.http.bulk import csvs
from kamsync_salesforce.sandbox.http.bulk.selected import columns_of
from kamsync_salesforce.sandbox.http.bulk.v1_formats import (
    Problem,
    aside,
    listed_ids,
    read_document,
    read_rows,
    told,
    told_results,
    told_rows,
)
from kamsync_salesforce.sandbox.http.calls.asked import options_of
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.http.login.sessions import Session
from kamsync_salesforce.sandbox.ids import full_id
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.stamps import stamp

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["Job", "bulk_one"]

OPERATIONS = {"insert", "update", "upsert", "delete", "hardDelete", "query", "queryAll"}
MOST_ROWS = 10_000
CHUNK = 100_000
FORMATS = {"JSON": "application/json", "XML": "application/xml", "CSV": "text/csv"}


class Batch(Struct):
    """A batch: what was sent, and what came of it."""

    id: str
    at: str
    sent: bytes = b""
    state: str = "Completed"
    error: str = ""
    processed: int = 0
    failed: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    chunk: str = ""


class Job(Struct):
    """A job with its batches."""

    id: str
    operation: str
    object: str
    format: str
    key: str | None
    version: int
    by: str
    at: str
    state: str = "Open"
    batches: dict[str, Batch] = field(default_factory=dict)
    columns: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def is_query(self) -> bool:
        """Whether it reads."""
        return self.operation in {"query", "queryAll"}


def bulk_one(api: Api, request: web.Request, body: bytes) -> Reply:
    """Answer one call."""
    xml = "xml" in request.headers.get("Content-Type", request.headers.get("Accept", ""))
    try:
        session = _session(api, request)
        api.quota.take()
        parts = tuple(part for part in request.match_info["rest"].split("/") if part)
        return _Jobs(api, request, session.who).answer(request.method, parts, body)
    except Problem as problem:
        return problem.reply(xml=xml)
    except Refusal as refusal:
        code = "ExceededQuota" if refusal.status == 403 else "InvalidBatch"  # noqa: PLR2004
        return Problem(code, refusal.message, refusal.status).reply(xml=xml)


def _session(api: Api, request: web.Request) -> Session:
    """Return the session that a call shows, in a header of its own or in the usual one."""
    usual = request.headers.get("Authorization", "").partition(" ")[2]
    session = api.sessions.find(request.headers.get("X-SFDC-Session") or usual)
    if session is None:
        raise Problem("InvalidSessionId", "Invalid session id", 401)
    return session


class _Jobs:
    """The jobs of an org, for one call."""

    def __init__(self, api: Api, request: web.Request, who: Person) -> None:
        self._api = api
        self._request = request
        self._who = who
        number = request.match_info["version"].partition(".")[0]
        if not number.isascii() or not number.isdecimal():
            raise Problem("InvalidVersion", "Invalid API version", 400)
        self._version = int(number)

    def answer(self, method: str, parts: tuple[str, ...], body: bytes) -> Reply:
        """Carry the call out."""
        match method, *parts:
            case "POST", "job":
                return self._make(body)
            case _, "job", id_:
                job = self._job(id_)
                return self._told(job) if method == "GET" else self._set_state(job, body)
            case _, "job", id_, "batch":
                job = self._job(id_)
                return self._listed(job) if method == "GET" else self._add(job, body)
            case "GET", "job", id_, "batch", batch, *which:
                return self._of_batch(self._job(id_), batch, which)
        raise Problem("InvalidUrl", "Destination URL not reset.", 404)

    def _of_batch(self, job: Job, id_: str, which: list[str]) -> Reply:
        """Show a batch, what was sent, or its results."""
        batch = _batch(job, id_)
        match which:
            case []:
                return told("batchInfo", _batch_info(job, batch), job.format)
            case ["request"]:
                return Reply(200, batch.sent, content_type=FORMATS[job.format])
            case ["result"]:
                return self._results(job, batch)
            case ["result", result]:
                return self._rows(job, batch, result)
        raise Problem("InvalidUrl", "Destination URL not reset.", 404)

    def _listed(self, job: Job) -> Reply:
        """List the batches of a job."""
        infos = [_batch_info(job, each) for each in job.batches.values()]
        return told("batchInfoList", {"batchInfo": infos}, job.format)

    def _make(self, body: bytes) -> Reply:
        """Make a job."""
        asked = read_document(body, self._request.headers.get("Content-Type", ""))
        operation, name = str(asked.get("operation")), str(asked.get("object"))
        object_ = self._api.org.schema.find(name)
        if operation not in OPERATIONS:
            raise Problem("InvalidJob", f"Invalid operation: {operation}")
        if object_ is None:
            raise Problem("InvalidEntity", f"Entity '{name}' is not supported by the Bulk API.")
        format_ = str(asked.get("contentType") or "XML").upper()
        if format_ not in FORMATS:
            raise Problem("InvalidJob", f"Unsupported content type: {format_}")
        if operation == "upsert" and not asked.get("externalIdFieldName"):
            raise Problem("InvalidJob", "External ID was blank")
        job = Job(
            id=self._api.job_id(),
            operation=operation,
            object=object_.name,
            format=format_,
            key=asked.get("externalIdFieldName"),
            version=self._version,
            by=self._who.id,
            at=stamp(self._api.clock.now()),
        )
        self._api.jobs[job.id] = job
        shown = aside(self._request.headers.get("Content-Type", ""), format_)
        return told("jobInfo", _job_info(job), shown, 201)

    def _told(self, job: Job) -> Reply:
        return told("jobInfo", _job_info(job), job.format)

    def _set_state(self, job: Job, body: bytes) -> Reply:
        """Close a job, or give it up."""
        asked = read_document(body, self._request.headers.get("Content-Type", ""))
        if asked.get("state") not in {"Closed", "Aborted"}:
            raise Problem("InvalidJobState", f"Invalid state: {asked.get('state')}")
        if job.state != "Open":
            raise Problem("InvalidJobState", f"Closing already {job.state} job not allowed")
        job.state = str(asked["state"])
        return self._told(job)

    def _add(self, job: Job, body: bytes) -> Reply:
        """Take a batch and work through it."""
        if job.state != "Open":
            raise Problem("InvalidJobState", f"Job is not open: {job.state}")
        batch = self._batch(job, body)
        if job.is_query:
            self._query(job, batch)
        else:
            self._write(job, batch)
        return told("batchInfo", _batch_info(job, batch, "Queued"), job.format, 201)

    def _batch(self, job: Job, body: bytes = b"") -> Batch:
        """Add a batch to a job."""
        batch = Batch(self._api.job_id("751"), stamp(self._api.clock.now()), body)
        job.batches[batch.id] = batch
        return batch

    def _query(self, job: Job, batch: Batch) -> None:
        """Run the query of a batch; with the header for it, in chunks that are batches of their own."""
        soql = batch.sent.decode("utf-8", "replace")
        try:
            _, job.columns = columns_of(self._api, soql, self._who)
            all_rows = job.operation == "queryAll"
            rows = [*self._api.org.query(soql, self._who, all_rows=all_rows).rows]
        except Refusal as refusal:
            batch.state, batch.error = "Failed", f"InvalidBatch : {refusal.message}"
            return
        chunked = self._request.headers.get("Sforce-Enable-PKChunking", "")
        if not chunked or chunked.strip().upper() == "FALSE":
            batch.rows, batch.processed = rows, len(rows)
            return
        batch.state = "NotProcessed"
        size = _chunk_size(chunked)
        for start in range(0, len(rows), size):
            part = self._batch(job, batch.sent)
            part.rows = rows[start : start + size]
            part.processed = len(part.rows)

    def _write(self, job: Job, batch: Batch) -> None:
        """Write the rows of a batch; those that are refused leave the others be."""
        try:
            rows = read_rows(batch.sent, job.format)
        except (DecodeError, csvs.CsvProblem) as error:
            batch.state, batch.error = "Failed", f"InvalidBatch : {error}"
            return
        if len(rows) > MOST_ROWS:
            batch.state, batch.error = "Failed", "InvalidBatch : Too many records in the batch"
            return
        for row in rows:
            batch.results.append(self._one(job, dict(row)))
        batch.processed = len(rows)
        batch.failed = sum(not result["success"] for result in batch.results)

    def _one(self, job: Job, row: dict[str, Any]) -> dict[str, Any]:
        """Carry out one row."""
        try:
            with self._api.org.atomically():
                id_, created = self._carried_out(job, row)
        except Refusal as refusal:
            error = {"statusCode": refusal.code, "message": refusal.message}
            errors = [{**error, "fields": [*refusal.fields], "extendedErrorDetails": None}]
            return {"success": False, "created": False, "id": None, "errors": errors}
        return {"success": True, "created": created, "id": id_, "errors": []}

    def _carried_out(self, job: Job, row: dict[str, Any]) -> tuple[str, bool]:
        """Return the id of the record that a row is about, and whether it is new."""
        org, who, options = self._api.org, self._who, options_of(self._call())
        row.pop("attributes", None)
        id_ = str(next((row.pop(key) for key in [*row] if key.lower() == "id"), None) or "")
        if job.operation == "insert":
            return org.create(job.object, row, who, options), True
        if job.operation == "upsert" and (job.key or "").lower() != "id":
            key = next(
                (row.pop(each) for each in [*row] if each.lower() == str(job.key).lower()), None
            )
            if key in (None, ""):
                raise Refusal(400, "MISSING_ARGUMENT", f"{job.key} not specified", [str(job.key)])
            return org.upsert(job.object, job.key or "", str(key), row, who, options)
        if job.operation == "upsert" and not id_:
            return org.create(job.object, row, who, options), True
        if not id_:
            raise Refusal(400, "MISSING_ARGUMENT", "Id not specified")
        if job.operation in {"update", "upsert"}:
            org.update(job.object, id_, row, who, options)
        else:
            org.delete(job.object, id_, who)
            if job.operation == "hardDelete":
                org.purge(job.object, [id_])
        return full_id(id_), False

    def _call(self) -> Call:
        """Return the call with its headers, which say how to write."""
        headers = CIMultiDict(self._request.headers)
        return Call("POST", (), {}, headers, self._version, self._who)

    def _results(self, job: Job, batch: Batch) -> Reply:
        """List the results of a query, or say what became of each row that was written."""
        if batch.state != "Completed":
            raise Problem("InvalidBatch", f"Batch is {batch.state}")
        if not job.is_query:
            return told_results(batch.results, job.format)
        return listed_ids([f"752{batch.id[3:]}"], job.format)

    def _rows(self, job: Job, batch: Batch, result: str) -> Reply:
        """Give the rows of a query."""
        if result != f"752{batch.id[3:]}":
            raise Problem("InvalidBatch", f"No result {result}", 404)
        return told_rows(batch.rows, job.columns, job.format)

    def _job(self, id_: str) -> Job:
        """Return the job that a path names."""
        job = self._api.jobs.get(full_id(id_))
        if job is None:
            raise Problem("InvalidJob", f"Unable to find job: {id_}", 404)
        return job


def _batch(job: Job, id_: str) -> Batch:
    """Return the batch that a path names."""
    if full_id(id_) not in job.batches:
        raise Problem("InvalidBatch", f"Unable to find batch: {id_}", 404)
    return job.batches[full_id(id_)]


def _chunk_size(header: str) -> int:
    """Return how many records a chunk has. Source: the same, "PK Chunking Header"."""
    for part in header.split(";"):
        key, _, value = part.partition("=")
        if key.strip().lower() == "chunksize" and value.strip().isdecimal():
            return max(1, int(value))
    return CHUNK


def _job_info(job: Job) -> Mapping[str, Any]:
    """Return a job as the API shows it. Source: the same, "JobInfo"."""
    batches = list(job.batches.values())
    counts = {
        "numberBatchesQueued": 0,
        "numberBatchesInProgress": 0,
        "numberBatchesCompleted": sum(each.state == "Completed" for each in batches),
        "numberBatchesFailed": sum(each.state == "Failed" for each in batches),
        "numberBatchesTotal": len(batches),
        "numberRecordsProcessed": sum(each.processed for each in batches),
        "numberRetries": 0,
        "numberRecordsFailed": sum(each.failed for each in batches),
    }
    return {
        "id": job.id,
        "operation": job.operation,
        "object": job.object,
        "createdById": job.by,
        "createdDate": job.at,
        "systemModstamp": job.at,
        "state": job.state,
        **({"externalIdFieldName": job.key} if job.key else {}),
        "concurrencyMode": "Parallel",
        "contentType": job.format,
        **counts,
        "apiVersion": float(job.version),
        "totalProcessingTime": 0,
        "apiActiveProcessingTime": 0,
        "apexProcessingTime": 0,
    }


def _batch_info(job: Job, batch: Batch, state: str = "") -> dict[str, Any]:
    """Return a batch as the API shows it. Source: the same, "BatchInfo"."""
    return {
        "id": batch.id,
        "jobId": job.id,
        "state": state or batch.state,
        "createdDate": batch.at,
        "systemModstamp": batch.at,
        "numberRecordsProcessed": 0 if state else batch.processed,
        "numberRecordsFailed": 0 if state else batch.failed,
        "totalProcessingTime": 0,
        "apiActiveProcessingTime": 0,
        "apexProcessingTime": 0,
        **({"stateMessage": batch.error} if batch.error else {}),
    }
