"""What native records say, in canonical values: read as they are asked for, as far as that is possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kamsync.engine.context.ties import Ties, ties_of
from kamsync.engine.hub import Hub
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import FieldMap
from kamsync.merge import is_blank_start
from kamsync.model import Fact, Link, Value
from kamsync.schema import Entity
from kamsync.store import Glimpse, Seen

__all__ = ["canonical"]

UNSAID: Any = object()
"""What a field has for a value that is blank from the start, or cannot be read."""

UNREAD: Any = object()
"""What a field has for a value that nobody has asked for yet."""


class Said(Mapping[str, Value]):
    """What one native record says; each field is read when somebody asks for it, and only once."""

    __slots__ = ("_facts", "_maps", "_ties", "_values")

    def __init__(
        self, facts: Mapping[str, Fact | Seen], maps: Mapping[str, FieldMap], ties: Ties
    ) -> None:
        self._facts = facts
        self._maps = maps
        self._ties = ties
        self._values: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        value = self.get(name, UNSAID)
        if value is UNSAID:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of one field, or *default* where nothing is said that can be read."""
        value = self._values.get(name, UNREAD)
        if value is UNREAD:
            value = self._values[name] = self._read(name)
        return default if value is UNSAID else value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._maps if self.get(name, UNSAID) is not UNSAID)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _read(self, name: str) -> Value:
        """Read one field."""
        fact, map_ = self._facts.get(name), self._maps.get(name)
        if fact is None or map_ is None or is_blank_start(fact):
            return UNSAID
        try:
            if not map_.lacks:
                return map_.lens.get(fact.observed, self._ties)
            return map_.get(fact.observed, self._ties)
        except (ReferenceMissing, ValueInvalid):
            return UNSAID


def canonical(
    hub: Hub, entity: Entity, links: Sequence[Link | Glimpse]
) -> dict[int, Mapping[str, Value]]:
    """Return what each native record says, by link."""
    shown = sorted({link.system for link in links})
    systems = [hub.systems[name] for name in shown if hub.speaks_to(name, entity.name)]
    ties = ties_of(hub, systems, entity.name, links)
    maps = {system.name: system.maps[entity.name].fields for system in systems}
    return {
        link.id: Said(link.facts, maps[link.system], ties[link.system])
        for link in links
        if link.system in maps
    }
