"""Versions of native records, as far as two of them tell which came first."""

from __future__ import annotations

from datetime import datetime

__all__ = ["is_older"]


def is_older(version: str, before: str) -> bool:
    """Whether *version* is of an earlier state than the one *before*: of two numbers, or two times.

    Of any other kind of version nothing is known but that it changes.
    """
    if version == before:
        return False
    if version.isdecimal() and before.isdecimal():
        return int(version) < int(before)
    now, then = _time(version), _time(before)
    if now is None or then is None or (now.tzinfo is None) != (then.tzinfo is None):
        return False
    return now < then


def _time(version: str) -> datetime | None:
    """Return the time that a version is, None if it is none."""
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        return None
