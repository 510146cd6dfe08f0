"""A plugin of these tests: systems in files that store some texts in capitals, as real ones do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kamsync import memory
from kamsync.connector import Connector
from kamsync.hookspecs import hookimpl
from kamsync.memory import Memory, MemorySystem
from kamsync.model import Native
from kamsync.schema import Schema

LOUD = ("industry", "legal_name")


class Shouting(Memory):
    """Holds what it was told, only louder."""

    kind = "shouting"

    def __init__(self, path: Path, can: Sequence[str], page: int, batch: int) -> None:
        super().__init__(path, can, page=page, batch=batch)
        self.system.close()
        self.connect(MemorySystem(path=path, rewrite=loud), self.can)


def loud(_: str, field: str, value: Native) -> Native:
    """Return what becomes of a value."""
    return value.upper() if field in LOUD and isinstance(value, str) else value


@hookimpl
def kamsync_connectors() -> Mapping[str, type[Connector]]:
    """Offer the connector."""
    return {"shouting": Shouting}


@hookimpl
def kamsync_mappings(kind: str, schema: Schema) -> Any:
    """Map every entity as a system in memory does."""
    return memory.kamsync_mappings("memory", schema) if kind == "shouting" else None
