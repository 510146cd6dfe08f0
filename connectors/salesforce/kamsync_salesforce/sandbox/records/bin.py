"""Deleting: what goes along, what stands in the way, and what comes back from the recycle bin."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from kamsync_salesforce.sandbox.metadata.schema import ChildRelation
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.records.writing import found, must
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.lines import add_up_lines
from kamsync_salesforce.sandbox.rules.locks import check_lock
from kamsync_salesforce.sandbox.state import State

__all__ = ["BINLESS", "delete", "purge", "put_away", "undelete"]

# Members of teams are gone at once. Source: Object Reference, "AccountTeamMember" and
# "OpportunityTeamMember" (a delete does not go to the Recycle Bin).
BINLESS = {"AccountTeamMember", "OpportunityTeamMember"}
# Children that their parent takes with it without a word in the log of what was deleted.
SILENT = "History"


class Cleared(Struct, frozen=True):
    """A reference that was emptied because what it led to was deleted."""

    object: str
    id: str
    field: str


def delete(org: State, name: str, id_: str, who: Person) -> None:
    """Put a record into the recycle bin, with what belongs to it.

    Source: REST API Developer Guide, "sObject Rows" (DELETE); Object Reference,
    `childRelationships` (cascadeDelete, restrictedDelete).
    """
    object_ = org.schema.object(name)
    must(object_, "deletable")
    row = found(org, object_, id_)
    check_lock(org, [row["Id"]])
    _check_not_needed(org, object_, row)
    with org.store.savepoint():
        put_away(org, object_, row, who, _next_batch(org))
        if object_.name == "OpportunityLineItem":
            add_up_lines(org, row["OpportunityId"], org.stamp())


def put_away(org: State, object_: SObject, row: Row, who: Person, batch: int) -> None:
    """Delete one record and all below it; what only pointed at it points at nothing.

    Whoever deleted a record is the last who changed it.
    """
    cleared: list[Cleared] = []
    for relation in org.schema.children(object_.name):
        child = org.schema.object(relation.child)
        for under in org.store.rows(child.name, {relation.field.name: row["Id"]}, live=True):
            if relation.field.cascade:
                put_away(org, child, under, who, batch)
            elif relation.field.nillable and relation.field.name != "MasterRecordId":
                org.store.change(child.name, under["Id"], {relation.field.name: None})
                cleared.append(Cleared(child.name, under["Id"], relation.field.name))
    at = org.stamp()
    if object_.name in BINLESS or "IsDeleted" not in object_.fields:
        org.store.remove(object_.name, [row["Id"]])
    else:
        signs = {"LastModifiedDate": at, "LastModifiedById": who.id, "SystemModstamp": at}
        signs = {key: value for key, value in signs.items() if key in object_.fields}
        org.store.change(object_.name, row["Id"], {"IsDeleted": 1, **signs})
    if not object_.name.endswith(SILENT):
        told = json.dumps([[each.object, each.id, each.field] for each in cleared])
        org.store.db.execute(
            "INSERT OR REPLACE INTO org_bin VALUES (?, ?, ?, ?, ?, ?)",
            [object_.name, row["Id"], at, batch, told, int(object_.name in BINLESS)],
        )


def undelete(org: State, name: str, id_: str, who: Person) -> None:
    """Bring a record back from the recycle bin, with what was deleted along with it.

    What has been purged, or never could be brought back, is refused. A loser of a merge comes
    back as a record of its own, without what was moved to the survivor.
    Source: SOAP API Developer Guide, "undelete()".
    """
    object_ = org.schema.object(name)
    must(object_, "undeletable")
    row = org.store.row(object_.name, id_)
    if row is None:
        raise Refusal(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if not row["IsDeleted"]:
        raise Refusal(400, "UNDELETE_FAILED", "Entity is not in the recycle bin")
    batch = org.store.value(
        "SELECT batch FROM org_bin WHERE object = ? AND id = ? ORDER BY at DESC",
        [object_.name, row["Id"]],
    )
    with org.store.savepoint():
        held = org.store.db.execute(
            "SELECT object, id, cleared FROM org_bin WHERE batch = ? AND gone = 0", [batch]
        ).fetchall()
        merged = row.get("MasterRecordId") is not None
        for kind, each, cleared in held:
            if not merged or each == row["Id"]:
                _bring_back(org, org.schema.object(kind), each, cleared, who)


def _bring_back(org: State, object_: SObject, id_: str, cleared: str, who: Person) -> None:
    """Undelete one record, and point at it again what has not been pointed elsewhere since."""
    at = org.stamp()
    signs: Row = {"LastModifiedDate": at, "LastModifiedById": who.id, "SystemModstamp": at}
    signs = {key: value for key, value in signs.items() if key in object_.fields}
    if "MasterRecordId" in object_.fields:
        signs["MasterRecordId"] = None
    org.store.change(object_.name, id_, {"IsDeleted": 0, **signs})
    for kind, under, field in json.loads(cleared):
        row = org.store.row(kind, under)
        if row is not None and row[field] is None:
            org.store.change(kind, under, {field: id_})
    org.store.db.execute("DELETE FROM org_bin WHERE object = ? AND id = ?", [object_.name, id_])


def purge(org: State, name: str, ids: list[str]) -> None:
    """Take records out of the recycle bin for good; nothing of them is left to be queried.

    Source: SOAP API Developer Guide, "emptyRecycleBin()"; Bulk API 2.0, "hardDelete".
    """
    object_ = org.schema.object(name)
    for id_ in ids:
        row = org.store.row(object_.name, id_)
        if row is None:
            raise Refusal(400, "INVALID_ID_FIELD", "Invalid record id; no recycle bin entry found")
        if not row.get("IsDeleted"):
            raise Refusal(400, "INVALID_ID_FIELD", "Invalid record id; no recycle bin entry found")
    with org.store.savepoint():
        for id_ in ids:
            _purge_one(org, object_, id_)


def _purge_one(org: State, object_: SObject, id_: str) -> None:
    """Take one deleted record out, with what was deleted along with it."""
    for relation in org.schema.children(object_.name):
        if relation.field.cascade:
            child = org.schema.object(relation.child)
            for under in org.store.rows(child.name, {relation.field.name: id_}):
                if under.get("IsDeleted") or child.name.endswith(SILENT):
                    _purge_one(org, child, under["Id"])
    org.store.remove(object_.name, [id_])
    org.store.db.execute(
        "UPDATE org_bin SET gone = 1 WHERE object = ? AND id = ?", [object_.name, id_]
    )


def _check_not_needed(org: State, object_: SObject, row: Row) -> None:
    """Refuse to delete what others cannot be without.

    Source: recordings of real orgs (DELETE_FAILED).
    """
    for relation in org.schema.children(object_.name):
        if relation.field.restrict:
            held = org.store.rows(relation.child, {relation.field.name: row["Id"]}, live=True)
            if held:
                raise _needed(org, object_, row, relation, held)


def _needed(
    org: State, object_: SObject, row: Row, relation: ChildRelation, held: list[Row]
) -> Refusal:
    """Return what is said of a record that cannot go, with the names of those that need it."""
    child = org.schema.object(relation.child)
    title, field = _name(object_, row), child.name_field
    auto = next((each.name for each in child.fields.values() if each.auto_number), None)
    names = [str(each[auto or (field.name if field else "Id")]) for each in held]
    told = ", ".join(names)
    return Refusal(
        400,
        "DELETE_FAILED",
        f"Your attempt to delete {title} could not be completed because it is associated with the"
        f" following {child.plural.lower()}.: {told}\n",
    )


def _name(object_: SObject, row: Row) -> Any:
    """Return the name that people know a record by."""
    field = object_.name_field
    return row.get(field.name) if field is not None else row["Id"]


def _next_batch(org: State) -> int:
    """Return the number of a delete: what goes along has the same."""
    return int(org.store.value("SELECT COALESCE(MAX(batch), 0) + 1 FROM org_bin"))
