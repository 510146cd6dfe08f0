"""Push: carry out the writes of a plan, each preceded by its intent and followed by a reading.

A crash between any two lines leaves an intent whose outcome the next round finds out by reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import structs

from kamsync.connector import Can
from kamsync.engine.context.batches import Batch, await_missing, confirmed, due_at, load
from kamsync.engine.context.open_writes import sent
from kamsync.engine.context.parking import park_refused, park_taken
from kamsync.engine.context.places import await_match
from kamsync.engine.context.pushed import Pushed, counted, told_of
from kamsync.engine.context.scoping import records_in_scope
from kamsync.engine.hub import Hub, System
from kamsync.engine.planning.together import Key, beside_refused, keys_of
from kamsync.engine.reading.emptied_references import reread_referring
from kamsync.engine.reading.hearing import hear
from kamsync.engine.writing.discreet import discreet
from kamsync.engine.writing.last_look import look_first
from kamsync.engine.writing.portions import portions
from kamsync.model import (
    EXISTS,
    Intent,
    Link,
    Op,
    Outcome,
    Reading,
    Receipt,
    Write,
)
from kamsync.observe import ABSENT
from kamsync.store import OutboxRow

__all__ = ["push"]

READ_BACK = frozenset({Outcome.DONE, Outcome.GONE, Outcome.STALE})
"""After which answers a record is read once more."""

NOBODY: Mapping[str, int] = {}


def push(
    hub: Hub,
    system: System,
    plan_id: str,
    *,
    known: Mapping[str, int] = NOBODY,
    count: Callable[[int], None] | None = None,
) -> Pushed:
    """Carry out what the plan has for *system*, batch by batch, parents before children.

    What has changed since the plan was made is dropped and planned anew by the next round. Raises
    `SystemDown` or `QuotaSpent` where the system stops answering; what was sent is then in flight.
    *known* is the last link, by entity, up to which native records were told apart from all that is
    created, although they are not tied yet. *count* is told after each batch how many records were
    written so far.
    """
    total = Pushed()
    for rows in portions(hub, system, plan_id):
        total = total.plus(_Push(hub, system, rows, known).run())
        if count is not None:
            count(total.written)
    return total


class _Push:
    """One batch of writes of one entity."""

    def __init__(
        self, hub: Hub, system: System, rows: Sequence[OutboxRow], known: Mapping[str, int]
    ) -> None:
        self.hub = hub
        self.system = system
        self.entity = rows[0].entity
        self.known = known.get(self.entity, 0)
        self.together = bool(hub.schema.entity(self.entity).together)
        self.map = system.maps[self.entity]
        self.rows = {row.id: row for row in rows}

    def run(self) -> Pushed:
        """Look, commit the intents, send, read back, learn."""
        referred = look_first(self.hub, self.system, self.entity, list(self.rows.values()))
        ready = {
            row_id: each
            for row_id, each in self._ready().items()
            if each[0].op is not Op.DELETE or each[1].native_id not in referred
        }
        dropped = [row_id for row_id in self.rows if row_id not in ready]
        with self.hub.store.transaction():
            self.hub.store.outbox.finish(dropped, "dropped")
            self.hub.store.outbox.update([row for row, _ in ready.values()])
            if any(self._returns(*each) for each in ready.values()):
                reread_referring(self.hub, self.system, self.entity)
        if not ready:
            return Pushed(dropped=len(dropped))
        seen = self.hub.store.current("revision")
        writes = [self._write(row, link) for row, link in ready.values()]
        receipts = self.system.connector.write(self.map.object, writes)
        entity = self.hub.schema.entity(self.entity)
        answered = {
            row_id: discreet(entity, ready[row_id][0], receipt)
            for row_id, receipt in zip(ready, receipts, strict=True)
        }
        if self.together:
            answered = beside_refused(
                {row_id: row for row_id, (row, _) in ready.items()}, answered, self._keys(ready)
            )
        return self._learn(ready, answered, seen).plus(Pushed(dropped=len(dropped)))

    def _ready(self) -> dict[int, tuple[OutboxRow, Link]]:
        """Return the rows that are still due as they were planned, with their links as they are."""
        # What is still coming has no native id yet, so that a reference to it cannot be sent.
        wanted = {row.record for row in self.rows.values()}
        links = self.hub.store.links.by_id([row.link for row in self.rows.values()])
        batch = load(self.hub, self.entity, wanted, only=links.values(), plans=False)
        scope = records_in_scope(self.hub, self.entity, batch.records)
        conditional = Can.REFUSE_STALE in self.system.connector.can
        unclear = self._unclear()
        ready = {}
        for row in self.rows.values():
            link = links.get(row.link)
            if link is None or link.record not in scope or link.id in unclear:
                continue
            if conditional and not link.settled and row.op is not Op.CREATE:
                continue
            fields = self._still_due(batch, row, link)
            if fields:
                intent = structs.replace(
                    row, fields=fields, state="inflight", version=link.version, at=self.hub.now()
                )
                ready[row.id] = (intent, link)
        return self._whole_sets(ready) if self.together else ready

    def _whole_sets(
        self, ready: dict[int, tuple[OutboxRow, Link]]
    ) -> dict[int, tuple[OutboxRow, Link]]:
        """Return the rows of the sets of which nothing has changed since the plan was made."""
        keys = self._keys(self.rows)
        changed = {
            keys[row_id]
            for row_id, row in self.rows.items()
            if row_id not in ready or set(ready[row_id][0].fields) != set(row.fields)
        }
        return {row_id: each for row_id, each in ready.items() if keys[row_id] not in changed}

    def _keys(self, rows: Iterable[int]) -> dict[int, Key]:
        """Return the set that each row belongs to."""
        records = {row_id: self.rows[row_id].record for row_id in rows}
        keys = keys_of(self.hub, self.entity, records.values())
        return {row_id: keys.get(record, (record,)) for row_id, record in records.items()}

    def _unclear(self) -> frozenset[int]:
        """Return the links that are not created now: their record may be there already.

        A create that was sent before without an answer is looked for first, and nothing is created
        while a native record that may be it was read and not identified.
        """
        wanted = [row.link for row in self.rows.values() if row.op is Op.CREATE]
        if not wanted:
            return frozenset()
        store = self.hub.store
        if store.links.has_unmatched(self.system.name, self.entity, self.known):
            return frozenset(wanted)
        return frozenset(store.outbox.inflight_of(wanted)) | self._asked_about()

    def _asked_about(self) -> frozenset[int]:
        """Return the links whose record may be back: a person is asked whether another one is it."""
        links = self.hub.store.links.by_id([row.link for row in self.rows.values()])
        gone = [link for link in links.values() if link.native_id is not None and link.record]
        return await_match(self.hub, self.system, self.entity, gone)

    def _still_due(self, batch: Batch, row: OutboxRow, link: Link) -> dict[str, Intent]:
        """Return the planned fields that are due at the same revision now, with their cells of now."""
        record = batch.records[link.record or ""]
        told = due_at(self.hub, batch, record, link, batch.held(record.id))
        if told.op is not row.op:
            return {}
        fields = {
            name: intent
            for name, intent in told.fields.items()
            if name in row.fields and row.fields[name].revision == intent.revision
        }
        return fields if row.op is not Op.CREATE or EXISTS in fields else {}

    def _write(self, row: OutboxRow, link: Link) -> Write:
        """Return one write in the system's own words."""
        return Write(
            op=row.op,
            native_id=link.native_id if self._keeps_id(row) else None,
            values=sent(self.map, row),
            key=row.key,
            version=link.version if row.op is not Op.CREATE else None,
            stamp=row.record if Can.STAMP in self.system.connector.can else None,
        )

    def _keeps_id(self, row: OutboxRow) -> bool:
        """Whether a write goes to the native record that is there, or was: the dead may not return."""
        return row.op is not Op.CREATE or Can.UNDELETE in self.system.connector.can

    def _returns(self, row: OutboxRow, link: Link) -> bool:
        """Whether a write brings a native record back, which may be referred to again with it."""
        return row.op is Op.CREATE and link.native_id is not None and self._keeps_id(row)

    def _learn(
        self,
        ready: Mapping[int, tuple[OutboxRow, Link]],
        answered: Mapping[int, Receipt],
        seen: int,
    ) -> Pushed:
        """Take in what became of each write."""
        readings = self._readings(ready, answered)
        with self.hub.store.transaction():
            done = [ready[i][0] for i, r in answered.items() if r.outcome is Outcome.DONE]
            self.hub.store.outbox.update(
                [structs.replace(row, fields=_landed(row.fields)) for row in done]
            )
            parked = self.hub.store.parks.count() > 0
            for row_id, receipt in answered.items():
                self._settle(*ready[row_id], receipt, parked=parked)
            attested = frozenset(
                r.reading.native_id for r in answered.values() if r.reading is not None
            )
            hear(self.hub, self.system, self.entity, readings, seen, attested=attested)
            self._close(ready, answered)
            self._journal(ready, answered)
        return counted(ready, answered)

    def _readings(
        self,
        ready: Mapping[int, tuple[OutboxRow, Link]],
        answered: Mapping[int, Receipt],
    ) -> list[Reading]:
        """Return the records as they are after the writes: as answered, else read back.

        So is what has changed since it was read: no listing need tell of that, if it was hidden then.
        """
        readings = [r.reading for r in answered.values() if r.reading is not None]
        ids = [
            receipt.native_id or ready[row_id][1].native_id or ""
            for row_id, receipt in answered.items()
            if receipt.reading is None and receipt.outcome in READ_BACK
        ]
        if ids:
            found = self.system.connector.fetch(self.map.object, self.map.names, ids)
            gone = {id_: Reading(id_, None, version=ABSENT) for id_ in ids}
            readings += [found.get(id_, gone[id_]) for id_ in ids]
        return readings

    def _settle(self, row: OutboxRow, link: Link, receipt: Receipt, *, parked: bool) -> None:
        """Close what is certain: a refused or stale write did not happen; a create has its id now."""
        store = self.hub.store
        if receipt.outcome is Outcome.DONE:
            if receipt.native_id and link.native_id != receipt.native_id:
                taken = self._take_place(link, receipt.native_id)
                if not taken:
                    park_taken(self.hub, row, link, receipt.native_id)
                    return
            if parked:
                store.parks.clear(row.system, row.entity, [link.native_id or row.record])
        elif receipt.outcome in {Outcome.STALE, Outcome.LATER}:
            store.outbox.finish([row.id], "dropped")
        elif receipt.outcome in {Outcome.REFUSED, Outcome.GONE}:
            store.outbox.finish([row.id], "refused")
            park_refused(self.hub, row, link, receipt.reason)

    def _take_place(self, link: Link, native_id: str) -> bool:
        """Let the place that was kept for a record be filled by the native record just created.

        Return whether it could be: a create that was sent before may have made what is known as
        another record by now.

        What was known of a native record that is gone says nothing about the one in its place.
        """
        store = self.hub.store
        if link.native_id is not None:
            if link.moved and link.record:
                # What was entered there and waited went with it: nothing elsewhere awaits that any more.
                store.records.mark_dirty([link.record])
            link = structs.replace(link, facts={}, version="", settled=True)
            reread_referring(self.hub, self.system, self.entity)
        known = store.links.by_native(self.system.name, self.entity, [native_id]).get(native_id)
        if known is None:
            store.links.save([structs.replace(link, native_id=native_id)])
        elif known.record is None:
            store.links.delete([known.id])
            store.links.save([structs.replace(link, native_id=native_id)])
        elif known.id != link.id:
            return False
        store.links.arrived(self.system.name, self.entity, [native_id, link.record or ""])
        return True

    def _close(
        self,
        ready: Mapping[int, tuple[OutboxRow, Link]],
        answered: Mapping[int, Receipt],
    ) -> None:
        """Close the intents that were heard, and note what each link is owed now.

        Where an edit is yet to be merged it is owed what it was: that edit may be taken back before.
        """
        done = [i for i, receipt in answered.items() if receipt.outcome is Outcome.DONE]
        self.hub.store.outbox.finish(done, "done")
        heard = {ready[row_id][0].record for row_id in answered}
        mine = self.hub.store.links.by_id([ready[row_id][0].link for row_id in answered])
        batch = load(self.hub, self.entity, heard, only=mine.values())
        owed, links, wanting = [], [], []
        for record_id, each in batch.links.items():
            for link in each:
                if link.id in mine and not link.moved:
                    record = batch.records[record_id]
                    told = due_at(self.hub, batch, record, link, batch.held(record_id))
                    owed.append((link.id, told.word))
                    wanting.append((link, told))
                    after = confirmed(self.hub, link, record, told)
                    if after is not link:
                        links.append(after)
        self.hub.store.links.save(links)
        self.hub.store.links.set_owed(owed)
        for link, told in wanting:
            await_missing(self.hub, link, told)

    def _journal(
        self,
        ready: Mapping[int, tuple[OutboxRow, Link]],
        answered: Mapping[int, Receipt],
    ) -> None:
        """Write down each write that was made or refused, and what it replaced."""
        events = [
            event
            for row_id, receipt in answered.items()
            for event in told_of(*ready[row_id], receipt)
        ]
        self.hub.note(events)


def _landed(fields: Mapping[str, Intent]) -> dict[str, Intent]:
    """Return intents that are known to have landed."""
    return {name: structs.replace(intent, landed=True) for name, intent in fields.items()}
