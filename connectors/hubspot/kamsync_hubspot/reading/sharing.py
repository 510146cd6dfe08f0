"""Searches that several readings of one round share: a deal and its splits change together."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from kamsync_hubspot.client.records import Found
from kamsync_hubspot.reading.cursors import Cursor

__all__ = ["Shared", "Sharing"]


class Shared(Struct):
    """One object whose changes are searched by several readings: from when on, and what was found."""

    since: int
    readings: int
    held: dict[str, tuple[int, Found]]


class Sharing:
    """Holds what was found for the readings that were announced; nothing is held over a write."""

    def __init__(self) -> None:
        self._objects: dict[str, Shared] = {}

    def announce(self, readings: Sequence[tuple[str, Cursor]]) -> None:
        """Hear which objects are searched for changes next, each from the place of its cursor."""
        self._objects = {}
        for name in {name for name, _ in readings}:
            places = [cursor.since for object_, cursor in readings if object_ == name]
            if len(places) > 1:
                self._objects[name] = Shared(min(places), len(places) - 1, {})

    def forget(self) -> None:
        """Hold nothing any more."""
        self._objects = {}

    def since(self, name: str, own: int) -> int:
        """Return from when on to search, so that all who share it find what is theirs."""
        shared = self._objects.get(name)
        return min(shared.since, own) if shared else own

    def take(self, name: str, last: str) -> Found | None:
        """Return what another reading found after the id *last*, for as many as wait for it."""
        shared = self._objects.get(name)
        if shared is None or last not in shared.held:
            return None
        waiting, found = shared.held.pop(last)
        if waiting > 1:
            shared.held[last] = (waiting - 1, found)
        return found

    def hold(self, name: str, last: str, found: Found) -> None:
        """Keep what was found after the id *last* for the others."""
        shared = self._objects.get(name)
        if shared is not None:
            shared.held[last] = (shared.readings, found)
