"""The ready lenses: how native cells say a canonical value.

Every lens is stable: `put` returns the cells of now if they read as what it would write. So a
system that truncates, rounds or knows fewer choices is never written to for a difference that it
cannot hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

from msgspec import Struct

from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import EntityMap, FieldMap, Lens, Refs
from kamsync.model import Cells, Native, Value
from kamsync.schema import Entity, Field, Type
from kamsync.values import MAX_DIGITS, normalise

__all__ = [
    "Choice",
    "Choices",
    "Form",
    "Grouped",
    "Part",
    "Reference",
    "Same",
    "Scaled",
    "Texts",
    "identity_map",
    "lens_for",
]

ARITHMETIC = Context(prec=2 * MAX_DIGITS, rounding=ROUND_HALF_UP)
CUT = frozenset({Type.TEXT, Type.LONG_TEXT})


class Form(StrEnum):
    """How a system wants a value written: in its normal form, always as text, or as a JSON number."""

    NORMAL = "normal"
    TEXT = "text"
    NUMBER = "number"


class Same(Struct, frozen=True):
    """One cell that holds the value itself, in any spelling that `normalise` reads.

    A text longer than *limit* characters is cut on writing; anything else that is too long is
    refused, because half an address is an address that nobody entered.
    """

    field: Field
    form: Form = Form.NORMAL
    limit: int | None = None

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the cell in normal form."""
        return normalise(self.field, cells[0])

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the value in the system's form."""
        if value is None or (self.limit is None and self.form is Form.NORMAL):
            return (value,)
        return _unless_said(self, (_formed(self._cut(value), self.form),), cells, refs)

    def _cut(self, value: Value) -> Value:
        if self.limit is None or not isinstance(value, str) or len(value) <= self.limit:
            return value
        if self.field.type in CUT:
            return value[: self.limit].rstrip()
        raise ValueInvalid(
            f"{self.field.name} has {len(value)} characters; this system takes {self.limit}. Shorten it."
        )


class Scaled(Struct, frozen=True):
    """One cell that holds a number *factor* times as large, as in percent, rounded to *places*."""

    field: Field
    factor: int = 100
    places: int | None = None
    form: Form = Form.NUMBER

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the cell divided by the factor."""
        native = normalise(_as_number(self.field), cells[0])
        if native is None:
            return None
        return normalise(self.field, ARITHMETIC.divide(Decimal(native), Decimal(self.factor)))

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the value multiplied by the factor."""
        if value is None:
            return (None,)
        native = ARITHMETIC.multiply(Decimal(value), Decimal(self.factor))
        if self.places is not None:
            native = native.quantize(Decimal(1).scaleb(-self.places), context=ARITHMETIC)
        spelling = normalise(_as_number(self.field), native)
        return _unless_said(self, (_formed(spelling, self.form),), cells, refs)


class Choice(Struct, frozen=True):
    """One cell that holds one of the system's own words.

    *reads* gives each word's meaning, *writes* the word for each meaning. A word that is in neither
    means *otherwise*, or is refused if that is empty.
    """

    field: Field
    reads: Mapping[str, str]
    writes: Mapping[str, str]
    otherwise: str = ""

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return what the word means."""
        return _meaning(self, cells[0])

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the word for *value*, or another one that means the same and is there already."""
        if value is None:
            return (None,)
        return _unless_said(self, (_word(self, value),), cells, refs)


class Choices(Struct, frozen=True):
    """One cell that holds several of the system's words, with *separator* between them."""

    field: Field
    separator: str
    reads: Mapping[str, str]
    writes: Mapping[str, str]
    otherwise: str = ""

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return what the words mean."""
        words = _words(self.field, cells[0], self.separator)
        return normalise(self.field, [_meaning(self, word) for word in words])

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the words for *value*."""
        if value is None:
            return (None,)
        words = dict.fromkeys(_word(self, item) for item in value)
        return _unless_said(self, (self.separator.join(words),), cells, refs)


class Texts(Struct, frozen=True):
    """One cell that holds several texts, with *separator* between them."""

    field: Field
    separator: str

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the texts as a list."""
        return normalise(self.field, _words(self.field, cells[0], self.separator))

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:  # noqa: ARG002
        """Return the list as one text."""
        if value is None:
            return (None,)
        mark = self.separator.strip() or self.separator
        for item in value:
            if mark in item:
                raise ValueInvalid(
                    f"{self.field.name} has an item with {mark!r} in it, which separates items in this system."
                )
        return (self.separator.join(value),)


class Reference(Struct, frozen=True):
    """One cell that holds the native id of another record."""

    to: str
    form: Form = Form.NORMAL

    def get(self, cells: Cells, refs: Refs) -> Value:
        """Return the canonical id behind the native one."""
        native = cells[0]
        if native is None or native == "":
            return None
        return refs.record(self.to, native if type(native) is str else _id(self.to, native))

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:  # noqa: ARG002
        """Return the native id of the record."""
        if value is None:
            return (None,)
        native = refs.native(self.to, value)
        return (int(native) if self.form is Form.NUMBER else native,)


class Part(Struct, frozen=True, array_like=True):
    """One part of a group: which of the group's cells say it, through which lens."""

    name: str
    lens: Lens
    start: int
    stop: int


