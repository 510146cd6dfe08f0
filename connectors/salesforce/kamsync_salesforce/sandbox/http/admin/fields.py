"""Custom fields, as the APIs for administrators name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync_salesforce.sandbox.http.calls.exchange import Call
from kamsync_salesforce.sandbox.metadata.field import Choice, Field
from kamsync_salesforce.sandbox.metadata.schema import Schema
from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["custom_field", "shown_field"]

TYPES = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Email": "email",
    "Phone": "phone",
    "Url": "url",
    "Picklist": "picklist",
}
LENGTHS = {"TextArea": 255, "Email": 80, "Phone": 40, "Url": 255, "Picklist": 255}
LONGEST_TEXT = 255
MOST_UNIQUE = 25


def custom_field(schema: Schema, full_name: str, told: Mapping[str, Any]) -> tuple[str, Field]:
    """Return the object and the field that ``Account.Key__c`` and its metadata describe.

    Source: Metadata API Developer Guide, "CustomField".

    Raises:
        Refusal: there is one of that name, or the type, its size or the object cannot be.
    """
    where, _, name = full_name.partition(".")
    object_ = schema.find(where)
    if object_ is None:
        text = f"Entity Enumeration Or ID: bad value for restricted picklist field: {where}"
        raise Refusal(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ["TableEnumOrId"])
    if not name.endswith("__c"):
        raise Refusal(400, "INVALID_FULL_NAME", f"{full_name} must end in __c", ["FullName"])
    if object_.field(name) is not None:
        label = name.removesuffix("__c")
        text = f"There is already a field named {label} on {object_.label}."
        raise Refusal(400, "DUPLICATE_DEVELOPER_NAME", text, ["DeveloperName"])
    type_ = TYPES.get(str(told.get("type")))
    if type_ is None:
        text = f"FieldType: bad value for restricted picklist field: {told.get('type')}"
        raise Refusal(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ["Metadata"])
    if not told.get("label"):
        raise Refusal(
            400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Label]", ["Label"]
        )
    return object_.name, _field(name, type_, told)


def shown_field(call: Call, id_: str, object_: str, field: Field) -> dict[str, Any]:
    """Return a custom field as the Tooling API shows it."""
    url = f"{call.base}/tooling/sobjects/CustomField/{id_}"
    metadata = {
        "label": field.label,
        "type": next(name for name, type_ in TYPES.items() if type_ == field.type),
        "length": field.length or None,
        "precision": field.precision or None,
        "scale": field.scale if field.precision else None,
        "externalId": field.external_id,
        "unique": field.unique,
        "caseSensitive": field.case_sensitive,
        "inlineHelpText": field.help,
    }
    return {
        "attributes": {"type": "CustomField", "url": url},
        "Id": id_,
        "DeveloperName": field.name.removesuffix("__c"),
        "TableEnumOrId": object_,
        "FullName": f"{object_}.{field.name}",
        "NamespacePrefix": None,
        "Metadata": metadata,
    }


def _field(name: str, type_: str, told: Mapping[str, Any]) -> Field:
    """Return the field that the metadata describe."""
    kind = str(told["type"])
    sized = type_ in {"double", "currency", "percent"}
    length = _whole(told, "length") or LENGTHS.get(kind, 0)
    if kind == "Text" and not 1 <= length <= LONGEST_TEXT:
        text = "Length: value must be between 1 and 255"
        raise Refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", text, ["Length"])
    long = kind == "LongTextArea"
    return Field(
        name=name,
        type=type_,
        label=str(told["label"]),
        length=0 if sized else length,
        precision=_whole(told, "precision") or 18 if sized else 0,
        scale=_whole(told, "scale") if sized else 0,
        nillable=type_ != "boolean" and not told.get("required"),
        defaulted=type_ == "boolean",
        filterable=not long,
        sortable=not long,
        groupable=not long and not sized and type_ != "datetime",
        aggregatable=not long and type_ != "boolean",
        custom=True,
        external_id=bool(told.get("externalId")),
        id_lookup=bool(told.get("externalId")),
        unique=bool(told.get("unique")),
        case_sensitive=bool(told.get("caseSensitive")),
        help=told.get("inlineHelpText"),
        extra="plaintextarea" if type_ == "textarea" else None,
        choices=_choices(_table(told, "valueSet")),
        restricted=bool(_table(told, "valueSet").get("restricted")),
    )


def _whole(told: Mapping[str, Any], name: str) -> int:
    """Return a whole number of the metadata, or nought where it says none."""
    text = str(told.get(name) or 0)
    if not text.isdecimal():
        raise Refusal(
            400, "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{name}: {text} is no number", [name]
        )
    return int(text)


def _table(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what the metadata hold under a name, if that has members."""
    held = told.get(name)
    return held if isinstance(held, Mapping) else {}


def _choices(told: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the values of a picklist."""
    values = _table(told, "valueSetDefinition").get("value")
    names = [
        (each.get("fullName") or each.get("valueName"), each.get("label"))
        for each in (values if isinstance(values, list) else [])
        if isinstance(each, Mapping)
    ]
    return tuple(Choice(str(name), str(label or name)) for name, label in names)
