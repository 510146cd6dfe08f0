"""What happened to records since they were last read: asked for only where a write of ours may be in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kamsync.connector import Can
from kamsync.engine.hub import Hub, System
from kamsync.model import Entry, Link, Op, Reading
from kamsync.store import OutboxRow

__all__ = ["histories"]


def histories(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    known: Mapping[str, Link],
    rows: Mapping[int, Sequence[OutboxRow]],
) -> Mapping[str, Sequence[Entry]]:
    """Return the history since our last reading, for records where a write of ours may be in it.

    Of what is gone it is asked for where our own delete may have covered an edit.
    """
    if Can.HISTORY not in system.connector.can:
        return {}
    restoring = hub.restored_at is not None
    since = {}
    for reading in readings:
        link = known.get(reading.native_id)
        if link is None or (reading.values is None and not _is_covered(system, rows, link)):
            continue
        if reading.version == link.version and link.settled:
            continue
        ours = reading.author is None or reading.author.own
        if ours or link.id in rows or restoring:
            since[reading.native_id] = link.version
    if not since:
        return {}
    map_ = system.maps[entity]
    told: dict[str, Sequence[Entry]] = {}
    ids, limit = list(since), system.connector.batch_limit
    for start in range(0, len(ids), limit):
        asked = {native_id: since[native_id] for native_id in ids[start : start + limit]}
        told.update(system.connector.history(map_.object, map_.names, asked))
    return {native_id: _since(known[native_id], entries) for native_id, entries in told.items()}


def _is_covered(system: System, rows: Mapping[int, Sequence[OutboxRow]], link: Link) -> bool:
    """Whether a delete of ours may have taken an edit with it that nobody had read."""
    deletes = any(row.op is Op.DELETE for row in rows.get(link.id, ()))
    return deletes and Can.REFUSE_STALE not in system.connector.can


def _since(link: Link, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return what followed our last reading: all of a settled version was there when it was read."""
    if not link.settled:
        return entries
    return [entry for entry in entries if not entry.version or entry.version != link.version]
