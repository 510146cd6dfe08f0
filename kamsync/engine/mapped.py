"""Notice that a configuration maps other native fields than it did, and let those be met anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

import msgspec
from msgspec import structs

from kamsync.engine.hub import Hub, System

__all__ = ["mark_maps"]

Natives: TypeAlias = dict[str, dict[str, list[str]]]
"""The native fields behind each field of each entity."""


def mark_maps(hub: Hub, system: System) -> None:
    """Have *system* read again in full where its map is not the one of the last round.

    What was known of a field whose native fields are others now is forgotten: they are met as for
    the first time, so that what they hold is nobody's edit. A field that is mapped no longer keeps
    what was known. Marking twice changes nothing.
    """
    now = {
        name: {field.field: list(field.native) for field in map_.fields.values()}
        for name, map_ in system.maps.items()
    }
    key = f"maps:{system.name}"
    said = msgspec.json.encode(now, order="sorted").decode()
    kept = hub.store.meta(key)
    if kept == said:
        return
    before = msgspec.json.decode(kept, type=Natives) if kept else {}
    # A field that comes back later is compared with what it was mapped to when it was last read.
    every = before | {name: before.get(name, {}) | natives for name, natives in now.items()}
    if every == before:
        return
    with hub.store.transaction():
        for entity, natives in now.items():
            _compare(hub, system, entity, before.get(entity, {}), natives)
        hub.store.set_meta(key, msgspec.json.encode(every, order="sorted").decode())


def _compare(
    hub: Hub,
    system: System,
    entity: str,
    before: Mapping[str, list[str]],
    now: Mapping[str, list[str]],
) -> None:
    """Forget what is mapped otherwise, and have what is new read."""
    other = {name for name in now.keys() & before.keys() if now[name] != before[name]}
    if other:
        _forget(hub, system, entity, other)
    if before and (other or now.keys() - before.keys()):
        place = hub.store.cursors.get(system.name, entity)
        hub.store.cursors.put(system.name, entity, structs.replace(place, sweep_due=True))


def _forget(hub: Hub, system: System, entity: str, fields: Collection[str]) -> None:
    """Drop the facts of *fields* from every link there."""
    end, after = hub.store.current("revision") + 1, 0
    while links := hub.store.links.unseen_since(
        system.name, entity, end, after, hub.batch, dead=True
    ):
        after = links[-1].id
        hub.store.links.save(
            [
                structs.replace(
                    link,
                    facts={name: fact for name, fact in link.facts.items() if name not in fields},
                )
                for link in links
            ]
        )
