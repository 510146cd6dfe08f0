"""One row on its way, and the requests that carry rows: collections, single ones, deletes.

REST API Developer Guide, "sObject Collections" (200 rows, no conditions, 10 runs of one type) and
"Composite" (25 requests, five of which may be collections).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from kamsync.model import Op, Outcome, Receipt, Write
from kamsync_salesforce.api.answers import Problem, problems_in
from kamsync_salesforce.api.client import Answer, Sub
from kamsync_salesforce.api.moments import http_date, moment
from kamsync_salesforce.writing.outcomes import CHANGED, receipt

__all__ = [
    "COLLECTION",
    "COLLECTIONS",
    "SINGLES",
    "Row",
    "Told",
    "collection",
    "single",
    "told_alone",
    "told_of",
    "untouched",
]

COLLECTION = 200
COLLECTIONS = 5
SINGLES = 25
SILENT = Problem("NO_ANSWER", "Salesforce did not answer for this row.")


class Row(Struct, frozen=True):
    """One write with the body that says it; *place* is where its receipt belongs."""

    place: int
    write: Write
    body: Mapping[str, Any]

    @property
    def native_id(self) -> str:
        """The record that it changes, empty for one that is to be made."""
        return self.write.native_id or ""


class Told(Struct, frozen=True):
    """What was told of one row: that it is done, or the *problem*.

    *of_call* says that the call was refused as a whole, so that this row may be all right. *outcome*
    stands where a row was not answered at all.
    """

    row: Row
    native_id: str = ""
    problem: Problem | None = None
    status: int = 0
    of_call: bool = False
    outcome: Outcome | None = None

    def receipt(self) -> Receipt:
        """Return the receipt of the row."""
        if self.outcome is not None:
            reason = self.problem.text if self.problem else ""
            return Receipt(self.outcome, self.native_id or self.row.write.native_id, reason=reason)
        if self.problem is not None:
            return receipt(self.row.write, self.problem, self.status)
        return Receipt(Outcome.DONE, self.native_id or self.row.native_id)


def collection(object_: str, op: Op, rows: Sequence[Row], *, whole: bool = False) -> Sub:
    """Return the request that carries up to 200 rows."""
    if op is Op.DELETE:
        ids = ",".join(row.native_id for row in rows)
        flag = str(whole).lower()
        return Sub("DELETE", f"/composite/sobjects?ids={ids}&allOrNone={flag}")
    kind = {"attributes": {"type": object_}}
    records = [
        {**kind, **({"id": row.native_id} if op is Op.UPDATE else {}), **row.body} for row in rows
    ]
    method = "POST" if op is Op.CREATE else "PATCH"
    return Sub(method, "/composite/sobjects", {"allOrNone": whole, "records": records})


def told_of(rows: Sequence[Row], answer: Answer) -> list[Told]:
    """Return what a collection's answer tells of each row, in their order."""
    if answer.failed or not isinstance(answer.body, list):
        problem = answer.problem
        return [Told(row, problem=problem, status=answer.status, of_call=True) for row in rows]
    told = [_told(row, each) for row, each in zip(rows, answer.body, strict=False)]
    return told + [Told(row, problem=SILENT, status=500) for row in rows[len(told) :]]


def single(object_: str, row: Row) -> Sub:
    """Return the request that carries one row, on the version that it names."""
    op, path = row.write.op, f"/sobjects/{object_}"
    if op is Op.CREATE:
        return Sub("POST", path, dict(row.body))
    path = f"{path}/{row.native_id}"
    return (
        Sub("DELETE", path) if op is Op.DELETE else Sub("PATCH", path, dict(row.body), only_if(row))
    )


def untouched(object_: str, row: Row) -> Sub:
    """Return the request that locks a record if nobody has changed it, and changes nothing itself."""
    return Sub("PATCH", f"/sobjects/{object_}/{row.native_id}", {}, only_if(row))


def only_if(row: Row) -> dict[str, str]:
    """Return the condition that nobody has changed the record since it was read."""
    version = row.write.version
    return {} if version is None else {"If-Unmodified-Since": http_date(moment(version))}


def told_alone(row: Row, answer: Answer) -> Told:
    """Return what the answer to a single request tells."""
    if answer.failed:
        problem = Problem("HTTP_412", "It was changed since.") if answer.status == CHANGED else None
        return Told(row, problem=problem or answer.problem, status=answer.status)
    made = answer.body.get("id", "") if isinstance(answer.body, Mapping) else ""
    return Told(row, native_id=str(made))


def _told(row: Row, said: Mapping[str, Any]) -> Told:
    """Return what one result of a collection tells."""
    if said.get("success"):
        return Told(row, native_id=str(said.get("id") or ""))
    found = problems_in(said)
    return Told(row, problem=found[0] if found else SILENT)
