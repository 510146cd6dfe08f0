"""What the sides of a conflict say, whole, as far as whoever reads a report may see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kamsync.cli.words import value
from kamsync.model import Conflict, Kind, Value
from kamsync.reports import HIDDEN, Sight
from kamsync.schema import Field, Type

__all__ = ["told"]


def told(sight: Sight, names: Mapping[str, str], conflict: Conflict, said: Value) -> Any:
    """Return what one side says, as a report holds it; of a record, what it is called."""
    if conflict.kind is Kind.MATCH:
        newcomer = names.get(conflict.record, "")
        return names.get(str(said)) or f"the newcomer {newcomer}".strip()
    if conflict.kind is Kind.DELETE:
        return "there" if said else "gone"
    if conflict.kind is Kind.MERGE:
        return str(said)
    field = sight.field(conflict.entity, conflict.field)
    shown = sight.value(conflict.entity, conflict.field, said)
    if field is not None and field.to and isinstance(shown, str):
        return names.get(shown) or shown
    return _whole(field, shown)


def _whole(field: Field | None, shown: Value) -> Any:
    """Return a value with nothing cut off, typed where it is one number, date or time."""
    if shown is None or shown == HIDDEN or isinstance(shown, bool):
        return shown
    if isinstance(shown, list):
        return ", ".join(map(str, shown)) or None
    if isinstance(shown, dict):
        return _group(field, shown)
    return _typed(field.type if field else Type.TEXT, shown)


def _typed(type_: Type, shown: Any) -> Any:
    """Return one value as the type of its field has it; what is none of it stays text."""
    try:
        if type_ in (Type.NUMBER, Type.FRACTION):
            return Decimal(shown)
        if type_ is Type.DATE:
            return date.fromisoformat(shown)
        if type_ is Type.TIME:
            return datetime.fromisoformat(shown)
    except (ArithmeticError, InvalidOperation, TypeError, ValueError):
        return str(shown)
    return shown


def _group(field: Field | None, parts: dict[str, Any]) -> str | None:
    """Return the parts of a group that say something; money is a sum and its currency."""
    known = {part.name: part for part in field.parts} if field else {}
    if any(part.type is Type.CURRENCY for part in known.values()):
        return value(field, parts) if any(each is not None for each in parts.values()) else None
    said = (_whole(known.get(name), each) for name, each in parts.items())
    words = ["hidden (pay)" if each == HIDDEN else str(each) for each in said if each is not None]
    return ", ".join(words) or None
