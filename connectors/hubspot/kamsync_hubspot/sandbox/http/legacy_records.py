"""Endpoints of companies and deals from before version 3, which extractors still read.

Source: legacydocs.hubspot.com/docs/methods/companies and .../deals (paged lists and recent changes).
"""

from __future__ import annotations

from typing import Any

from kamsync_hubspot.sandbox.http.calls import Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.model.moments import from_iso
from kamsync_hubspot.sandbox.model.refusal import gone
from kamsync_hubspot.sandbox.state.history import versions
from kamsync_hubspot.sandbox.state.links import ends
from kamsync_hubspot.sandbox.state.records import COLUMNS, Record, as_id, find, page, read

__all__ = ["ROUTES"]

ROUTES = Routes()
LARGEST_PAGE = 250


@ROUTES.plain("GET", "/{type:companies}/v2/companies/paged")
@ROUTES.plain("GET", "/{type:deals}/v1/deal/paged")
def list_records(call: Call) -> dict[str, Any]:
    """List records by the ids of the last page."""
    limit = call.number("limit", 100, LARGEST_PAGE)
    begin = as_id(call.text("offset", "0")) or 0
    found = page(call.portal, call.kind, begin, limit, archived=False)
    more = len(found) > limit
    return {
        call.kind.plural: [_told(call, each) for each in found[:limit]],
        "hasMore": more,
        "has-more": more,
        "offset": found[limit].id if more else (found[-1].id + 1 if found else begin),
    }


@ROUTES.plain("GET", "/{type:companies}/v2/companies/recent/modified")
@ROUTES.plain("GET", "/{type:deals}/v1/deal/recent/modified")
def list_recent(call: Call) -> dict[str, Any]:
    """List what was changed since a moment, the latest first."""
    count = call.number("count", 20, LARGEST_PAGE)
    offset, since = (as_id(call.text(name, "0")) or 0 for name in ("offset", "since"))
    rows = call.portal.database.execute(
        f"SELECT {COLUMNS} FROM record WHERE type = ? AND archived = 0 AND modified >= ?"
        " ORDER BY modified DESC, id LIMIT ? OFFSET ?",
        (call.kind.id, since, count + 1, offset),
    )
    found = [read(row) for row in rows.fetchall()]
    return {
        "results": [_told(call, each) for each in found[:count]],
        "hasMore": len(found) > count,
        "offset": offset + min(count, len(found)),
        "total": len(found),
    }


@ROUTES.plain("GET", "/{type:companies}/v2/companies/{id}")
@ROUTES.plain("GET", "/{type:deals}/v1/deal/{id}")
def get(call: Call) -> dict[str, Any]:
    """Tell one record."""
    record = find(call.portal, call.kind, as_id(call.path["id"]) or 0)
    if record is None:
        raise gone()
    return _told(call, record)


def _told(call: Call, record: Record) -> dict[str, Any]:
    """Return a record in the older shape: every property with the source of its value."""
    kind, portal = call.kind, call.portal
    names = list(record.properties)
    if not call.flag("includeAllProperties") and (wanted := call.names("properties")):
        names = [name for name in names if name in {*wanted, *kind.always()}]
    told: dict[str, Any] = {
        "portalId": portal.settings.portal_id,
        "isDeleted": False,
        f"{kind.singular}Id": record.id,
        "properties": {
            name: _property(each) for name, each in versions(portal, kind, record, names).items()
        },
    }
    if kind.plural == "deals":
        told["associations"] = {
            "associatedVids": [
                each.id for each in ends(portal, kind, record.id, portal.kind("contacts"))
            ],
            "associatedCompanyIds": [
                each.id for each in ends(portal, kind, record.id, portal.kind("companies"))
            ],
            "associatedDealIds": [],
            "associatedTicketIds": [],
        }
    return told


def _property(history: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one property with its history."""
    rows = [
        {
            "value": each["value"],
            "timestamp": from_iso(each["timestamp"]),
            "source": each["sourceType"],
            "sourceId": each["sourceId"],
        }
        for each in history
    ]
    return {**(rows[0] if rows else {"value": ""}), "versions": rows}
