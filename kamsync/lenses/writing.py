"""What all lenses share: the form that a system wants, and leaving alone what says it already."""

from __future__ import annotations

from enum import StrEnum

from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import Lens, Refs
from kamsync.model import Cells, Native, Value
from kamsync.schema import Field, Type
from kamsync.values.standards import country_name

__all__ = ["Form", "formed", "kept_if_said"]

NUMERIC = frozenset({Type.NUMBER, Type.FRACTION})


class Form(StrEnum):
    """How a system wants a value written.

    *normal* is the value in its normal form, *text* the same but never a JSON number or truth,
    *number* a JSON number, *name* a country by its English name.
    """

    NORMAL = "normal"
    TEXT = "text"
    NUMBER = "number"
    NAME = "name"


def formed(field: Field, value: Value, form: Form) -> Native:
    """Return a value in normal form as *form* wants it, where that means anything for *field*."""
    if form is Form.TEXT and isinstance(value, bool):
        return "true" if value else "false"
    if form is Form.TEXT and isinstance(value, int):
        return str(value)
    if form is Form.NUMBER and field.type in NUMERIC and isinstance(value, str):
        return float(value) if "." in value else int(value)
    if form is Form.NAME and field.type is Type.COUNTRY:
        return country_name(value)
    return value


def kept_if_said(lens: Lens, wanted: Cells, cells: Cells | None, refs: Refs) -> Cells:
    """Return *cells* if they read as *wanted* does, else *wanted*; unreadable cells are replaced."""
    if cells is None or cells == wanted:
        return wanted
    try:
        return cells if lens.get(cells, refs) == lens.get(wanted, refs) else wanted
    except (ValueInvalid, ReferenceMissing):
        return wanted
