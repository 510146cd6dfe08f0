"""The objects and fields of an org as records that can be queried."""

from __future__ import annotations

from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.records.store import Row, quoted
from kamsync_salesforce.sandbox.state import State

__all__ = ["DEFINITIONS", "define"]

DEFINITIONS = ("EntityDefinition", "FieldDefinition")
# How an administrator calls a type that an API calls otherwise.
# Source: Tooling API Developer Guide, "FieldDefinition" ("DataType").
TYPES = {
    "boolean": "Checkbox",
    "currency": "Currency({0}, {1})",
    "date": "Date",
    "datetime": "Date/Time",
    "double": "Number({0}, {1})",
    "email": "Email",
    "id": "Id",
    "int": "Number({0}, 0)",
    "multipicklist": "Picklist (Multi-Select)",
    "percent": "Percent({0}, {1})",
    "phone": "Phone",
    "picklist": "Picklist",
    "string": "Text({2})",
    "textarea": "Text Area({2})",
    "url": "URL({2})",
}


def define(org: State) -> None:
    """Write the objects and fields down anew, if they are others than when that was done last.

    Source: Tooling API Developer Guide, "EntityDefinition" and "FieldDefinition"; both can be
    queried through the API for records as well.
    """
    if org.store.fact("defined") == org.schema.version and org.defined:
        return
    with org.store.savepoint():
        for name in DEFINITIONS:
            org.store.db.execute(f"DELETE FROM {quoted(name)}")
        entities, fields = (org.schema.object(name) for name in DEFINITIONS)
        org.store.insert_many(entities, [_entity(org, each) for each in org.schema])
        every = ((each, field) for each in org.schema for field in each.fields.values())
        org.store.insert_many(fields, [_field(org, each, field) for each, field in every])
        org.store.keep("defined", org.schema.version)
    org.defined = True


def _entity(org: State, object_: SObject) -> Row:
    """Return the record of an object."""
    return {
        "Id": object_.name,
        "DurableId": object_.name,
        "DeveloperName": object_.name.removesuffix("__c"),
        "QualifiedApiName": object_.name,
        "Label": object_.label,
        "PluralLabel": object_.plural,
        "KeyPrefix": object_.prefix,
        "IsCustomizable": int(object_.flags["layoutable"]),
        "IsQueryable": int(object_.flags["queryable"]),
        "IsReplicateable": int(object_.flags["replicateable"]),
        "LastModifiedDate": org.stamp(),
    }


def _field(org: State, object_: SObject, field: Field) -> Row:
    """Return the record of a field."""
    sizes = (field.precision - field.scale or field.digits, field.scale, field.length)
    type_ = TYPES.get(field.type, field.type.title()).format(*sizes)
    if field.type == "reference":
        type_ = f"Lookup({','.join(field.targets)})"
    return {
        "Id": f"{object_.name}.{field.name}",
        "DurableId": f"{object_.name}.{field.name}",
        "QualifiedApiName": field.name,
        "EntityDefinitionId": object_.name,
        "DeveloperName": field.name.removesuffix("__c"),
        "MasterLabel": field.label,
        "Label": field.label,
        "Length": field.length,
        "Precision": field.precision,
        "Scale": field.scale,
        "DataType": type_,
        "RelationshipName": field.relationship,
        "IsIndexed": int(field.is_id or field.external_id or field.unique),
        "IsNillable": int(field.nillable),
        "IsFlsEnabled": int(field.permissionable),
        "IsFieldHistoryTracked": int(field.name in org.settings.tracked.get(object_.name, set())),
    }
