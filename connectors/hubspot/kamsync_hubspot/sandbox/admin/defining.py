"""Making, changing and archiving of properties and their groups.

Source: developers.hubspot.com/docs/guides/api/crm/properties; statuses and sub-categories as a real
portal answered in github.com/scopiousdigital/kalup, docs/conformance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import ValidationError, convert, structs, to_builtins

from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.definitions import Choice, Group, Modification, Property
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.model.refusal import Refusal, not_found, unset
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = [
    "add_group",
    "add_property",
    "archive_group",
    "archive_property",
    "change_property",
    "property_of",
    "told",
]

MOST = 1_000
MOST_UNIQUE = 10
_SHAPES = {
    "string": {"text", "textarea", "html", "phonenumber", "file"},
    "number": {"number"},
    "bool": {"booleancheckbox"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "phone_number": {"phonenumber"},
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def property_of(portal: Portal, kind: Kind, name: str, *, archived: bool = False) -> Property:
    """Return a property, in use or in the bin."""
    found = portal.catalogue.properties(kind, archived=archived).get(name)
    if found is None:
        raise not_found(f"Property {name} does not exist.", "Properties.PROPERTY_NOT_FOUND")
    return found


def told(portal: Portal, kind: Kind, definition: Property) -> dict[str, Any]:
    """Return a property as the API tells it: what was never set is left out.

    The options of stages and pipelines are those that there are.
    """
    shown: dict[str, Any] = to_builtins(definition)
    pipelines = portal.pipelines.of(kind).values()
    if kind.pipeline and definition.name == kind.pipeline:
        shown["options"] = [_option(each.label, each.id, each.display_order) for each in pipelines]
    if kind.stage and definition.name == kind.stage:
        shown["options"] = [
            _option(stage.label, stage.id, stage.display_order)
            for each in pipelines
            for stage in each.stages
        ]
    return {name: value for name, value in shown.items() if value is not None}


def add_property(portal: Portal, kind: Kind, body: Mapping[str, Any], caller: Caller) -> Property:
    """Make a property; the name of one in the bin brings that one back."""
    lacking = [
        name for name in ("groupName", "name", "label", "type", "fieldType") if not body.get(name)
    ]
    if lacking:
        raise unset(lacking)
    name = str(body["name"])
    if name in portal.catalogue.properties(kind):
        raise Refusal(
            409,
            f"A property named '{name}' already exists.",
            category="OBJECT_ALREADY_EXISTS",
            sub_category="Properties.PROPERTY_WITH_NAME_EXISTS",
        )
    _refuse_shape(portal, kind, body)
    now, who = iso(portal.now), str(caller.user_id or caller.app_id or "")
    made = structs.replace(
        _read(body),
        created_at=now,
        updated_at=now,
        archived=False,
        created_user_id=who,
        updated_user_id=who,
        modification_metadata=Modification(),
    )
    portal.catalogue.keep(kind, made)
    return made


def change_property(portal: Portal, kind: Kind, name: str, body: Mapping[str, Any]) -> Property:
    """Change a property; options that are sent replace all of them."""
    before = property_of(portal, kind, name)
    if before.modification_metadata.read_only_definition and body.keys() - {"options", "label"}:
        raise Refusal(400, f"The definition of {name} is read only.")
    fixed = {"name": name, "hasUniqueValue": before.has_unique_value}
    changed = structs.replace(
        _read({**to_builtins(before), **body, **fixed}), updated_at=iso(portal.now)
    )
    portal.catalogue.keep(kind, changed)
    return changed


def archive_property(portal: Portal, kind: Kind, name: str) -> None:
    """Put a property into the bin; the portal's own ones stay."""
    found = property_of(portal, kind, name)
    if not found.modification_metadata.archivable:
        raise Refusal(
            400,
            f"Property {name} cannot be archived.",
            sub_category="PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
        )
    portal.catalogue.archive(kind, found, iso(portal.now))


def add_group(portal: Portal, kind: Kind, body: Mapping[str, Any]) -> Group:
    """Make a group of properties."""
    lacking = [name for name in ("name", "label") if not body.get(name)]
    if lacking:
        raise unset(lacking)
    if body["name"] in portal.catalogue.groups(kind):
        raise Refusal(
            409,
            f"A property group named '{body['name']}' already exists.",
            category="OBJECT_ALREADY_EXISTS",
            sub_category="Properties.PROPERTY_GROUP_WITH_NAME_EXISTS",
        )
    group = Group(str(body["name"]), str(body["label"]), int(body.get("displayOrder", -1)))
    portal.catalogue.keep(kind, group)
    return group


def archive_group(portal: Portal, kind: Kind, name: str) -> None:
    """Put a group into the bin, unless a property is in it."""
    group = portal.catalogue.groups(kind).get(name)
    if group is None:
        raise not_found(f"Property group {name} does not exist.")
    if any(each.group_name == name for each in portal.catalogue.properties(kind).values()):
        raise Refusal(
            400,
            f"The group {name} has active properties.",
            sub_category="PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES",
        )
    portal.catalogue.keep(kind, structs.replace(group, archived=True))


def _refuse_shape(portal: Portal, kind: Kind, body: Mapping[str, Any]) -> None:
    """Refuse what cannot be a property, and one too many."""
    name, type_ = str(body["name"]), str(body["type"])
    if not _NAME.fullmatch(name):
        raise Refusal(400, f"{name} is no name of a property: lower case, digits and _ make one.")
    if body["fieldType"] not in _SHAPES.get(type_, ()):
        raise Refusal(400, f"fieldType {body['fieldType']} does not go with type {type_}.")
    if body["groupName"] not in portal.catalogue.groups(kind):
        raise Refusal(400, f"Property group {body['groupName']} does not exist.")
    own = [each for each in portal.catalogue.properties(kind).values() if not each.hubspot_defined]
    if len(own) >= MOST:
        raise Refusal(400, f"There may be {MOST} custom properties.")
    unique = [each for each in own if each.has_unique_value]
    if body.get("hasUniqueValue") and len(unique) >= MOST_UNIQUE:
        raise Refusal(400, f"There may be {MOST_UNIQUE} unique properties.")


def _read(body: Mapping[str, Any]) -> Property:
    """Read a definition."""
    try:
        return convert({**body, "hubspotDefined": body.get("hubspotDefined", False)}, Property)
    except ValidationError as error:
        raise Refusal(400, f"Invalid input JSON on line 1, column 2: {error}") from None


def _option(label: str, value: str, place: int) -> dict[str, Any]:
    return dict(to_builtins(Choice(label, value, place)))
