"""Endpoints of associations as version 3 tells them: by the name of the type.

Source: developers.hubspot.com/docs/guides/api/crm/associations/associations-v3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync_hubspot.sandbox.changing import associating
from kamsync_hubspot.sandbox.changing.batches import Batch, inputs
from kamsync_hubspot.sandbox.http.associations import pair
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.inline import associated
from kamsync_hubspot.sandbox.http.objects import reading, writing_of
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Ids, NamedPairs
from kamsync_hubspot.sandbox.model.refusal import Refusal, gone
from kamsync_hubspot.sandbox.state import links
from kamsync_hubspot.sandbox.state.association_types import AssociationType
from kamsync_hubspot.sandbox.state.records import as_id, find
from kamsync_hubspot.sandbox.telling.showing import shown_whole

__all__ = ["ROUTES"]

ROUTES = Routes()
_MANY = "/crm/v3/associations/{type}/{to}"
_ONE = "/crm/v3/objects/{type}/{id}/associations/{to}"


@ROUTES.plain("GET", f"{_MANY}/types", scope=reading)
def list_types(call: Call) -> dict[str, Any]:
    """Tell the types from one object type to another."""
    one, other = pair(call)
    found = call.portal.association_types.between(one.id, other.id).values()
    return {"results": [{"id": str(each.type_id), "name": each.name} for each in found]}


@ROUTES.plain("POST", f"{_MANY}/batch/read", scope=reading, shape=Ids)
def read_all(call: Call) -> Answer:
    """Tell what many records are associated with, a row for each type."""
    batch = associating.read(call.portal, pair(call), call.body)
    batch.results = [
        {"from": each["from"], "to": [row for end in each["to"] for row in _rows(call, end)]}
        for each in batch.results
    ]
    return Answer(batch.body(call.portal.now), batch.code)


@ROUTES.plain("POST", f"{_MANY}/batch/create", scope=writing_of, shape=NamedPairs)
def create_all(call: Call) -> Answer:
    """Associate many pairs by the name of a type; each is told from both ends."""
    begun, results = call.portal.now, []
    with call.portal.atomically():
        for each in inputs(call.body, associating.MOST_CREATED):
            _set(call, str(each["from"]["id"]), str(each["to"]["id"]), str(each["type"]))
            back = call.portal.association_types.inverse(_named(call, str(each["type"])))
            if back is not None:
                results.append({"from": each["to"], "to": each["from"], "type": back.name})
            results.append({name: each[name] for name in ("from", "to", "type")})
    return Answer(Batch(results, [], 201, begun).body(call.portal.now), 201)


@ROUTES.plain("POST", f"{_MANY}/batch/archive", scope=writing_of, shape=NamedPairs)
def archive_all(call: Call) -> Answer:
    """Let many pairs be associated no more by the name of a type."""
    both = pair(call)
    with call.portal.atomically():
        for each in inputs(call.body, associating.MOST_CREATED):
            one, other = as_id(each["from"]["id"]) or 0, as_id(each["to"]["id"]) or 0
            type_ = _named(call, str(each["type"]))
            links.unlabel(call.portal, (both[0], one), (both[1], other), [type_], call.caller)
    return Answer(status=204)


@ROUTES.plain("GET", _ONE, scope=reading)
def list_ends(call: Call) -> dict[str, Any]:
    """Tell what a record is associated with."""
    one, other = pair(call)
    record = find(call.portal, one, as_id(call.path["id"]) or 0)
    if record is None:
        raise gone()
    return associated(call, one, record, other)


@ROUTES.plain("PUT", f"{_ONE}/{{to_id}}/{{name}}", scope=writing_of)
def set_type(call: Call) -> dict[str, Any]:
    """Associate two records by a type."""
    with call.portal.atomically():
        one = _set(call, call.path["id"], call.path["to_id"], call.path["name"])
    record = find(call.portal, call.kind, one)
    assert record is not None
    return shown_whole(call.portal, call.kind, record)


@ROUTES.plain("DELETE", f"{_ONE}/{{to_id}}/{{name}}", scope=writing_of)
def drop_type(call: Call) -> Answer:
    """Let two records be associated no more by a type."""
    both = pair(call)
    one, other = as_id(call.path["id"]) or 0, as_id(call.path["to_id"]) or 0
    types = [_named(call, call.path["name"])]
    with call.portal.atomically():
        links.unlabel(call.portal, (both[0], one), (both[1], other), types, call.caller)
    return Answer(status=204)


def _set(call: Call, one: str, other: str, name: str) -> int:
    """Add a type to what two records are associated by."""
    both = pair(call)
    near = associating.living(call.portal, both[0], one)
    far = associating.living(call.portal, both[1], other)
    types = [_named(call, name)]
    links.add_types(call.portal, (both[0], near), (both[1], far), types, call.caller)
    return near


def _named(call: Call, name: str) -> AssociationType:
    """Return the type of a name or a number."""
    one, other = pair(call)
    for each in call.portal.association_types.between(one.id, other.id).values():
        if name in {each.name, str(each.type_id)}:
            return each
    raise Refusal(400, f"{name} is no association type from {one.singular} to {other.singular}")


def _rows(call: Call, end: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return one end, a row for each type."""
    one, other = pair(call)
    known = call.portal.association_types.between(one.id, other.id)
    return [
        {"id": str(end["toObjectId"]), "type": known[each["category"], each["typeId"]].name}
        for each in end["associationTypes"]
    ]
