"""The merge of one record, field by field: hear what moved, and let the pure merge decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import structs

from kamsync.engine.context.batches import completed, held_of
from kamsync.engine.context.ties import Voice
from kamsync.engine.merging import twins
from kamsync.engine.merging.amended_policy import as_said_now
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.merge import (
    UNTOLD,
    Court,
    Meeting,
    Shown,
    Topic,
    appeal,
    merge_field,
    merge_restored,
)
from kamsync.model import (
    EXISTS,
    Conflict,
    Fact,
    Golden,
    Kind,
    Link,
    Record,
)
from kamsync.observe import GONE, HERE
from kamsync.policy import Case, Hold, Settlement

if TYPE_CHECKING:
    from kamsync.engine.merging.merge import BatchMerge

__all__ = ["RecordMerge", "in_order"]

GONE_FOR_GOOD = Fact(GONE, GONE)
UNSET = Golden()


class RecordMerge:
    """The merge of one record, field by field.

    *disputed* are the fields that took the clauses of the merge.
    """

    def __init__(self, batch: BatchMerge, record: Record, links: Mapping[int, Link]) -> None:
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
        self.disputed: set[str] = set()

    @cached_property
    def shown(self) -> list[Shown]:
        """What each native record shows, in the order of the links."""
        return [
            Shown(
                id_,
                facts,
                self.hub.systems[self.links[id_].system].maps[self.record.entity].fields,
                self.ties[self.links[id_].system],
                self.batch.outline.certain[self.links[id_].system],
            )
            for id_, facts in sorted(self.facts.items())
        ]

    @cached_property
    def meeting(self) -> Meeting:
        """The meeting of what the native records show."""
        return Meeting(self.shown, self.fields, self.batch.hall)

    def court(self) -> Court:
        """Return what the merge may ask."""
        return Court(
            settle=self._settle,
            revision=self.batch.revision,
            conflict_id=lambda: str(self.hub.store.take("conflict")),
            at=self.batch.at,
        )

    def _mapped(self, link: Link) -> dict[str, Fact]:
        """Return the facts of the fields that are mapped; a move of another one is nobody's edit now."""
        mapped = self.batch.outline.mapped[link.system]
        if mapped.issuperset(link.facts):
            return dict(link.facts)
        return {name: fact for name, fact in link.facts.items() if name in mapped}

    def moved_fields(self) -> list[str]:
        """Return the fields that moved in any link, existence first, in a fixed order."""
        everything = bool(self.batch.restoring)
        if not self.record.fields and self.shown and self.meeting.is_even:
            # Of a new record everything is new, or does no harm to be looked at.
            return self.batch.in_order(self.shown[0].facts)
        names = {
            name
            for facts in self.facts.values()
            for name, fact in facts.items()
            # What `Fact.moved` says, without the cost of a property for each field.
            if everything or fact.observed != fact.merged or fact.doubt or fact.trail
        }
        return in_order(names)

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
            link if (kept := self._kept(link)) == link.facts else structs.replace(link, facts=kept)
            for link in self.links.values()
        ]

    def _kept(self, link: Link) -> dict[str, Fact]:
        """Return the facts of a link now, with what was dealt with before its field was unmapped."""
        facts = self.facts.get(link.id)
        if facts is None or facts.keys() == link.facts.keys():
            return link.facts if facts is None else facts
        rest = {name: f for name, f in link.facts.items() if name not in facts and not f.moved}
        return {**rest, **facts}

    def merge(self) -> None:
        """Merge all fields that moved, as far as their movers can be understood now."""
        self.doubt_end()
        names = self.moved_fields()
        if self.fields.keys() >= set(names):
            # All of it was golden before, so that nothing meets.
            for name in names:
                self.field(name)
            return
        held = held_of(self.record.id, self.batch.conflicts)
        for name in self.meeting.meet(names, held, blanks_only=bool(self.batch.restoring)):
            self._tell_met()
            self.field(name)
        self._tell_met()

    def _tell_met(self) -> None:
        """Tell what was taken over at the meeting by now."""
        for met in self.meeting.told(self.record.entity, self.record.id):
            self.batch.notes.append(met)
            self.batch.moved += len(met.said)

    def field(self, name: str) -> None:
        """Merge one field, as far as its movers can be understood now."""
        self.disputed.add(name)
        held = self.batch.conflicts.get((self.record.id, name))
        golden = self.fields.get(name, UNSET)
        sides, moved = self._sides(name, golden)
        if not self.batch.restoring and not moved:
            return
        exists = name == EXISTS
        kind = Kind.DELETE if exists else Kind.VALUE
        cause = self.doubt or self._untold() if exists else ""
        topic = Topic(
            self.record.entity, self.record.id, name, kind, consents=not exists, cause=cause
        )
        if self.batch.restoring:
            whole = len(sides) == sum(name in facts for facts in self.facts.values())
            merged = merge_restored(topic, golden, sides, held, self.court(), whole=whole)
        else:
            merged = merge_field(topic, golden, sides, held, self.court())
        if merged.golden.revision:
            self.fields[name] = merged.golden
        for link_id, fact in merged.facts.items():
            self.facts[link_id][name] = fact
        self.batch.take(merged)

    def _untold(self) -> str:
        """Return as a cause that a record may only be hidden where it seems to be gone."""
        found = (facts[EXISTS] for facts in self.facts.values() if EXISTS in facts)
        return UNTOLD if any(fact.doubt and fact.observed == GONE for fact in found) else ""

    def _sides(self, name: str, golden: Golden) -> tuple[list[Voice], bool]:
        """Return the links' parts in the merge of a field, as far as they can be understood now.

        And whether one of them moved.
        """
        sides: list[Voice] = []
        any_moved = False
        for id_, facts in self.facts.items():
            if name not in facts:
                continue
            link = self.links[id_]
            system = self.hub.systems[link.system]
            map_ = None if name == EXISTS else system.maps[link.entity].fields.get(name)
            fact = completed(facts[name], golden, map_)
            side = Voice(link, fact, map_, self.ties[link.system], system, self.batch.people)
            moved = fact.moved
            if not (moved or self.batch.restoring) or self._is_readable(name, side):
                sides.append(side)
                any_moved = any_moved or moved
            elif not moved:
                # Nobody knows any more what was dealt with here, and nothing is to be written over it.
                facts[name] = structs.replace(facts[name], merged=None)
        return sides, any_moved

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
        fact = link.facts[name]
        for cells in (fact.observed, *(step.cells for step in fact.trail)):
            for cell in cells:
                if cell not in (None, ""):
                    self.hub.store.links.await_reference(link.id, link.system, to, str(cell))

    def ask_again(self, conflict: Conflict) -> None:
        """Put an open conflict to the policy, which was changed since it was opened."""
        golden = self.fields.get(conflict.field, Golden())
        topic = Topic(conflict.entity, conflict.record, conflict.field)
        merged = appeal(topic, golden, as_said_now(self.hub, conflict), self.court())
        if merged.conflicts:
            self.fields[conflict.field] = merged.golden
            self.batch.take(merged)

    def _settle(self, conflict: Conflict) -> Settlement | Hold | None:
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
        policy = self.hub.policy_for(conflict)
        line = policy.rule_for(conflict.entity, conflict.field)
        if self.batch.restoring or self.fields.get(conflict.field, Golden()).pinned:
            return line.hold("Only a person decides.")
        ruling = policy.judge(Case(conflict, field, golden))
        if isinstance(ruling, Hold) and line.has_rules:
            return twins.kept(conflict, self.links) or ruling
        return ruling


def in_order(names: Iterable[str]) -> list[str]:
    """Return fields in the order in which they are merged: existence first."""
    return sorted(names, key=lambda name: (name != EXISTS, name))


def _is_edited(facts: Mapping[str, Fact]) -> bool:
    """Whether somebody changed a field here that had been dealt with before."""
    return any(
        fact.edited and fact.merged is not None for name, fact in facts.items() if name != EXISTS
    )


def _deletion(rule: str, conflict: Conflict, *, busy: bool) -> Settlement | None:
    """Settle that a record is gone in one system: an edit elsewhere always beats a delete."""
    gone = tuple(i for i, c in enumerate(conflict.contenders) if c.value is False)
    untold = conflict.cause == UNTOLD
    if rule == "propagate" and not (busy or untold) and len(gone) == len(conflict.contenders):
        return Settlement(False, gone, "deletes: propagate", "")
    if (rule == "keep" or (rule == "restore" and not untold)) and conflict.agreed is True:
        return Settlement(True, (), f"deletes: {rule}", "")
    return None
