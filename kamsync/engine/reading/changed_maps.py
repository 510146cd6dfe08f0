"""Notice that a configuration maps otherwise than it did: read again, and meet what is new anew."""

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
    what was known. Where the same native fields are read or written otherwise, each record is asked
    again what is due: what could not be written may be writable now. Marking twice changes nothing.
    """
    if hub.marked.get(system.name) is system.maps:
        return
    with hub.store.transaction():
        _mark_natives(hub, system)
        _mark_ways(hub, system)
    hub.marked[system.name] = system.maps


def _mark_natives(hub: Hub, system: System) -> None:
    """Have those entities met anew that are mapped to other native fields."""
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
    for entity, natives in now.items():
        _compare(hub, system, entity, before.get(entity, {}), natives)
    hub.store.set_meta(key, msgspec.json.encode(every, order="sorted").decode())


def _mark_ways(hub: Hub, system: System) -> None:
    """Have those entities read again whose native fields are read or written in another way."""
    key = f"ways:{system.name}"
    kept = hub.store.meta(key)
    before = msgspec.json.decode(kept, type=dict[str, str]) if kept else {}
    now = {name: map_.way for name, map_ in system.maps.items()}
    if before | now == before:
        return
    for entity in now.keys() & before.keys():
        if now[entity] != before[entity]:
            _sweep(hub, system, entity)
            _ask_again(hub, entity)
    hub.store.set_meta(key, msgspec.json.encode(before | now, order="sorted").decode())


def _ask_again(hub: Hub, entity: str) -> None:
    """Have every record of *entity* asked what it owes."""
    after = ""
    while ids := hub.store.records.ids(entity, after, hub.batch):
        hub.store.records.mark_dirty(ids)
        after = ids[-1]


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
        _sweep(hub, system, entity)


def _sweep(hub: Hub, system: System, entity: str) -> None:
    """Have an entity of a system read again in full."""
    place = hub.store.cursors.get(system.name, entity)
    hub.store.cursors.put(system.name, entity, structs.replace(place, sweep_due=True))


def _forget(hub: Hub, system: System, entity: str, fields: Collection[str]) -> None:
    """Drop the facts of *fields* from every link there."""
    end, after = hub.store.current("revision") + 1, ""
    while links := hub.store.links.unseen_since(
        system.name, entity, end, after, hub.batch, dead=True
    ):
        after = links[-1].native_id or ""
        hub.store.links.save(
            [
                structs.replace(
                    link,
                    facts={name: fact for name, fact in link.facts.items() if name not in fields},
                )
                for link in links
            ]
        )
