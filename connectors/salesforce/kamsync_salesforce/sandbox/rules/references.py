"""References have to lead to records that are there, and unique values to one record alone."""

from __future__ import annotations

from kamsync_salesforce.sandbox.ids import short_id
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["check_references", "check_unique"]

# Hierarchies are told to end after so many steps; a real org stops a loop as well.
DEEPEST = 500


def check_references(org: State, write: Write) -> None:
    """Refuse an id of the wrong object, of no record, or of one that is deleted.

    Source: REST API Developer Guide, "Status Codes and Error Responses" (MALFORMED_ID,
    INVALID_CROSS_REFERENCE_KEY, ENTITY_IS_DELETED).
    """
    for field in write.fields():
        id_ = write.values[field.name]
        if field.type == "reference" and id_ is not None and write.sets(field.name):
            _check_target(org, field, id_)
            if field.name == "RecordTypeId":
                _check_record_type(org, write, id_)
            if write.id is not None:
                _check_loop(org, write, field, id_)


def _check_target(org: State, field: Field, id_: str) -> None:
    """Refuse an id that the field cannot hold."""
    target = org.schema.of_id(id_)
    if target is None or target.name not in field.targets:
        if field.name == "RecordTypeId":
            raise _no_record_type(id_)
        raise Refusal(
            400, "MALFORMED_ID", f"{field.label}: id value of incorrect type: {id_}", [field.name]
        )
    row = org.store.row(target.name, id_)
    if row is None:
        if field.name == "RecordTypeId":
            raise _no_record_type(id_)
        raise Refusal(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if row.get("IsDeleted"):
        raise Refusal(400, "ENTITY_IS_DELETED", "entity is deleted")
    if field.name == "OwnerId" and row.get("IsActive") == 0:
        raise Refusal(
            400,
            "INACTIVE_OWNER_OR_USER",
            "operation performed with inactive user [" + id_ + "] as owner of " + field.label,
            [field.name],
        )


def _check_record_type(org: State, write: Write, id_: str) -> None:
    """Refuse a kind of another object, and one that is not in use any more.

    Source: a recording of a real org, "Record Type ID: this ID value isn't valid for the user";
    Object Reference, "RecordType" ("SobjectType", "IsActive").
    """
    kind = org.store.row("RecordType", id_)
    if kind is None or kind["SobjectType"] != write.object.name or not kind["IsActive"]:
        raise _no_record_type(id_)


def _no_record_type(id_: str) -> Refusal:
    """Return what is said of a record type that the user cannot choose."""
    return Refusal(
        400,
        "INVALID_CROSS_REFERENCE_KEY",
        f"Record Type ID: this ID value isn't valid for the user: {id_}",
        ["RecordTypeId"],
    )


def _check_loop(org: State, write: Write, field: Field, id_: str) -> None:
    """Refuse a record that would stand above itself.

    Source: Object Reference, "Account" ("ParentId"): a hierarchy has no circles.
    """
    if field.name not in {"ParentId", "ReportsToId", "ManagerId"}:
        return
    seen: str | None = id_
    for _ in range(DEEPEST):
        if seen is None:
            return
        if seen == write.id:
            raise Refusal(
                400,
                "CIRCULAR_DEPENDENCY",
                f"attempting to create a circular dependency in a hierarchy: {short_id(id_)}",
                [field.name],
            )
        row = org.store.row(write.object.name, seen)
        seen = row.get(field.name) if row else None


def check_unique(org: State, write: Write) -> None:
    """Refuse a value that another record has in a field where each has its own.

    Source: REST API Developer Guide, "Status Codes and Error Responses" (DUPLICATE_VALUE).
    """
    for field in write.fields():
        value = write.values[field.name]
        if not field.unique or value is None or not write.sets(field.name):
            continue
        held = org.store.rows(write.object.name, {field.name: value}, live=True)
        others = [row["Id"] for row in held if row["Id"] != write.id]
        if others:
            raise Refusal(
                400,
                "DUPLICATE_VALUE",
                f"duplicate value found: {field.name} duplicates value on record with id:"
                f" {short_id(others[0])}",
            )
