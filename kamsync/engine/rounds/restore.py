"""After an older store was put back: meet every system again before anything is believed or written."""

from __future__ import annotations

from kamsync.engine.hub import Hub
from kamsync.store import RESTORED

__all__ = ["finish_restore", "still_to_read"]


def still_to_read(hub: Hub) -> frozenset[str]:
    """Return the systems that were not read in full since an older store was put back; none without that.

    One of which that store knows nothing is among them: it may hold what everything else came from.
    """
    if hub.restored_at is None:
        return frozenset()
    cursor, unread = hub.store.cursors.get, hub.store.links.count_unread
    return frozenset(
        system.name
        for system in hub.systems.values()
        for entity in system.maps
        if not (place := cursor(system.name, entity)).swept_at
        or place.sweep_due
        or unread(system.name, entity)
    )


def finish_restore(hub: Hub) -> None:
    """End the restoration once every record was merged again from readings that are newer than it."""
    if hub.restored_at is not None and not still_to_read(hub):
        hub.store.set_meta(RESTORED, None)
