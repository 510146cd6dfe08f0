"""From the names and values that a client sends to the columns that they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.values import held_value
from kamsync_salesforce.sandbox.state import State

__all__ = ["known_field", "read_values"]


def read_values(
    org: State, object_: SObject, values: Mapping[str, Any], who: Person, *, new: bool
) -> Row:
    """Return the columns that *values* set, converted and checked one by one.

    A field that the profile may not see does not exist for it; one that cannot be written is
    refused by name, all such fields at once.
    Source: REST API Developer Guide, "sObject Rows" and "Status Codes and Error Responses".
    """
    read: Row = {}
    refused: list[str] = []
    for name, value in values.items():
        if name == "attributes":
            continue
        if isinstance(value, Mapping):
            read |= _by_external_id(org, object_, name, value, who)
            continue
        field = known_field(org, object_, name, who)
        if not _writable(org, object_, field, who, new=new):
            refused.append(field.name)
            continue
        read[field.name] = _converted(field, value)
    if refused:
        raise _not_writable(refused)
    return read


def known_field(org: State, object_: SObject, name: str, who: Person) -> Field:
    """Return the field of that name, if *who* may know of it."""
    field = object_.field(name)
    if field is None or not org.profiles.sees(who, object_.name, field):
        raise Refusal(
            400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {object_.name}"
        )
    return field


def _writable(org: State, object_: SObject, field: Field, who: Person, *, new: bool) -> bool:
    """Tell whether the field takes a value from this person, on a record that is new or not."""
    allowed = field.createable if new else field.updateable
    return allowed and org.profiles.writes(who, object_.name, field)


def _converted(field: Field, value: Any) -> Any:
    """Return what the column holds; a yes or no cannot be left open."""
    held = held_value(field, value)
    if held is None and field.type == "boolean":
        raise Refusal(
            400,
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            f"{field.label}: value not of required type: {'' if value is None else value}",
            [field.name],
        )
    return held


def _by_external_id(
    org: State, object_: SObject, name: str, told: Mapping[str, Any], who: Person
) -> Row:
    """Return the reference to the record that *told* names by one field of its own.

    Source: REST API Developer Guide, "Insert or Update (Upsert) a Record Using an External ID"
    ("relate to a parent by its external ID").
    """
    reference = object_.path(name)
    if reference is None or not reference.targets:
        raise Refusal(
            400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {object_.name}"
        )
    named = {key: value for key, value in told.items() if key != "attributes"}
    if not named:
        return {}
    ((key, value),) = list(named.items())[:1]
    kind = (told.get("attributes") or {}).get("type") or reference.targets[0]
    target = org.schema.object(kind)
    field = known_field(org, target, key, who)
    if field.name == "Id":
        return {reference.name: held_value(reference, value)}
    if not (field.external_id or field.id_lookup):
        raise Refusal(
            400,
            "INVALID_FIELD",
            f"Field name provided, {key} is not an External ID or indexed field for {kind}",
        )
    found = org.store.rows(target.name, {field.name: value}, live=True)
    if len(found) != 1:
        raise Refusal(
            400,
            "INVALID_FIELD",
            f"Foreign key external ID: {str(value).lower()} not found for field {field.name} in"
            f" entity {target.name}",
        )
    return {reference.name: found[0]["Id"]}


def _not_writable(names: list[str]) -> Refusal:
    """Return what is said of fields that nobody, or not this profile, may write."""
    return Refusal(
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings"
        " of this field and verify that it is read/write for your profile or permission set.",
        names,
    )
