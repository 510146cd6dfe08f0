"""Times as an org writes them: UTC, whole seconds, three noughts after the point."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

__all__ = ["moment", "read_date", "read_datetime", "stamp"]

DATETIME = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def stamp(at: datetime) -> str:
    """Return *at* as the API writes it.

    Source: Object Reference, "Primitive Data Types" ("dateTime"); real answers show whole seconds.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def moment(text: str) -> datetime:
    """Return the time that a stamp shows."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.000%z")


def read_datetime(text: str) -> datetime | None:
    """Return the time that a client wrote, or None where it is none; without a zone it is UTC."""
    if (match := DATETIME.fullmatch(text.strip())) is None:
        return None
    day, clock, seconds, _, zone = match.groups()
    try:
        at = datetime.fromisoformat(f"{day}T{clock}{seconds or ':00'}").replace(tzinfo=UTC)
    except ValueError:
        return None
    return at - _ahead(zone or "Z")


def read_date(text: str) -> date | None:
    """Return the day that a client wrote, or None where it is none."""
    if DATE.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _ahead(zone: str) -> timedelta:
    """Return how far a zone is ahead of UTC."""
    if zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    ahead = timedelta(hours=hours, minutes=minutes)
    return -ahead if zone[0] == "-" else ahead
