"""Endpoints of object types that somebody made, in the two places where they are.

Source: developers.hubspot.com/docs/guides/api/crm/objects/custom-objects.
"""

from __future__ import annotations

from typing import Any

from kamsync_hubspot.sandbox.admin import schemas
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Definition

__all__ = ["ROUTES"]

ROUTES = Routes()
READS = "crm.schemas.custom.read"
WRITES = "crm.schemas.custom.write"
_AREA = "/crm-object-schemas"


@ROUTES.plain("GET", "/crm/v3/schemas", scope=READS)
@ROUTES.area("GET", _AREA, "/schemas", scope=READS)
def list_schemas(call: Call) -> dict[str, Any]:
    """Tell all of them."""
    own = [kind for kind in call.portal.kinds if kind.custom and not call.flag("archived")]
    return {
        "results": [
            schemas.told(call.portal, *schemas.schema_of(call.portal, kind.id)) for kind in own
        ]
    }


@ROUTES.plain("POST", "/crm/v3/schemas", scope=WRITES, shape=Definition)
@ROUTES.area("POST", _AREA, "/schemas", scope=WRITES, shape=Definition)
def add(call: Call) -> Answer:
    """Make one."""
    made = schemas.add(call.portal, call.body, call.caller)
    return Answer(schemas.told(call.portal, *made), 201)


@ROUTES.plain("GET", "/crm/v3/schemas/{type}", scope=READS)
@ROUTES.area("GET", _AREA, "/schemas/{type}", scope=READS)
def get(call: Call) -> dict[str, Any]:
    """Tell one."""
    return schemas.told(call.portal, *schemas.schema_of(call.portal, call.path["type"]))


@ROUTES.plain("PATCH", "/crm/v3/schemas/{type}", scope=WRITES, shape=Definition)
@ROUTES.area("PATCH", _AREA, "/schemas/{type}", scope=WRITES, shape=Definition)
def change(call: Call) -> dict[str, Any]:
    """Change one."""
    changed = schemas.change(call.portal, call.path["type"], call.body)
    return schemas.told(call.portal, *changed)


@ROUTES.plain("DELETE", "/crm/v3/schemas/{type}", scope=WRITES)
@ROUTES.area("DELETE", _AREA, "/schemas/{type}", scope=WRITES)
def drop(call: Call) -> Answer:
    """Remove one."""
    schemas.drop(call.portal, call.path["type"])
    return Answer(status=204)


@ROUTES.plain("POST", "/crm/v3/schemas/{type}/associations", scope=WRITES)
@ROUTES.area("POST", _AREA, "/schemas/{type}/associations", scope=WRITES)
def associate(call: Call) -> Answer:
    """Let its records be associated with those of another type."""
    kind, schema = schemas.schema_of(call.portal, call.path["type"])
    other = call.portal.kind(str(call.body.get("toObjectTypeId", "")))
    made = schemas.associate(call.portal, kind, other, str(call.body.get("name") or ""))
    told = {
        "id": str(made.type_id),
        "fromObjectTypeId": kind.id,
        "toObjectTypeId": other.id,
        "name": made.name,
        "createdAt": schema.created_at,
        "updatedAt": schema.updated_at,
    }
    return Answer(told, 201)


@ROUTES.plain("DELETE", "/crm/v3/schemas/{type}/associations/{number}", scope=WRITES)
@ROUTES.area("DELETE", _AREA, "/schemas/{type}/associations/{number}", scope=WRITES)
def dissociate(call: Call) -> Answer:
    """Let them be associated no more."""
    kind, _ = schemas.schema_of(call.portal, call.path["type"])
    for other in call.portal.kinds:
        for type_ in call.portal.association_types.between(kind.id, other.id).values():
            if str(type_.type_id) == call.path["number"]:
                call.portal.association_types.drop(type_)
                return Answer(status=204)
    return Answer(status=204)
