"""Endpoints of records: one at a time, and in lists.

Source: developers.hubspot.com/docs/guides/api/crm/using-object-apis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from kamsync_hubspot.sandbox.changing import binning, merging, writing
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.inline import associated
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Change, Create, Merge
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal, gone, unset
from kamsync_hubspot.sandbox.state.records import Record, as_id, find, page, unaliased
from kamsync_hubspot.sandbox.telling.showing import asked, shown, shown_whole

__all__ = ["ROUTES", "reading", "writing_of"]

ROUTES = Routes()
LARGEST_PAGE = 100
LARGEST_WITH_HISTORY = 50


def reading(call: Call) -> str:
    """Return the scope that reads the object type of the path."""
    kind = call.kind
    return f"{kind.scope or 'crm.objects.custom'}.read"


def writing_of(call: Call) -> str:
    """Return the scope that writes the object type of the path."""
    kind = call.kind
    return f"{kind.scope or 'crm.objects.custom'}.write"


@ROUTES.crm("GET", "objects/{type}", scope=reading)
def list_records(call: Call) -> dict[str, Any]:
    """List records in the order of their ids; `after` is the id of the next one."""
    portal, kind = call.portal, call.kind
    history = call.names("propertiesWithHistory")
    limit = call.number("limit", 10, LARGEST_WITH_HISTORY if history else LARGEST_PAGE)
    after = as_id(call.text("after", "0"))
    if after is None:
        raise Refusal(400, f"after must be the id of a record, and is {call.text('after')}")
    names = asked(portal, kind, call.names("properties"))
    found = page(portal, kind, after, limit, archived=call.flag("archived"))
    to = [portal.kind(name) for name in call.names("associations")]
    results = [_told(call, kind, record, (names, history, to)) for record in found[:limit]]
    if len(found) <= limit:
        return {"results": results}
    return {"results": results, "paging": {"next": _next(call, str(found[limit].id))}}


@ROUTES.crm("POST", "objects/{type}", scope=writing_of, shape=Create)
def create(call: Call) -> Answer:
    """Make a record."""
    body = call.body
    if "properties" not in body:
        raise unset(["properties"])
    record = writing.create(
        call.portal,
        call.kind,
        body["properties"] or {},
        call.caller,
        body.get("associations") or (),
    )
    return Answer(shown_whole(call.portal, call.kind, record), 201)


@ROUTES.crm("POST", "objects/{type}/merge", scope=writing_of, shape=Merge)
def merge(call: Call) -> dict[str, Any]:
    """Merge two records."""
    lacking = [name for name in ("primaryObjectId", "objectIdToMerge") if not call.body.get(name)]
    if lacking:
        raise unset(lacking)
    record = merging.merge(
        call.portal,
        call.kind,
        str(call.body["primaryObjectId"]),
        str(call.body["objectIdToMerge"]),
        call.caller,
    )
    return shown_whole(call.portal, call.kind, record)


@ROUTES.crm("POST", "objects/{type}/gdpr-delete", scope=writing_of, shape=Merge)
def gdpr_delete(call: Call) -> Answer:
    """Delete a contact for ever."""
    if call.kind.plural != "contacts":
        raise Refusal(404, "resource not found", category=None)
    text, by = str(call.body.get("objectId", "")), call.body.get("idProperty")
    if not text:
        raise unset(["objectId"])
    id_ = writing.identified(call.portal, call.kind, by, text) if by else as_id(text)
    binning.forget(call.portal, call.kind, id_, text if by == "email" else "", call.caller)
    return Answer(status=204)


@ROUTES.crm("GET", "objects/{type}/{id}", scope=reading)
def get(call: Call) -> dict[str, Any]:
    """Read a record by its id or by a unique property; an id that was merged leads to the new one."""
    portal, kind = call.portal, call.kind
    record = find(portal, kind, _meant(call), archived=call.flag("archived"))
    if record is None:
        raise gone()
    names = asked(portal, kind, call.names("properties"))
    to = [portal.kind(name) for name in call.names("associations")]
    return _told(call, kind, record, (names, call.names("propertiesWithHistory"), to))


@ROUTES.crm("PATCH", "objects/{type}/{id}", scope=writing_of, shape=Change)
def update(call: Call) -> dict[str, Any]:
    """Change a record."""
    given = call.body.get("properties") or {}
    record, names = writing.update(call.portal, call.kind, _meant(call), given, call.caller)
    return shown(call.portal, call.kind, record, sorted(names))


@ROUTES.crm("DELETE", "objects/{type}/{id}", scope=writing_of)
def delete(call: Call) -> Answer:
    """Put a record into the bin."""
    with call.portal.atomically():
        binning.archive(call.portal, call.kind, _meant(call), call.caller)
    return Answer(status=204)


def _meant(call: Call) -> int:
    """Return the id of the record that the path names."""
    by, text = call.text("idProperty"), call.path["id"]
    id_ = writing.identified(call.portal, call.kind, by, text) if by else as_id(text)
    if id_ is None:
        raise gone()
    return unaliased(call.portal, call.kind, id_)


def _told(
    call: Call,
    kind: Kind,
    record: Record,
    what: tuple[Sequence[str], Sequence[str], Sequence[Kind]],
) -> dict[str, Any]:
    """Return a record as it was asked for."""
    names, history, to = what
    told = shown(call.portal, kind, record, names, history)
    found = {each.plural: associated(call, kind, record, each) for each in to}
    found = {name: each for name, each in found.items() if each["results"]}
    return {**told, "associations": found} if found else told


def _next(call: Call, after: str) -> dict[str, str]:
    """Return where the next page is: the same call, with another `after`."""
    query = [(key, value) for key, value in call.request.query.items() if key != "after"]
    link = f"{call.host}{call.request.path}?{urlencode([*query, ('after', after)])}"
    return {"after": after, "link": link}
