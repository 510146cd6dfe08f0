"""Texts, words of a list of choices, and names of things in the world that have a standard form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from kamsync.errors import ValueInvalid
from kamsync.model import Value
from kamsync.schema import Field
from kamsync.values.refusals import refused

__all__ = ["MAX_TEXT_BYTES", "Reader", "choice", "long_text", "standard", "text"]

MAX_TEXT_BYTES = 1024 * 1024
"""The longest text that one field holds, in bytes of UTF-8."""

Reader: TypeAlias = Callable[[Field, Any], Value]
"""What brings anything but None into the normal form of a field."""


def text(field: Field, raw: Any) -> Value:
    """Read a text without the blanks around it."""
    return _storable(field, raw).strip() or None


def long_text(field: Field, raw: Any) -> Value:
    """Read a text as it is; one of blanks alone is none."""
    kept = _storable(field, raw)
    return None if not kept or kept.isspace() else kept


def choice(field: Field, raw: Any) -> Value:
    """Read one of the field's choices, spelt exactly so."""
    if raw in field.choices:
        return raw
    word = text(field, raw) if type(raw) is str else raw
    if word is None or word in field.choices:
        return word
    raise refused(field, raw, f"one of {', '.join(field.choices)}")


def standard(norm: Callable[[str], str]) -> Reader:
    """Return the reader that brings a text to a standard form where *norm* can."""

    def read(field: Field, raw: Any) -> Value:
        word = text(field, raw)
        return None if word is None else norm(word)

    return read


def _storable(field: Field, raw: Any) -> str:
    """Return *raw* if it is a text that the store and every system can hold."""
    if type(raw) is not str:
        raise refused(field, raw, "text")
    if raw.isascii() and len(raw) <= MAX_TEXT_BYTES:
        return raw
    try:
        size = len(raw.encode())
    except UnicodeEncodeError:
        raise ValueInvalid(
            f"{field.name} holds half a character (a lone surrogate), which no system stores; "
            "enter it again."
        ) from None
    if size > MAX_TEXT_BYTES:
        raise ValueInvalid(
            f"{field.name} is {size} bytes long; at most {MAX_TEXT_BYTES} are kept. Shorten it."
        )
    return raw
