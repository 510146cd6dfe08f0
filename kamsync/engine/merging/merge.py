"""Merge a batch of records: hear what moved, let the pure merge decide, keep all of it at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from msgspec import structs

from kamsync.engine.context.batches import Batch, confirmed, due_at, held_of, load
from kamsync.engine.context.parking import Parking
from kamsync.engine.context.ties import people_of, speaker_of
from kamsync.engine.hub import Hub, Numbers, record_id
from kamsync.engine.matching.keying import keep_keys
from kamsync.engine.merging.amended_policy import Amended
from kamsync.engine.merging.counting import Tallies
from kamsync.engine.merging.due_updates import DueUpdate, planned_write, remember, stands_alone
from kamsync.engine.merging.one_record import RecordMerge, in_order
from kamsync.engine.merging.outline import Outline, outline_of
from kamsync.merge import FIRST_MEETING, Hall, Merged, Note, Speaker
from kamsync.model import (
    EXISTS,
    Conflict,
    Contender,
    Event,
    Fact,
    Golden,
    Link,
    Op,
    Origin,
    Record,
)
from kamsync.observe import GONE, is_gone
from kamsync.plan import Due

__all__ = ["BatchMerge", "merge_records", "moved_records"]

NOTHING = Due()


def moved_records(
    hub: Hub, entity: str, after: str, only: Sequence[str] | None = None
) -> list[str]:
    """Return the next records with something to merge, or the next of *only*, in the order of their ids."""
    if only is None:
        return hub.store.links.moved_records(entity, after, hub.batch)
    return [id_ for id_ in only if id_ > after][: hub.batch]


def merge_records(
    hub: Hub,
    entity: str,
    ids: Sequence[str],
    tallies: Tallies | None = None,
    amended: Amended | None = None,
    older: Collection[str] = frozenset(),
) -> None:
    """Merge what moved in some records, in one transaction, and count it in *tallies*.

    Open conflicts whose rules are *amended* are put to them. *older* are new records that were made
    before what the systems show was read last.

    Afterwards golden, the bases, the open conflicts, the journal and what is owed to each system
    agree with each other. Merging again does nothing.
    """
    with hub.store.transaction():
        outline, revision = outline_of(hub, entity), Numbers(hub.store, "revision")
        place = Numbers(hub.store, "link")
        for start in range(0, len(ids), hub.store.at_once):
            batch = load(hub, entity, ids[start : start + hub.store.at_once])
            _keep_places(hub, batch, place)
            merge = BatchMerge(hub, batch, outline, amended, older, revision)
            for record in list(batch.records.values()):
                merge.record(record)
            merge.save()
            if tallies is not None:
                tallies.moved += merge.moved
                tallies.add(merge.notes)


def _keep_places(hub: Hub, batch: Batch, place: Numbers) -> None:
    """Keep a place for each new record in each system that does not hold it, until it is created there."""
    made = [
        Link(place(), system.name, batch.entity, None, record.id, {})
        for record in batch.records.values()
        if not record.fields and record.merged_into is None
        for system in hub.mapping(batch.entity)
        if all(link.system != system.name for link in batch.links.get(record.id, ()))
    ]
    hub.store.links.save(made)
    for link in made:
        links = [*batch.links.get(link.record or "", ()), link]
        batch.links[link.record or ""] = sorted(links, key=lambda link: (link.system, link.id))


class BatchMerge:
    """The merge of one batch, and what has become of it so far."""

    def __init__(
        self,
        hub: Hub,
        batch: Batch,
        outline: Outline,
        amended: Amended | None,
        older: Collection[str],
        revision: Numbers,
    ) -> None:
        self.hub = hub
        self.batch = batch
        self.outline = outline
        self.amended = amended
        self.older = older
        self.restoring = hub.restored_at
        self.people = people_of(hub, [link for each in batch.links.values() for link in each])
        self.revision = revision
        self.at = hub.now()
        self.before = {link.id: link for each in batch.links.values() for link in each}
        introduce = partial(_introduce, hub, self.people, self.before)
        self.hall = Hall(introduce, revision, outline.alike)
        self.records: dict[str, Record] = {}
        self.conflicts: dict[tuple[str, str], Conflict] = dict(batch.conflicts)
        self.changed: list[Conflict] = []
        self.notes: list[Note] = []
        self.moved = 0
        self.clean: list[str] = []
        self.plain: set[str] = set()
        self._order: tuple[frozenset[str], list[str]] | None = None
        self.rekeyed: set[str] = set()
        self.parking = Parking(hub, batch.entity)

    def record(self, record: Record) -> None:
        """Merge one record, unless a restored store still waits to read one of its links."""
        links = {link.id: link for link in self.batch.links.get(record.id, [])}
        if self.restoring and any(_is_unread(link) for link in links.values()):
            return
        merge = RecordMerge(self, record, links)
        merge.merge()
        for conflict in self._amended(record.id):
            merge.ask_again(conflict)
        self._note_keys(merge)
        if not (record.fields or merge.disputed):
            self.plain.add(record.id)
        record = merge.outcome()
        if merge.fields != self.batch.records[record.id].fields:
            self.records[record.id] = record
        self.batch.records[record.id] = record
        self.batch.links[record.id] = [self._detached(link, record) for link in merge.linked()]
        self.clean.append(record.id)

    def _amended(self, record: str) -> list[Conflict]:
        """Return the open conflicts of a record whose rules are not what they were."""
        if self.amended is None:
            return []
        known = self.hub.schema.entity(self.batch.entity).fields
        opened = [each for (owner, name), each in self.conflicts.items() if owner == record]
        return [each for each in opened if each.field in known and self.amended.covers(each)]

    def _note_keys(self, merge: RecordMerge) -> None:
        """Note whether a record is to be found by other keys than it was.

        A new one is known already by all that its first native record says, and by no more than that.
        """
        before = merge.record.fields
        if before or merge.record.id in self.older:
            changed = _changed(before, merge.fields)
        elif len(merge.shown) <= 1:
            changed = set()
        elif self._says_first(merge):
            changed = merge.disputed | merge.meeting.partly
        else:
            changed = set(merge.fields)
        if self.outline.makes_keys(changed):
            self.rekeyed.add(merge.record.id)

    def _says_first(self, merge: RecordMerge) -> bool:
        """Whether the native record is still there for which the record was made."""
        record, first = merge.record, merge.links[merge.shown[0].link]
        return record.id == record_id(record.entity, first.system, first.native_id or "")

    def in_order(self, facts: Mapping[str, Fact]) -> list[str]:
        """Return the fields of some facts in order; most records of a batch show the same."""
        if self._order is None or self._order[0] != facts.keys():
            self._order = (frozenset(facts), in_order(facts))
        return self._order[1]

    def take(self, merged: Merged) -> None:
        """Keep what became of one field."""
        self.moved += 1
        self.notes += merged.events
        self.changed += merged.conflicts
        for conflict in merged.conflicts:
            if conflict.closed:
                self.conflicts.pop((conflict.record, conflict.field), None)
            else:
                self.conflicts[conflict.record, conflict.field] = conflict

    def _detached(self, link: Link, record: Record) -> Link:
        """Return the link, left alone for good if the policy keeps a record that is gone here."""
        fact = link.facts.get(EXISTS)
        gone = fact is not None and fact.observed == GONE and not fact.moved
        keeps = gone and self.hub.policy.deletes(link.entity) == "keep"
        if keeps and record.fields.get(EXISTS, Golden()).value:
            return structs.replace(link, detached=True)
        return link

    def save(self) -> None:
        """Keep everything, and what each link is owed now, in scope or not: the plan asks for that."""
        outline = self.outline
        same: list[tuple[int, str | None]] = []
        changed: list[tuple[Link, str | None]] = []
        ahead: list[DueUpdate] = []
        for id_ in self.clean:
            record, held = self.batch.records[id_], held_of(id_, self.conflicts)
            for link in self.batch.links.get(id_, []):
                after, told = self._owed(record, link, held)
                if after is self.before[link.id]:
                    same.append((link.id, told.word))
                else:
                    changed.append((after, told.word))
                if link.system in outline.updated and stands_alone(told, outline.referring):
                    ahead.append(DueUpdate(planned_write(after, told), told.fields, held))
        self.hub.store.records.settle(list(self.records.values()))
        self.hub.store.links.settle(changed)
        self.hub.store.links.set_owed(same)
        self.hub.store.reviews.save(self.changed)
        self._keep_keys()
        self.hub.store.records.clear_dirty([id_ for id_ in self.clean if id_ not in self.records])
        self.parking.save(self.clean, frozenset(self.records))
        remember(self.hub, ahead)
        self.hub.note([note for note in self.notes if not _goes_without_saying(note)])

    def _owed(self, record: Record, link: Link, held: frozenset[str]) -> tuple[Link, Due]:
        """Return a link as its reading has confirmed it, with what is due there."""
        is_whole = link.native_id is not None and link.system not in self.outline.lacking
        if is_whole and record.id in self.plain:
            return link, NOTHING
        told = self._due(record, link, held)
        return confirmed(self.hub, link, record, told), told

    def _keep_keys(self) -> None:
        """Let records be found by what became of them."""
        others = {each.record for each in self.changed if self.outline.makes_keys([each.field])}
        changed = sorted(self.rekeyed | others)
        known = [self.batch.records[id_] for id_ in changed]
        keep_keys(self.hub, self.batch.entity, known, self.conflicts.values())

    def _due(self, record: Record, link: Link, held: frozenset[str]) -> Due:
        """Return what is due at one link; it is asked again once what it awaits has come."""
        told = due_at(self.hub, self.batch, record, link, held)
        for problem in told.problems:
            if problem.awaits:
                to = self.hub.schema.entity(record.entity).fields[problem.field].to
                links = self.hub.store.links
                links.await_reference(link.id, link.system, to, problem.awaits)
            elif problem.field != EXISTS or self._may_come_or_go(link):
                self.parking.add(record, link, problem.field, problem.reason)
        return told

    def _may_come_or_go(self, link: Link) -> bool:
        """Whether a record may be made in a system at all, or ended where it is there."""
        is_there = link.native_id is not None and not is_gone(link)
        op = Op.DELETE if is_there else Op.CREATE
        return self.hub.systems[link.system].allows(link.entity, op)


def _introduce(
    hub: Hub,
    people: Mapping[tuple[str, str], Speaker],
    links: Mapping[int, Link],
    id_: int,
    fact: Fact,
) -> tuple[Contender, Origin]:
    """Return who says what a link shows, and where that comes from."""
    link = links[id_]
    speaker = speaker_of(link.system, hub.systems[link.system].team, fact.author, people)
    side = Contender(
        value=None,
        link=id_,
        system=link.system,
        team=speaker.team,
        person=speaker.person,
        at=fact.at,
        evidence=speaker.evidence,
        employee=speaker.employee,
    )
    origin = Origin(link.system, speaker.team, speaker.person, fact.at, employee=speaker.employee)
    return side, origin


def _changed(before: Mapping[str, Golden], after: Mapping[str, Golden]) -> set[str]:
    """Return the fields whose golden is not what it was."""
    return {name for name, golden in after.items() if golden is not before.get(name)}


def _is_unread(link: Link) -> bool:
    """Whether a link was not read since the store was restored."""
    return link.native_id is not None and not link.read_at


def _goes_without_saying(note: Note) -> bool:
    """Whether all there is to tell is that systems which meet agree: that is counted, not written down."""
    return isinstance(note, Event) and note.act == "agreed" and note.reason == FIRST_MEETING
