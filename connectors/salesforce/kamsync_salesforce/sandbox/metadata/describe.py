"""Describes, in the shape in which a real org gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kamsync_salesforce.sandbox.metadata.field import Choice, Field
from kamsync_salesforce.sandbox.metadata.schema import ChildRelation, Schema
from kamsync_salesforce.sandbox.metadata.sobject import SObject

__all__ = ["described_field", "described_object", "listed_object"]

SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
    "anyType": "xsd:anyType",
}
# A character may take three bytes.
BYTES = 3


def listed_object(object_: SObject, version: str) -> dict[str, Any]:
    """Return *object_* as the list of all objects has it.

    Source: REST API Developer Guide, "Describe Global".
    """
    left = {"compactLayoutable", "searchLayoutable"}
    shown = {name: flag for name, flag in object_.flags.items() if name not in left}
    base = f"/services/data/v{version}/sobjects/{object_.name}"
    urls = {"rowTemplate": f"{base}/{{ID}}", "describe": f"{base}/describe", "sobject": base}
    if object_.flags["layoutable"]:
        urls |= {"layouts": f"{base}/describe/layouts"}
    return _sorted(
        shown
        | {
            "associateEntityType": None,
            "associateParentEntity": None,
            "custom": object_.custom,
            "keyPrefix": object_.prefix,
            "label": object_.label,
            "labelPlural": object_.plural,
            "name": object_.name,
            "urls": urls,
        }
    )


def described_object(
    schema: Schema,
    object_: SObject,
    version: str,
    *,
    sees: Callable[[str, Field], bool],
    record_types: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Return *object_* in full, without the fields that the asker may not see.

    Source: REST API Developer Guide, "sObject Describe".
    """
    base = f"/services/data/v{version}/sobjects/{object_.name}"
    fields = [field for field in object_.fields.values() if sees(object_.name, field)]
    children = [each for each in schema.children(object_.name) if sees(each.child, each.field)]
    return _sorted(
        object_.flags
        | {
            "actionOverrides": [],
            "childRelationships": [described_child(each) for each in children],
            "custom": object_.custom,
            "defaultImplementation": None,
            "extendedBy": None,
            "extendsInterfaces": None,
            "fields": [described_field(each) for each in fields],
            "implementedBy": None,
            "implementsInterfaces": None,
            "keyPrefix": object_.prefix,
            "label": object_.label,
            "labelPlural": object_.plural,
            "listviewable": None,
            "lookupLayoutable": None,
            "name": object_.name,
            "namedLayoutInfos": [],
            "networkScopeFieldName": None,
            "recordTypeInfos": list(record_types),
            "supportedScopes": [
                {"label": f"All {object_.plural.lower()}", "name": "everything"},
                {"label": f"My {object_.plural.lower()}", "name": "mine"},
            ],
            "urls": {
                "compactLayouts": f"{base}/describe/compactLayouts",
                "rowTemplate": f"{base}/{{ID}}",
                "approvalLayouts": f"{base}/describe/approvalLayouts",
                "defaultValues": f"{base}/defaultValues?recordTypeId&fields",
                "listviews": f"{base}/listviews",
                "describe": f"{base}/describe",
                "quickActions": f"{base}/quickActions",
                "layouts": f"{base}/describe/layouts",
                "sobject": base,
            },
        }
    )


def described_child(relation: ChildRelation) -> dict[str, Any]:
    """Return one entry of `childRelationships`."""
    return {
        "cascadeDelete": relation.field.cascade,
        "childSObject": relation.child,
        "deprecatedAndHidden": False,
        "field": relation.field.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": relation.name,
        "restrictedDelete": relation.field.restrict,
    }


def described_field(field: Field) -> dict[str, Any]:
    """Return one entry of `fields`, with all the keys that a real one has."""
    text = SOAP.get(field.type, "xsd:string") == "xsd:string"
    return {
        "aggregatable": field.aggregatable,
        "aiPredictionField": False,
        "autoNumber": field.auto_number,
        "byteLength": field.length * BYTES if text else field.length,
        "calculated": field.calculated,
        "calculatedFormula": field.formula,
        "cascadeDelete": False,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": False if field.type == "boolean" else field.default,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.digits,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": field.extra,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup,
        "inlineHelpText": field.help,
        "label": field.label,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": len(field.targets) > 1,
        "nillable": field.nillable,
        "permissionable": field.permissionable,
        "picklistValues": [_described_choice(choice) for choice in field.choices],
        "polymorphicForeignKey": len(field.targets) > 1,
        "precision": field.precision,
        "queryByDistance": field.type == "address",
        "referenceTargetField": None,
        "referenceTo": list(field.targets),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": field.prefilterable,
        "soapType": SOAP.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }


def _described_choice(choice: Choice) -> dict[str, Any]:
    """Return one entry of `picklistValues`."""
    return {
        "active": choice.active,
        "defaultValue": choice.default,
        "label": choice.label,
        "validFor": None,
        "value": choice.value,
    }


def _sorted(told: dict[str, Any]) -> dict[str, Any]:
    """Return *told* by name, which is the order of a real answer."""
    return dict(sorted(told.items()))
