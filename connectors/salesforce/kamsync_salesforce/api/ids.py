"""Salesforce's record ids: 15 characters in which case matters, or 18 in which it need not."""

from __future__ import annotations

import re

__all__ = ["is_id", "long_id"]

SHAPE = re.compile(r"[A-Za-z0-9]{15}([A-Z0-5]{3})?", re.ASCII)
SHORT = 15
CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
BLOCKS = (slice(0, 5), slice(5, 10), slice(10, 15))


def long_id(native_id: str) -> str:
    """Return the id in 18 characters: each of the last three tells where five others are capitals."""
    short = native_id[:SHORT]
    checks = "".join(CHECKS[_capitals(short[block])] for block in BLOCKS)
    return short + checks


def is_id(text: str) -> bool:
    """Whether *text* can be the id of a record at all."""
    return SHAPE.fullmatch(text) is not None and (len(text) == SHORT or long_id(text) == text)


def _capitals(block: str) -> int:
    return sum(1 << place for place, letter in enumerate(block) if letter.isupper())
