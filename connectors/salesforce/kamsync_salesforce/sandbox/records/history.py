"""Who changed which field when, from what to what: for the fields that the org tracks."""

from __future__ import annotations

import json
from typing import Any

from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["keep_history"]

HISTORIES = {
    "Account": ("AccountHistory", "AccountId"),
    "Case": ("CaseHistory", "CaseId"),
    "Contact": ("ContactHistory", "ContactId"),
    "Contract": ("ContractHistory", "ContractId"),
    "Opportunity": ("OpportunityFieldHistory", "OpportunityId"),
}
FUNNEL = ("Amount", "CloseDate", "ExpectedRevenue", "ForecastCategory", "Probability", "StageName")
WATCHED = ("Amount", "CloseDate", "Probability", "StageName")
TYPES = {
    "boolean": "Boolean",
    "currency": "Currency",
    "date": "Date",
    "datetime": "DateTime",
    "double": "Number",
    "email": "Email",
    "int": "Number",
    "percent": "Percent",
    "phone": "Phone",
    "picklist": "DynamicEnum",
    "url": "Url",
}
# The values of longer fields are not kept, only that they changed.
# Source: Salesforce Help, "Field History Tracking".
LONGEST = 255


def keep_history(org: State, write: Write, id_: str) -> None:
    """Write down what a write changed.

    Source: Object Reference, "AccountHistory", "OpportunityFieldHistory", "OpportunityHistory".
    """
    told = HISTORIES.get(write.object.name)
    if told is not None:
        rows = _rows(org, write)
        _insert(org, told, id_, write, rows)
    is_deal = write.object.name == "Opportunity"
    if is_deal and (write.is_new or any(write.sets(name) for name in WATCHED)):
        _keep_funnel(org, write, id_)


def _rows(org: State, write: Write) -> list[Row]:
    """Return a row for each tracked field that changed; a reference has one of names and one of ids."""
    if write.is_new:
        return [{"Field": "created", "DataType": "Text"}]
    tracked = org.settings.tracked.get(write.object.name, set())
    rows: list[Row] = []
    for field in write.fields():
        if field.name in tracked and write.sets(field.name):
            before = write.before[field.name] if write.before else None
            rows += _changes(org, field, before, write.values[field.name])
    return rows


def _changes(org: State, field: Field, before: Any, after: Any) -> list[Row]:
    """Return what is written down of one change."""
    if field.type == "reference":
        name = field.relationship or field.name
        names = [_name_of(org, id_) for id_ in (before, after)]
        return [_row(name, "Text", *names), _row(name, "EntityId", before, after)]
    if field.type == "textarea" and field.length > LONGEST:
        return [_row(field.name, "Text", None, None)]
    if field.type == "boolean":
        before, after = bool(before), bool(after)
    return [_row(field.name, TYPES.get(field.type, "Text"), before, after)]


def _row(field: str, type_: str, before: Any, after: Any) -> Row:
    """Return one row; the values keep their types."""
    row = {"Field": field, "DataType": type_}
    held = {"OldValue": before, "NewValue": after}
    return row | {
        name: None if value is None else json.dumps(value) for name, value in held.items()
    }


def _insert(org: State, told: tuple[str, str], id_: str, write: Write, rows: list[Row]) -> None:
    """Put rows into a history."""
    name, parent = told
    signs = {parent: id_, "CreatedById": write.who.id, "CreatedDate": write.at, "IsDeleted": 0}
    if rows:
        org.store.insert_many(org.schema.object(name), [row | signs for row in rows])


def _keep_funnel(org: State, write: Write, id_: str) -> None:
    """Write down where an opportunity stands, each time that its amount, date or stage changed."""
    row = {name: write.after.get(name) for name in FUNNEL}
    row |= {"OpportunityId": id_, "CreatedById": write.who.id, "CreatedDate": write.at}
    row |= {"SystemModstamp": write.at, "IsDeleted": 0}
    org.store.insert(org.schema.object("OpportunityHistory"), row)


def _name_of(org: State, id_: str | None) -> str | None:
    """Return the name that people know a record by."""
    object_ = org.schema.of_id(id_) if id_ else None
    if object_ is None or id_ is None:
        return None
    row, field = org.store.row(object_.name, id_), object_.name_field
    return row.get(field.name) if row and field else None
