"""Independent calls in one, and trees of new records."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct

from kamsync_salesforce.sandbox.http.calls.asked import options_of
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.http.rest.collections import row_error
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["BATCH"]

MOST_PARTS = 25
MOST_RECORDS = 200
DEEPEST = 5
MOST_TYPES = 5
HALTED = "Batch processing halted because a previous request in the batch failed"


class Part(Struct, rename="camel"):
    """One call within a batch."""

    method: str
    url: str
    rich_input: Any = UNSET


class Batch(Struct, rename="camel"):
    """The body of a batch."""

    batch_requests: list[Part]
    halt_on_error: bool = False


class Planted(Struct):
    """The body of a tree."""

    records: list[dict[str, Any]] = []


class _Undo(Exception):
    """A record of a tree could not be made."""


def batch(api: Api, call: Call) -> Reply:
    """Carry out up to 25 calls, each of which counts by itself.

    Source: REST API Developer Guide, "Composite Batch" (BATCH_PROCESSING_HALTED).
    """
    asked = call.shaped(Batch)
    if len(asked.batch_requests) > MOST_PARTS:
        raise Refusal(400, "LIMIT_EXCEEDED", f"The batch has more than {MOST_PARTS} subrequests.")
    api.count(len(asked.batch_requests) - 1)
    results: list[dict[str, Any]] = []
    failed = False
    for part in asked.batch_requests:
        reply = _halted() if failed and asked.halt_on_error else _part(api, call, part)
        failed = failed or reply.status >= 400  # noqa: PLR2004
        results.append({"statusCode": reply.status, "result": reply.body})
    return Reply(200, {"hasErrors": failed, "results": results})


def tree(api: Api, call: Call) -> Reply:
    """Make records with their children, all or none.

    Source: REST API Developer Guide, "sObject Tree": 200 records, five levels, five types.
    """
    records = call.shaped(Planted).records
    planted = _Tree(api, call)
    with suppress(_Undo), api.org.atomically():
        planted.plant(call.args["object"], records, {}, depth=1)
        if planted.errors:
            raise _Undo
    if planted.errors:
        return Reply(400, {"hasErrors": True, "results": planted.errors})
    return Reply(201, {"hasErrors": False, "results": planted.made})


BATCH = {"POST composite/batch": batch, "POST composite/tree/{object}": tree}


def _part(api: Api, call: Call, part: Part) -> Reply:
    """Carry out one call of a batch."""
    try:
        sub = call.sub(part.method.upper(), part.url, body=part.rich_input)
    except Refusal as refusal:
        return api.refused(refusal, None)
    return api.answer(sub)


def _halted() -> Reply:
    """Return the answer to a call that comes after one that failed."""
    return Reply(412, [{"errorCode": "BATCH_PROCESSING_HALTED", "message": HALTED}])


class _Tree:
    """The records of one tree, as they are made."""

    def __init__(self, api: Api, call: Call) -> None:
        self._api = api
        self._who = call.who
        self._options = options_of(call)
        self._types: set[str] = set()
        self.made: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []

    def plant(self, object_: str, records: list[Any], under: dict[str, str], depth: int) -> None:
        """Make *records* and what hangs on them; *under* says which field points at which parent."""
        self._types.add(object_.lower())
        if depth > DEEPEST or len(self._types) > MOST_TYPES:
            raise Refusal(400, "INVALID_INPUT", "The tree has too many levels or types")
        for record in records:
            if len(self.made) + len(self.errors) >= MOST_RECORDS:
                raise Refusal(
                    400, "INVALID_INPUT", f"The tree has more than {MOST_RECORDS} records"
                )
            self._grow(object_, record, under, depth)

    def _grow(self, object_: str, record: Any, under: dict[str, str], depth: int) -> None:
        """Make one record, then its children."""
        attributes = record.get("attributes") if isinstance(record, dict) else None
        told = attributes if isinstance(attributes, dict) else {}
        name = told.get("referenceId")
        if not name or str(told.get("type", "")).lower() != object_.lower():
            raise Refusal(400, "INVALID_INPUT", "Each record needs attributes.type and referenceId")
        plain = {key: each for key, each in record.items() if key != "attributes"}
        nested = {key: plain.pop(key) for key in [*plain] if _is_nested(plain[key])}
        try:
            id_ = self._api.org.create(object_, {**plain, **under}, self._who, self._options)
        except Refusal as refusal:
            self.errors.append({"referenceId": name, "errors": [row_error(refusal)]})
            return
        self.made.append({"referenceId": name, "id": id_})
        for relation, held in nested.items():
            child, field = self._child(object_, relation)
            self.plant(child, held["records"], {field: id_}, depth + 1)

    def _child(self, object_: str, relation: str) -> tuple[str, str]:
        """Return the object and the field that a relationship of *object_* stands for."""
        schema = self._api.org.schema
        for each in schema.children(schema.object(object_).name):
            if (each.name or "").lower() == relation.lower():
                return each.child, each.field.name
        raise Refusal(400, "INVALID_FIELD", f"No such relationship '{relation}' on {object_}")


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("records"), list)
