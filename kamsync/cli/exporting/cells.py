"""The values of a report as text: as a person reads them, and as a program takes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from kamsync.extensions import Column
from kamsync.redact import visible
from kamsync.reports import HIDDEN

__all__ = ["CENTS", "is_number", "plain", "readable", "utc"]

CENTS = 2
"""How many decimal places a sum of money has at least, where a person reads it."""


def is_number(cell: Any) -> bool:
    """Whether a value is a finite number to reckon with; true and false are none."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return False
    return Decimal(cell).is_finite()


def utc(cell: datetime) -> datetime:
    """Return a time in UTC, without its zone; one that had none was in UTC."""
    return (cell.astimezone(UTC) if cell.tzinfo else cell).replace(tzinfo=None)


def plain(cell: Any) -> str:
    """Return a value as programs take it: numbers bare, times to the second."""
    if cell is None:
        return ""
    if cell == HIDDEN:
        return "hidden (pay)"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return utc(cell).isoformat(" ", "seconds") if isinstance(cell, datetime) else f"{cell}"
    if isinstance(cell, Decimal) and cell.is_finite():
        return f"{cell:f}"
    return visible(str(cell), lines=True)


def readable(column: Column, cell: Any, unit: Any = None) -> str:
    """Return a value as a person reads it, with its unit; text keeps its lines."""
    if isinstance(cell, datetime):
        return utc(cell).isoformat(" ", "minutes")
    if not is_number(cell):
        return plain(cell)
    said = plain(unit) if column.unit_in else column.unit
    return " ".join(part for part in (_number(column, cell), said) if part)


def _number(column: Column, cell: float | Decimal) -> str:
    """Return a number: one that counts or measures has its thousands apart."""
    if not (column.unit or column.unit_in):
        return plain(cell)
    number = Decimal(str(cell))
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return f"{number:,.{max(places, CENTS if column.unit_in else 0)}f}"
