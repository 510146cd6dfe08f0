"""The Tooling API, as far as a setup needs it: fields are made, looked up and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamsync_salesforce.sandbox.http.admin.fields import custom_field, shown_field
from kamsync_salesforce.sandbox.http.admin.simple import chosen, simple_query
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["TOOLING"]


def make_field(api: Api, call: Call) -> Reply:
    """Make a custom field. Source: Tooling API Developer Guide, "CustomField" (FullName, Metadata).

    Nobody but those who may do everything sees it until it is granted, as in a real org.
    """
    asked = call.fields()
    name, told = asked.get("FullName"), asked.get("Metadata")
    if not isinstance(name, str) or not isinstance(told, dict):
        raise Refusal(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [FullName]")
    object_, field = custom_field(api.org.schema, name, told)
    id_ = api.add_field(object_, field)
    return Reply(201, {"id": id_, "success": True, "errors": [], "warnings": [], "infos": []})


def remove_field(api: Api, call: Call) -> Reply:
    """Delete a custom field."""
    object_, name = _found(api, call)
    api.drop_field(object_, name)
    return Reply(204)


def read_field(api: Api, call: Call) -> Reply:
    """Show a custom field."""
    object_, name = _found(api, call)
    field = api.org.schema.object(object_).fields[name]
    return Reply(200, shown_field(call, call.args["id"], object_, field))


def query(api: Api, call: Call) -> Reply:
    """Answer a simple query for custom fields, or for what objects there are.

    Source: Tooling API Developer Guide, "CustomField", "EntityDefinition" and "FieldDefinition".
    """
    asked = simple_query(call.query.get("q", ""))
    if asked is None:
        raise Refusal(400, "MALFORMED_QUERY", "unexpected token in the query")
    records = chosen(_rows(api, call, asked.source), asked)
    size = {"size": len(records), "totalSize": len(records), "done": True, "queryLocator": None}
    return Reply(200, {**size, "entityTypeName": asked.source, "records": records})


TOOLING = {
    "GET tooling/query": query,
    "POST tooling/sobjects/CustomField": make_field,
    "GET tooling/sobjects/CustomField/{id}": read_field,
    "DELETE tooling/sobjects/CustomField/{id}": remove_field,
}


def _found(api: Api, call: Call) -> tuple[str, str]:
    """Return the object and the name of the field that a path names."""
    found = api.custom_fields().get(call.args["id"])
    if found is None:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return found


def _rows(api: Api, call: Call, source: str) -> list[dict[str, Any]]:
    """Return the records of one kind."""
    schema = api.org.schema
    if source.lower() == "customfield":
        return [
            shown_field(call, id_, object_, schema.object(object_).fields[name])
            for id_, (object_, name) in api.custom_fields().items()
        ]
    if source.lower() == "entitydefinition":
        return [
            {
                "attributes": {"type": "EntityDefinition"},
                "DurableId": each.name,
                "QualifiedApiName": each.name,
                "DeveloperName": each.name.removesuffix("__c"),
                "KeyPrefix": each.prefix,
                "Label": each.label,
            }
            for each in schema
        ]
    if source.lower() == "fielddefinition":
        return [
            {
                "attributes": {"type": "FieldDefinition"},
                "DurableId": f"{object_.name}.{field.name}",
                "QualifiedApiName": field.name,
                "EntityDefinitionId": object_.name,
                "EntityDefinition": {"QualifiedApiName": object_.name},
                "Label": field.label,
                "DataType": field.type,
            }
            for object_ in schema
            for field in object_.fields.values()
        ]
    raise Refusal(400, "INVALID_TYPE", f"sObject type '{source}' is not supported.")
