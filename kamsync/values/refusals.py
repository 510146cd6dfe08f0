"""What a value that cannot be read is answered with: one sentence, which gives away no pay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kamsync.errors import ValueInvalid
from kamsync.schema import DataClass, Field

__all__ = ["MAX_INTEGER", "refused", "shown"]

MAX_INTEGER = 2**63 - 1
"""The largest integer, and with a minus sign the smallest."""

SHOWN_CHARACTERS = 40
"""How much of a refused value a message repeats."""


def refused(field: Field, raw: object, expected: str) -> ValueInvalid:
    """Return the error that says what *field* expects, and what it was given if that may be told."""
    return ValueInvalid(f"{field.name} must be {expected}; it is {shown(field, raw)}.")


def shown(field: Field, raw: object) -> str:
    """Return *raw* as a message may show it: short, printable, and nothing of what is pay."""
    if field.data_class is DataClass.PAY:
        return "something else (not shown, because it is pay)"
    if isinstance(raw, str) and len(raw) > SHOWN_CHARACTERS:
        return repr(raw[:SHOWN_CHARACTERS]) + "…"
    if isinstance(raw, int) and abs(raw) > MAX_INTEGER:
        return "a much larger number"
    is_plain = isinstance(raw, str | int | float | Decimal | date)
    return repr(raw) if is_plain else f"a {type(raw).__name__}"
