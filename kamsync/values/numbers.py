"""Numbers, as decimal text to the last digit, and truths."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from kamsync.model import Value
from kamsync.schema import Field
from kamsync.values.refusals import MAX_INTEGER, refused

__all__ = ["MAX_DIGITS", "boolean", "fraction", "integer", "number"]

MAX_DIGITS = 60
"""The most digits of a number, before and after the point together."""

NORMAL_NUMBER = re.compile(r"0|-?(?:[1-9][0-9]*|0(?=\.))(?:\.[0-9]*[1-9])?")
ANY_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
YES = ("true", "yes", "1")
NO = ("false", "no", "0")


def number(field: Field, raw: Any) -> Value:
    """Read a number, as text or as a JSON number; a truth value is none."""
    if type(raw) is str:
        if len(raw) <= MAX_DIGITS and NORMAL_NUMBER.fullmatch(raw):
            return raw
        text = raw.strip()
        if text and not ANY_NUMBER.fullmatch(text):
            raise refused(field, raw, "a number such as 1234.5, without separators of thousands")
        return _decimal_text(field, Decimal(text)) if text else None
    if type(raw) is float:
        return _decimal_text(field, Decimal(repr(raw)))
    if type(raw) in (int, Decimal):
        return _decimal_text(field, Decimal(raw))
    raise refused(field, raw, "a number")


def fraction(field: Field, raw: Any) -> Value:
    """Read a share of a whole."""
    text = number(field, raw)
    if text is not None and not 0 <= Decimal(text) <= 1:
        raise refused(field, raw, "a share between 0 and 1 (0.25 for 25 %)")
    return text


def integer(field: Field, raw: Any) -> Value:
    """Read a whole number."""
    if type(raw) is not int:
        text = number(field, raw)
        if text is None:
            return None
        if "." in text:
            raise refused(field, raw, "a whole number")
        raw = int(text)
    if not -MAX_INTEGER <= raw <= MAX_INTEGER:
        raise refused(field, raw, f"a whole number of at most {MAX_INTEGER}")
    return raw


def boolean(field: Field, raw: Any) -> Value:
    """Read true or false, also where a system spells them as words or as 1 and 0."""
    if type(raw) is bool:
        return raw
    if type(raw) is int and raw in (0, 1):
        return bool(raw)
    if type(raw) is not str:
        raise refused(field, raw, "true or false")
    word = raw.strip().lower()
    if word and word not in YES and word not in NO:
        raise refused(field, raw, "true or false")
    return word in YES if word else None


def _decimal_text(field: Field, value: Decimal) -> str:
    """Return *value* as text without exponent or needless zeros, to the last digit."""
    if value.is_zero():
        return "0"
    # The size is looked at first, because a large exponent would be written out in full.
    if value.is_finite() and -MAX_DIGITS <= value.adjusted() < MAX_DIGITS:
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        if len(text.lstrip("-").replace(".", "")) <= MAX_DIGITS:
            return text
    raise refused(field, value, f"a finite number of at most {MAX_DIGITS} digits")
