"""Listen to what the hub says and keeps where others may read it: no value is among it."""

from __future__ import annotations

import re

from kamsync.store import Store
from kamsync.testing.simulation.observer.chronicle import Report

__all__ = ["require_discreet", "require_sealed"]

TOKEN = re.compile(r"\be\d+-[a-z]{5,}", re.IGNORECASE)
"""What people enter in a history: each value only once, so that it shows wherever it comes up."""

SEALED_TOKEN = re.compile(rb"\be\d+-[a-z]{5,}", re.IGNORECASE)


def require_discreet(text: str, report: Report) -> None:
    """21: no value that somebody entered is in a message."""
    found = TOKEN.search(text)
    if found is not None:
        report(21, f"the value {found[0]} is told in a message: {text}")


def require_sealed(store: Store, report: Report) -> None:
    """21: the journal keeps what people entered only under seal, and reasons without it."""
    for seq, body in store.database.rows("SELECT seq, body FROM journal"):
        found = SEALED_TOKEN.search(bytes(body))
        if found is not None:
            report(21, f"entry {seq} of the journal keeps {found[0]!r} for everybody to read")
    for park in store.parks.all(10_000):
        require_discreet(park.reason, report)
