"""Endpoints of batches and of searches."""

from __future__ import annotations

from typing import Any

from kamsync_hubspot.sandbox.changing import batches
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.objects import reading, writing_of
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Changes, Creates, Ids, Reads, Search
from kamsync_hubspot.sandbox.telling.searching import search

__all__ = ["ROUTES"]

ROUTES = Routes()


@ROUTES.crm("POST", "objects/{type}/search", scope=reading, shape=Search)
def find(call: Call) -> dict[str, Any]:
    """Search records."""
    return search(call.portal, call.kind, call.body)


@ROUTES.crm("POST", "objects/{type}/batch/read", scope=reading, shape=Reads)
def read(call: Call) -> Answer:
    """Read records."""
    return _told(
        call, batches.read_all(call.portal, call.kind, call.body, archived=call.flag("archived"))
    )


@ROUTES.crm("POST", "objects/{type}/batch/create", scope=writing_of, shape=Creates)
def create(call: Call) -> Answer:
    """Make records."""
    return _told(call, batches.create_all(call.portal, call.kind, call.body, call.caller))


@ROUTES.crm("POST", "objects/{type}/batch/update", scope=writing_of, shape=Changes)
def update(call: Call) -> Answer:
    """Change records."""
    return _told(call, batches.update_all(call.portal, call.kind, call.body, call.caller))


@ROUTES.crm("POST", "objects/{type}/batch/upsert", scope=writing_of, shape=Changes)
def upsert(call: Call) -> Answer:
    """Make or change records."""
    return _told(call, batches.upsert_all(call.portal, call.kind, call.body, call.caller))


@ROUTES.crm("POST", "objects/{type}/batch/archive", scope=writing_of, shape=Ids)
def archive(call: Call) -> Answer:
    """Put records into the bin."""
    batches.archive_all(call.portal, call.kind, call.body, call.caller)
    return Answer(status=204)


def _told(call: Call, batch: batches.Batch) -> Answer:
    """Return what came of a batch."""
    return Answer(batch.body(call.portal.now), batch.code)
