"""What native cells mean to a person: the parts of a group by name, and the record that is referred to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.model import Value
from kamsync.reports.finding import Names, native_label
from kamsync.reports.sight import HIDDEN, Sight
from kamsync.schema import Type

__all__ = ["Meaning", "Meanings", "Place"]

Place: TypeAlias = tuple[str, str, str]
"""Where cells are: in which system, of which entity, in which field."""


class Meaning(Struct, frozen=True):
    """What cells mean, beside what they are: *parts* of a group by name, *name* of what is referred to.

    A group whose cells come to nothing, such as a currency without a sum, has no parts; what is blank, is no
    group or cannot be read has None.
    """

    parts: Value = None
    name: str = ""


class Meanings:
    """The meaning of native cells, looked up for many of them at once.

    *coming* are names of records that only a plan knows yet: a preview is undone before it is shown.
    """

    def __init__(
        self, hub: Hub, sight: Sight, names: Names, coming: Mapping[str, str] | None = None
    ) -> None:
        self._hub = hub
        self._sight = sight
        self._names = names
        self._coming = coming or {}
        self._known: dict[tuple[str, str, str], str] = {}

    def load(self, cells: Iterable[tuple[Place, Sequence[Any]]]) -> None:
        """Look up what all these cells refer to."""
        asked: dict[tuple[str, str], set[str]] = {}
        for (system, entity, field), each in cells:
            to = self._to(entity, field)
            if to:
                asked.setdefault((system, to), set()).update(_ids(each))
        for (system, to), ids in asked.items():
            self._load(system, to, sorted(ids))

    def of(self, place: Place, cells: Sequence[Any] | None) -> Meaning:
        """Return what *cells* mean, nothing of what the reader may not see."""
        system, entity, field = place
        if cells is None or self._sight.cells(entity, field, cells) == HIDDEN:
            return Meaning()
        to = self._to(entity, field)
        if to:
            return Meaning(name=self._called(system, to, next(iter(_ids(cells)), "")))
        return Meaning(parts=self._parts(place, cells))

    def _to(self, entity: str, name: str) -> str:
        """Return the entity that a field refers to, ``""`` if it refers to none."""
        field = self._sight.field(entity, name)
        return field.to if field and field.type is Type.REFERENCE else ""

    def _load(self, system: str, to: str, ids: Sequence[str]) -> None:
        """Look up the names of some native records: of their records, or what the system shows."""
        links = self._hub.store.links
        tied = links.records(system, to, ids)
        self._names.load([*tied.values(), *ids])
        declared = self._hub.schema.entity(to)
        shown = {} if self._sight.hides(to, declared.label) else links.by_native(system, to, ids)
        for id_ in ids:
            called = self._names.of(tied.get(id_, id_))
            if not called and id_ in shown:
                called = native_label(shown[id_], declared)
            self._known[system, to, id_] = called or self._coming.get(id_, "")

    def _called(self, system: str, to: str, id_: str) -> str:
        """Return the name of the record that a native id, or a record that is to come, stands for."""
        if not id_:
            return ""
        if (system, to, id_) not in self._known:
            self._load(system, to, [id_])
        return self._known[system, to, id_]

    def _parts(self, place: Place, cells: Sequence[Any]) -> Value:
        """Return the parts of a group; nothing of cells that cannot be read, or that are no group."""
        system, entity, name = place
        field = self._sight.field(entity, name)
        map_ = self._hub.systems[system].maps.get(entity) if system in self._hub.systems else None
        if field is None or field.type is not Type.GROUP or map_ is None or name not in map_.fields:
            return None
        try:
            value = map_.fields[name].lens.get(tuple(cells), _NOBODY)
        except (ReferenceMissing, ValueInvalid):
            return None
        said_nothing = value is None and any(_ids(cells))
        return {} if said_nothing else self._sight.value(entity, name, value)


def _ids(cells: Sequence[Any]) -> list[str]:
    """Return the ids among some cells."""
    return [str(cell) for cell in cells if cell not in (None, "")]


class _Nobody:
    """Ties of a reader who knows no records: parts of a group refer to none."""

    def record(self, entity: str, native_id: str) -> NoReturn:
        raise ReferenceMissing(f"{entity} {native_id} is not looked up here.")

    def native(self, entity: str, record: str) -> NoReturn:
        raise ReferenceMissing(f"{entity} {record} is not looked up here.")


_NOBODY = _Nobody()
