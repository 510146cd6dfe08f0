"""Endpoints of associations, version 4 and those that are called by their month.

Source: developers.hubspot.com/docs/guides/api/crm/associations/associations-v4.
"""

from __future__ import annotations

from typing import Any

from kamsync_hubspot.sandbox.changing import associating
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.objects import reading, writing_of
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Ids, Pairs, Types, refuse_other
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state import links
from kamsync_hubspot.sandbox.state.records import as_id

__all__ = ["ROUTES", "pair"]

ROUTES = Routes()
V4 = "v4"
_ONE = "objects/{type}/{id}/associations"
_MANY = "associations/{type}/{to}/batch"


def pair(call: Call) -> associating.Pair:
    """Return the object types of both ends."""
    return call.kind, call.portal.kind(call.path["to"])


@ROUTES.crm("GET", f"{_ONE}/{{to}}", scope=reading, versions=V4)
def list_ends(call: Call) -> dict[str, Any]:
    """Tell what a record is associated with."""
    both = pair(call)
    limit = call.number("limit", associating.PAGE, associating.PAGE)
    id_ = as_id(call.path["id"]) or 0
    # An old id of a record that was merged is not led to the new one here.
    found = links.ends(call.portal, both[0], id_, both[1], as_id(call.text("after", "0")) or 0)
    told: dict[str, Any] = {
        "results": [associating.told_end(call.portal, both, end) for end in found[:limit]]
    }
    if len(found) > limit:
        after = str(found[limit].id)
        link = f"{call.host}{call.request.path}?after={after}"
        told["paging"] = {"next": {"after": after, "link": link}}
    return told


@ROUTES.crm("PUT", f"{_ONE}/default/{{to}}/{{to_id}}", scope=writing_of, versions=V4)
def set_default(call: Call) -> dict[str, Any]:
    """Associate two records plainly."""
    body = {"inputs": [{"from": {"id": call.path["id"]}, "to": {"id": call.path["to_id"]}}]}
    batch = associating.create(call.portal, pair(call), body, call.caller, plainly=True)
    if batch.errors:
        raise Refusal(404, "resource not found", category=None)
    return batch.body(call.portal.now)


@ROUTES.crm("PUT", f"{_ONE}/{{to}}/{{to_id}}", scope=writing_of, versions=V4)
def set_types(call: Call) -> Answer:
    """Associate two records by the types that are sent, and no others."""
    both = pair(call)
    refuse_other(Types, call.items)
    types = links.meant(call.portal, *both, call.items)
    one = associating.living(call.portal, both[0], call.path["id"])
    other = associating.living(call.portal, both[1], call.path["to_id"])
    with call.portal.atomically():
        made = links.set_types(call.portal, (both[0], one), (both[1], other), types, call.caller)
    return Answer(associating.told_pair(both, one, other, made), 201)


@ROUTES.crm("DELETE", f"{_ONE}/{{to}}/{{to_id}}", scope=writing_of, versions=V4)
def drop(call: Call) -> Answer:
    """Let two records be associated no more."""
    body = {"inputs": [{"from": {"id": call.path["id"]}, "to": [{"id": call.path["to_id"]}]}]}
    associating.archive(call.portal, pair(call), body, call.caller)
    return Answer(status=204)


@ROUTES.crm("POST", f"{_MANY}/read", scope=reading, versions=V4, shape=Ids)
def read_all(call: Call) -> Answer:
    """Tell what many records are associated with."""
    batch = associating.read(call.portal, pair(call), call.body)
    return Answer(batch.body(call.portal.now), batch.code)


@ROUTES.crm("POST", f"{_MANY}/create", scope=writing_of, versions=V4, shape=Pairs)
def create_all(call: Call) -> Answer:
    """Associate many pairs."""
    batch = associating.create(call.portal, pair(call), call.body, call.caller)
    return Answer(batch.body(call.portal.now), batch.code)


@ROUTES.crm("POST", f"{_MANY}/associate/default", scope=writing_of, versions=V4, shape=Pairs)
def create_plain(call: Call) -> Answer:
    """Associate many pairs plainly."""
    batch = associating.create(call.portal, pair(call), call.body, call.caller, plainly=True)
    return Answer(batch.body(call.portal.now), batch.code)


@ROUTES.crm("POST", f"{_MANY}/archive", scope=writing_of, versions=V4, shape=Pairs)
def archive_all(call: Call) -> Answer:
    """Let many pairs be associated no more."""
    associating.archive(call.portal, pair(call), call.body, call.caller)
    return Answer(status=204)


@ROUTES.crm("POST", f"{_MANY}/labels/archive", scope=writing_of, versions=V4, shape=Pairs)
def unlabel_all(call: Call) -> Answer:
    """Take labels away from many pairs."""
    associating.unlabel(call.portal, pair(call), call.body, call.caller)
    return Answer(status=204)
