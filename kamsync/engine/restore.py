"""After an older store was put back: meet every system again before anything is believed or written."""

from __future__ import annotations

from kamsync.engine.hub import Hub

__all__ = ["RESTORED", "finish_restore"]

RESTORED = "restored_at"
"""The store's note that it was restored, with the time; it stands until every link was read again."""


def finish_restore(hub: Hub) -> None:
    """End the restoration once every record was merged again from readings that are newer than it."""
    restored_at = hub.store.meta(RESTORED)
    if restored_at is None:
        return
    unread = hub.store.links.unread_since
    if not any(
        unread(restored_at, system.name, entity)
        for system in hub.systems.values()
        for entity in system.maps
    ):
        hub.store.set_meta(RESTORED, None)
