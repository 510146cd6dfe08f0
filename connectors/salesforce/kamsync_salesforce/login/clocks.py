"""How far this machine's clock is from the org's, in words.

A signed login names the moment at which it ends, by our clock; the org takes it only while that is near
by its own (Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration").
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

__all__ = ["apart"]

NEAR_S = 60
"""So far apart two clocks are right, as far as an answer's ``Date`` can tell."""


def apart(date: str, ours_s: float) -> str:
    """Say how far our time, in seconds since 1970, is from the ``Date`` of an answer (RFC 9110, 6.6.1)."""
    try:
        ahead_s = ours_s - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return "This machine's clock may be wrong."
    if abs(ahead_s) < NEAR_S:
        return "The signed login was over when it came: this machine's clock may have been wrong."
    which = "ahead of" if ahead_s > 0 else "behind"
    return f"This machine's clock is {_long(abs(ahead_s))} {which} Salesforce's."


def _long(seconds: float) -> str:
    """Return a time in its largest unit of which there are two or more."""
    for name, size in (("hours", 3600), ("minutes", 60)):
        if round(seconds / size) > 1:
            return f"{round(seconds / size)} {name}"
    return f"{seconds:.0f} seconds"
