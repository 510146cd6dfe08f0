"""Endpoints of pipelines and stages. Source: developers.hubspot.com/docs/guides/api/crm/pipelines."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins

from kamsync_hubspot.sandbox.admin import staging
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.objects import reading, writing_of
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Definition

__all__ = ["ROUTES"]

ROUTES = Routes()
_ALL = "pipelines/{type}"
_ONE = f"{_ALL}/{{pipeline}}"
_STAGES = f"{_ONE}/stages"
_STAGE = f"{_STAGES}/{{stage}}"


@ROUTES.crm("GET", _ALL, scope=reading)
def list_pipelines(call: Call) -> dict[str, Any]:
    """Tell all pipelines."""
    return {"results": to_builtins(list(call.portal.pipelines.of(call.kind).values()))}


@ROUTES.crm("POST", _ALL, scope=writing_of, shape=Definition)
def add(call: Call) -> Answer:
    """Make a pipeline."""
    return Answer(staging.add_pipeline(call.portal, call.kind, call.body), 201)


@ROUTES.crm("GET", _ONE, scope=reading)
def get(call: Call) -> dict[str, Any]:
    """Tell one pipeline."""
    return _plain(staging.pipeline_of(call.portal, call.kind, call.path["pipeline"]))


@ROUTES.crm("PATCH", _ONE, scope=writing_of, shape=Definition)
@ROUTES.crm("PUT", _ONE, scope=writing_of, shape=Definition)
def change(call: Call) -> dict[str, Any]:
    """Change a pipeline, or replace it."""
    whole = call.request.method == "PUT"
    id_ = call.path["pipeline"]
    return _plain(staging.change_pipeline(call.portal, call.kind, id_, call.body, whole=whole))


@ROUTES.crm("DELETE", _ONE, scope=writing_of)
def drop(call: Call) -> Answer:
    """Remove a pipeline."""
    checked = call.flag("validateReferencesBeforeDelete")
    staging.drop_pipeline(call.portal, call.kind, call.path["pipeline"], checked=checked)
    return Answer(status=204)


@ROUTES.crm("GET", f"{_ONE}/audit", scope=reading)
def audit(call: Call) -> dict[str, Any]:
    """Tell who changed a pipeline: nobody keeps that here."""
    staging.pipeline_of(call.portal, call.kind, call.path["pipeline"])
    return {"results": []}


@ROUTES.crm("GET", _STAGES, scope=reading)
def list_stages(call: Call) -> dict[str, Any]:
    """Tell the stages of a pipeline."""
    pipeline = staging.pipeline_of(call.portal, call.kind, call.path["pipeline"])
    return {"results": to_builtins(list(pipeline.stages))}


@ROUTES.crm("POST", _STAGES, scope=writing_of, shape=Definition)
def add_stage(call: Call) -> Answer:
    """Make a stage."""
    made = staging.add_stage(call.portal, call.kind, call.path["pipeline"], call.body)
    return Answer(made, 201)


@ROUTES.crm("GET", _STAGE, scope=reading)
def get_stage(call: Call) -> dict[str, Any]:
    """Tell one stage."""
    pipeline = staging.pipeline_of(call.portal, call.kind, call.path["pipeline"])
    return _plain(staging.stage_of(pipeline, call.path["stage"]))


@ROUTES.crm("PATCH", _STAGE, scope=writing_of, shape=Definition)
@ROUTES.crm("PUT", _STAGE, scope=writing_of, shape=Definition)
def change_stage(call: Call) -> dict[str, Any]:
    """Change a stage."""
    return _plain(staging.change_stage(call.portal, call.kind, _ids(call), call.body))


@ROUTES.crm("DELETE", _STAGE, scope=writing_of)
def drop_stage(call: Call) -> Answer:
    """Remove a stage."""
    checked = call.flag("validateReferencesBeforeDelete")
    staging.drop_stage(call.portal, call.kind, _ids(call), checked=checked)
    return Answer(status=204)


def _ids(call: Call) -> tuple[str, str]:
    return call.path["pipeline"], call.path["stage"]


def _plain(value: Any) -> dict[str, Any]:
    return dict(to_builtins(value))
