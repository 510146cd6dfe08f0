"""Merge a batch of records: hear what moved, let the pure merge decide, keep all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from kamsync.engine.batches import Batch, completed, confirmed, due_at, load
from kamsync.engine.counting import Tallies
from kamsync.engine.hub import Hub, Numbers
from kamsync.engine.parking import Parking
from kamsync.engine.ties import Voice, people_of
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.merge import (
    FIRST_MEETING,
    Court,
    Merged,
    Topic,
    is_blank_start,
    merge_field,
    merge_restored,
)
from kamsync.model import (
    EXISTS,
    Conflict,
    Event,
    Fact,
    Golden,
    Kind,
    Link,
    Record,
)
from kamsync.observe import GONE, HERE
from kamsync.plan import Due
from kamsync.policy import Case, Settlement

__all__ = ["merge_records", "moved_records"]

GONE_FOR_GOOD = Fact(GONE, GONE)


def moved_records(hub: Hub, entity: str, after: str, only: str | None = None) -> list[str]:
    """Return the next records with something to merge, in the order of their ids."""
    ids = hub.store.links.moved_records(entity, after, hub.batch)
    if only is None or not ids:
        return ids
    return [only] if after < only and only in hub.store.records.by_id([only]) else []


def merge_records(
    hub: Hub, entity: str, ids: Sequence[str], tallies: Tallies | None = None
) -> None:
    """Merge what moved in some records, in one transaction, and count it in *tallies*.

    Afterwards golden, the bases, the open conflicts, the journal and what is owed to each system
    agree with each other. Merging again does nothing.
    """
    with hub.store.transaction():
        batch = load(hub, entity, ids)
        merge = _BatchMerge(hub, batch)
        for record in list(batch.records.values()):
            merge.record(record)
        merge.save()
    if tallies is not None:
        tallies.moved += merge.moved
        tallies.add(merge.events)


class _BatchMerge:
    """The merge of one batch, and what has become of it so far."""

    def __init__(self, hub: Hub, batch: Batch) -> None:
        self.hub = hub
        self.batch = batch
        self.restoring = hub.restored_at
        self.people = people_of(hub, [link for each in batch.links.values() for link in each])
        self.revision = Numbers(hub.store, "revision")
        self.at = hub.now()
        self.before = {link.id: link for each in batch.links.values() for link in each}
        self.records: dict[str, Record] = {}
        self.conflicts: dict[tuple[str, str], Conflict] = dict(batch.conflicts)
        self.changed: list[Conflict] = []
        self.events: list[Event] = []
        self.moved = 0
        self.clean: list[str] = []
        self.parking = Parking(hub, batch.entity)

    def record(self, record: Record) -> None:
        """Merge one record, unless a restored store still waits to read one of its links."""
        links = {link.id: link for link in self.batch.links.get(record.id, [])}
        if self.restoring and any(self._is_unread(link) for link in links.values()):
            return
        merge = _RecordMerge(self, record, links)
        merge.doubt_end()
        for name in merge.moved_fields():
            merge.field(name)
        record = merge.outcome()
        if merge.fields != self.batch.records[record.id].fields:
            self.records[record.id] = record
        self.batch.records[record.id] = record
        self.batch.links[record.id] = [self._detached(link, record) for link in merge.linked()]
        self.clean.append(record.id)

    def _is_unread(self, link: Link) -> bool:
        """Whether a link was last read before the store was restored."""
        return link.native_id is not None and link.read_at <= (self.restoring or "")

    def take(self, merged: Merged) -> None:
        """Keep what became of one field."""
        self.moved += 1
        self.events += merged.events
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
        owed: list[tuple[int, str | None]] = []
        links: list[Link] = []
        for id_ in self.clean:
            record = self.batch.records[id_]
            for link in self.batch.links.get(id_, []):
                told = self._due(record, link)
                owed.append((link.id, told.word))
                after = confirmed(self.hub, link, record, told)
                if after is not self.before[link.id]:
                    links.append(after)
        self.hub.store.records.save(list(self.records.values()))
        self.hub.store.links.save(links)
        self.hub.store.links.set_owed(owed)
        self.hub.store.reviews.save(self.changed)
        self.hub.store.records.clear_dirty(self.clean)
        self.parking.save(self.clean, frozenset(self.records))
        self.hub.note([event for event in self.events if not _goes_without_saying(event)])

    def _due(self, record: Record, link: Link) -> Due:
        """Return what is due at one link; it is asked again once what it awaits has come."""
        told = due_at(self.hub, self.batch, record, link, self._held(record.id))
        for problem in told.problems:
            if problem.awaits:
                to = self.hub.schema.entity(record.entity).fields[problem.field].to
                links = self.hub.store.links
                links.await_reference(link.id, link.system, to, problem.awaits)
            else:
                self.parking.add(record, link, problem.field, problem.reason)
        return told

    def _held(self, record: str) -> frozenset[str]:
        """Return the fields of *record* that are under review by now."""
        return frozenset(field for owner, field in self.conflicts if owner == record)


class _RecordMerge:
    """The merge of one record, field by field."""

    def __init__(self, batch: _BatchMerge, record: Record, links: Mapping[int, Link]) -> None:
        self.batch = batch
        self.hub = batch.hub
        self.ties = batch.batch.ties
        self.record = record
        self.links = links
        self.fields = dict(record.fields)
        self.facts = {
            id_: self._mapped(link) for id_, link in links.items() if link.native_id is not None
        }
        self.doubt = ""
        self.court = Court(
            settle=self._settle,
            revision=batch.revision,
            conflict_id=lambda: str(self.hub.store.take("conflict")),
            at=batch.at,
        )

    def _mapped(self, link: Link) -> dict[str, Fact]:
        """Return the facts of the fields that are mapped; one that is mapped again meets anew."""
        fields = self.hub.systems[link.system].maps[link.entity].fields
        return {name: f for name, f in link.facts.items() if name in fields or name == EXISTS}

    def moved_fields(self) -> list[str]:
        """Return the fields that moved in any link, existence first, in a fixed order."""
        everything = bool(self.batch.restoring)
        names = {
            name
            for facts in self.facts.values()
            for name, fact in facts.items()
            if everything or fact.moved
        }
        return sorted(names, key=lambda name: (name != EXISTS, name))

    def doubt_end(self) -> None:
        """Ask again whether the record has ended, where somebody still edits what is left of it."""
        existence = self.fields.get(EXISTS, Golden())
        if not existence.revision or existence.value:
            return
        for facts in self.facts.values():
            alive = facts.get(EXISTS, GONE_FOR_GOOD)
            if alive.observed == HERE and not alive.moved and _is_edited(facts):
                facts[EXISTS] = structs.replace(alive, merged=GONE, knows=-1)
                self.doubt = "edited after it was deleted elsewhere"

    def outcome(self) -> Record:
        """Return the record as it is now."""
        return structs.replace(self.record, fields=self.fields)

    def linked(self) -> list[Link]:
        """Return the links as they are now; one that did not change is the same object."""
        return [
            link
            if self.facts.get(id_, link.facts) == link.facts
            else structs.replace(link, facts=self.facts[id_])
            for id_, link in self.links.items()
        ]

    def field(self, name: str) -> None:
        """Merge one field, as far as its movers can be understood now."""
        held = self.batch.conflicts.get((self.record.id, name))
        if not held and name not in self.fields and self._pass_blanks(name):
            return
        sides = [
            voice
            for voice in self._voices(name)
            if not voice.fact.moved or self._is_readable(name, voice)
        ]
        if not self.batch.restoring and not any(side.fact.moved for side in sides):
            return
        exists = name == EXISTS
        kind = Kind.DELETE if exists else Kind.VALUE
        cause = self.doubt if exists else ""
        topic = Topic(
            self.record.entity, self.record.id, name, kind, consents=not exists, cause=cause
        )
        golden = self.fields.get(name, Golden())
        rule = merge_restored if self.batch.restoring else merge_field
        merged = rule(topic, golden, sides, held, self.court)
        if merged.golden.revision:
            self.fields[name] = merged.golden
        for link_id, fact in merged.facts.items():
            self.facts[link_id][name] = fact
        self.batch.take(merged)

    def _pass_blanks(self, name: str) -> bool:
        """Take note of a field that nobody ever said anything about, and say whether it is one."""
        shown = {id_: facts[name] for id_, facts in self.facts.items() if name in facts}
        if not all(is_blank_start(fact) for fact in shown.values()):
            return False
        for id_, fact in shown.items():
            self.facts[id_][name] = Fact(fact.observed, fact.observed)
        return True

    def _voices(self, name: str) -> Iterator[Voice]:
        """Yield each link's part in the merge of a field."""
        for id_, facts in self.facts.items():
            if name in facts:
                link = self.links[id_]
                system = self.hub.systems[link.system]
                map_ = None if name == EXISTS else system.maps[link.entity].fields.get(name)
                ties = self.ties[link.system]
                fact = completed(facts[name], self.fields.get(name, Golden()), map_)
                yield Voice(link, fact, map_, ties, system, self.batch.people)

    def _is_readable(self, name: str, voice: Voice) -> bool:
        """Whether a move can be understood now; if not it waits, with the reason."""
        link = self.links[voice.link]
        try:
            for step in voice.fact.trail:
                voice.value(step.cells, None)
            voice.value(voice.fact.observed, None)
        except ReferenceMissing:
            self._await(link, name)
            return False
        except ValueInvalid as invalid:
            self.batch.parking.add(self.record, link, name, invalid.message)
            return False
        return True

    def _await(self, link: Link, name: str) -> None:
        """Let a move wait for the record that it refers to."""
        to = self.hub.schema.entity(link.entity).fields[name].to
        for cell in link.facts[name].observed:
            if cell not in (None, ""):
                self.hub.store.links.await_reference(link.id, link.system, to, str(cell))

    def _settle(self, conflict: Conflict) -> Settlement | None:
        """Ask the policy: for a deletion its own table, else the rules of the field."""
        if conflict.field == EXISTS:
            busy = any(
                fact.edited
                for facts in self.facts.values()
                for name, fact in facts.items()
                if name != EXISTS
            )
            return _deletion(self.hub.policy.deletes(self.record.entity), conflict, busy=busy)
        golden = {name: value.value for name, value in self.fields.items()}
        field = self.hub.schema.entity(self.record.entity).fields[conflict.field]
        case = Case(conflict, field, golden)
        first = self.hub.first_meeting
        if conflict.cause == FIRST_MEETING and first.names(self.record.entity, conflict.field):
            return first.settle(case)
        return self.hub.policy.settle(case)


def _is_edited(facts: Mapping[str, Fact]) -> bool:
    """Whether somebody changed a field here that had been dealt with before."""
    return any(
        fact.edited and fact.merged is not None for name, fact in facts.items() if name != EXISTS
    )


def _goes_without_saying(event: Event) -> bool:
    """Whether an event is only that systems which meet agree: that is counted, and not written down."""
    return event.act == "agreed" and event.reason == FIRST_MEETING


def _deletion(rule: str, conflict: Conflict, *, busy: bool) -> Settlement | None:
    """Settle that a record is gone in one system: an edit elsewhere always beats a delete."""
    gone = tuple(i for i, c in enumerate(conflict.contenders) if c.value is False)
    if rule == "propagate" and not busy and len(gone) == len(conflict.contenders):
        return Settlement(False, gone, "deletes: propagate", "")
    if rule in {"restore", "keep"} and conflict.agreed is True:
        return Settlement(True, (), f"deletes: {rule}", "")
    return None
