"""Endpoints of properties and their groups.

Source: developers.hubspot.com/docs/guides/api/crm/properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import structs, to_builtins

from kamsync_hubspot.sandbox.admin import defining
from kamsync_hubspot.sandbox.changing.batches import Batch, inputs
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Definition, Named
from kamsync_hubspot.sandbox.model.refusal import Refusal, not_found

__all__ = ["ROUTES"]

ROUTES = Routes()


def _reads(call: Call) -> str:
    return f"crm.schemas.{call.kind.plural if not call.kind.custom else 'custom'}.read"


def _writes(call: Call) -> str:
    return f"crm.schemas.{call.kind.plural if not call.kind.custom else 'custom'}.write"


@ROUTES.crm("GET", "properties/{type}", scope=_reads)
def list_properties(call: Call) -> dict[str, Any]:
    """Tell all properties, on one page; nothing here is sensitive."""
    if call.text("dataSensitivity", "non_sensitive") != "non_sensitive":
        return {"results": []}
    found = call.portal.catalogue.properties(call.kind, archived=call.flag("archived"))
    return {"results": [defining.told(call.portal, call.kind, each) for each in found.values()]}


@ROUTES.crm("POST", "properties/{type}", scope=_writes, shape=Definition)
def add(call: Call) -> Answer:
    """Make a property."""
    made = defining.add_property(call.portal, call.kind, call.body, call.caller)
    place = f"{call.host}{call.request.path}/{made.name}"
    return Answer(defining.told(call.portal, call.kind, made), 201, {"Location": place})


@ROUTES.crm("GET", "properties/{type}/groups", scope=_reads)
def list_groups(call: Call) -> dict[str, Any]:
    """Tell all groups."""
    found = call.portal.catalogue.groups(call.kind, archived=call.flag("archived"))
    return {"results": [to_builtins(each) for each in found.values()]}


@ROUTES.crm("POST", "properties/{type}/groups", scope=_writes, shape=Definition)
def add_group(call: Call) -> Answer:
    """Make a group."""
    return Answer(to_builtins(defining.add_group(call.portal, call.kind, call.body)), 201)


@ROUTES.crm("GET", "properties/{type}/groups/{name}", scope=_reads)
def get_group(call: Call) -> dict[str, Any]:
    """Tell one group."""
    found = call.portal.catalogue.groups(call.kind).get(call.path["name"])
    if found is None:
        raise not_found(f"Property group {call.path['name']} does not exist.")
    return dict(to_builtins(found))


@ROUTES.crm("PATCH", "properties/{type}/groups/{name}", scope=_writes, shape=Definition)
def change_group(call: Call) -> dict[str, Any]:
    """Change a group."""
    found = call.portal.catalogue.groups(call.kind).get(call.path["name"])
    if found is None:
        raise not_found(f"Property group {call.path['name']} does not exist.")
    label = str(call.body.get("label", found.label))
    changed = structs.replace(found, label=label)
    call.portal.catalogue.keep(call.kind, changed)
    return dict(to_builtins(changed))


@ROUTES.crm("DELETE", "properties/{type}/groups/{name}", scope=_writes)
def drop_group(call: Call) -> Answer:
    """Put a group into the bin."""
    defining.archive_group(call.portal, call.kind, call.path["name"])
    return Answer(status=204)


@ROUTES.crm(
    "POST", "properties/{type}/batch/{what:read|create|archive}", scope=_writes, shape=Named
)
def batch(call: Call) -> Answer:
    """Read, make or archive properties; what cannot be done is told, and the rest is done."""
    what, done = call.path["what"], Batch([], [], 200, call.portal.now)
    for each in inputs(call.body):
        try:
            done.results += _one(call, what, each)
        except Refusal as refusal:
            done.errors.append(refusal.row({"name": [str(each.get("name"))]}))
    if what == "archive":
        return Answer(status=204)
    done.status = 201 if what == "create" else 200
    return Answer(done.body(call.portal.now), done.code)


def _one(call: Call, what: str, each: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Do one input of a batch."""
    portal, kind, name = call.portal, call.kind, str(each.get("name"))
    if what == "archive":
        defining.archive_property(portal, kind, name)
        return []
    if what == "create":
        made = defining.add_property(portal, kind, each, call.caller)
        return [defining.told(portal, kind, made)]
    archived = bool(call.body.get("archived"))
    return [
        defining.told(portal, kind, defining.property_of(portal, kind, name, archived=archived))
    ]


@ROUTES.crm("GET", "properties/{type}/{name}", scope=_reads)
def get(call: Call) -> dict[str, Any]:
    """Tell one property."""
    found = defining.property_of(
        call.portal, call.kind, call.path["name"], archived=call.flag("archived")
    )
    return defining.told(call.portal, call.kind, found)


@ROUTES.crm("PATCH", "properties/{type}/{name}", scope=_writes, shape=Definition)
def change(call: Call) -> dict[str, Any]:
    """Change a property."""
    found = defining.change_property(call.portal, call.kind, call.path["name"], call.body)
    return defining.told(call.portal, call.kind, found)


@ROUTES.crm("DELETE", "properties/{type}/{name}", scope=_writes)
def drop(call: Call) -> Answer:
    """Put a property into the bin."""
    defining.archive_property(call.portal, call.kind, call.path["name"])
    return Answer(status=204)
