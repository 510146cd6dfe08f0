"""Which field a row was refused for that the org could not read: it says neither which, nor what to do.

A field takes values of its type as JSON writes them (Object Reference, "Primitive Data Types"). Where
somebody gives a mapped field another type, what was right before is answered with JSON_PARSER_ERROR
(REST API Developer Guide, "Status Codes and Error Responses").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync.model import Native
from kamsync_salesforce.api.answers import Problem

__all__ = ["UNREAD", "misfit"]

UNREAD = "JSON_PARSER_ERROR"
NUMBERS = frozenset({"int", "double", "currency", "percent"})
OTHERS = frozenset({"boolean", "base64", "address", "location"})


def misfit(fields: Mapping[str, Mapping[str, Any]], body: Mapping[str, Native]) -> Problem | None:
    """Return the problem of the first value of *body* that is not of its field's type, None if all are."""
    for name, value in body.items():
        wanted = _wanted(str(fields.get(name, {}).get("type", "")), value)
        if wanted:
            text = (
                f"{name} takes {wanted} now, and this is none."
                " Give the field the type that it had, or correct the mapping"
            )
            return Problem(UNREAD, text, (name,))
    return None


def _wanted(type_: str, value: Native) -> str:
    """Return what a field of this type takes, empty if *value* may be that."""
    if value is None or not type_:
        return ""
    if type_ in NUMBERS:
        return "" if _is_number(value) else "a number"
    if type_ == "boolean":
        return "" if isinstance(value, bool) else "true or false"
    if type_ in OTHERS or isinstance(value, str):
        return ""
    return "a text"


def _is_number(value: Native) -> bool:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
        return True
    return isinstance(value, int | float) and not isinstance(value, bool)
