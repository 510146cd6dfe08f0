"""Writes that may have been sent: what they say, and what a later reading tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from kamsync.clock import instant
from kamsync.connector import Can
from kamsync.engine.hub import Hub, System
from kamsync.mapping import EntityMap
from kamsync.model import EXISTS, Intent, Link, Native, Op
from kamsync.store import OutboxRow

__all__ = [
    "LATE_LIMIT",
    "has_landed",
    "in_flight",
    "intents_of",
    "knows_or_sees_more",
    "learns",
    "may_land",
    "sent",
    "spent_fields",
]


LATE_LIMIT = timedelta(hours=1)
"""How long a request whose answer was lost may possibly be on its way."""


def may_land(hub: Hub, row: OutboxRow) -> bool:
    """Whether the request of a write may still be on its way."""
    return row.at > instant(hub.clock.now() - LATE_LIMIT)


def in_flight(hub: Hub, system: System, entity: str) -> Iterator[list[OutboxRow]]:
    """Yield the writes in flight."""
    after = 0
    limit = system.connector.batch_limit
    while rows := hub.store.outbox.inflight(system.name, entity, after, limit):
        after = rows[-1].id
        yield rows


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
    """Whether a field of a link is known by now to hold a golden revision that it was not known to hold.

    A reference that fell was known to hold none, whatever it knew.
    """
    known, fact = before.facts.get(name), after.facts.get(name)
    if fact is None or fact.knows != revision or fact.emptied:
        return False
    return known is None or known.knows != revision or known.emptied


def knows_or_sees_more(before: Link, after: Link) -> bool:
    """Whether a field of a link is known to hold another golden revision than before, or is seen again.

    What a reading shows that the one before did not show may be behind by now.
    """
    for name, fact in after.facts.items():
        was = before.facts.get(name, fact)
        if was is not fact and (was.knows != fact.knows or (was.unseen and not fact.unseen)):
            return True
    return False


def spent_fields(hub: Hub, system: System, rows: Iterable[OutboxRow]) -> dict[str, frozenset[str]]:
    """Return, by key, what the answer to a create among *rows* may show as an earlier one has sent it.

    That one said something else there and was given up, or an older store has forgotten it. What
    carries our id was found before anything was created.
    """
    can = system.connector.can
    creates = {row.key: row for row in rows if row.op is Op.CREATE}
    if not creates or not can & (Can.STAMP | Can.IDEMPOTENT_CREATE):
        return {}
    below = 0 if Can.STAMP in can else hub.forgotten_below
    mapped = frozenset(system.maps[next(iter(creates.values())).entity].fields)
    spent = {
        key: mapped if row.fields[EXISTS].revision < below else frozenset()
        for key, row in creates.items()
    }
    for row in hub.store.outbox.given_up([row.link for row in creates.values()]):
        if row.key in spent:
            spent[row.key] |= _unlike(row.fields, creates[row.key].fields)
    return spent


def _unlike(fields: Mapping[str, Intent], others: Mapping[str, Intent]) -> frozenset[str]:
    """Return the fields of which two writes do not say the same."""
    names = fields.keys() | others.keys()
    said = {name: (fields.get(name), others.get(name)) for name in names}
    return frozenset(n for n, (a, b) in said.items() if not (a and b and a.cells == b.cells))
