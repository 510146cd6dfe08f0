"""Times as Salesforce writes and reads them: in answers, in SOQL, and in conditional headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

__all__ = ["SECOND", "http_date", "literal", "moment"]

SECOND = timedelta(seconds=1)


def moment(text: str) -> datetime:
    """Read ``2026-01-02T03:04:05.000+0000``, or the same with a Z as Bulk results have it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def literal(at: datetime) -> str:
    """Write a time as SOQL takes it, without quotes; orgs show whole seconds, and may hold more."""
    finest = "milliseconds" if at.microsecond else "seconds"
    return at.astimezone(UTC).isoformat(timespec=finest).replace("+00:00", "Z")


def http_date(at: datetime) -> str:
    """Write a time as a conditional header takes it."""
    return format_datetime(at.astimezone(UTC), usegmt=True)
