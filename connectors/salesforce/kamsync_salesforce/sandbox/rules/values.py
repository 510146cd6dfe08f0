"""Types and sizes: what a client sends becomes what a column holds, or is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.stamps import read_date, read_datetime, stamp

__all__ = ["held_value"]

EMAIL = re.compile(r"[^@\s,;:<>()\[\]\\\"]+@[^@\s.,;:<>()]+(?:\.[^@\s.,;:<>()]+)+")
JSON_KINDS = {
    bool: ("VALUE_TRUE", "VALUE_FALSE"),
    int: ("VALUE_NUMBER_INT",),
    float: ("VALUE_NUMBER_FLOAT",),
    str: ("VALUE_STRING",),
    list: ("START_ARRAY",),
    dict: ("START_OBJECT",),
}
NAMES = {
    "int": "int",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "double": "double",
    "currency": "double",
    "percent": "double",
}
INT_LIMIT = 2**31


def held_value(field: Field, value: Any) -> Any:
    """Return *value* as the column of *field* holds it; None where it is empty.

    Source: REST API Developer Guide, "Status Codes and Error Responses"; Object Reference,
    "Primitive Data Types". Text loses the blanks around it, and text of nothing is null.
    """
    if value is None:
        return None
    if isinstance(value, str) and not value.strip():
        return None
    read: Callable[[Field, Any], Any] = READERS.get(field.type, _text)
    return read(field, value)


def _text(field: Field, value: Any) -> str:
    """Return text; a number is none, and a text that is too long is refused whole."""
    if not isinstance(value, str):
        raise _not_a("string", value)
    text = value.strip()
    if field.length and len(text) > field.length:
        raise Refusal(
            400,
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text} (max length={field.length})",
            [field.name],
        )
    return text


def _email(field: Field, value: Any) -> str:
    """Return an address that mail could be sent to."""
    text = _text(field, value)
    if EMAIL.fullmatch(text) is None:
        raise Refusal(
            400,
            "INVALID_EMAIL_ADDRESS",
            f"{field.label}: invalid email address: {text}",
            [field.name],
        )
    return text


def _boolean(field: Field, value: Any) -> int:
    """Return one or nought."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return int(value.lower() == "true")
    raise _not_a(NAMES[field.type], value)


def _int(field: Field, value: Any) -> int:
    """Return a whole number of thirty-two bits."""
    number = _number(field, value)
    if not number.is_integer():
        raise _not_a("int", value)
    if abs(number) >= INT_LIMIT:
        raise _out_of_range(field, number)
    return int(number)


def _double(field: Field, value: Any) -> float:
    """Return a number within the digits of the field, rounded half up to its places."""
    number = _number(field, value)
    if field.precision and abs(number) >= 10 ** (field.precision - field.scale):
        raise _out_of_range(field, number)
    if field.precision:
        shift = 10**field.scale
        rounded = math.floor(abs(number) * shift + 0.5 + 1e-9) / shift
        number = math.copysign(rounded, number)
    return number + 0.0


def _number(field: Field, value: Any) -> float:
    """Return a number, also where it was sent as text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise _not_a(NAMES[field.type], value) from None
        if math.isfinite(number):
            return number
    raise _not_a(NAMES[field.type], value)


def _date(field: Field, value: Any) -> str:
    """Return a day; a time with its zone stands for the day that it is in UTC."""
    if not isinstance(value, str):
        raise _not_a("date", value)
    if (day := read_date(value)) is not None:
        return day.isoformat()
    if (at := read_datetime(value)) is None:
        raise _not_a(field.type, value)
    return at.date().isoformat()


def _datetime(field: Field, value: Any) -> str:
    """Return a time in UTC, without what is less than a second."""
    if not isinstance(value, str):
        raise _not_a("datetime", value)
    if (day := read_date(value)) is not None:
        return f"{day.isoformat()}T00:00:00.000+0000"
    if (at := read_datetime(value)) is None:
        raise _not_a(field.type, value)
    return stamp(at)


def _reference(field: Field, value: Any) -> str:
    """Return an id of eighteen characters."""
    if not isinstance(value, str):
        raise _not_a("reference", value)
    if not is_id(value.strip()):
        raise Refusal(
            400,
            "MALFORMED_ID",
            f"{field.label}: id value of incorrect type: {value}",
            [field.name],
        )
    return full_id(value.strip())


def _multipicklist(field: Field, value: Any) -> str:
    """Return values that semicolons part, each once."""
    text = _text(field, value)
    return ";".join(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


READERS: dict[str, Callable[[Field, Any], Any]] = {
    "boolean": _boolean,
    "currency": _double,
    "date": _date,
    "datetime": _datetime,
    "double": _double,
    "email": _email,
    "id": _reference,
    "int": _int,
    "multipicklist": _multipicklist,
    "percent": _double,
    "reference": _reference,
}


def _not_a(kind: str, value: Any) -> Refusal:
    """Return what is said of a value that has the wrong type."""
    known = JSON_KINDS.get(type(value), ("VALUE_NULL",))
    token = known[0] if len(known) == 1 or value else known[1]
    told = f" value {value}" if isinstance(value, str | int | float) else ""
    return Refusal(
        400,
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {kind} from {token}{told} or request may be missing a"
        " required field at [line:1, column:2]",
    )


def _out_of_range(field: Field, number: float) -> Refusal:
    """Return what is said of a number with more digits than the field has."""
    return Refusal(
        400,
        "NUMBER_OUTSIDE_VALID_RANGE",
        f"{field.label}: value outside of valid range on numeric field: {number}",
        [field.name],
    )
