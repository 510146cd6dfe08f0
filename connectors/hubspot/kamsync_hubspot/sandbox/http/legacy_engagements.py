"""Endpoints of engagements from before version 3: notes, tasks, calls, e-mails and meetings as one.

Source: legacydocs.hubspot.com/docs/methods/engagements/get-all-engagements.
"""

from __future__ import annotations

from typing import Any

from kamsync_hubspot.sandbox.http.calls import Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import from_iso
from kamsync_hubspot.sandbox.state.links import ends
from kamsync_hubspot.sandbox.state.records import COLUMNS, Record, as_id, read

__all__ = ["ROUTES"]

ROUTES = Routes()
LARGEST_PAGE = 250
_NAMES = {
    "notes": "NOTE",
    "tasks": "TASK",
    "calls": "CALL",
    "emails": "EMAIL",
    "meetings": "MEETING",
}
_TIES = {
    "contactIds": "contacts",
    "companyIds": "companies",
    "dealIds": "deals",
    "ticketIds": "tickets",
}


@ROUTES.plain("GET", "/engagements/v1/engagements/paged")
def list_all(call: Call) -> dict[str, Any]:
    """List engagements in the order of their ids."""
    return _page(call, "id", 0)


@ROUTES.plain("GET", "/engagements/v1/engagements/{when:recent/modified|modified/after}")
def list_changed(call: Call) -> dict[str, Any]:
    """List what was changed since a moment."""
    return _page(call, "modified, id", as_id(call.text("after") or call.text("since") or "0") or 0)


def _page(call: Call, order: str, since: int) -> dict[str, Any]:
    """Return a page of all types together; `offset` is how many came before."""
    limit = min(as_id(call.text("limit") or call.text("count") or "100") or 100, LARGEST_PAGE)
    offset = as_id(call.text("offset", "0")) or 0
    kinds = {kind.id: kind for kind in map(call.portal.kind, _NAMES)}
    marks = ", ".join("?" * len(kinds))
    rows = call.portal.database.execute(
        f"SELECT type, {COLUMNS} FROM record WHERE type IN ({marks}) AND archived = 0"
        f" AND modified >= ? ORDER BY {order} LIMIT ? OFFSET ?",
        (*kinds, since, limit + 1, offset),
    ).fetchall()
    found = [_told(call, kinds[row[0]], read(row[1:])) for row in rows[:limit]]
    return {
        "results": found,
        "hasMore": len(rows) > limit,
        "offset": offset + len(found),
        "total": offset + len(rows),
    }


def _told(call: Call, kind: Kind, record: Record) -> dict[str, Any]:
    """Return an engagement in the older shape."""
    values = record.properties
    at = values.get("hs_timestamp")
    return {
        "engagement": {
            "id": record.id,
            "portalId": call.portal.settings.portal_id,
            "active": True,
            "type": _NAMES[kind.plural],
            "createdAt": record.created,
            "lastUpdated": record.modified,
            "timestamp": from_iso(at) if at else record.created,
            "ownerId": as_id(values.get("hubspot_owner_id") or ""),
        },
        "associations": {
            name: [end.id for end in ends(call.portal, kind, record.id, call.portal.kind(to))]
            for name, to in _TIES.items()
        },
        "attachments": [],
        "metadata": {
            "body": next((text for name, text in values.items() if name.endswith("_body")), ""),
            "subject": next(
                (text for name, text in values.items() if name.endswith("_subject")), ""
            ),
        },
    }
