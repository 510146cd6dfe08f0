"""Records by a field that identifies them, and writing them by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.writing import create, update
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.values import held_value
from kamsync_salesforce.sandbox.rules.write import Options
from kamsync_salesforce.sandbox.state import State

__all__ = ["find_by_key", "upsert"]


def find_by_key(org: State, name: str, field: str, key: str, who: Person) -> list[str]:
    """Return the ids of the records with *key* in a field that identifies.

    Source: REST API Developer Guide, "sObject Rows by External ID"; recordings give the text for a
    field that is none.
    """
    object_ = org.schema.object(name)
    known = _key_field(org, object_, field, who)
    if known.name == "Id":
        row = org.store.row(object_.name, full_id(key)) if is_id(key) else None
        return [row["Id"]] if row and not row.get("IsDeleted") else []
    rows = org.store.rows(object_.name, {known.name: held_value(known, key)}, live=True)
    return [row["Id"] for row in rows]


def upsert(
    org: State,
    name: str,
    field: str,
    key: str,
    values: Mapping[str, Any],
    who: Person,
    options: Options,
) -> tuple[str, bool]:
    """Make the record with *key*, or change it where there is one; returns its id and which it was.

    Source: REST API Developer Guide, "Insert or Update (Upsert) a Record Using an External ID".
    """
    object_ = org.schema.object(name)
    known = _key_field(org, object_, field, who)
    for given in values:
        if given.lower() in {"id", known.name.lower()}:
            raise Refusal(
                400,
                "INVALID_FIELD",
                f"The {known.name} field should not be specified in the sobject data.",
            )
    ids = find_by_key(org, name, field, key, who)
    if len(ids) > 1:
        raise Refusal(
            300,
            "DUPLICATE_EXTERNAL_ID",
            f"{known.label}: more than one record found for external id field: {ids}",
        )
    if ids:
        update(org, name, ids[0], values, who, options)
        return ids[0], False
    if options.update_only or known.name == "Id":
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return create(org, name, {**values, known.name: key}, who, options), True


def _key_field(org: State, object_: SObject, name: str, who: Person) -> Field:
    """Return a field that records are found by; NOT_FOUND for any other."""
    field = object_.field(name)
    seen = field is not None and org.profiles.sees(who, object_.name, field)
    if field is None or not seen or not (field.external_id or field.id_lookup):
        raise Refusal(
            404,
            "NOT_FOUND",
            f"Provided external ID field does not exist or is not accessible: {name}",
        )
    return field
