"""Bulk API 2.0, reading: a job runs a query and gives the rows as CSV, in parts."""

from __future__ import annotations

import base64
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from msgspec import Struct, field

from kamsync_salesforce.sandbox.http.bulk import csvs
from kamsync_salesforce.sandbox.http.bulk.selected import columns_of
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.ids import full_id
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.stamps import stamp

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["EXTRACT", "QueryJob"]

DONE = {"JobComplete", "Failed", "Aborted"}
MOST_ROWS = 100_000
"""Rows that one answer has where the client names no number."""
PAGED_FROM = 58


class Asked(Struct, rename="camel"):
    """The body that makes a job."""

    operation: str
    query: str
    content_type: str = "CSV"
    column_delimiter: str = "COMMA"
    line_ending: str = "LF"


class QueryJob(Struct):
    """A job: what was asked, and the rows that were found, in a file by their places."""

    id: str
    asked: Asked
    object: str
    version: int
    by: str
    at: datetime
    rows: IO[bytes]
    header: bytes = b""
    places: list[int] = field(default_factory=list)
    state: str = "JobComplete"
    polls: int = 0

    @property
    def shown_state(self) -> str:
        """The state that the job says."""
        if self.state == "JobComplete" and self.polls > 0:
            return "InProgress" if self.polls == 1 else "UploadComplete"
        return self.state

    def __del__(self) -> None:
        self.rows.close()


def make(api: Api, call: Call) -> Reply:
    """Make a job. Source: Bulk API 2.0 and Bulk API Developer Guide, "Create a Query Job"."""
    asked = call.shaped(Asked, "INVALIDJOB")
    if asked.operation not in {"query", "queryAll"}:
        raise Refusal(400, "INVALIDJOB", f"InvalidJob : Invalid operation: {asked.operation}")
    if asked.column_delimiter not in csvs.DELIMITERS or asked.line_ending not in csvs.ENDINGS:
        raise Refusal(400, "INVALIDJOB", "InvalidJob : Invalid column delimiter or line ending")
    object_, columns = columns_of(api, asked.query, call.who)
    rows = TemporaryFile()  # noqa: SIM115
    job = QueryJob(api.job_id(), asked, object_, call.version, call.who.id, api.clock.now(), rows)
    _fill(api, call, job, columns)
    job.polls = api.bulk_polls
    api.extracts[job.id] = job
    return Reply(200, _told(job, "UploadComplete"))


def listed(api: Api, call: Call) -> Reply:
    """List the jobs. Source: the same, "Get Information About All Query Jobs"."""
    del call
    records = [_told(job) for job in api.extracts.values()]
    return Reply(200, {"done": True, "records": records, "nextRecordsUrl": None})


def info(api: Api, call: Call) -> Reply:
    """Tell how far a job is. Source: the same, "Get Information About a Query Job"."""
    job = _found(api, call)
    told = _told(job)
    job.polls = max(0, job.polls - 1)
    return Reply(200, told)


def abort(api: Api, call: Call) -> Reply:
    """Give a job up. Source: the same, "Abort a Query Job"."""
    job = _found(api, call)
    if call.fields().get("state") != "Aborted":
        raise Refusal(400, "INVALIDJOB", "A query job can only be set to Aborted")
    if job.shown_state in DONE:
        text = f"Aborting already {job.state} Job not allowed"
        raise Refusal(400, "INVALIDJOBSTATE", text)
    job.state = "Aborted"
    return Reply(200, _told(job))


def remove(api: Api, call: Call) -> Reply:
    """Delete a job that is at an end. Source: the same, "Delete a Query Job"."""
    job = _found(api, call)
    if job.shown_state not in DONE:
        raise Refusal(400, "API_ERROR", f"A job in the state {job.shown_state} cannot be deleted")
    del api.extracts[job.id]
    return Reply(204)


