"""Consent: what a person has let kamsync do, so that nobody is asked twice and nothing goes unasked.

A plan that was approved is carried out to its end, by however many rounds: what is left of it is
weighed no more. What a system's section allows is approved with the first plan that would do it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import DecodeError, json, structs

from kamsync.engine.hub import Hub, System
from kamsync.errors import StoreUnusable
from kamsync.guards import Tally
from kamsync.model import Op
from kamsync.plan import FirstWrite
from kamsync.store import OutboxRow
from kamsync.values import is_blank

__all__ = ["count_approved", "first_writes", "keep_consent", "unapproved"]

ROWS_AT_ONCE = 1_000

Allowed = Mapping[str, Collection[Op]]

NOTHING: Mapping[str, list[Op]] = {}

_allowed = json.Decoder(dict[str, list[Op]])


def unapproved(hub: Hub, round_id: str, tallies: Iterable[Tally]) -> list[Tally]:
    """Return *tallies* without the planned writes of *round_id* that a person has approved before.

    They are what is left of a plan that was approved and did not come to its end.
    """
    left: dict[tuple[str, str], Counter[str]] = {}
    for row in _approved_rows(hub, round_id):
        counts = left.setdefault((row.system, row.entity), Counter())
        counts[row.op] += 1
        counts["blank"] += sum(all(map(is_blank, i.cells)) for i in row.fields.values())
    return [_less(tally, left.get((tally.system, tally.entity), Counter())) for tally in tallies]


def count_approved(hub: Hub, round_id: str) -> int:
    """Return how many of the planned writes of a round a person has approved before."""
    return sum(1 for _ in _approved_rows(hub, round_id))


def _less(tally: Tally, counts: Counter[str]) -> Tally:
    """Return *tally* with some writes fewer."""
    return structs.replace(
        tally,
        creates=tally.creates - counts[Op.CREATE],
        updates=tally.updates - counts[Op.UPDATE],
        deletes=tally.deletes - counts[Op.DELETE],
        blanks=max(tally.blanks - counts["blank"], 0),
    )


def _approved_rows(hub: Hub, round_id: str) -> Iterator[OutboxRow]:
    """Yield the planned writes of a round that are the rest of an approved plan."""
    after = 0
    while rows := hub.store.outbox.of_plan(round_id, after, ROWS_AT_ONCE):
        after = rows[-1].id
        approved = hub.store.outbox.approved_of(sorted({row.link for row in rows}))
        for row in rows:
            if any(_covers(each, row) for each in approved.get(row.link, ())):
                yield row


def _covers(approved: OutboxRow, row: OutboxRow) -> bool:
    """Whether whoever approved the one write has approved the other: golden is what it was then."""
    return approved.op is row.op and all(
        name in approved.fields and approved.fields[name].revision == intent.revision
        for name, intent in row.fields.items()
    )


def first_writes(hub: Hub, tallies: Iterable[Tally]) -> Iterator[FirstWrite]:
    """Yield what a plan would do that was not allowed when a person last approved a plan."""
    tallies = list(tallies)
    kept = _consents(hub, {tally.system for tally in tallies})
    for tally in tallies:
        approved = kept.get(tally.system, NOTHING).get(tally.entity, ())
        counts = {
            Op.CREATE: tally.creates,
            Op.UPDATE: tally.updates,
            Op.DELETE: tally.deletes,
        }
        for op, count in counts.items():
            if count and op not in approved:
                yield FirstWrite(tally.system, tally.entity, op)


def keep_consent(hub: Hub, systems: Iterable[System], *, approved: bool) -> None:
    """Remember what may be written without asking: all that is allowed, where a person *approved*.

    Without an approval nothing is added, and what is allowed no longer is forgotten, so that
    allowing it again wants an approval again.
    """
    systems = list(systems)
    consents = _consents(hub, {system.name for system in systems})
    for system in systems:
        before = consents[system.name]
        now = {
            entity: sorted(ops if approved else ops & frozenset(before.get(entity, ())))
            for entity, ops in sorted(system.allow.items())
        }
        kept = {entity: ops for entity, ops in now.items() if ops}
        if kept != before:
            hub.store.set_meta(_key(system.name), json.encode(kept).decode())


def _consents(hub: Hub, systems: Collection[str]) -> dict[str, Mapping[str, list[Op]]]:
    """Return what may be written to each of *systems* without asking, by entity."""
    kept = hub.store.metas([_key(system) for system in sorted(systems)])
    return {system: _read(system, kept.get(_key(system), "")) for system in systems}


def _read(system: str, kept: str) -> Mapping[str, list[Op]]:
    """Return what may be written to *system* without asking, as it is kept."""
    try:
        return _allowed.decode(kept) if kept else NOTHING
    except DecodeError as error:
        raise StoreUnusable(
            f"What was approved for {system} cannot be read; put back a backup with `kamsync restore`."
        ) from error


def _key(system: str) -> str:
    return f"consent:{system}"
