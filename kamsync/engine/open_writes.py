"""Writes that may have been sent: what they say, and what a later reading tells of them."""

from __future__ import annotations

from collections.abc import Sequence

from kamsync.mapping import EntityMap
from kamsync.model import Intent, Link, Native
from kamsync.store import OutboxRow

__all__ = ["has_landed", "intents_of", "knows_or_sees_more", "learns", "sent"]


def sent(map_: EntityMap, row: OutboxRow) -> dict[str, Native]:
    """Return what a write sends, in the system's own words."""
    return map_.native({name: intent.cells for name, intent in row.fields.items()})


def has_landed(row: OutboxRow) -> bool:
    """Whether the system has said that it took a write."""
    return any(intent.landed for intent in row.fields.values())


def intents_of(rows: Sequence[OutboxRow]) -> dict[str, list[Intent]]:
    """Return the open intents by field, oldest first."""
    intents: dict[str, list[Intent]] = {}
    for row in rows:
        for name, intent in row.fields.items():
            intents.setdefault(name, []).append(intent)
    return intents


def learns(before: Link, after: Link, name: str, revision: int) -> bool:
    """Whether a field of a link is known by now to hold a golden revision that it was not known to hold."""
    known = before.facts.get(name)
    fact = after.facts.get(name)
    return (
        fact is not None and fact.knows == revision and (known is None or known.knows != revision)
    )


def knows_or_sees_more(before: Link, after: Link) -> bool:
    """Whether a field of a link is known to hold another golden revision than before, or is seen again.

    What a reading shows that the one before did not show may be behind by now.
    """
    for name, fact in after.facts.items():
        was = before.facts.get(name, fact)
        if was is not fact and (was.knows != fact.knows or (was.unseen and not fact.unseen)):
            return True
    return False
