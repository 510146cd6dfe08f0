"""What every write keeps that is sent, whatever it says: whose it is, what it may touch, who planned it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from kamsync.connector import Can
from kamsync.memory.acts import Row
from kamsync.model import Kind, Link, Op, Write
from kamsync.store import OutboxRow, Store
from kamsync.testing.simulation.drawn.setting import Cast
from kamsync.testing.simulation.observer.chronicle import Report
from kamsync.testing.simulation.observer.truth import Truth
from kamsync.testing.simulation.schema import FIELDS, is_pay
from kamsync.testing.simulation.systems.staged import StagedTown
from kamsync.testing.simulation.systems.town import Town

__all__ = ["Sending"]

SENT_LIMIT = 2
"""How often one write may be sent in one unit of work: a create is asked for again, then made anew."""

Planned: TypeAlias = dict[str, frozenset[str]]
"""The fields of each write of a plan, by its key."""


class Sending:
    """The writes of the unit of work that runs, held against the plans that they belong to."""

    def __init__(self, truth: Truth, report: Report) -> None:
        self.truth = truth
        self.report = report
        self.carried: Collection[str] = ()
        """The plan that is carried out, where it is not that of the round that runs."""
        self._sent: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
        self._planned: dict[str, Planned] = {}
        self._made = ""
        """The plan that was made last: a person may decide something while it is carried out."""
        self._said: dict[str, set[Any]] = {}

    def listen(self, store: Store) -> None:
        """Hear which writes each plan is made of, before anything is sent."""
        outbox: Any = store.outbox
        add = outbox.add

        def tapped(plan: str, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
            self.planned(plan, rows)
            added: list[OutboxRow] = add(plan, rows)
            return added

        outbox.add = tapped

    def planned(self, plan: str, rows: Sequence[OutboxRow]) -> None:
        """Take in writes of a plan."""
        self._made = plan
        fields = self._planned.setdefault(plan, {})
        said = self._said.setdefault(plan, set())
        for row in rows:
            fields[row.key] = fields.get(row.key, frozenset()) | frozenset(row.fields)
            cells = sorted((name, str(intent.cells)) for name, intent in row.fields.items())
            said.add((row.system, row.link, row.op, tuple(cells)))

    def forget(self) -> None:
        """Know of no plan any more: a store that was put back gives their names to others."""
        self._planned.clear()
        self._said.clear()

    def begin(self) -> None:
        """Begin a round or another unit of work."""
        self.carried = ()
        self._sent.clear()

    def require_as_shown(self, shown: str, carried: str) -> None:
        """12: what is carried out is the plan that a person was shown, write by write."""
        other = self._said.get(shown, set()) ^ self._said.get(carried, set())
        if other:
            text = f"of the plan that was approved, {len(other)} writes are others than were shown"
            self.report(12, f"{text}: {sorted(map(str, other))[:2]}")

    def require(self, store: Store, town: Town, link: Link, write: Write) -> None:
        """Look at one write that is sent now."""
        self._require_present_record(town, link, write)
        self._require_answered(store, town.cast.name, link, write)
        self._require_scope(town, link, write)
        self._require_sight(town, link, write)
        self._require_planned(store, town.cast.name, link, write)
        self._require_few(town.cast.name, write)

    def _require_present_record(self, town: Town, link: Link, write: Write) -> None:
        """8: nothing is written for a record, or to a native record, that is known to be part of another."""
        if link.record in self.truth.joined:
            text = f"{town.cast.name} was sent {link.record}, which is part of another record"
            self.report(8, text)
        row = town.table(link.entity).rows.get(write.native_id or "")
        if row is not None and row.merged_into and Can.MERGES in town.cast.can and _was_shown(row):
            text = f"{town.cast.name} was sent {row.id}, which it said is {row.merged_into} now"
            self.report(8, text)

    def _require_answered(self, store: Store, system: str, link: Link, write: Write) -> None:
        """7: nothing comes back while a person is asked whether another record of its system is it."""
        if write.op is not Op.CREATE:
            return
        for conflict in store.reviews.open(Kind.MATCH, link.entity, limit=1_000):
            newcomer, *candidates = conflict.contenders
            if newcomer.system == system and link.record in {each.value for each in candidates}:
                text = f"{system} was sent {link.record}, and conflict {conflict.id} asks whether"
                self.report(7, f"{text} {newcomer.cells} there is it")

    def _require_scope(self, town: Town, link: Link, write: Write) -> None:
        """18: only what the section of a system allows is done, and only mapped fields are written."""
        cast = town.cast
        if write.op not in cast.allow.get(link.entity, ()):
            text = f"{cast.name} was told to {write.op} {link.entity}, which is not allowed there"
            self.report(18, text)
        foreign = write.values.keys() - _writable(town, link.entity)
        if foreign:
            text = f"{cast.name} was sent {sorted(foreign)} of {link.record}"
            self.report(18, f"{text}, which are not kamsync's to write there")
        self._require_clearance(cast, link, write)

    def _require_clearance(self, cast: Cast, link: Link, write: Write) -> None:
        """21: what is pay leaves only towards a system that is cleared for it."""
        sent = {FIELDS[link.entity][name] for name in write.values if name in FIELDS[link.entity]}
        pay = sorted(name for name in sent if is_pay(link.entity, name))
        if pay and not cast.cleared:
            self.report(
                21, f"{cast.name} was sent {pay} of {link.record}, and is not cleared for it"
            )

    def _require_sight(self, town: Town, link: Link, write: Write) -> None:
        """19: a field that a system has not shown when it was read last is not written over."""
        sent = {
            FIELDS[link.entity][name] for name in write.values if (link.entity, name) in town.hidden
        }
        facts = link.facts if write.op is Op.UPDATE else {}
        unseen = sorted(name for name in sent if name in facts and facts[name].unseen)
        if unseen:
            text = f"{town.cast.name} was sent {unseen} of {link.record}"
            self.report(19, f"{text}, which it does not show to kamsync's user")

    def _require_planned(self, store: Store, system: str, link: Link, write: Write) -> None:
        """12: what is sent was planned so, in the plan that is carried out, and nothing beside it.

        A create of an earlier plan is asked for again where nobody knows what became of it.
        """
        plans: Collection[str] = (*self.carried, self._made, store.journal.round)
        if write.op is Op.CREATE:
            plans = self._planned
        found = [
            fields[write.key] for p in plans if write.key in (fields := self._planned.get(p, {}))
        ]
        if not found:
            self.report(12, f"{system} was sent {link.record} by a write that no plan has")
            return
        sent = {FIELDS[link.entity].get(name, name) for name in write.values}
        beside = min((sent - fields for fields in found), key=len)
        if beside:
            text = f"{system} was sent {sorted(beside)} of {link.record}, beside what was planned"
            self.report(12, text)

    def _require_few(self, system: str, write: Write) -> None:
        """20: a write is tried once in a round, a create once more where its answer was lost."""
        name = (system, write.key, tuple(write.values))
        self._sent[name] += 1
        if self._sent[name] > (SENT_LIMIT if write.op is Op.CREATE else 1):
            self.report(20, f"{system} was sent {write.key} {self._sent[name]} times in one round")


def _writable(town: Town, entity: str) -> Collection[str]:
    """Return the native fields of an entity that kamsync may write; those of a site by our names."""
    if isinstance(town, StagedTown):
        return FIELDS[entity].keys()
    fields = town.cast.maps[entity].fields.values() if entity in town.cast.maps else ()
    return {name for field in fields for name in field.native} - town.cast.derived


def _was_shown(row: Row) -> bool:
    """Whether kamsync has an answer of after the last act on a native record."""
    return max(row.shown.values(), default=-1) >= row.last.seq
