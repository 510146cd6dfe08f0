"""Endpoints of properties and pipelines from before version 3, which extractors still read.

Source: legacydocs.hubspot.com/docs/methods (company, contact and deal properties; pipelines).
"""

from __future__ import annotations

from typing import Any

from aiohttp import web
from msgspec import json

from kamsync_hubspot.sandbox.admin import defining
from kamsync_hubspot.sandbox.http.calls import Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import from_iso
from kamsync_hubspot.sandbox.state.pipelines import Pipeline

__all__ = ["ROUTES", "listed"]

ROUTES = Routes()


@ROUTES.plain("GET", "/properties/{version:v1|v2}/{type}/properties")
def list_properties(call: Call) -> web.Response:
    """Tell all properties of an object type, as a bare list."""
    return _properties(call, call.kind)


@ROUTES.plain("GET", "/{type:companies}/v2/properties")
@ROUTES.plain("GET", "/{type:contacts}/v1/properties")
@ROUTES.plain("GET", "/{type:deals}/v1/properties")
def list_own_properties(call: Call) -> web.Response:
    """Tell the same where each object type once had them."""
    return _properties(call, call.kind)


@ROUTES.plain("GET", "/crm-pipelines/v1/pipelines/{type}")
def list_pipelines(call: Call) -> dict[str, Any]:
    """Tell all pipelines."""
    found = call.portal.pipelines.of(call.kind).values()
    return {"results": [_pipeline(call.kind, each) for each in found]}


@ROUTES.plain("GET", "/{type:deals}/v1/pipelines")
def list_deal_pipelines(call: Call) -> web.Response:
    """Tell all pipelines of deals, as a bare list."""
    found = call.portal.pipelines.of(call.kind).values()
    return listed([_pipeline(call.kind, each) for each in found])


def listed(rows: list[dict[str, Any]]) -> web.Response:
    """Return a bare list."""
    return web.Response(body=json.encode(rows), content_type="application/json", charset="utf-8")


def _properties(call: Call, kind: Kind) -> web.Response:
    """Return properties in the older shape."""
    rows = []
    for each in call.portal.catalogue.properties(kind).values():
        told = defining.told(call.portal, kind, each)
        fixed = each.modification_metadata.read_only_definition
        rows.append(
            {**told, "readOnlyValue": each.read_only, "readOnlyDefinition": fixed, "deleted": False}
        )
    return listed(rows)


def _pipeline(kind: Kind, pipeline: Pipeline) -> dict[str, Any]:
    """Return a pipeline in the older shape: stamps are numbers."""
    return {
        "pipelineId": pipeline.id,
        "label": pipeline.label,
        "displayOrder": pipeline.display_order,
        "active": not pipeline.archived,
        "default": pipeline.display_order == 0,
        "objectType": kind.upper,
        "objectTypeId": kind.id,
        "createdAt": from_iso(pipeline.created_at),
        "updatedAt": from_iso(pipeline.updated_at),
        "stages": [
            {
                "stageId": stage.id,
                "label": stage.label,
                "displayOrder": stage.display_order,
                "metadata": dict(stage.metadata),
                "active": not stage.archived,
                "createdAt": from_iso(stage.created_at),
                "updatedAt": from_iso(stage.updated_at),
            }
            for stage in pipeline.stages
        ],
    }
