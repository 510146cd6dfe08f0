"""Times as the portal keeps them, milliseconds since 1970, and as it spells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["DAY_MS", "from_iso", "iso", "midnight", "to_ms"]

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(at: datetime) -> int:
    """Return *at* in milliseconds since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def iso(at_ms: int) -> str:
    """Spell a time as answers do: UTC, and no fraction where the milliseconds are none.

    Source: real answers, `2026-03-12T10:00:00Z` beside `2025-07-07T20:27:17.947Z`
    (github.com/NangoHQ/integration-templates, integrations/hubspot/tests).
    """
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return f"{at.isoformat(timespec='milliseconds' if at_ms % 1000 else 'seconds')[:-6]}Z"


def from_iso(text: str) -> int:
    """Read a time or a day; `ValueError` where it is neither. Without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return to_ms(at if at.tzinfo else at.replace(tzinfo=UTC))


def midnight(at_ms: int) -> int:
    """Return the beginning of the UTC day that *at_ms* is in."""
    return at_ms - at_ms % DAY_MS
