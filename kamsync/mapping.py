"""How one native object says one entity: a lens for each field, as data.

A lens reads native cells as a canonical value (`get`) and writes a canonical value as cells
(`put`). Two laws hold for every map, after Foster, Greenwald, Moore, Pierce and Schmitt,
"Combinators for bidirectional tree transformations" (TOPLAS 2007):

- GetPut: ``put(get(cells), cells) == cells`` (what the system holds already is left as it is written)
- PutGet: ``get(put(value, cells))`` is *value*, up to what the system cannot hold

A part of a group may be *derived*: the system itself works it out from the other parts. It is shown
aside, and is neither written nor compared there. The laws hold for such a map whatever is shown aside:

- GetPut: nothing that is shown aside makes a write: ``put(get(cells, known, aside), cells) == cells``
- PutGet: nothing that is shown aside contradicts golden: ``get(put(value), known=value, aside)`` is
  *value*. Only where the other parts say something else than *known* does the derived part come along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from typing import Any, Protocol
from zlib import crc32

from msgspec import Struct, structs

from kamsync.errors import ReferenceMissing, UnknownName, ValueInvalid
from kamsync.model import Cells, Native, Value

__all__ = ["Derived", "Direction", "EntityMap", "FieldMap", "Lens", "Refs", "empties"]


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
    A lens that writes no value as blank cells, and in no other way, may say so: see `empties`.
    """

    def get(self, cells: Cells, refs: Refs) -> Value:
        """Return the canonical value of *cells*, in normal form."""

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the cells that say *value*; *cells* are those of now, None for a new record."""


def empties(lens: Lens) -> bool:
    """Whether a lens says of itself, by ``empties``, that it writes no value as blank cells alone.

    What it reads as a value is one, then. Of any other lens it is asked what it would write.
    """
    return bool(getattr(lens, "empties", False))


class Direction(Struct, frozen=True):
    """Whether a field is read from a system, written to it, or both."""

    reads: bool = True
    writes: bool = True


class Derived(Struct, frozen=True):
    """Parts of a group that a system works out from the others: which native fields show them.

    *lens* reads all of them at once, as a table of parts. Nothing is ever written through it.
    """

    parts: tuple[str, ...]
    native: tuple[str, ...]
    lens: Lens

    def get(self, aside: Cells, refs: Refs) -> Mapping[str, Value]:
        """Return the parts as the system shows them; nothing of what it does not, or not readably."""
        if not aside:
            return {}
        try:
            return self.lens.get(aside, refs) or {}
        except ValueInvalid:
            return {}


class FieldMap(Struct, frozen=True):
    """How one native object says one canonical field: which native fields, through which lens.

    *lacks* names the parts of a group that nobody can enter in the system; they are completed from
    the golden value that the link last knew. Those among them that are *derived* come with the rest
    of the group once that says something new.
    """

    field: str
    native: tuple[str, ...]
    lens: Lens
    direction: Direction = Direction()
    lacks: tuple[str, ...] = ()
    derived: Derived | None = None

    def get(self, cells: Cells, refs: Refs, known: Value = None, aside: Cells = ()) -> Value:
        """Return the canonical value of *cells*, its lacking parts taken from *known*, or *aside*."""
        value = self.lens.get(cells, refs)
        if not self.lacks or value is None:
            return value
        rest = {part: (known or {}).get(part) for part in self.lacks}
        if self.derived is not None and not _is_part_of(value, known):
            shown = self.derived.get(aside, refs)
            rest |= {part: shown.get(part) for part in self.derived.parts}
        return {**value, **rest}

    def shown(self, cells: Cells, refs: Refs, known: Value = None, aside: Cells = ()) -> Value:
        """Return what the system shows: *cells* with what it derives from them, whatever golden is."""
        value = self.get(cells, refs, known)
        if self.derived is None or value is None:
            return value
        return {**value, **self.derived.get(aside, refs)}

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

    def aside(self, values: Mapping[str, Native]) -> Cells:
        """Return the cells of the derived parts from a reading, none if the system shows nothing there."""
        if self.derived is None:
            return ()
        cells = tuple([values.get(name) for name in self.derived.native])
        return () if cells.count(None) == len(cells) else cells

    def cells(self, values: Mapping[str, Native]) -> Cells | None:
        """Return this field's cells from a reading, or None if the system did not show them all."""
        native = self.native
        try:
            if len(native) == 1:
                return (values[native[0]],)
            return tuple([values[name] for name in native])
        except KeyError:
            return None


