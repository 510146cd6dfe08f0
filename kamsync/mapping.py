"""How one native object says one entity: a lens for each field, as data.

A lens reads native cells as a canonical value (`get`) and writes a canonical value as cells
(`put`). Two laws hold for every map, after Foster, Greenwald, Moore, Pierce and Schmitt,
"Combinators for bidirectional tree transformations" (TOPLAS 2007):

- GetPut: ``put(get(cells), cells) == cells`` (what the system holds already is left as it is written)
- PutGet: ``get(put(value, cells))`` is *value*, up to what the system cannot hold
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from kamsync.errors import ReferenceMissing, UnknownName, ValueInvalid
from kamsync.model import Cells, Native, Value

__all__ = ["Direction", "EntityMap", "FieldMap", "Lens", "Refs"]


class Refs(Protocol):
    """What ties native ids to canonical ids within one system; handed in by the engine."""

    def record(self, entity: str, native_id: str) -> str:
        """Return the canonical id behind *native_id*; raise `ReferenceMissing` if it is not linked."""

    def native(self, entity: str, record: str) -> str:
        """Return the native id of *record*; raise `ReferenceMissing` if it is not linked here."""


class Lens(Protocol):
    """A way to read cells as a value and to write a value as cells.

    `get` raises `kamsync.errors.ValueInvalid` for cells that it cannot read, `put` for a value that
    it cannot write; both raise `ReferenceMissing` for a record that is not linked in this system.
    """

    def get(self, cells: Cells, refs: Refs) -> Value:
        """Return the canonical value of *cells*, in normal form."""

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the cells that say *value*; *cells* are those of now, None for a new record."""


class Direction(Struct, frozen=True):
    """Whether a field is read from a system, written to it, or both."""

    reads: bool = True
    writes: bool = True


class FieldMap(Struct, frozen=True):
    """How one native object says one canonical field: which native fields, through which lens.

    *lacks* names the parts of a group that the system has no field for; they are completed from
    the golden value that the link last knew.
    """

    field: str
    native: tuple[str, ...]
    lens: Lens
    direction: Direction = Direction()
    lacks: tuple[str, ...] = ()

    def get(self, cells: Cells, refs: Refs, known: Value = None) -> Value:
        """Return the canonical value of *cells*, its lacking parts taken from *known*."""
        value = self.lens.get(cells, refs)
        if self.lacks and value is not None:
            return {**value, **{part: (known or {}).get(part) for part in self.lacks}}
        return value

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the cells that say *value*; unchanged where they say it already (GetPut).

        Cells that cannot be read any more, such as a reference to what is gone, are replaced.
        """
        try:
            if cells is not None and self.says(cells, value, refs):
                return cells
        except (ReferenceMissing, ValueInvalid):
            return self.lens.put(value, None, refs)
        return self.lens.put(value, cells, refs)

    def says(self, cells: Cells, value: Value, refs: Refs) -> bool:
        """Whether *cells* read as *value*, as far as the system holds its parts."""
        held = self.lens.get(cells, refs)
        if self.lacks and value is not None and held is not None:
            return all(held[part] == value.get(part) for part in held)
        return bool(held == value)

    def cells(self, values: Mapping[str, Native]) -> Cells | None:
        """Return this field's cells from a reading, or None if the system did not show them all."""
        native = self.native
        try:
            if len(native) == 1:
                return (values[native[0]],)
            return tuple([values[name] for name in native])
        except KeyError:
            return None


class EntityMap(Struct, frozen=True):
    """How one system says one entity: the native object and a map for each field.

    *stamp* names the native field that keeps our canonical id, if there is one.
    """

    entity: str
    object: str
    fields: Mapping[str, FieldMap]
    stamp: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return all native fields that are read, without repeats."""
        return tuple(dict.fromkeys(name for field in self.fields.values() for name in field.native))

    def native(self, cells: Mapping[str, Cells]) -> dict[str, Native]:
        """Return the native values behind *cells*, by field; what is not mapped has none."""
        return {
            name: cell
            for field, each in cells.items()
            if field in self.fields
            for name, cell in zip(self.fields[field].native, each, strict=True)
        }

    def field(self, name: str) -> FieldMap:
        """Return the map of the field called *name*; `UnknownName` says which ones there are."""
        try:
            return self.fields[name]
        except KeyError:
            known = ", ".join(sorted(self.fields))
            raise UnknownName(
                f"{self.object} has no map for {self.entity}.{name}; it has {known}."
            ) from None
