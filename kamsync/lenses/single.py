"""One cell that holds one value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from kamsync.errors import ValueInvalid
from kamsync.lenses.writing import Form, formed, kept_if_said
from kamsync.mapping import Refs
from kamsync.model import Cells, Native, Value
from kamsync.schema import Field, Type
from kamsync.values import MAX_DIGITS, normalise, shown

__all__ = ["Moment", "Reference", "Same", "Scaled", "Ticks"]

EXACT = Context(prec=2 * MAX_DIGITS, rounding=ROUND_HALF_UP)
START = datetime(1970, 1, 1, tzinfo=UTC)
MAY_BE_CUT = frozenset({Type.TEXT, Type.LONG_TEXT})


class Same(Struct, frozen=True):
    """One cell that holds the value itself, in any spelling that `normalise` reads.

    A text longer than *limit* characters is cut on writing; anything else that is too long is
    refused, because half an address is an address that nobody entered.
    """

    field: Field
    form: Form = Form.NORMAL
    limit: int | None = None
    empties: ClassVar[bool] = True
    """That there is no value is written as a blank cell, and in no other way."""

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the cell in normal form."""
        return normalise(self.field, cells[0])

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the value in the system's form."""
        if value is None or (self.limit is None and self.form is Form.NORMAL):
            return (value,)
        return kept_if_said(self, (self._cut(formed(self.field, value, self.form)),), cells, refs)

    def _cut(self, native: Native) -> Native:
        if self.limit is None or not isinstance(native, str) or len(native) <= self.limit:
            return native
        if self.field.type in MAY_BE_CUT:
            return native[: self.limit].rstrip() or None
        raise ValueInvalid(
            f"{self.field.name} has {len(native)} characters, and this system takes "
            f"{self.limit}. Shorten it."
        )


class Scaled(Struct, frozen=True):
    """One cell that holds the value times ten to the *power*, rounded to *places*.

    A power of 2 is percent for a share, and cents for an amount.
    """

    field: Field
    power: int = 2
    places: int | None = None
    form: Form = Form.NUMBER
    empties: ClassVar[bool] = True

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the cell scaled down."""
        native = normalise(self._native(), cells[0])
        if native is None:
            return None
        return normalise(self.field, Decimal(native).scaleb(-self.power, EXACT))

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the value scaled up."""
        if value is None:
            return (None,)
        native = Decimal(value).scaleb(self.power, EXACT)
        if self.places is not None:
            native = native.quantize(Decimal(1).scaleb(-self.places), context=EXACT)
        field = self._native()
        written = formed(field, normalise(field, native), self.form)
        return kept_if_said(self, (written,), cells, refs)

    def _native(self) -> Field:
        """Return the field as which the cell itself is read, which may lie beyond the value's bounds."""
        field = self.field
        return Field(field.name, Type.NUMBER, field.meaning, data_class=field.data_class)


class Ticks(StrEnum):
    """How finely a system tells the time."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


class Moment(Struct, frozen=True):
    """One cell that holds a moment, or the midnight of a day, no finer than *ticks*.

    It is written as text in the *normal* form, and otherwise as a count since the start of 1970.
    Both are read.
    """

    field: Field
    ticks: Ticks = Ticks.MILLISECONDS
    form: Form = Form.NORMAL
    empties: ClassVar[bool] = True

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the moment or the day."""
        native = cells[0]
        count = _count(native)
        if count is None:
            return normalise(self.field, native)
        try:
            return normalise(self.field, START + count * TICKS[self.ticks])
        except OverflowError:
            raise ValueInvalid(
                f"{self.field.name} must be a count of {self.ticks} since 1970; "
                f"it is {shown(self.field, native)}."
            ) from None

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the moment without what is finer than a tick."""
        if value is None:
            return (None,)
        read = datetime.fromisoformat(value)
        moment = read.replace(tzinfo=UTC) if read.tzinfo is None else read
        count = (moment - START) // TICKS[self.ticks]
        if self.form is Form.NORMAL:
            native = normalise(self.field, START + count * TICKS[self.ticks])
        else:
            native = formed(self.field, count, self.form)
        return kept_if_said(self, (native,), cells, refs)


TICKS = {Ticks.SECONDS: timedelta(seconds=1), Ticks.MILLISECONDS: timedelta(milliseconds=1)}


class Reference(Struct, frozen=True):
    """One cell that holds the native id of another record."""

    to: str
    form: Form = Form.NORMAL
    empties: ClassVar[bool] = True

    def get(self, cells: Cells, refs: Refs) -> Value:
        """Return the canonical id behind the native one."""
        native = cells[0]
        if native is None or native == "":
            return None
        return refs.record(self.to, native if type(native) is str else self._id(native))

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:  # noqa: ARG002
        """Return the native id of the record."""
        if value is None:
            return (None,)
        native = refs.native(self.to, value)
        is_number = self.form is Form.NUMBER and native.isdecimal()
        return (int(native) if is_number else native,)

    def _id(self, native: Native) -> str:
        if isinstance(native, int) and not isinstance(native, bool):
            return str(native)
        raise ValueInvalid(
            f"A reference to {self.to} must be an id; it is a {type(native).__name__}."
        )


def _count(native: Native) -> int | None:
    """Return the count that a cell holds, if it holds one."""
    if isinstance(native, int) and not isinstance(native, bool):
        return native
    text = native.strip() if isinstance(native, str) else ""
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() else None
