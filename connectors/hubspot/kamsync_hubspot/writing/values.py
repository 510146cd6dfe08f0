"""Values as HubSpot takes them, and what it would refuse, told before it is asked.

The forms are those of developers.hubspot.com, "CRM API | Properties": every value is a text, a blank
is an empty one, days are ISO 8601, several words of an enumeration have ``;`` between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from kamsync.connector import NativeField
from kamsync.model import Native
from kamsync_hubspot.client.wire import Property

__all__ = ["TEXT_LIMIT", "field_of", "objection", "sent"]

TEXT_LIMIT = 65_536
TYPES = {
    "bool": "boolean",
    "date": "date",
    "datetime": "time",
    "enumeration": "choice",
    "number": "number",
}
DAY = re.compile(r"-?\d+|\d{4}-\d{2}-\d{2}.*")
TRUTHS = frozenset({"true", "false"})
CHECKBOXES = "checkbox"


def sent(value: Native) -> str:
    """Return a value as it is sent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(sent(each) for each in value)
    return str(value)


def field_of(property_: Property, *, writable: bool = True) -> NativeField:
    """Return a property as a field."""
    return NativeField(
        property_.name,
        type=TYPES.get(property_.type, "text"),
        writable=writable and property_.writable,
        limit=TEXT_LIMIT if property_.type == "string" else None,
        choices=tuple(option.value for option in property_.options),
    )


def objection(values: Mapping[str, Native], known: Mapping[str, Property]) -> str:
    """Return why HubSpot would not take *values*; empty if nothing speaks against them."""
    for name, value in values.items():
        property_ = known.get(name)
        if property_ is None:
            return f"HubSpot has no property {name!r} here."
        if not property_.writable:
            return f"HubSpot does not let anybody write {name!r}."
        wrong = _wrong(property_, sent(value))
        if wrong:
            return f"{name} must be {wrong}."
    return ""


def _wrong(property_: Property, text: str) -> str:
    """Return what a value would have to be, empty if it is that."""
    if not text:
        return ""
    if property_.type == "number" and not _is_number(text):
        return "a number"
    if property_.type in {"date", "datetime"} and DAY.fullmatch(text) is None:
        return "a day or a time"
    if property_.type == "string" and len(text) > TEXT_LIMIT:
        return f"at most {TEXT_LIMIT:,} characters long"
    return _wrong_word(property_, text)


def _wrong_word(property_: Property, text: str) -> str:
    """Return which words an enumeration takes, empty if it takes these."""
    if property_.type == "bool" and text not in TRUTHS:
        return "true or false"
    if property_.type != "enumeration" or property_.external_options or not property_.options:
        return ""
    several = property_.field_type == CHECKBOXES
    words = text.strip(";").split(";") if several else [text]
    allowed = [option.value for option in property_.options]
    return "" if set(words) <= set(allowed) else f"one of {', '.join(allowed[:20])}"


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
