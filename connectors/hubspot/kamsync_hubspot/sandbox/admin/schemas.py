"""Object types that somebody made: their schema, properties and associations.

Source: developers.hubspot.com/docs/guides/api/crm/objects/custom-objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, json, structs

from kamsync_hubspot.sandbox.admin import defining
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.definitions import Group
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.model.refusal import Refusal, unset
from kamsync_hubspot.sandbox.state.association_types import AssociationType
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["Schema", "add", "associate", "change", "drop", "schema_of", "told"]

MOST = 10
BEGINNING = "1970-01-01T00:00:00Z"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Schema(Struct, frozen=True, rename="camel"):
    """What was said of an object type when it was made."""

    name: str
    labels: Mapping[str, str]
    primary_display_property: str
    required_properties: tuple[str, ...]
    searchable_properties: tuple[str, ...]
    secondary_display_properties: tuple[str, ...]
    created_at: str
    updated_at: str
    allows_sensitive_properties: bool = False


def schema_of(portal: Portal, name: str) -> tuple[Kind, Schema]:
    """Return an object type with its schema; that of a standard one can be read too."""
    kind = portal.kind(name)
    row = portal.database.execute(
        "SELECT body FROM definition WHERE what = 'schema' AND name = ?", (kind.id,)
    ).fetchone()
    return kind, json.decode(row[0], type=Schema) if row else _standard(kind)


def _standard(kind: Kind) -> Schema:
    """Return the schema of an object type that every portal has."""
    required = tuple(names[0] for names in kind.required if len(names) == 1)
    labels = {"singular": _label(kind.singular), "plural": _label(kind.plural)}
    first = kind.defaults[0] if kind.defaults else "hs_object_id"
    return Schema(
        kind.upper, labels, first, required, kind.searched, kind.defaults[1:3], BEGINNING, BEGINNING
    )


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _own(portal: Portal, name: str) -> tuple[Kind, Schema]:
    """Return an object type that somebody made; the others cannot be changed."""
    kind, schema = schema_of(portal, name)
    if not kind.custom:
        raise Refusal(400, f"The schema of {kind.upper} cannot be changed.")
    return kind, schema


def add(portal: Portal, body: Mapping[str, Any], caller: Caller) -> tuple[Kind, Schema]:
    """Make an object type."""
    needed = ("name", "labels", "properties", "requiredProperties", "associatedObjects")
    lacking = [name for name in needed if body.get(name) is None]
    if lacking:
        raise unset(lacking)
    name = str(body["name"])
    if not _NAME.fullmatch(name):
        raise Refusal(400, f"{name} is no name of an object: letters, digits and _ make one.")
    own = [kind for kind in portal.kinds if kind.custom]
    if len(own) >= MOST or any(kind.plural == name for kind in own):
        raise Refusal(400, f"There is an object {name} already, or there are {MOST}.")
    with portal.atomically():
        kind = _kind(portal, name, body)
        schema = _schema(portal, body)
        _keep(portal, kind, schema)
        portal.know(kind)
        portal.catalogue.begin(kind)
        portal.catalogue.keep(kind, Group(f"{name}_information", f"{name} information"))
        for each in body["properties"]:
            group = {"groupName": f"{name}_information"}
            defining.add_property(portal, kind, {**group, **each}, caller)
        for other in (*body["associatedObjects"], "calls", "emails", "meetings", "notes", "tasks"):
            associate(portal, kind, portal.kind(str(other)))
    return kind, schema


def change(portal: Portal, name: str, body: Mapping[str, Any]) -> tuple[Kind, Schema]:
    """Change labels and which properties are required, searched and shown."""
    kind, before = _own(portal, name)
    schema = structs.replace(
        before,
        labels=body.get("labels", before.labels),
        required_properties=tuple(body.get("requiredProperties", before.required_properties)),
        searchable_properties=tuple(body.get("searchableProperties", before.searchable_properties)),
        secondary_display_properties=tuple(
            body.get("secondaryDisplayProperties", before.secondary_display_properties)
        ),
        primary_display_property=str(
            body.get("primaryDisplayProperty", before.primary_display_property)
        ),
        allows_sensitive_properties=bool(
            body.get("allowsSensitiveProperties", before.allows_sensitive_properties)
        ),
        updated_at=iso(portal.now),
    )
    kind = structs.replace(
        kind,
        required=tuple((each,) for each in schema.required_properties),
        searched=schema.searchable_properties,
    )
    _keep(portal, kind, schema)
    portal.know(kind)
    return kind, schema


def drop(portal: Portal, name: str) -> None:
    """Remove an object type; not one that has records."""
    kind, _ = _own(portal, name)
    row = portal.database.execute(
        "SELECT EXISTS (SELECT 1 FROM record WHERE type = ? AND archived = 0)", (kind.id,)
    ).fetchone()
    if row[0]:
        raise Refusal(400, f"{kind.plural} has records; delete them first.")
    with portal.atomically():
        portal.database.execute(
            "DELETE FROM definition WHERE what IN ('kind', 'schema') AND name = ?", (kind.id,)
        )
        portal.catalogue.drop(kind)
        portal.forget(kind)


def associate(portal: Portal, one: Kind, other: Kind, name: str = "") -> AssociationType:
    """Let records of two types be associated, plainly; once they can be, nothing is made."""
    found = portal.association_types.plain(one.id, other.id)
    if found:
        return found
    there = portal.database.count("association type")
    back = there if one == other else portal.database.count("association type")
    name = name or f"{one.singular}_to_{other.singular}"
    reverse = f"{other.singular}_to_{one.singular}"
    made = AssociationType(one.id, other.id, "USER_DEFINED", there, None, name, back)
    portal.association_types.keep(
        made, AssociationType(other.id, one.id, "USER_DEFINED", back, None, reverse, there)
    )
    return made


def told(portal: Portal, kind: Kind, schema: Schema) -> dict[str, Any]:
    """Return a schema as the API tells it."""
    properties = portal.catalogue.properties(kind).values()
    return {
        "id": kind.id.removeprefix("2-") if kind.custom else kind.id,
        "objectTypeId": kind.id,
        "name": schema.name,
        "fullyQualifiedName": kind.fully_qualified or kind.upper,
        "metaType": "PORTAL_SPECIFIC" if kind.custom else "HUBSPOT",
        "labels": dict(schema.labels),
        "primaryDisplayProperty": schema.primary_display_property,
        "secondaryDisplayProperties": list(schema.secondary_display_properties),
        "requiredProperties": list(schema.required_properties),
        "searchableProperties": list(schema.searchable_properties),
        "properties": [defining.told(portal, kind, each) for each in properties],
        "associations": _associations(portal, kind),
        "allowsSensitiveProperties": schema.allows_sensitive_properties,
        "archived": False,
        "restorable": True,
        "createdAt": schema.created_at,
        "updatedAt": schema.updated_at,
    }


def _associations(portal: Portal, kind: Kind) -> list[dict[str, Any]]:
    """Return how records of a type can be associated."""
    return [
        {
            "id": str(type_.type_id),
            "fromObjectTypeId": kind.id,
            "toObjectTypeId": other.id,
            "name": type_.name,
        }
        for other in portal.kinds
        for type_ in portal.association_types.between(kind.id, other.id).values()
    ]


def _kind(portal: Portal, name: str, body: Mapping[str, Any]) -> Kind:
    """Return the new object type."""
    number = portal.database.count("object type", 1, 190_000_000)
    required: Sequence[str] = body["requiredProperties"]
    return Kind(
        f"2-{number}",
        name,
        name,
        scope="crm.objects.custom",
        required=tuple((each,) for each in required),
        searched=tuple(body.get("searchableProperties") or ()),
        custom=True,
        fully_qualified=f"p{portal.settings.portal_id}_{name}",
    )


def _schema(portal: Portal, body: Mapping[str, Any]) -> Schema:
    """Return what was said of it."""
    now = iso(portal.now)
    first = str(body["properties"][0]["name"]) if body["properties"] else "hs_object_id"
    return Schema(
        str(body["name"]),
        body["labels"],
        str(body.get("primaryDisplayProperty") or first),
        tuple(body["requiredProperties"]),
        tuple(body.get("searchableProperties") or ()),
        tuple(body.get("secondaryDisplayProperties") or ()),
        now,
        now,
        bool(body.get("allowsSensitiveProperties")),
    )


def _keep(portal: Portal, kind: Kind, schema: Schema) -> None:
    """Keep an object type."""
    for what, value in (("kind", kind), ("schema", schema)):
        portal.database.execute(
            "INSERT OR REPLACE INTO definition VALUES (?, '', ?, 0, ?)",
            (what, kind.id, json.encode(value).decode()),
        )
