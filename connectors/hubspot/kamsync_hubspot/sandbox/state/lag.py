"""The lag of the search index: what a search still shows of a record that has changed.

Source: developers.hubspot.com/docs/guides/api/crm/search: new and changed records take a moment to
appear in results; that they may appear out of order is in github.com/estuary/connectors,
source-hubspot-native.
"""

from __future__ import annotations

from msgspec import json

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record

__all__ = ["hide", "settle"]


def hide(portal: Portal, kind: Kind, id_: int, before: Record | None) -> None:
    """Let a search show the record as it was *before*, or not at all, until the index has caught up."""
    shortest, longest = portal.settings.lag_ms
    longest += portal.slower_ms
    if longest == 0 or portal.past:
        return
    until = portal.now + portal.random.randint(shortest + portal.slower_ms, longest)
    values = (
        (None, None, None)
        if before is None
        else (json.encode(before.properties).decode(), before.created, before.modified)
    )
    portal.database.execute(
        "INSERT INTO unseen VALUES (?, ?, ?, ?, ?, ?)", (kind.id, id_, until, *values)
    )


def settle(portal: Portal) -> bool:
    """Let go of what the index has caught up with; return whether anything is left."""
    portal.database.execute("DELETE FROM unseen WHERE until <= ?", (portal.now,))
    row = portal.database.execute("SELECT EXISTS (SELECT 1 FROM unseen)").fetchone()
    return bool(row[0])
