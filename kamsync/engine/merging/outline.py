"""What the merges of all records of one entity go by, whatever these hold: how its systems map it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from kamsync.engine.hub import Hub, System
from kamsync.engine.merging.due_updates import referring, updated_singly
from kamsync.identity import key_fields
from kamsync.mapping import EntityMap, empties
from kamsync.model import EXISTS
from kamsync.schema import Entity, Type

__all__ = ["Outline", "outline_of"]


class Outline(Struct, frozen=True):
    """How the systems of a hub map an entity, worked out once for many records."""

    mapped: Mapping[str, frozenset[str]]
    """The fields that each system reads or writes."""
    certain: Mapping[str, frozenset[str]]
    """The fields of which a value that is read is said in a system: no blank looks like one."""
    lacking: Collection[str]
    """The systems that cannot hold every part of every field."""
    alike: frozenset[str]
    """The fields that all systems read through equal lenses."""
    updated: Collection[str]
    """The systems in which records may be updated, each by itself."""
    referring: Collection[str]
    """The fields whose cells depend on where other records are by now."""
    keys: frozenset[str] | None
    """The fields that have a part in a key; None where nobody knows, since a plugin makes some."""

    def makes_keys(self, fields: Collection[str]) -> bool:
        """Whether one of *fields* has a part in a key, as far as is known."""
        return bool(fields) if self.keys is None else not self.keys.isdisjoint(fields)


def outline_of(hub: Hub, entity: str) -> Outline:
    """Return what the merges of all records of *entity* go by."""
    systems, declared = hub.mapping(entity), hub.schema.entity(entity)
    maps = {system.name: system.maps[entity] for system in systems}
    return Outline(
        mapped={name: frozenset({EXISTS, *map_.fields}) for name, map_ in maps.items()},
        certain={name: _certain(map_) for name, map_ in maps.items()},
        lacking=frozenset(name for name, map_ in maps.items() if map_.lacking),
        alike=_read_alike(systems, declared),
        updated=updated_singly(hub, entity),
        referring=referring(hub, entity),
        keys=None if hub.key_makers else frozenset(key_fields(declared)),
    )


def _read_alike(systems: Sequence[System], entity: Entity) -> frozenset[str]:
    """Return the fields that all *systems* read through equal lenses.

    A reference is read otherwise in each system, since its native ids are others.
    """
    maps = [system.maps[entity.name].fields for system in systems]
    return frozenset(
        name
        for name, field in entity.fields.items()
        if all(part.type is not Type.REFERENCE for part in (field, *field.parts))
        and len([each for each in maps if name in each]) > 1
        and _is_one([each[name].lens for each in maps if name in each])
    ) | {EXISTS}


def _certain(map_: EntityMap) -> frozenset[str]:
    """Return the fields of which a value that is read is said: no blank looks like one."""
    return frozenset(name for name, each in map_.fields.items() if empties(each.lens))


def _is_one(lenses: Sequence[object]) -> bool:
    """Whether all of *lenses* are equal to the first."""
    return all(lens == lenses[0] for lens in lenses)
