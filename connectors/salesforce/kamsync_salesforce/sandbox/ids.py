"""Record ids: fifteen characters that tell case apart, and three that carry the case."""

from __future__ import annotations

import re

__all__ = ["DIGITS", "full_id", "is_id", "new_id", "short_id"]

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")
# Where an org's numbers stand: after the prefix of the object comes the pod's part.
POD = "Kx00"


def new_id(prefix: str, number: int) -> str:
    """Return the id of the record *number* of the object whose ids begin with *prefix*."""
    tail = ""
    for _ in range(8):
        number, digit = divmod(number, 62)
        tail = DIGITS[digit] + tail
    return full_id(prefix + POD + tail)


def full_id(id_: str) -> str:
    """Return *id_* with its three check characters, which stand for the capitals in five each.

    Source: Object Reference, "ID Field Type".
    """
    if len(id_) != len("001000000000001"):
        return id_
    checks = (
        sum(1 << place for place, char in enumerate(id_[start : start + 5]) if char.isupper())
        for start in (0, 5, 10)
    )
    return id_ + "".join(CHECKS[check] for check in checks)


def is_id(text: object) -> bool:
    """Tell whether *text* could be an id; its check characters have to fit."""
    return (
        isinstance(text, str)
        and SHAPE.fullmatch(text) is not None
        and (len(text) == len("001000000000001") or full_id(text[:15]) == text)
    )


def short_id(id_: str) -> str:
    """Return the fifteen characters that error texts name a record by."""
    return id_[:15]
