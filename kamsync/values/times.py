"""Days, and moments in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from kamsync.model import Value
from kamsync.schema import Field
from kamsync.values.refusals import refused

__all__ = ["day", "moment"]

LENGTH_OF_A_DAY = 10
MIDNIGHT = datetime.min.time()


def day(field: Field, raw: Any) -> Value:
    """Read a day; a moment is one only if it is midnight, so that no time of day is dropped."""
    if type(raw) is str and len(raw) == LENGTH_OF_A_DAY:
        try:
            return date.fromisoformat(raw).isoformat()
        except ValueError:
            pass
    if type(raw) is date:
        return raw.isoformat()
    start = _read(field, raw, "a date such as 2026-11-30")
    if start is None:
        return None
    if start.time() != MIDNIGHT:
        raise refused(field, raw, "a date without a time of day")
    return start.date().isoformat()


def moment(field: Field, raw: Any) -> Value:
    """Read a moment with its time zone; one without could be any of two dozen moments."""
    read = _read(field, raw, "a time such as 2026-11-30T16:41:00Z")
    if read is None:
        return None
    if read.tzinfo is None:
        raise refused(field, raw, "a time with its zone, such as 2026-11-30T16:41:00Z")
    try:
        return read.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    except OverflowError:
        raise refused(field, raw, "a time between the years 1 and 9999") from None


def _read(field: Field, raw: Any, expected: str) -> datetime | None:
    """Return the moment that *raw* spells."""
    if type(raw) is datetime:
        return raw
    if type(raw) is not str:
        raise refused(field, raw, expected)
    text = raw.strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise refused(field, raw, expected) from None
