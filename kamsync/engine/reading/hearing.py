"""Take readings in: the facts of known links, new links, records that were merged away.

Whatever brings a reading (a pull, a read-back, a look at an open intent), it comes through here, so
that there is one place where the store learns what a system holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from kamsync.connector import Can
from kamsync.engine.context.open_writes import (
    has_landed,
    intents_of,
    knows_or_sees_more,
    learns,
    may_land,
    sent,
    spent_fields,
)
from kamsync.engine.context.places import drop_questions
from kamsync.engine.context.pushed import told_of
from kamsync.engine.context.ties import references_of
from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.emptied_references import Ended, Ending, ended_targets, reread_referring
from kamsync.engine.reading.histories import histories
from kamsync.engine.reading.known_links import by_own_id, differs, new_links, placeholders, went
from kamsync.engine.reading.native_merges import follow_native_merge
from kamsync.engine.reading.newcomers import keep_newcomers
from kamsync.engine.reading.passed_over import admit
from kamsync.engine.reading.unchanged import digests_of, pass_unchanged
from kamsync.errors import ValueInvalid
from kamsync.model import (
    Entry,
    Event,
    Link,
    Op,
    Outcome,
    Reading,
    Receipt,
)
from kamsync.observe import Hearing, is_gone, observe
from kamsync.store import OutboxRow
from kamsync.values.storable import require_storable

__all__ = ["Heard", "hear"]


class Heard(Struct, frozen=True):
    """What came of taking readings in: links that changed, and records that went missing."""

    changed: int = 0
    gone: int = 0


def hear(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    seen: int,
    *,
    attested: frozenset[str] = frozenset(),
    invited: frozenset[str] = frozenset(),
    ending: Ending = frozenset(),
) -> Heard:
    """Take *readings* in, in one transaction; hearing them again changes nothing.

    *seen* is the store's revision when the reading began. *attested* are the native ids whose
    reading is the answer to our own write, *invited* those that are in scope whatever they hold.
    *ending* are records that are being taken in as gone already. A row that cannot be stored is
    parked with its reason.
    """
    if not readings:
        return Heard()
    readings = _latest(readings)
    digests = digests_of(system.maps[entity], readings)
    same = pass_unchanged(hub, system, entity, readings, digests, seen)
    readings = [reading for reading in readings if reading.native_id not in same]
    known = by_own_id(hub, system, entity, readings)
    rows = hub.store.outbox.inflight_of([link.id for link in known.values()])
    past = histories(hub, system, entity, readings, known, rows)
    open_ = {link: intents_of(each) for link, each in rows.items()}
    ending |= {(entity, each.native_id) for each in readings if _has_ended(each)}
    ended = ended_targets(hub, system, entity, readings, known, open_, past, ending)
    if ended:
        known = by_own_id(hub, system, entity, readings)
    with hub.store.transaction():
        hearing = _Hearing(hub, system, entity, seen, rows, past, ended, digests)
        return hearing.take(readings, known, attested, invited)


class _Hearing:
    """One batch of readings being taken in."""

    def __init__(
        self,
        hub: Hub,
        system: System,
        entity: str,
        seen: int,
        rows: dict[int, list[OutboxRow]],
        past: Mapping[str, Sequence[Entry]],
        ended: Ended,
        digests: Mapping[str, int],
    ) -> None:
        self.hub = hub
        self.system = system
        self.entity = entity
        self.seen = seen
        self.rows = rows
        self.past = past
        self.ended = ended
        self.digests = digests
        self.references = references_of(hub, entity, system.maps[entity]).keys()
        self.read_at = hub.now()
        self.restoring = hub.restored_at is not None
        self.may_have_forgotten = hub.forgotten_below > 0
        self.spent: Mapping[str, frozenset[str]] = {}
        self.answered: list[int] = []
        self.lost: list[int] = []

    def take(
        self,
        readings: Sequence[Reading],
        known: dict[str, Link],
        attested: frozenset[str],
        invited: frozenset[str],
    ) -> Heard:
        """Take in what can be stored, and note what it changes."""
        if not readings:
            return Heard()
        hub, system, entity = self.hub, self.system, self.entity
        fits = [
            reading
            for reading in readings
            if reading.native_id in self.digests or _is_storable(hub, system, entity, reading)
        ]
        there = frozenset(link.id for link in known.values())
        filled = placeholders(hub, system, entity, fits, known)
        self.rows |= hub.store.outbox.inflight_of([link.id for link in filled.values()])
        known |= filled
        self.spent = spent_fields(hub, system, [row for rows in self.rows.values() for row in rows])
        fresh = [r for r in fits if r.native_id not in known and r.values is not None]
        wanted = admit(hub, system, entity, fresh, invited)
        hub.store.links.stands_for_itself(system.name, entity, [r.native_id for r in wanted])
        plain = [] if self.restoring else wanted
        met = keep_newcomers(hub, system, entity, plain, self.digests, self.seen, self.read_at)
        known |= new_links(hub, system, entity, [r for r in wanted if r.native_id not in met])
        heard = [
            (known[r.native_id], self.hear(known[r.native_id], r, attested=r.native_id in attested))
            for r in fits
            if r.native_id in known
        ]
        self.keep(heard, there)
        _release(hub, system, entity, fits, heard)
        for reading in fits:
            if reading.merged_into is not None:
                follow_native_merge(hub, system, entity, reading)
        back = [after for before, after in heard if went(after, before)]
        # Where nobody was told yet that it had gone, nothing else says that it is behind.
        hub.store.records.mark_dirty(sorted({after.record for after in back if after.record}))
        for name in [each for link in back for each in (link.native_id, link.record) if each]:
            hub.store.links.arrived(system.name, entity, [name])
        if back:
            reread_referring(hub, system, entity)
        gone = [after for before, after in heard if went(before, after)]
        drop_questions(hub, gone)
        changed = sum(1 for before, after in heard if differs(before, after))
        return Heard(changed + len(met), len(gone))

    def hear(self, link: Link, reading: Reading, *, attested: bool) -> Link:
        """Return one link as it is after its reading."""
        rows = self.rows.get(link.id, [])
        history = self.past.get(reading.native_id)
        if rows and reading.version != link.version:
            self.answered += self.answers(link, rows, history)
        elif rows:
            self.lost += [row.id for row in rows if not may_land(self.hub, row)]
        hearing = Hearing(
            map=self.system.maps[self.entity],
            can=self.system.connector.can,
            seen=self.seen,
            read_at=self.read_at,
            intents=intents_of(rows),
            history=history,
            attested=attested,
            restoring=self.restoring or self._is_forgotten(link),
            ended=self.ended.get(reading.native_id, {}),
            digest=self.digests.get(reading.native_id),
            references=self.references,
            spent=frozenset[str]().union(*(self.spent.get(row.key, ()) for row in rows)),
            awaited=self._is_awaited(link, reading),
        )
        return observe(link, reading, hearing)

    def _is_forgotten(self, link: Link) -> bool:
        """Whether a link shows something for the first time since the store was put back.

        What we ourselves have written there since is not known, and says what it says.
        """
        gone = self.may_have_forgotten and is_gone(link)
        return gone and all(fact.knows == -1 for fact in link.facts.values())

    def _is_awaited(self, link: Link, reading: Reading) -> bool:
        """Whether this fills the place of a record whose create may have been given up too early.

        Of a store that was put back once it may as well be what that has forgotten: it speaks for itself.
        """
        place = link.record is not None and not link.facts
        return place and reading.stamp == link.record and not self.may_have_forgotten

    def answers(
        self, link: Link, rows: Sequence[OutboxRow], history: Sequence[Entry] | None
    ) -> list[int]:
        """Return the open writes of a link that a changed record settles.

        A system that refuses a stale write takes none after the record has changed. Where it has a
        history instead, a write whose answer was lost may still land, over an edit that nobody has
        read yet: it stays open until the history shows an entry of ours that no other write
        explains, or until no request can possibly be on its way any more. What a history tells again
        of a coarse version may have explained another write before.
        """
        if history is None or Can.REFUSE_STALE in self.system.connector.can:
            return [row.id for row in rows]
        ours = [
            entry
            for entry in history
            if entry.author is not None
            and entry.author.own
            and not (entry.version and entry.version == link.version)
        ]
        settled = []
        for row in sorted(rows, key=lambda row: not has_landed(row)):
            said = [entry for entry in ours if self._says(entry, row)]
            mine = said or (ours if has_landed(row) or len(rows) == 1 else [])
            if mine:
                ours.remove(mine[0])
            over = has_landed(row) or row.op is Op.CREATE or not may_land(self.hub, row)
            if mine or over:
                settled.append(row.id)
        return settled

    def _says(self, entry: Entry, row: OutboxRow) -> bool:
        """Whether an entry of the history holds all that a write sent."""
        values = sent(self.system.maps[self.entity], row)
        return all(entry.values.get(name) == cell for name, cell in values.items())

    def keep(self, heard: Sequence[tuple[Link, Link]], there: Collection[int]) -> None:
        """Save what changed, and note that the rest was read again; *there* are links known before."""
        store = self.hub.store
        store.outbox.finish(self.answered, "done")
        store.outbox.finish(self.lost, "dropped")
        store.outbox.update(self.ahead())
        changed = [after for before, after in heard if differs(before, after)]
        store.links.save([link for link in changed if link.id not in there])
        store.links.hear([link for link in changed if link.id in there])
        self.hub.note(list(self.learnt(heard)))
        same = [(before, after) for before, after in heard if not differs(before, after)]
        store.links.touch([after.id for _, after in same], self.seen, self.read_at)
        told = [(after.id, after.digest) for before, after in same if before.digest != after.digest]
        store.links.set_digests(told)
        # Who waits for a person is looked at again: what changed may tell who it is.
        known = (after for before, after in heard if before.facts and differs(before, after))
        store.links.set_waiting([link.id for link in known if link.record is None], None)
        store.records.mark_dirty(sorted(self.outdated(heard)))

    def learnt(self, heard: Sequence[tuple[Link, Link]]) -> Iterator[Event]:
        """Yield the journal's events of writes without an answer that a reading shows to have landed."""
        done = Receipt(Outcome.DONE)
        for before, after in heard:
            for row in self.rows.get(after.id, ()):
                shown = {
                    name: intent
                    for name, intent in row.fields.items()
                    if not has_landed(row) and learns(before, after, name, intent.revision)
                }
                yield from told_of(structs.replace(row, fields=shown), before, done)

    def ahead(self) -> list[OutboxRow]:
        """Return the open writes that were sent later than now, as if sent now.

        The clock was set back since, and would have them stay open until it has caught up.
        """
        closed = {*self.answered, *self.lost}
        return [
            structs.replace(row, at=self.read_at)
            for rows in self.rows.values()
            for row in rows
            if row.at > self.read_at and row.id not in closed
        ]

    def outdated(self, heard: Sequence[tuple[Link, Link]]) -> set[str]:
        """Return the records whose links know something else now, although nothing moved there.

        A write of ours that lands late may say what golden was: it is due again, and so is what
        waited for an edit that was taken back before it could be merged. What is being pushed is
        looked after by the push itself.
        """
        return {
            after.record
            for before, after in heard
            if after.record is not None
            and not any(has_landed(row) for row in self.rows.get(after.id, ()))
            and (knows_or_sees_more(before, after) or (before.moved and not after.moved))
        }


def _has_ended(reading: Reading) -> bool:
    """Whether a native record is gone, and no part of another one."""
    return reading.values is None and reading.merged_into is None


def _release(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    heard: Sequence[tuple[Link, Link]],
) -> None:
    """Let what is parked go on where the native record is not what it was."""
    if hub.store.parks.are_any():
        same = {after.native_id for before, after in heard if not differs(before, after)}
        ids = [reading.native_id for reading in readings if reading.native_id not in same]
        hub.store.parks.clear(system.name, entity, ids)


def _latest(readings: Sequence[Reading]) -> list[Reading]:
    """Return the last reading of each native record, in the order of their first appearance."""
    return list({reading.native_id: reading for reading in readings}.values())


def _is_storable(hub: Hub, system: System, entity: str, reading: Reading) -> bool:
    """Whether a reading can be kept at all; if not, it is parked with the reason."""
    try:
        require_storable(reading.values)
    except ValueInvalid as invalid:
        hub.park(system.name, entity, reading.native_id, None, invalid.message)
        return False
    return True
