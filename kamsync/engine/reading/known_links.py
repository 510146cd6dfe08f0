"""The links that readings belong to, and whether one has become another by its reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from kamsync.engine.hub import Hub, System
from kamsync.model import EXISTS, Fact, Link, Reading
from kamsync.observe import GONE

__all__ = ["by_own_id", "differs", "new_links", "placeholders", "went"]


def by_own_id(
    hub: Hub, system: System, entity: str, readings: Sequence[Reading]
) -> dict[str, Link]:
    """Return the links of native records; one that was merged away says nothing about its survivor."""
    ids = [reading.native_id for reading in readings]
    found = hub.store.links.by_native(system.name, entity, ids)
    return {native_id: link for native_id, link in found.items() if link.native_id == native_id}


def placeholders(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    known: Mapping[str, Link],
) -> dict[str, Link]:
    """Return the links that were waiting for a native record which now shows our stamp."""
    stamps = {
        reading.stamp: reading
        for reading in readings
        if reading.stamp and reading.values is not None and reading.native_id not in known
    }
    if not stamps:
        return {}
    found: dict[str, Link] = {}
    for record, links in hub.store.links.of_records(sorted(stamps)).items():
        for link in links:
            if (link.system, link.entity, link.native_id) == (system.name, entity, None):
                native_id = stamps[record].native_id
                found[native_id] = structs.replace(link, native_id=native_id)
                hub.store.links.arrived(system.name, entity, [native_id, record])
    return found


def new_links(hub: Hub, system: System, entity: str, wanted: Sequence[Reading]) -> dict[str, Link]:
    """Return links for native records that were never seen, and of which more is to be noted."""
    if not wanted:
        return {}
    first = hub.store.take("link", len(wanted))
    return {
        reading.native_id: Link(first + i, system.name, entity, reading.native_id, None, {})
        for i, reading in enumerate(wanted)
    }


def differs(before: Link, after: Link) -> bool:
    """Whether anything but the time of reading has changed; mostly the version tells, and soonest."""
    return not before.facts or (
        before.version,
        before.settled,
        before.native_id,
        before.stamp,
        before.facts,
    ) != (after.version, after.settled, after.native_id, after.stamp, after.facts)


def went(before: Link, after: Link) -> bool:
    """Whether the record was here before and is gone now."""
    was, now = before.facts.get(EXISTS), after.facts.get(EXISTS, Fact(()))
    return was is not None and was.observed != GONE and now.observed == GONE
