"""Native records that are seen for the first time: kept as they are shown, many at once.

Nearly all of a first meeting is this: a record that no write of ours made and of which nothing is
known. There is nothing to compare, so what it shows goes into the store as it is, without a link or
facts being made of it first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kamsync.engine.hub import Hub, System
from kamsync.model import Reading
from kamsync.observe import first_cells

__all__ = ["keep_newcomers"]


def keep_newcomers(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    digests: Mapping[str, int],
    seen: int,
    read_at: str,
) -> set[str]:
    """Keep a link for each of *readings* whose facts are what it shows; return the native ids of these."""
    map_ = system.maps[entity]
    cells = [(reading, first_cells(reading, map_)) for reading in readings]
    shown = [(reading, each) for reading, each in cells if each is not None]
    if shown:
        first = hub.store.take("link", len(shown))
        hub.store.links.add(system.name, entity, first, shown, digests, seen, read_at)
    return {reading.native_id for reading, _ in shown}
