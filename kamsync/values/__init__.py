"""Bring a value into the normal form of its field, so that equal facts are equal JSON.

Numbers, dates, times, booleans and choices are refused when they cannot be read. Names of things in
the world (a phone, a web address, a country) are brought to their standard where that is safe, and
otherwise kept as the trimmed text that somebody entered: nothing is lost to a norm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from kamsync.errors import ValueInvalid
from kamsync.model import Value
from kamsync.schema import DataClass, Field, Type
from kamsync.values.standards import country, currency, domain, email, phone, url

__all__ = ["MAX_DIGITS", "MAX_INTEGER", "MAX_ITEMS", "MAX_TEXT_BYTES", "as_python", "is_blank", "normalise"]

MAX_TEXT_BYTES = 1024 * 1024
"""The longest text that one field holds, in bytes of UTF-8."""

MAX_DIGITS = 60
"""The most digits of a number, before and after the point together."""

MAX_INTEGER = 2**63 - 1
"""The largest integer, and with a minus sign the smallest."""

MAX_ITEMS = 1000
"""The most items of a list."""

SHOWN_CHARACTERS = 40
"""How much of a refused value a message repeats."""

NORMAL_NUMBER = re.compile(r"0|-?(?:[1-9][0-9]*|0(?=\.))(?:\.[0-9]*[1-9])?")
ANY_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
TRUTHS: Mapping[str, bool] = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

Reader: TypeAlias = Callable[[Field, Any], Value]


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
    match field.type:
        case Type.NUMBER | Type.FRACTION:
            return Decimal(value)
        case Type.DATE:
            return date.fromisoformat(value)
        case Type.TIME:
            return datetime.fromisoformat(value)
        case Type.CHOICES | Type.TEXTS:
            return tuple(value)
        case Type.GROUP:
            return tuple(as_python(part, value.get(part.name)) for part in field.parts)
        case _:
            return value


def _text(field: Field, raw: Any) -> Value:
    if type(raw) is not str:
        raise _refused(field, raw, "text")
    text = raw.strip()
    if not text.isascii() or len(text) > MAX_TEXT_BYTES:
        _require_storable(field, text)
    return text or None


def _long_text(field: Field, raw: Any) -> Value:
    return None if _text(field, raw) is None else _storable(field, raw)


def _storable(field: Field, text: str) -> str:
    """Return *text*; its blank ends count towards its length too."""
    if len(text) > MAX_TEXT_BYTES // 4:
        _require_storable(field, text)
    return text


def _require_storable(field: Field, text: str) -> None:
    """Raise `ValueInvalid` for a text that is too long, or that is no Unicode text at all."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise ValueInvalid(
            f"{field.name} holds half a character (a lone surrogate), which no system stores; enter it again."
        ) from None
    if size > MAX_TEXT_BYTES:
        raise ValueInvalid(
            f"{field.name} is {size} bytes long; at most {MAX_TEXT_BYTES} bytes are kept. Shorten it."
        )


def _number(field: Field, raw: Any) -> Value:
    if type(raw) is str:
        if len(raw) <= MAX_DIGITS and NORMAL_NUMBER.fullmatch(raw):
            return raw
        text = raw.strip()
        if not text:
            return None
        if not ANY_NUMBER.fullmatch(text):
            raise _refused(field, raw, "a number such as 1234.5, without separators of thousands")
        return _decimal_text(field, raw, text)
    if type(raw) in (int, float, Decimal):
        return _decimal_text(field, raw, repr(raw) if type(raw) is float else raw)
    raise _refused(field, raw, "a number")


def _decimal_text(field: Field, raw: object, spelling: Any) -> str:
    """Return *spelling* as decimal text without exponent or needless zeros, to the last digit."""
    try:
        number = Decimal(spelling)
    except InvalidOperation:
        raise _refused(field, raw, "a number") from None
    if not number.is_finite():
        raise _refused(field, raw, "a finite number")
    if number.is_zero():
        return "0"
    if number.adjusted() >= MAX_DIGITS or number.adjusted() < -MAX_DIGITS:
        raise _refused(field, raw, f"a number of at most {MAX_DIGITS} digits")
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if len(text.lstrip("-").replace(".", "")) > MAX_DIGITS:
        raise _refused(field, raw, f"a number of at most {MAX_DIGITS} digits")
    return text


def _fraction(field: Field, raw: Any) -> Value:
    text = _number(field, raw)
    if text is not None and not 0 <= Decimal(text) <= 1:
        raise _refused(field, raw, "a share between 0 and 1 (0.25 for 25 %)")
    return text


def _integer(field: Field, raw: Any) -> Value:
    if type(raw) is not int:
        text = _number(field, raw)
        if text is None:
            return None
        if "." in text:
            raise _refused(field, raw, "a whole number")
        raw = int(text)
    if not -MAX_INTEGER <= raw <= MAX_INTEGER:
        raise _refused(field, raw, f"a whole number of at most {MAX_INTEGER}")
    return raw


