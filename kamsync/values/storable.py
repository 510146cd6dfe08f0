"""Whether what a system sent can be kept at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from kamsync.errors import ValueInvalid
from kamsync.model import Native

__all__ = ["NATIVE_LIMIT", "require_storable", "storable_json"]

NATIVE_LIMIT = 4 << 20
"""How long one native text may be, in characters."""

_encoded = msgspec.json.Encoder().encode
_PLAIN = frozenset({bool, int, type(None)})
_FLAT = _PLAIN | {float, str}


def require_storable(values: Mapping[str, Native] | None) -> None:
    """Raise `ValueInvalid`, naming the field, unless all *values* are JSON that can be kept."""
    storable_json(values or {})


def storable_json(values: Mapping[str, Native]) -> bytes:
    """Return *values* as JSON.

    Raises:
        ValueInvalid: they cannot be kept; it names the field.
    """
    cells = values.values()
    kinds = set(map(type, cells))
    if not kinds <= _FLAT:
        _look_at_each({name: cell for name, cell in values.items() if type(cell) not in _FLAT})
    if float in kinds and not _are_finite(cells):
        _look_at_each(values)
    try:
        said = _encoded(values)
    except UnicodeEncodeError as error:
        _look_at_each(values)
        raise ValueInvalid(
            "It holds a name that is not valid Unicode; correct it in that system."
        ) from error
    if len(said) > NATIVE_LIMIT:
        _look_at_each(values)
    return said


def _look_at_each(values: Mapping[str, Native]) -> None:
    """Raise `ValueInvalid` for the first of *values* that cannot be kept."""
    for name, value in values.items():
        problem = _problem(value)
        if problem:
            raise ValueInvalid(f"Its field {name} {problem}; correct it in that system.")


def _are_finite(cells: Iterable[Native]) -> bool:
    return all(math.isfinite(cell) for cell in cells if type(cell) is float)


def _problem(value: Any) -> str:
    """Return what is wrong with one value, in words, or nothing."""
    if isinstance(value, str):
        return _problem_of_text(value)
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"holds {value}, which is not a number"
    if isinstance(value, list | tuple | dict):
        parts = value.values() if isinstance(value, dict) else value
        return next((found for each in parts if (found := _problem(each))), "")
    return "" if type(value) in _PLAIN else f"holds a {type(value).__name__}, which is not JSON"


def _problem_of_text(value: str) -> str:
    """Return what is wrong with one text."""
    if len(value) > NATIVE_LIMIT:
        return f"holds {len(value)} characters, more than the {NATIVE_LIMIT} that can be kept"
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "holds text that is not valid Unicode"
    return ""
