"""Reading one record, in the form in which the API gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.soql.shape import address, compound_parts, converter
from kamsync_salesforce.sandbox.state import State

__all__ = ["record_of", "retrieved", "retrieved_many"]

# How many ids one statement looks for.
CHUNK = 500


def retrieved(
    org: State, name: str, id_: str, names: Sequence[str] | None, who: Person, version: str
) -> dict[str, Any]:
    """Return a record with the fields of *names*, or with all that the profile sees.

    A field that it may not see is left out without a word, unless it was asked for by name.
    Source: REST API Developer Guide, "sObject Rows".
    """
    object_ = org.schema.object(name)
    row = org.store.row(object_.name, full_id(id_)) if is_id(id_) else None
    if row is None:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    if row.get("IsDeleted"):
        raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted")
    return record_of(object_, row, _fields(org, object_, names, who), version)


def retrieved_many(
    org: State, name: str, ids: Sequence[str], names: Sequence[str], who: Person, version: str
) -> list[dict[str, Any] | None]:
    """Return records in the order of *ids*, and None for one that is not there.

    Source: REST API Developer Guide, "Get Records Using sObject Collections".
    """
    object_ = org.schema.object(name)
    fields = _fields(org, object_, names, who)
    wanted = [full_id(id_) for id_ in ids]
    held: dict[str, Row] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = org.store.rows(object_.name, {"Id": wanted[start : start + CHUNK]}, live=True)
        held |= {row["Id"]: row for row in rows}
    return [
        record_of(object_, held[id_], fields, version) if id_ in held else None for id_ in wanted
    ]


def record_of(object_: SObject, row: Row, fields: Sequence[Field], version: str) -> dict[str, Any]:
    """Return *row* as a record with these fields."""
    record: dict[str, Any] = {
        "attributes": {
            "type": object_.name,
            "url": f"/services/data/v{version}/sobjects/{object_.name}/{row['Id']}",
        }
    }
    for field in fields:
        if not field.is_stored:
            parts = compound_parts(object_, field)
            record[field.name] = address({part: row[held] for part, held in parts.items()})
            continue
        convert = converter(field)
        held = row.get(field.name)
        record[field.name] = held if convert is None else convert(held)
    return record


def _fields(org: State, object_: SObject, names: Sequence[str] | None, who: Person) -> list[Field]:
    """Return the fields that are asked for; INVALID_FIELD for one that is not there to see."""
    if names is None:
        return [
            field
            for field in object_.fields.values()
            if org.profiles.sees(who, object_.name, field)
        ]
    found = []
    for name in dict.fromkeys(["Id", *names]):
        field = object_.field(name)
        if field is None or not org.profiles.sees(who, object_.name, field):
            raise Refusal(
                400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {object_.name}"
            )
        if field not in found:
            found.append(field)
    return found
