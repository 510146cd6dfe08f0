"""After an older store was put back: meet every system again before anything is believed or written."""

from __future__ import annotations

from kamsync.engine.hub import Hub
from kamsync.store import RESTORED

__all__ = ["finish_restore"]


def finish_restore(hub: Hub) -> None:
    """End the restoration once every record was merged again from readings that are newer than it."""
    if hub.restored_at is None:
        return
    unread = hub.store.links.count_unread
    if not any(
        unread(system.name, entity) for system in hub.systems.values() for entity in system.maps
    ):
        hub.store.set_meta(RESTORED, None)