class Grouped(Struct, frozen=True):
    """Several cells that say the parts of a group.

    *constants* are parts that are the same for everything in this system, such as the currency of a
    company with only one. A value with another one is refused: a number of dollars is no number of euros.
    """

    field: Field
    parts: tuple[Part, ...]
    constants: Mapping[str, Value] = {}

    def get(self, cells: Cells, refs: Refs) -> Value:
        """Return the parts that this system holds, or None if all of them are blank."""
        held = {
            part.name: part.lens.get(cells[part.start : part.stop], refs) for part in self.parts
        }
        if all(value is None for value in held.values()):
            return None
        return {**held, **self.constants}

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the cells of all parts; those that say their part already stay as they are."""
        values = value or {}
        for name, constant in self.constants.items():
            if values.get(name) not in (None, constant):
                raise ValueInvalid(
                    f"{self.field.name} can only have the {name} {constant!r} in this system."
                )
        written: list[Native] = []
        for part in self.parts:
            now = None if cells is None else cells[part.start : part.stop]
            written.extend(_put_part(part, values.get(part.name), now, refs))
        return tuple(written)


def lens_for(field: Field) -> Lens:
    """Return the lens for a system that holds *field* as kamsync does: one cell, or one for each part."""
    if field.type is Type.REFERENCE:
        return Reference(field.to)
    if field.type is not Type.GROUP:
        return Same(field)
    parts = tuple(
        Part(part.name, lens_for(part), at, at + 1) for at, part in enumerate(field.parts)
    )
    return Grouped(field, parts)


def identity_map(entity: Entity, object_: str, stamp: str = "") -> EntityMap:
    """Return the map of a system that holds *entity* as kamsync does, under the same names.

    A group is held as its parts, each under the part's own name.
    """
    fields = {
        field.name: FieldMap(
            field.name, tuple(part.name for part in field.parts) or (field.name,), lens_for(field)
        )
        for field in entity.fields.values()
    }
    return EntityMap(entity.name, object_, fields, stamp)


def _unless_said(lens: Lens, wanted: Cells, cells: Cells | None, refs: Refs) -> Cells:
    """Return *cells* if they read as *wanted* does, else *wanted*."""
    if cells is None or cells == wanted:
        return wanted
    try:
        return cells if lens.get(cells, refs) == lens.get(wanted, refs) else wanted
    except (ValueInvalid, ReferenceMissing):
        return wanted


def _put_part(part: Part, value: Value, cells: Cells | None, refs: Refs) -> Cells:
    """Return the cells of one part; unreadable ones are replaced."""
    if cells is not None:
        try:
            if part.lens.get(cells, refs) == value:
                return cells
        except (ValueInvalid, ReferenceMissing):
            pass
    return part.lens.put(value, cells, refs)


def _formed(value: Value, form: Form) -> Native:
    """Return a value in normal form as the system wants it written."""
    if form is Form.TEXT and isinstance(value, bool):
        return "true" if value else "false"
    if form is Form.TEXT and isinstance(value, int):
        return str(value)
    if form is Form.NUMBER and isinstance(value, str):
        return float(value) if "." in value else int(value)
    return value


def _as_number(field: Field) -> Field:
    """Return the field as which a scaled cell is read, which may lie beyond the bounds of the value."""
    return Field(field.name, Type.NUMBER, field.meaning, data_class=field.data_class)


def _meaning(lens: Choice | Choices, word: Native) -> str | None:
    """Return the canonical word for a native one."""
    if word is None:
        return None
    found = lens.reads.get(word) if isinstance(word, str) else None
    if found is not None:
        return found
    if isinstance(word, str) and not word.strip():
        return None
    if lens.otherwise:
        return lens.otherwise
    raise ValueInvalid(
        f"{lens.field.name} is {word!r} in this system, which its mapping does not know; "
        f"it knows {', '.join(sorted(lens.reads))}. Add the word to the mapping."
    )


def _word(lens: Choice | Choices, value: str) -> str:
    """Return the native word for a canonical one."""
    try:
        return lens.writes[value]
    except KeyError:
        raise ValueInvalid(
            f"{lens.field.name} {value!r} has no word in this system; its mapping has words for "
            f"{', '.join(sorted(lens.writes))}. Add one to the mapping."
        ) from None


def _words(field: Field, cell: Native, separator: str) -> list[str]:
    """Return the words of one cell."""
    if cell is None:
        return []
    if not isinstance(cell, str):
        raise ValueInvalid(f"{field.name} must be text with {separator!r} between its items.")
    return [word for item in cell.split(separator.strip() or separator) if (word := item.strip())]


def _id(to: str, native: Native) -> str:
    """Return a native id as text."""
    if isinstance(native, int) and not isinstance(native, bool):
        return str(native)
    raise ValueInvalid(f"A reference to {to} must be an id; it is a {type(native).__name__}.")
