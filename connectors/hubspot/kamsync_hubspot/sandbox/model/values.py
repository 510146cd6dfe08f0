"""What a property may hold, and how the portal spells it: every value is a text.

Source: developers.hubspot.com/docs/guides/api/crm/properties (types, dates, multiple values,
clearing) and developers.hubspot.com/docs/api-reference/error-handling (codes).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from kamsync_hubspot.sandbox.model.definitions import Property
from kamsync_hubspot.sandbox.model.moments import DAY_MS, from_iso, iso

__all__ = ["Wrong", "as_text", "joined", "read_only", "spelled", "unknown"]

LONGEST = 65_536
"""Characters of one value. Source: knowledge.hubspot.com/properties (limits)."""
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_WHOLE = re.compile(r"-?\d+")


class Wrong(Exception):
    """A value that a property cannot hold: which property, the code and the sentence."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.code = code
        self.message = message


def unknown(name: str) -> Wrong:
    """Return what is wrong about a property that is not defined."""
    return Wrong(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')


def read_only(name: str) -> Wrong:
    """Return what is wrong about setting a value that the portal keeps to itself."""
    return Wrong(
        name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'
    )


def as_text(value: Any) -> str:
    """Return a JSON value as the text that is kept; null is taken for a blank (not confirmed)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def joined(given: str, held: str) -> str:
    """Return a value of several options; one that begins with ``;`` is added to what is *held*."""
    if not given.startswith(";"):
        return given
    parts = [part for part in (*held.split(";"), *given.split(";")) if part]
    return ";".join(dict.fromkeys(parts))


def spelled(definition: Property, value: str) -> str:
    """Return *value* as the portal keeps it; `Wrong` where the property cannot hold it."""
    if value == "":
        return value
    if len(value) > LONGEST:
        raise Wrong(
            definition.name, "VALUE_TOO_LONG", f"Property values may have {LONGEST} characters."
        )
    return _SPELLED.get(definition.type, _text)(definition, value)


def _text(definition: Property, value: str) -> str:
    """Read a text; an e-mail address is in lower case."""
    if definition.name != "email":
        return value
    if not _EMAIL.fullmatch(value):
        raise Wrong("email", "INVALID_EMAIL", f"Email address {value} is invalid")
    return value.lower()


def _yes_or_no(definition: Property, value: str) -> str:
    """Read true or false."""
    return _option(definition, value.lower(), ("true", "false"))


def _number(definition: Property, value: str) -> str:
    """Read a number; its spelling stays as it was given."""
    try:
        finite = Decimal(value).is_finite()
    except InvalidOperation:
        finite = False
    if not finite:
        raise Wrong(definition.name, "INVALID_LONG", f"{value} was not a valid long.")
    return value


def _day(definition: Property, value: str) -> str:
    """Read a day: its name, or the milliseconds of its midnight in UTC."""
    try:
        at = int(value) if _WHOLE.fullmatch(value) else from_iso(value)
    except ValueError:
        raise Wrong(definition.name, "INVALID_DATE", f"{value} was not a valid date.") from None
    if at % DAY_MS:
        clock = iso(at)[11:-1]
        raise Wrong(definition.name, "INVALID_DATE", f"{at} is at {clock} UTC, not midnight!")
    return iso(at)[:10]


def _time(definition: Property, value: str) -> str:
    """Read a time: by name, or in milliseconds."""
    try:
        return iso(int(value) if _WHOLE.fullmatch(value) else from_iso(value))
    except (ValueError, OverflowError):
        # A time is a long of milliseconds, and refused as such.
        raise Wrong(definition.name, "INVALID_LONG", f"{value} was not a valid long.") from None


def _options(definition: Property, value: str) -> str:
    """Read one option, or several where the property takes several."""
    if definition.external_options:
        return value
    known = [option.value for option in definition.options]
    if definition.field_type != "checkbox":
        return _option(definition, value, known)
    return ";".join(_option(definition, part, known) for part in value.split(";") if part)


def _option(definition: Property, value: str, known: Iterable[str]) -> str:
    """Read one option: exactly as it is spelled."""
    if value in known:
        return value
    labels = ", ".join(option.label for option in definition.options) or "true, false"
    raise Wrong(
        definition.name,
        "INVALID_OPTION",
        f"{value} was not one of the allowed options: [{labels}]",
    )


_SPELLED: dict[str, Callable[[Property, str], str]] = {
    "number": _number,
    "bool": _yes_or_no,
    "date": _day,
    "datetime": _time,
    "enumeration": _options,
}
