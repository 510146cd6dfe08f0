"""Systems in memory: the reference of the connector contract, and the systems of tests and demos.

`MemorySystem` is the outside world, with people who act in it. `Memory` is the connector that
speaks to it, as the built-in plugin ``memory``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kamsync.hookspecs import hookimpl
from kamsync.memory.connector import ALL, Memory
from kamsync.memory.faults import Faults
from kamsync.memory.people import Person
from kamsync.memory.system import MemorySystem
from kamsync.memory.watch import Clobber

if TYPE_CHECKING:
    from kamsync.connector import Connector
    from kamsync.mapping import EntityMap
    from kamsync.schema import Schema

__all__ = [
    "ALL",
    "Clobber",
    "Faults",
    "Memory",
    "MemorySystem",
    "Person",
    "kamsync_connectors",
    "kamsync_mappings",
]


@hookimpl
def kamsync_connectors() -> Mapping[str, type[Connector]]:
    """Offer the connector to systems in memory or in a file of acts."""
    return {"memory": Memory}


@hookimpl
def kamsync_mappings(kind: str, schema: Schema) -> Sequence[EntityMap] | None:
    """Map every entity to an object of its own name, whose fields go by the names of the schema."""
    if kind != "memory":
        return None
    from kamsync.lenses import identity_map

    return [identity_map(entity, entity.name) for entity in schema.entities.values()]
