"""Writes that may have been sent: what they say, and what a later reading tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kamsync.connector import Can
from kamsync.engine.hub import Hub, System
from kamsync.mapping import EntityMap
from kamsync.model import EXISTS, Intent, Link, Native, Op
from kamsync.store import OutboxRow

__all__ = ["has_landed", "intents_of", "knows_or_sees_more", "learns", "sent", "spent_keys"]


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


def spent_keys(hub: Hub, system: System, rows: Iterable[OutboxRow]) -> frozenset[str]:
    """Return the keys of creates among *rows* whose answer may be that to an earlier one.

    That one said something else and was given up, or an older store has forgotten it. What carries
    our id was found before anything was created.
    """
    can = system.connector.can
    creates = [row for row in rows if row.op is Op.CREATE]
    if not creates or not can & (Can.STAMP | Can.IDEMPOTENT_CREATE):
        return frozenset()
    below = 0 if Can.STAMP in can else hub.forgotten_below
    said = {row.key: row.fields for row in creates}
    earlier = hub.store.outbox.given_up([row.link for row in creates])
    others = {
        row.key for row in earlier if not _is_alike(row.fields, said.get(row.key, row.fields))
    }
    return frozenset(
        key for key, fields in said.items() if key in others or fields[EXISTS].revision < below
    )


def _is_alike(fields: Mapping[str, Intent], others: Mapping[str, Intent]) -> bool:
    """Whether two writes say the same."""
    return fields.keys() == others.keys() and all(
        intent.cells == others[name].cells for name, intent in fields.items()
    )
