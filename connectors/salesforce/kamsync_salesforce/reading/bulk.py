"""Bulk API 2.0 queries, for first readings of objects with very many rows.

Bulk API 2.0 and Bulk API Developer Guide, "Query Jobs". simple-salesforce reads such results by lines
and in Latin-1, which breaks texts with line breaks and umlauts; here they are bytes in UTF-8, read by
the csv module.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kamsync.errors import SystemDown
from kamsync_salesforce.api.client import Client, Rows
from kamsync_salesforce.objects.queries import Selection

__all__ = ["Bulk"]

PAGE = 10_000
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 15.0
WAITS = 400
ENDED = frozenset({"Failed", "Aborted"})
TRUE = {"true": True, "false": False}


class Bulk:
    """Runs query jobs; their rows come in the order of the query."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def pages(self, query: str, selection: Selection, looked: datetime | None) -> Iterator[Rows]:
        """Yield the pages of a query; the job is deleted when all of them were read."""
        types = self._types(selection)
        job = self._begun(query)
        try:
            locator = ""
            while locator != "null":
                params = {"maxRecords": str(PAGE), **({"locator": locator} if locator else {})}
                response = self._client.text(f"/jobs/query/{job}/results", params)
                locator = response.headers.get("Sforce-Locator", "null")
                rows = _rows(response.content, types, selection.object)
                told = int(response.headers.get("Sforce-NumberOfRecords", len(rows)))
                if told != len(rows):
                    raise SystemDown(
                        f"Salesforce announced {told:,} rows of {selection.object} and sent"
                        f" {len(rows):,}; they are read again in the next round."
                    )
                yield Rows(rows, "" if locator == "null" else locator, len(rows), looked)
        finally:
            self._client.call("DELETE", f"/jobs/query/{job}")

    def _begun(self, query: str) -> str:
        """Begin a job, and return its id when it is complete."""
        body = {"operation": "query", "query": query, "contentType": "CSV"}
        body |= {"columnDelimiter": "COMMA", "lineEnding": "LF"}
        begun = self._client.call("POST", "/jobs/query", body=body, repeatable=True)
        if begun.failed:
            raise SystemDown(f"Salesforce begins no bulk query: {begun.problem}.")
        job, wait_s = str(begun.body["id"]), FIRST_WAIT_S
        for _ in range(WAITS):
            state = self._client.get(f"/jobs/query/{job}").body
            if state["state"] == "JobComplete":
                return job
            if state["state"] in ENDED:
                raise SystemDown(
                    f"Salesforce's bulk query {state['state'].lower()}:"
                    f" {state.get('errorMessage') or 'it does not say why'}."
                )
            self._client.session.wait(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        raise SystemDown("Salesforce's bulk query does not end.")

    def _types(self, selection: Selection) -> dict[str, str]:
        """Return the type of each field: a table of texts does not tell a number from a text."""
        path = f"/sobjects/{selection.object}/describe"
        fields = self._client.get(path).body["fields"]
        return {each["name"]: each["type"] for each in fields}


def _rows(content: bytes, types: dict[str, str], object_: str) -> list[dict[str, Any]]:
    """Return the rows of a result as a query would answer them."""
    csv.field_size_limit(16 * 1024 * 1024)
    table = csv.reader(io.StringIO(content.decode(), newline=""))
    head = next(table, [])
    return [_row(dict(zip(head, cells, strict=True)), types, object_) for cells in table]


def _row(cells: dict[str, str], types: dict[str, str], object_: str) -> dict[str, Any]:
    row: dict[str, Any] = {"attributes": {"type": object_}}
    for name, cell in cells.items():
        *path, last = name.split(".")
        place = row
        for part in path:
            place = place.setdefault(part, {})
        place[last] = _cell(cell, types.get(name, "string"))
    return row


def _cell(cell: str, kind: str) -> Any:
    """Return a cell as JSON would hold it; an empty one is a field without a value."""
    if cell == "":
        return None
    if kind == "boolean":
        return TRUE.get(cell, cell)
    if kind == "int":
        return int(float(cell))
    if kind in {"double", "currency", "percent"}:
        return float(cell)
    return cell.replace("Z", "+0000") if kind == "datetime" and cell.endswith("Z") else cell
