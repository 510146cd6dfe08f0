"""Bring a value into the normal form of its field, so that equal facts are equal JSON.

Numbers, dates, times, booleans and choices are refused when they cannot be read. Names of things in
the world (a phone, a web address, a country) are brought to their standard where that is safe, and
otherwise kept as the trimmed text that somebody entered: nothing is lost to a norm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kamsync.errors import ValueInvalid
from kamsync.model import Value
from kamsync.schema import Field, Type
from kamsync.values.numbers import MAX_DIGITS, boolean, fraction, integer, number
from kamsync.values.refusals import MAX_INTEGER, refused, shown
from kamsync.values.standards import country, currency, domain, email, phone, url
from kamsync.values.texts import MAX_TEXT_BYTES, Reader, choice, long_text, standard, text
from kamsync.values.times import day, moment

__all__ = [
    "MAX_DIGITS",
    "MAX_INTEGER",
    "MAX_ITEMS",
    "MAX_TEXT_BYTES",
    "as_python",
    "is_blank",
    "is_currency",
    "normalise",
    "says_nothing",
    "shown",
]

MAX_ITEMS = 1000
"""The most items of a list."""


def normalise(field: Field, raw: object) -> Value:
    """Return *raw* in the normal form of *field*; whatever is blank becomes None.

    Normalising twice is normalising once.

    Raises:
        ValueInvalid: *raw* is of the wrong type, not among the choices, or too long. The message
            names the field and what was expected, and repeats no value of class *pay*.
    """
    if raw is None:
        return None
    return READERS[field.type](field, raw)


def is_blank(value: Value) -> bool:
    """Whether *value* says nothing: None, or a group whose parts are all None."""
    if value is None:
        return True
    return isinstance(value, dict) and all(part is None for part in value.values())


def as_python(field: Field, value: Value) -> Any:
    """Return a value in normal form as what Python compares: Decimal, date, datetime, tuple, ….

    A list becomes a tuple of its items, a group a tuple of its parts in their declared order.
    """
    if value is None:
        return None
    if field.type is Type.GROUP:
        return tuple(as_python(part, value.get(part.name)) for part in field.parts)
    python = COMPARABLE.get(field.type)
    return value if python is None else python(value)


def _items(field: Field, raw: Any, read: Reader) -> Value:
    """Return the items of *raw* in normal form, sorted, without blanks and repeats."""
    if not isinstance(raw, list | tuple | set | frozenset):
        raise refused(field, raw, "a list")
    if len(raw) > MAX_ITEMS:
        raise ValueInvalid(f"{field.name} lists {len(raw)} items; at most {MAX_ITEMS} are kept.")
    found = {read(field, item) for item in raw if item is not None}
    found.discard(None)
    return sorted(found) or None


def _choices(field: Field, raw: Any) -> Value:
    return _items(field, raw, choice)


def _texts(field: Field, raw: Any) -> Value:
    return _items(field, raw, READERS[field.items])


def _group(field: Field, raw: Any) -> Value:
    names = [part.name for part in field.parts]
    if not isinstance(raw, Mapping):
        raise refused(field, raw, "a group of " + ", ".join(names))
    unknown = [name for name in raw if name not in names]
    if unknown:
        raise ValueInvalid(
            f"{field.name} has no part {shown(field, unknown[0])}; it has {', '.join(names)}."
        )
    parts = {part.name: normalise(part, raw.get(part.name)) for part in field.parts}
    return None if says_nothing(field, parts) else parts


def says_nothing(field: Field, parts: Mapping[str, Value]) -> bool:
    """Whether a group says nothing: all of its parts are blank, or all but the currency of its sum.

    Systems show the currency of the company with every record, also where there is no sum.
    """
    said = ""
    for name, value in parts.items():
        if not is_blank(value):
            if said:
                return False
            said = name
    return not said or is_currency(field, said)


def is_currency(field: Field, name: str) -> bool:
    """Whether a part of a group is the currency of the sum beside it."""
    return any(part.name == name and part.type is Type.CURRENCY for part in field.parts)


READERS: Mapping[Type, Reader] = {
    Type.TEXT: text,
    Type.LONG_TEXT: long_text,
    Type.NUMBER: number,
    Type.FRACTION: fraction,
    Type.INTEGER: integer,
    Type.BOOLEAN: boolean,
    Type.DATE: day,
    Type.TIME: moment,
    Type.CHOICE: choice,
    Type.CHOICES: _choices,
    Type.TEXTS: _texts,
    Type.EMAIL: standard(email),
    Type.PHONE: standard(phone),
    Type.URL: standard(url),
    Type.DOMAIN: standard(domain),
    Type.COUNTRY: standard(country),
    Type.CURRENCY: standard(currency),
    Type.REFERENCE: text,
    Type.GROUP: _group,
}

COMPARABLE: Mapping[Type, Callable[[Value], Any]] = {
    Type.NUMBER: Decimal,
    Type.FRACTION: Decimal,
    Type.DATE: date.fromisoformat,
    Type.TIME: datetime.fromisoformat,
    Type.CHOICES: tuple,
    Type.TEXTS: tuple,
}
