"""What a newcomer and the records that it may be say of the same fields, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.engine.context.ties import Ties
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.model import Conflict, Golden, Kind, Link, Record, Value
from kamsync.reports.finding import Names
from kamsync.reports.meaning import Meanings
from kamsync.reports.sight import Sight
from kamsync.schema import Field, Type
from kamsync.values import is_blank

__all__ = ["Compared", "compared"]


class Compared(Struct, frozen=True):
    """One field: what each side says of it, in the order of the sides, and whether that is the same.

    *names* are those of the records that are referred to.
    """

    field: str
    values: tuple[Value, ...]
    names: tuple[str, ...]
    alike: bool


def compared(hub: Hub, conflict: Conflict, sight: Sight) -> tuple[Compared, ...]:
    """Return what a person compares to say who is who; nothing where that is not the question."""
    if conflict.kind is not Kind.MATCH or conflict.entity not in hub.schema.entities:
        return ()
    ids = [side.link for side in conflict.contenders if side.link is not None]
    links = list(hub.store.links.by_id(ids).values())
    if len(links) != 1 or links[0].system not in hub.systems:
        return ()
    known = [str(side.value) for side in conflict.contenders if side.value]
    records = hub.store.records.by_id(known)
    sides = [records.get(str(side.value)) if side.value else None for side in conflict.contenders]
    return tuple(_Comparison(hub, sight, links[0]).fields(sides))


class _Comparison:
    """The fields of a newcomer beside those of the records that it may be; None stands for itself."""

    def __init__(self, hub: Hub, sight: Sight, link: Link) -> None:
        self._link = link
        self._sight = sight
        self._names = Names(hub)
        self._meanings = Meanings(hub, sight, self._names)
        self._entity = hub.schema.entity(link.entity)
        map_ = hub.systems[link.system].maps.get(link.entity)
        self._maps = map_.fields if map_ else {}

    def fields(self, sides: list[Record | None]) -> Iterator[Compared]:
        """Yield the fields of which anybody says anything."""
        for name, field in self._entity.fields.items():
            if name not in self._maps or name not in self._link.facts:
                continue
            said = [
                self._newcomer(field) if each is None else self._record(each, field)
                for each in sides
            ]
            if any(not is_blank(value) for value, _ in said):
                values, names = zip(*said, strict=True)
                shown = tuple(self._sight.value(self._link.entity, name, each) for each in values)
                yield Compared(name, shown, names, all(each == said[0] for each in said))

    def _newcomer(self, field: Field) -> tuple[Value, str]:
        """Return what the newcomer says, as far as it can be read, and its name if it is a record."""
        fact = self._link.facts[field.name]
        if field.type is Type.REFERENCE:
            place = (self._link.system, self._link.entity, field.name)
            name = self._meanings.of(place, fact.observed).name
            return name or None, name
        nobody = Ties(self._link.system, {}, {})
        try:
            return self._maps[field.name].get(fact.observed, nobody, aside=fact.aside), ""
        except (ReferenceMissing, ValueInvalid):
            return None, ""

    def _record(self, record: Record, field: Field) -> tuple[Value, str]:
        """Return what is golden of a record that it may be."""
        value = record.fields.get(field.name, Golden()).value
        if field.type is Type.REFERENCE and isinstance(value, str):
            name = self._names.of(value)
            return name or value, name
        return value, ""