class EntityMap(Struct, frozen=True, dict=True):
    """How one system says one entity: the native object and a map for each field.

    *stamp* names the native field that keeps our canonical id, if there is one.
    """

    entity: str
    object: str
    fields: Mapping[str, FieldMap]
    stamp: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All native fields that are read, without repeats."""
        fields = self.fields.values()
        written = [name for field in fields for name in field.native]
        beside = [name for field in fields if field.derived for name in field.derived.native]
        return tuple(dict.fromkeys([*written, *beside]))

    @cached_property
    def shown(self) -> frozenset[str]:
        """The native fields that a reading shows where nothing is hidden."""
        return frozenset(self.names)

    def cells(self, values: Mapping[str, Native]) -> dict[str, Cells]:
        """Return the cells of a reading by field, without the fields that it does not show."""
        try:
            flat = self._flat(values)
        except KeyError:
            told = {name: field.cells(values) for name, field in self.fields.items()}
            return {name: cells for name, cells in told.items() if cells is not None}
        return {name: flat[part] for name, part in self._parts.items()}

    @cached_property
    def way(self) -> str:
        """What is the same for maps that read and write alike, in each process."""
        said = _told((self.object, self.stamp, self.fields))
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()

    @cached_property
    def is_plain(self) -> bool:
        """Whether all that is mapped is read, and nothing of it is shown aside."""
        fields = self.fields.values()
        return all(field.direction.reads and field.derived is None for field in fields)

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """The fields of which the system cannot hold every part."""
        return tuple(name for name, field in self.fields.items() if field.lacks)

    @cached_property
    def layout(self) -> int:
        """A number that is another one where the cells of a reading make other facts."""
        said = [
            (name, field.native, field.direction.reads, field.derived and field.derived.native)
            for name, field in self.fields.items()
        ]
        return crc32(repr(said).encode())

    @cached_property
    def _flat(self) -> Callable[[Mapping[str, Native]], Cells]:
        """What takes the cells of all fields from a reading at once; `KeyError` if one is missing."""
        names = [name for field in self.fields.values() for name in field.native]
        if len(names) > 1:
            return itemgetter(*names)
        return lambda values: tuple([values[name] for name in names])

    @cached_property
    def _parts(self) -> Mapping[str, slice]:
        """The part of each field in the cells of all."""
        sizes = {name: len(field.native) for name, field in self.fields.items()}
        ends = zip(sizes, accumulate(sizes.values()), strict=True)
        return {name: slice(end - sizes[name], end) for name, end in ends}

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


def _is_part_of(value: Mapping[str, Value], known: Value) -> bool:
    """Whether the parts in *value* are those of *known*."""
    return known is not None and all(known.get(part) == held for part, held in value.items())


def _told(thing: Any) -> str:
    """Return *thing* in words that are the same in each process.

    What is no value, such as the lens of a plugin that is an object of its own, counts by its type.
    """
    kind = f"{type(thing).__module__}.{type(thing).__qualname__}"
    if isinstance(thing, Struct):
        thing = (kind, structs.asdict(thing))
    elif is_dataclass(thing):
        thing = (kind, vars(thing))
    if isinstance(thing, Mapping):
        thing = sorted(f"{_told(key)}: {_told(value)}" for key, value in thing.items())
    elif isinstance(thing, set | frozenset):
        thing = sorted(map(_told, thing))
    if isinstance(thing, list | tuple):
        return f"({', '.join(map(_told, thing))})"
    return str(thing) if thing is None or isinstance(thing, str | int | float) else kind
