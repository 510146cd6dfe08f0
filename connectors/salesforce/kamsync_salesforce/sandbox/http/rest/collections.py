"""sObject Collections: up to 200 records in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from kamsync_salesforce.sandbox.http.calls.asked import options_of
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["MANY", "row_error"]

MOST_WRITTEN = 200
MOST_READ = 2000
MOST_RUNS = 10
ROLLED_BACK = (
    "Record rolled back because not all records were valid and the request was using AllOrNone"
    " header"
)
NOT_FOUND = "The requested resource does not exist"

Result: TypeAlias = dict[str, Any]


class Wanted(Struct):
    """The records and fields that are read."""

    ids: list[str] = []
    fields: list[str] = []


class _Undo(Exception):
    """Not all of them could be written, and all were wanted."""


def create(api: Api, call: Call) -> Reply:
    """Make records. Source: REST API Developer Guide, "Create Records Using Collections"."""
    records = _records(call)
    options = options_of(call)

    def made(record: Result) -> Result:
        id_ = api.org.create(_type(record), _values(record), call.who, options)
        return _done(id_)

    return Reply(200, _each(api, call, records, made))


def change(api: Api, call: Call) -> Reply:
    """Change records. Source: REST API Developer Guide, "Update Records Using Collections"."""
    records = _records(call)
    options = options_of(call)

    def changed(record: Result) -> Result:
        id_ = _id(record)
        if id_ is None:
            raise Refusal(400, "MISSING_ARGUMENT", "Id not specified in an update call")
        api.org.update(_type(record), id_, _values(record), call.who, options)
        return _done(full_id(id_))

    return Reply(200, _each(api, call, records, changed))


def upsert(api: Api, call: Call) -> Reply:
    """Make or change records by a field. Source: the same, "Upsert Records Using Collections"."""
    object_, field = call.args["object"], call.args["field"]
    name = api.org.schema.object(object_).name
    records = _records(call)
    options = options_of(call)

    def upserted(record: Result) -> Result:
        if _type(record).lower() != name.lower():
            raise Refusal(400, "INVALID_INPUT", f"The records are not all of type {name}")
        values = _values(record)
        given = next((key for key in record if key.lower() == field.lower()), None)
        key = values.pop(given, None) if given else None
        if field.lower() == "id":
            key = _id(record)
        if key in (None, "") and field.lower() != "id":
            raise Refusal(400, "MISSING_ARGUMENT", f"{field} not specified", [field])
        if key is None:
            return {**_done(api.org.create(name, values, call.who, options)), "created": True}
        id_, made = api.org.upsert(name, field, str(key), values, call.who, options)
        return {**_done(id_), "created": made}

    return Reply(200, _each(api, call, records, upserted))


def remove(api: Api, call: Call) -> Reply:
    """Delete records. Source: REST API Developer Guide, "Delete Records Using Collections"."""
    ids = [id_ for id_ in call.query.get("ids", "").split(",") if id_]
    _at_most(ids, MOST_WRITTEN)

    def removed(record: Result) -> Result:
        id_ = str(record["id"])
        if not is_id(id_):
            raise Refusal(400, "MALFORMED_ID", f"bad id {id_}")
        object_ = api.org.schema.of_id(id_)
        if object_ is None:
            raise Refusal(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        api.org.delete(object_.name, id_, call.who)
        return _done(full_id(id_))

    wanted = call.query.get("allOrNone", "").lower() == "true"
    return Reply(200, _each(api, call, [{"id": id_} for id_ in ids], removed, all_or_none=wanted))


def read(api: Api, call: Call) -> Reply:
    """Read records by id, in order, with null for those that are not there.

    Source: REST API Developer Guide, "Get Records Using sObject Collections".
    """
    ids = call.query.get("ids", "").split(",")
    return _read(api, call, ids, call.query.get("fields", "").split(","))


def read_posted(api: Api, call: Call) -> Reply:
    """Read more records than an address can name. Source: the same, with a request body."""
    asked = call.shaped(Wanted)
    return _read(api, call, asked.ids, asked.fields)


MANY = {
    "POST composite/sobjects": create,
    "PATCH composite/sobjects": change,
    "DELETE composite/sobjects": remove,
    "GET composite/sobjects/{object}": read,
    "POST composite/sobjects/{object}": read_posted,
    "PATCH composite/sobjects/{object}/{field}": upsert,
}


def row_error(refusal: Refusal) -> Result:
    """Return a refusal as the result of one of many records has it.

    Source: REST API Developer Guide, "SaveResult": here the code is called ``statusCode``.
    """
    told = {"statusCode": refusal.code, "message": refusal.message, "fields": [*refusal.fields]}
    return {**told, **refusal.extra}


def _each(
    api: Api,
    call: Call,
    records: Sequence[Result],
    carry_out: Callable[[Result], Result],
    *,
    all_or_none: bool | None = None,
) -> list[Result]:
    """Return a result for each record, in order; none of them was written if all were wanted in vain."""
    if all_or_none is None:
        all_or_none = call.fields().get("allOrNone") is True
    results: list[Result] = []
    with suppress(_Undo), api.org.atomically():
        results += [_one(api, record, carry_out) for record in records]
        if not all_or_none or all(result["success"] for result in results):
            return results
        raise _Undo
    return [_rolled_back(result) if result["success"] else result for result in results]


def _one(api: Api, record: Result, carry_out: Callable[[Result], Result]) -> Result:
    """Return the result of one record; what is refused leaves nothing behind."""
    try:
        with api.org.atomically():
            return carry_out(record)
    except Refusal as refusal:
        told: Result = {"success": False, "errors": [row_error(refusal)]}
        id_ = _id(record)
        return {"id": full_id(id_), **told} if id_ and is_id(id_) else told


def _rolled_back(result: Result) -> Result:
    """Return the result of a record that was good, in a call where others were not."""
    error = {
        "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "message": ROLLED_BACK,
        "fields": [],
    }
    return {"id": result["id"], "success": False, "errors": [error]}


def _records(call: Call) -> list[Result]:
    """Return the records of the body.

    Source: REST API Developer Guide, "sObject Collections": 200 of them, in ten runs of one type.
    """
    records = call.fields().get("records")
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise Refusal(400, "JSON_PARSER_ERROR", "records must be a list of objects")
    _at_most(records, MOST_WRITTEN)
    runs = sum(1 for _ in groupby(records, key=lambda each: _type(each).lower()))
    if runs > MOST_RUNS:
        raise Refusal(
            400,
            "INVALID_INPUT",
            f"Cannot complete operation: the request has more than {MOST_RUNS} chunks of types",
        )
    return records


def _read(api: Api, call: Call, ids: list[str], fields: list[str]) -> Reply:
    """Return the records of *ids*."""
    _at_most(ids, MOST_READ)
    object_, names = call.args["object"], [name.strip() for name in fields if name]
    if not names:
        raise Refusal(400, "MISSING_ARGUMENT", "fields must be specified")
    return Reply(200, api.org.retrieve_many(object_, ids, names, call.who, version=call.release))


def _at_most(records: Sequence[Any], most: int) -> None:
    """Refuse more than a call takes."""
    if len(records) > most:
        raise Refusal(
            400,
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {most} records into this call",
        )


def _type(record: Result) -> str:
    """Return the type that a record says."""
    attributes = record.get("attributes")
    if not isinstance(attributes, Mapping) or not isinstance(attributes.get("type"), str):
        raise Refusal(400, "INVALID_INPUT", "attributes.type must be specified for each record")
    return str(attributes["type"])


def _id(record: Result) -> str | None:
    """Return the id of a record, however it is spelled."""
    return next((str(each) for key, each in record.items() if key.lower() == "id" and each), None)


def _values(record: Result) -> Result:
    """Return what a record sets."""
    return {key: each for key, each in record.items() if key.lower() not in {"attributes", "id"}}


def _done(id_: str) -> Result:
    """Return the result of a record that was written."""
    return {"id": id_, "success": True, "errors": []}
