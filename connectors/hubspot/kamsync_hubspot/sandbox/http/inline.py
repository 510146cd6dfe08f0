"""Associations that come with a record: ids and names of types only, a row for each type.

Source: developers.hubspot.com/docs/guides/api/crm/using-object-apis (`associations`).
"""

from __future__ import annotations

from typing import Any

from kamsync_hubspot.sandbox.http.calls import Call
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.state.links import ends
from kamsync_hubspot.sandbox.state.records import Record

__all__ = ["associated"]

LARGEST_PAGE = 100


def associated(call: Call, kind: Kind, record: Record, to: Kind) -> dict[str, Any]:
    """Return what a record is associated with."""
    known = call.portal.association_types.between(kind.id, to.id)
    found = ends(call.portal, kind, record.id, to)
    rows = [
        {"id": str(end.id), "type": known[key].name}
        for end in found[:LARGEST_PAGE]
        for key in end.types
    ]
    if len(found) <= LARGEST_PAGE:
        return {"results": rows}
    after = str(found[LARGEST_PAGE].id)
    link = f"{call.host}/crm/v4/objects/{kind.plural}/{record.id}/associations/{to.plural}"
    return {"results": rows, "paging": {"next": {"after": after, "link": f"{link}?after={after}"}}}
