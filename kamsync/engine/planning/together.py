"""Records that are only right together, such as shares that add up: planned all, or none of them.

A set holds the records whose golden values are equal in the fields that their entity names (see
`kamsync.schema.Entity`). While one of them cannot be written to a system, none is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, structs

from kamsync.engine.context.batches import Batch, await_missing, due_at, load
from kamsync.engine.context.parking import waiting
from kamsync.engine.context.scoping import records_in_scope
from kamsync.engine.context.ties import as_of_now
from kamsync.engine.hub import Hub, System
from kamsync.model import Golden, Link, Op, Outcome, Receipt, Record
from kamsync.plan import Due
from kamsync.store import OutboxRow

__all__ = ["Key", "Whole", "beside_refused", "key_of", "keys_of", "wholes"]

Key: TypeAlias = tuple[str, ...]
"""What the records of one set have in common, as text."""

ORDER = (Op.DELETE, Op.UPDATE, Op.CREATE)
"""What is taken away comes before what is given, so that nothing is given twice on the way."""


class Whole(Struct, frozen=True):
    """What is due in one system of one set, in the order in which it is sent."""

    batch: Batch
    due: Sequence[tuple[Link, Due]]


def key_of(hub: Hub, entity: str, record: Record) -> Key:
    """Return the set that a record belongs to; one without a value stands alone."""
    names = hub.schema.entity(entity).together
    values = [record.fields.get(name, Golden()).value for name in names]
    return (record.id,) if None in values else tuple(map(str, values))


def keys_of(hub: Hub, entity: str, ids: Iterable[str]) -> dict[str, Key]:
    """Return the set that each record belongs to, merged references followed."""
    records = as_of_now(hub, entity, hub.store.records.by_id(sorted(set(ids))))
    return {id_: key_of(hub, entity, record) for id_, record in records.items()}


def beside_refused(
    rows: Mapping[int, OutboxRow], answered: Mapping[int, Receipt], keys: Mapping[int, Key]
) -> dict[int, Receipt]:
    """Return receipts in which a refused row stands for its whole set, where the rest is put off.

    Else the rest would be sent again in every round, for nothing.
    """
    refused = {
        keys[row_id]: (rows[row_id], receipt)
        for row_id, receipt in answered.items()
        if receipt.outcome in {Outcome.REFUSED, Outcome.GONE}
    }
    told = dict(answered)
    for row_id, receipt in answered.items():
        if receipt.outcome is Outcome.LATER and keys[row_id] in refused:
            row, why = refused[keys[row_id]]
            other = why.native_id or row.record
            reason = f"It is written together with {other}, which was refused: {why.reason}"
            told[row_id] = structs.replace(receipt, outcome=Outcome.REFUSED, reason=reason)
    return told


def wholes(hub: Hub, system: System, entity: str, only: Sequence[str] | None) -> Iterator[Whole]:
    """Yield the sets of which something is due in a system and all of it can be written now.

    Of the others, what is due is parked with the reason why it waits. With *only*, the sets of
    these records are asked about and no others. Links are held in memory by their ids, and loaded by batches.
    """
    sets = _sets(hub, system, entity)
    if only is not None:
        wanted = set(keys_of(hub, entity, only).values())
        sets = {key: ids for key, ids in sets.items() if key in wanted}
    for part in _parts(sets.values(), hub.batch):
        links = hub.store.links.by_id([id_ for ids in part for id_ in ids])
        records = sorted({link.record for link in links.values() if link.record})
        batch = load(hub, entity, records, only=links.values())
        judge = _Judge(hub, system, batch, links.values())
        for ids in part:
            due = judge.due([links[id_] for id_ in ids])
            if due:
                yield Whole(batch, due)


def _sets(hub: Hub, system: System, entity: str) -> dict[Key, list[int]]:
    """Return the links of each set that may not hold what golden says."""
    found: dict[Key, list[int]] = {}
    after = 0
    while links := hub.store.links.unsettled(system.name, entity, after, hub.batch):
        after = links[-1].id
        keys = keys_of(hub, entity, [link.record for link in links if link.record])
        for link in links:
            if link.record in keys:
                found.setdefault(keys[link.record], []).append(link.id)
    return found


def _parts(sets: Iterable[list[int]], most: int) -> Iterator[list[list[int]]]:
    """Yield the sets in parts of about *most* links, none of them cut."""
    part: list[list[int]] = []
    for ids in sets:
        part.append(ids)
        if sum(map(len, part)) >= most:
            yield part
            part = []
    if part:
        yield part


class _Judge:
    """Says of each set in a batch whether it can be written whole."""

    def __init__(self, hub: Hub, system: System, batch: Batch, links: Iterable[Link]) -> None:
        self.hub = hub
        self.system = system
        self.batch = batch
        self.scope = records_in_scope(hub, batch.entity, batch.records)
        self.later = waiting(hub, sorted(batch.records))
        ids = [link.id for link in links]
        self.asked = hub.store.links.waiting(ids)
        self.open = hub.store.outbox.inflight_of(ids)

    def due(self, links: Sequence[Link]) -> list[tuple[Link, Due]]:
        """Return what is to be written of one set now, in order; nothing while some of it waits."""
        told = [(link, self._due_at(link)) for link in links]
        due = [(link, each) for link, each in told if each.op is not None and self._may(link, each)]
        self._put_off([(link, each) for link, each in told if each.op is None])
        if all(self._what(link) in self.later for link, _ in due):
            return []
        reasons = {link.id: self._reason(link, each) for link, each in told}
        if len(due) > self.system.connector.batch_limit:
            most = self.system.connector.batch_limit
            reasons[due[0][0].id] = f"{len(due)} records are more than the {most} of one call."
        if any(reasons.values()):
            self._park(due, {link.id: link for link in links}, reasons)
            return []
        return sorted(due, key=lambda pair: (ORDER.index(pair[1].op or Op.UPDATE), pair[0].id))

    def _due_at(self, link: Link) -> Due:
        record = self.batch.records[link.record or ""]
        return due_at(self.hub, self.batch, record, link, self.batch.held(record.id))

    def _may(self, link: Link, told: Due) -> bool:
        return (
            told.op is not None
            and link.record in self.scope
            and self.system.allows(self.batch.entity, told.op)
        )

    def _what(self, link: Link) -> tuple[str, str]:
        return (link.system, link.native_id or link.record or "")

    def _reason(self, link: Link, told: Due) -> str:
        """Return why a record cannot be brought to golden now, nothing if it can or is."""
        held = sorted(self.batch.held(link.record or ""))
        if held:
            return f"{', '.join(held)} is under review."
        if link.moved:
            return "An edit of it is not merged yet."
        if told.problems:
            return told.problems[0].reason
        if told.op is not None and not self._may(link, told):
            return f"kamsync may not {told.op} it there."
        return self._open_question(link)

    def _open_question(self, link: Link) -> str:
        """Return what is to be known of a record first, nothing if all is."""
        if link.id in self.asked:
            return "A person is asked whether a record there is the same."
        if link.id in self.open:
            return "It is not known yet what became of an earlier write of it."
        return ""

    def _put_off(self, told: Sequence[tuple[Link, Due]]) -> None:
        """Note what the links that have nothing to send are owed, and wait for."""
        self.hub.store.links.set_owed([(link.id, each.word) for link, each in told])
        for link, each in told:
            await_missing(self.hub, link, each)

    def _park(
        self,
        due: Sequence[tuple[Link, Due]],
        links: Mapping[int, Link],
        reasons: Mapping[int, str],
    ) -> None:
        """Say of each write that is due for which other record it waits; once, not in each round."""
        cause, why = next((id_, reason) for id_, reason in reasons.items() if reason)
        other = self._what(links[cause])[1]
        text = f"{self.batch.entity}: It is written together with {other}, which waits: {why}"
        known = {
            (park.system, park.what): park.reason
            for park in self.hub.store.parks.of_records(sorted(self.batch.records))
        }
        for link, _ in due:
            system, what = self._what(link)
            if known.get((system, what)) != text:
                self.hub.park(system, self.batch.entity, what, link.record, text)