def results(api: Api, call: Call) -> Reply:
    """Give some of the rows, and where the others are.

    Source: Bulk API 2.0 and Bulk API Developer Guide, "Get Results for a Query Job" (Sforce-Locator,
    Sforce-NumberOfRecords; the version has to be that of the job).
    """
    job = _found(api, call)
    if job.version != call.version:
        raise Refusal(409, "VERSION_MISMATCH", "The job was created with another API version")
    if job.shown_state != "JobComplete":
        raise Refusal(400, "INVALIDJOBSTATE", "The job is not complete")
    start = _place(call.query.get("locator"))
    asked = call.query.get("maxRecords", "")
    most = int(asked) if asked.isdecimal() and int(asked) else MOST_ROWS
    total = len(job.places)
    if start > total or (start == total and start):
        raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    stop = min(start + most, total)
    headers = {
        "Sforce-Locator": _locator(stop) if stop < total else "null",
        "Sforce-NumberOfRecords": str(stop - start),
    }
    return Reply(200, _part(job, start, stop), headers, "text/csv")


def pages(api: Api, call: Call) -> Reply:
    """List where the parts are, for several to fetch. Source: the same, "Get Parallel Results"."""
    if call.version < PAGED_FROM:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    job = _found(api, call)
    base = f"{call.base}/jobs/query/{job.id}/results"
    starts = range(0, max(1, len(job.places)), MOST_ROWS)
    urls = [f"{base}?locator={_locator(start)}" if start else base for start in starts]
    listed = [{"resultUrl": url} for url in urls]
    return Reply(200, {"resultPages": listed, "nextRecordsUrl": None, "done": True})


EXTRACT = {
    "POST jobs/query": make,
    "GET jobs/query": listed,
    "GET jobs/query/{job}": info,
    "PATCH jobs/query/{job}": abort,
    "DELETE jobs/query/{job}": remove,
    "GET jobs/query/{job}/results": results,
    "GET jobs/query/{job}/resultPages": pages,
}


def _fill(api: Api, call: Call, job: QueryJob, columns: list[tuple[str, ...]]) -> None:
    """Run the query, and put its rows into the job's file."""
    all_rows = job.asked.operation == "queryAll"
    found = api.org.query(job.asked.query, call.who, all_rows=all_rows, version=call.release)
    cells = ([csvs.cell(csvs.flat(row, path)) for path in columns] for row in found.rows)
    delimiter = csvs.DELIMITERS[job.asked.column_delimiter]
    ending = csvs.ENDINGS[job.asked.line_ending]
    lines = csvs.written([".".join(path) for path in columns], cells, delimiter, ending)
    job.header = next(lines)
    place = 0
    for line in lines:
        job.places.append(place)
        place += job.rows.write(line)


def _part(job: QueryJob, start: int, stop: int) -> bytes:
    """Return the rows from *start* to *stop*, under the header."""
    if start == stop:
        return job.header
    job.rows.seek(job.places[start])
    end = job.places[stop] if stop < len(job.places) else -1
    return job.header + job.rows.read(end - job.places[start] if end >= 0 else -1)


def _found(api: Api, call: Call) -> QueryJob:
    """Return the job that a path names."""
    job = api.extracts.get(full_id(call.args["job"]))
    if job is None:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return job


def _told(job: QueryJob, state: str = "") -> dict[str, Any]:
    """Return a job as the API shows it."""
    shown = state or job.shown_state
    told = {
        "id": job.id,
        "operation": job.asked.operation,
        "object": job.object,
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
    if state:
        return told
    return {
        **told,
        "jobType": "V2Query",
        "numberRecordsProcessed": len(job.places) if shown == "JobComplete" else 0,
        "retries": 0,
        "totalProcessingTime": 0,
        "isPkChunkingSupported": True,
    }


def _locator(start: int) -> str:
    """Return the mark of the row that the next part begins with."""
    return base64.urlsafe_b64encode(f"Kam{start}".encode()).rstrip(b"=").decode()


def _place(locator: str | None) -> int:
    """Return the row that a mark names."""
    if not locator or locator == "null":
        return 0
    try:
        text = base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode()
        return int(text.removeprefix("Kam"))
    except ValueError as error:
        raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator") from error