def _boolean(field: Field, raw: Any) -> Value:
    if type(raw) is bool:
        return raw
    if type(raw) is int and raw in (0, 1):
        return bool(raw)
    if type(raw) is not str:
        raise _refused(field, raw, "true or false")
    word = raw.strip().lower()
    if not word:
        return None
    if word not in TRUTHS:
        raise _refused(field, raw, "true or false")
    return TRUTHS[word]


def _date(field: Field, raw: Any) -> Value:
    if type(raw) is date:
        return raw.isoformat()
    if type(raw) is str and not raw.strip():
        return None
    try:
        moment = raw if type(raw) is datetime else datetime.fromisoformat(raw.strip())
    except (AttributeError, ValueError):
        raise _refused(field, raw, "a date such as 2026-11-30") from None
    if moment.time() != datetime.min.time():
        raise _refused(field, raw, "a date without a time of day")
    return moment.date().isoformat()


def _time(field: Field, raw: Any) -> Value:
    if type(raw) is str and not raw.strip():
        return None
    try:
        moment = raw if type(raw) is datetime else datetime.fromisoformat(raw.strip())
        if moment.tzinfo is None:
            raise _refused(field, raw, "a time with its zone, such as 2026-11-30T16:41:00Z")
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except (AttributeError, ValueError, OverflowError):
        raise _refused(field, raw, "a time such as 2026-11-30T16:41:00Z") from None


def _choice(field: Field, raw: Any) -> Value:
    if type(raw) is not str:
        raise _refused(field, raw, f"one of {', '.join(field.choices)}")
    if raw in field.choices:
        return raw
    word = raw.strip()
    if not word:
        return None
    if word not in field.choices:
        raise _refused(field, raw, f"one of {', '.join(field.choices)}")
    return word


def _items(field: Field, raw: Any, read: Reader) -> Value:
    """Return the items of *raw* in normal form, sorted, without blanks and repeats."""
    if not isinstance(raw, list | tuple | set | frozenset):
        raise _refused(field, raw, "a list")
    if len(raw) > MAX_ITEMS:
        raise ValueInvalid(f"{field.name} lists {len(raw)} items; at most {MAX_ITEMS} are kept.")
    found = {read(field, item) for item in raw if item is not None}
    found.discard(None)
    return sorted(found) or None


def _choices(field: Field, raw: Any) -> Value:
    return _items(field, raw, _choice)


def _texts(field: Field, raw: Any) -> Value:
    return _items(field, raw, READERS[field.items])


def _group(field: Field, raw: Any) -> Value:
    if not isinstance(raw, Mapping):
        raise _refused(field, raw, "a group of " + ", ".join(part.name for part in field.parts))
    unknown = sorted(str(name) for name in raw.keys() - {part.name for part in field.parts})
    if unknown:
        known = ", ".join(part.name for part in field.parts)
        raise ValueInvalid(f"{field.name} has no part {unknown[0]!r}; it has {known}.")
    parts = {part.name: normalise(part, raw.get(part.name)) for part in field.parts}
    return None if is_blank(parts) else parts


def _standard(norm: Callable[[str], str]) -> Reader:
    """Return the reader that brings a text to a standard where *norm* can."""

    def read(field: Field, raw: Any) -> Value:
        text = _text(field, raw)
        return None if text is None else norm(text)

    return read


def _refused(field: Field, raw: object, expected: str) -> ValueInvalid:
    """Return the error that says what *field* expects, and what it was given if that may be told."""
    return ValueInvalid(f"{field.name} must be {expected}; it is {_shown(field, raw)}.")


def _shown(field: Field, raw: object) -> str:
    if field.data_class is DataClass.PAY:
        return "something else (not shown, because it is pay)"
    if isinstance(raw, str) and len(raw) > SHOWN_CHARACTERS:
        return repr(raw[:SHOWN_CHARACTERS]) + "…"
    return repr(raw) if isinstance(raw, str | int | float | Decimal | date) else f"a {type(raw).__name__}"


READERS: Mapping[Type, Reader] = {
    Type.TEXT: _text,
    Type.LONG_TEXT: _long_text,
    Type.NUMBER: _number,
    Type.FRACTION: _fraction,
    Type.INTEGER: _integer,
    Type.BOOLEAN: _boolean,
    Type.DATE: _date,
    Type.TIME: _time,
    Type.CHOICE: _choice,
    Type.CHOICES: _choices,
    Type.TEXTS: _texts,
    Type.EMAIL: _standard(email),
    Type.PHONE: _standard(phone),
    Type.URL: _standard(url),
    Type.DOMAIN: _standard(domain),
    Type.COUNTRY: _standard(country),
    Type.CURRENCY: _standard(currency),
    Type.REFERENCE: _text,
    Type.GROUP: _group,
}
