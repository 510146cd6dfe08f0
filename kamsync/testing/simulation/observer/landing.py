"""Watch what lands in the systems: acts of people, and writes of the hub against what it could know."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from kamsync.connector import Can
from kamsync.memory.acts import Act, Deed, Row
from kamsync.model import Cells, Fact, Link, Native, Op, Receipt, Write
from kamsync.store import Store
from kamsync.testing.simulation.drawn.faults import Land
from kamsync.testing.simulation.drawn.setting import Cast
from kamsync.testing.simulation.observer.audit import Audit
from kamsync.testing.simulation.observer.cells import Cell, Entered, Place, Version
from kamsync.testing.simulation.observer.chronicle import Chronicle, Report
from kamsync.testing.simulation.observer.creates import Made
from kamsync.testing.simulation.observer.idents import Ident, is_same
from kamsync.testing.simulation.observer.reasons import (
    passes_for_gone,
    require_apart,
    require_reason,
)
from kamsync.testing.simulation.observer.sending import Sending
from kamsync.testing.simulation.observer.strangers import Strangers
from kamsync.testing.simulation.observer.truth import Truth
from kamsync.testing.simulation.schema import FIELDS, PARTS
from kamsync.testing.simulation.systems.town import ITSELF, Town

__all__ = ["Landings"]


class Sent(Struct):
    """One write of the hub as it was sent: for which record, and what golden was for each field."""

    system: str
    write: Write
    record: str
    versions: dict[str, Version]
    known: tuple[Place, ...]


class Landings:
    """What every act means to the observer, and what a write of the hub breaks."""

    def __init__(self, truth: Truth, chronicle: Chronicle, audit: Audit, report: Report) -> None:
        self.truth = truth
        self.chronicle = chronicle
        self.audit = audit
        self.sending = Sending(truth, report)
        self.strangers = Strangers(truth, chronicle)
        chronicle.is_strange = self._is_strange
        self.report = report
        self.store: Store | None = None
        self.towns: dict[str, Town] = {}
        self.deaths: set[Place] = set()
        self.died: set[Place] = set()
        self.unshown: set[Place] = set()
        """What its system did not show for a while, although it was there."""
        self.made = Made(truth)
        self.writes: dict[tuple[Place, str], int] = {}
        self.returned: Counter[str] = Counter()
        self.landed = 0
        self.counting = False
        self.counts: dict[tuple[str, str, Op], set[str]] = {}
        self._sent: Sent | None = None
        self._began: dict[str, int] = {}

    def begin(self) -> None:
        """Note what has happened in each system when a round or another unit of work begins."""
        self._began = {name: town.seq for name, town in self.towns.items()}

    def send(self, system: str, write: Write, land: Land) -> Land:
        """Note what golden is for a write that is sent now; return how it lands."""
        sent = self._note(system, write)

        def landing() -> Receipt:
            self._sent = sent
            try:
                return land()
            finally:
                self._sent = None

        return landing

    def _note(self, system: str, write: Write) -> Sent:
        assert self.store is not None
        link_id = int(write.key.split(".")[0])
        link = self.store.links.by_id([link_id])[link_id]
        record = link.record or ""
        versions = {}
        self.sending.require(self.store, self.towns[system], link, write)
        for field in {FIELDS[link.entity][name] for name in write.values}:
            ident = self.truth.nodes.of_natives(system, link.entity, field, write.values)
            subject = self.truth.subject(record, link.entity, field)
            if not is_same(ident, subject.now.ident):
                self.chronicle.tie(self.store)
            if not is_same(ident, subject.now.ident):
                known = [v for v in subject.versions if is_same(ident, v.ident)]
                if known and write.op is Op.CREATE and self._repeats(system):
                    versions[field] = known[-1]
                    continue
                what = "is not golden any more" if known else "was never golden"
                text = f"{system} was sent {record}.{field}={write.values}, which {what}"
                self.report(3 if known else 2, text)
            versions[field] = subject.now
        require_reason(self, system, record, write)
        require_apart(self, system, link, write)
        places = tuple(self.truth.of_record.get(record, ()))
        return Sent(system, write, record, versions, places)

    def _repeats(self, system: str) -> bool:
        """Whether a create whose answer is unclear is sent there again as it was."""
        can = self.towns[system].cast.can
        return Can.IDEMPOTENT_CREATE in can and Can.STAMP not in can

    def hidden(self, place: Place) -> None:
        """A native record is there, and shown no more."""
        self.deaths.add(place)
        self.unshown.add(place)
        assert self.store is not None
        self.strangers.hidden(self.store.outbox, place)

    def _is_strange(self, place: Place) -> bool:
        """Whether nothing tells any more for what a native record was made: people have changed it since.

        Or it was hidden, and another one has taken its place.
        """
        of = self.truth.record_of(place)
        replaced = place in self.unshown and self.made.is_of_another(place, of or "")
        return replaced or self.strangers.excuses(place)

    def shown_again(self, place: Place) -> None:
        """What was hidden is shown again, if it is still there."""
        if self.alive(place):
            self.found(place)
            assert self.store is not None
            self.strangers.changed(self.store.outbox, place, self._row(place).values)

    def _row(self, place: Place) -> Row:
        return self.towns[place.system].table(place.entity).rows[place.native_id]

    def alive(self, place: Place) -> bool:
        """Whether a native record is there."""
        row = self.towns[place.system].row(place.entity, place.native_id)
        return row is not None and row.alive

    def happened(self, cast: Cast, act: Act) -> None:
        """Take in one act of anybody."""
        place = Place(cast.name, act.object, act.id)
        row = self.towns[cast.name].table(act.object).rows[act.id]
        values = row.values
        if not act.own:
            self.truth.changed_after(place, max(row.shown.values(), default=-1))
        if act.by == ITSELF.id:
            self._by_itself(act, place, values)
        elif act.own:
            self._own(cast, act, place, values)
        elif act.deed in {Deed.DELETE, Deed.MERGE}:
            self.lost(place, merged=act.into is not None)
            if act.into is not None:
                self.made.took_over(Place(cast.name, act.object, act.into), place)
                nodes = self.truth.nodes
                nodes.unite(
                    nodes.of(cast.name, act.object, act.into),
                    nodes.of(cast.name, act.object, act.id),
                )
        else:
            if act.deed is Deed.UNDELETE:
                self.found(place)
            facts = self._facts(place)
            for field in {FIELDS[act.object][name]: None for name in act.values}:
                ident = self.truth.nodes.of_natives(cast.name, act.object, field, values)
                shown = max(row.shown.values(), default=-1)
                base = self._base(place, field, facts.get(field))
                entered = Entered(f"{act.by}#{act.seq}", act.seq, shown, base)
                self.truth.edited(place, field, ident, entered)
                self.audit.replaced(place, field)
            assert self.store is not None
            self.strangers.changed(self.store.outbox, place, values)

    def lost(self, place: Place, *, merged: bool = False) -> None:
        """A native record is gone, and not by our hand."""
        self.truth.vanished(place, merged=merged)
        self.deaths.add(place)
        self.died.add(place)
        self.audit.went(place)

    def found(self, place: Place) -> None:
        """A native record that was gone is there again, and not by our hand."""
        if (place.entity, place.native_id) in self.towns[place.system].hidden_records:
            return
        self.deaths.discard(place)
        if not self._is_linked(place):
            self.chronicle.renew(place)

    def link(self, place: Place) -> Link | None:
        """Return what the hub knows of a native record."""
        assert self.store is not None
        links = self.store.links.by_native(place.system, place.entity, [place.native_id])
        return next(iter(links.values()), None)

    def _is_linked(self, place: Place) -> bool:
        """Whether the hub knows a native record under its own id, and not another in its place."""
        link = self.link(place)
        return link is not None and link.native_id == place.native_id

    def _by_itself(self, act: Act, place: Place, values: dict[str, Native]) -> None:
        """Take in what follows in a system from something else, and is nobody's deed."""
        shown = max(self._row(place).shown.values(), default=-1)
        facts = self._facts(place)
        if act.deed is Deed.DELETE:
            heard = {
                field: self._ident(place, field, facts[field].observed)
                for field in PARTS[place.entity]
                if field in facts
            }
            self.truth.went_along(place, heard, shown)
            self.died.add(place)
        elif act.deed is Deed.UNDELETE:
            self.deaths.discard(place)
        for field in {FIELDS[act.object][name]: None for name in act.values}:
            fact = facts.get(field)
            ident = self.truth.nodes.of_natives(place.system, act.object, field, values)
            known = self._ident(place, field, fact.observed) if fact else None
            base = self._base(place, field, fact)
            entered = Entered(f"{act.by}#{act.seq}", act.seq, shown, base)
            self.truth.emptied(place, field, ident, known, entered)
            self.audit.replaced(place, field)

    def _base(self, place: Place, field: str, fact: Fact | None) -> Ident | None:
        """Return what golden has dealt with in a field of a native record, None if nothing."""
        return self._ident(place, field, fact.merged) if fact and fact.merged else None

    def _facts(self, place: Place) -> dict[str, Fact]:
        """Return what the hub knows of the fields of a native record."""
        link = self.link(place)
        return link.facts if link is not None else {}

    def _ident(self, place: Place, field: str, cells: Cells) -> Ident:
        # What follows in a system is none of its cells, and comes last.
        values = dict(zip(PARTS[place.entity][field], cells, strict=False))
        return self.truth.nodes.of_natives(place.system, place.entity, field, values)

    def _own(self, cast: Cast, act: Act, place: Place, values: dict[str, Native]) -> None:
        """Take in a write of the hub: what it covers must be dealt with, or be found in a history."""
        sent = self._sent
        assert sent is not None, "kamsync's user acted without a write"
        self.landed += 1
        again = act.deed is Deed.CREATE and self._repeats(cast.name)
        if self.counting and not again and not self._was_approved(sent.write):
            key = (cast.name, act.object, sent.write.op)
            # One write may land in parts.
            self.counts.setdefault(key, set()).add(f"{sent.write.key} {act.id}")
        if act.deed is Deed.DELETE:
            for field in PARTS[act.object]:
                self._cover(cast, sent, place, field)
            return
        if act.deed is Deed.UNDELETE:
            self.returned[sent.record] += 1
        if act.deed is Deed.CREATE:
            self._require_one(sent, place)
            self._replace(sent, place)
            self.strangers.created(cast, sent.record, place, sent.write.values, values)
        for field, version in sent.versions.items():
            self._cover(cast, sent, place, field)
            ident = self.truth.nodes.of_natives(cast.name, act.object, field, values)
            cell = self.truth.cell(place, field)
            cell.versions.append(Version(ident, version.past, version.head, user=False))
            if act.deed is not Deed.UNDELETE:
                self._tell_audit(place, field, version.revision)
            # What a write brings back may be what a person had replaced before the record went.
            if act.deed is Deed.EDIT or (act.deed is Deed.CREATE and self._is_first(cast, sent)):
                self.writes[place, field] = self.writes.get((place, field), 0) + 1
        self.deaths.discard(place)

    def _is_first(self, cast: Cast, sent: Sent) -> bool:
        """Whether no earlier create can have made what this one did: what that sent is written once more."""
        assert self.store is not None
        link = int(sent.write.key.split(".")[0])
        return not (self._repeats(cast.name) or self.store.outbox.given_up([link]))

    def _tell_audit(self, place: Place, field: str, revision: int) -> None:
        """Let the audit know what has landed, unless it came so late that nobody waits for it any more."""
        if self.counting:
            self.audit.landed(place, field, revision)
        else:
            self.audit.replaced(place, field)

    def _was_approved(self, write: Write) -> bool:
        """Whether a person let a plan with this write pass, whichever round carries it out."""
        assert self.store is not None
        link, _, revision, *_ = write.key.split(".")
        approved = self.store.outbox.approved_of([int(link)]).get(int(link), ())
        return any(
            int(revision) in {intent.revision for intent in row.fields.values()}
            for row in approved
            if row.op is write.op
        )

    def _cover(self, cast: Cast, sent: Sent, place: Place, field: str) -> None:
        """Report what a write covers although nothing has dealt with it, and nothing can any more."""
        truth = self.truth
        cell = truth.cells.get((place, field))
        if cell is None or not cell.now.past:
            return
        record = truth.now(sent.record)
        subject = truth.subject(record, place.entity, field)
        if cell.now.ident == cell.blank and self._has_twin(record, place):
            # One of two twins may be met while the other is not: a blank there claims nothing.
            truth.moot |= cell.now.head
        covered = cell.now.past & ~(subject.contending | truth.moot | truth.excepted)
        if covered & ~subject.settled:
            truth.agree(cell, subject)
        covered &= ~subject.settled
        if covered:
            truth.give_way(subject)
            covered &= ~truth.excepted
        if not covered or (Can.HISTORY in cast.can and (place.entity, field) not in cast.untold):
            return
        if Can.REFUSE_STALE not in cast.can:
            # Only the instant after the last look is excepted, and each round and each push looks first.
            truth.excepted |= covered & ~self._entered_before(cell)
            covered &= ~truth.excepted
        if covered:
            self.report(
                1,
                f"{place.system} {place.native_id}.{field} ({record}): kamsync wrote over"
                f" {truth.tell(covered)}, which it never heard",
            )

    def _entered_before(self, cell: Cell) -> int:
        """Return the bits of what people had entered in a cell before the unit of work began."""
        began, bits = self._began.get(cell.place.system, -1), 0
        for version in cell.versions:
            bits |= version.head if version.user and version.seq <= began else 0
        return bits

    def _has_twin(self, record: str, place: Place) -> bool:
        """Whether a record has another native record in the same system."""
        places = self.truth.of_record.get(record, ())
        return any(other.system == place.system and other != place for other in places)

    def _replace(self, sent: Sent, place: Place) -> None:
        """Excuse what contends from a record that a person deleted and that lives on under a new id."""
        for dead in self.truth.of_record.get(sent.record, ()):
            if dead.system == place.system and dead in self.died:
                self.truth.vanished(dead, merged=True)

    def _require_one(self, sent: Sent, place: Place) -> None:
        """Report a second record where one was wanted."""
        known = [*self.made.of(sent.system, sent.record), *sent.known]
        twins = [
            each
            for each in known
            # Whoever brings a record back may do so while it is being created anew.
            if each.system == sent.system and each not in {place, *self.died} and self.alive(each)
            if not passes_for_gone(self, each, sent.record)
            if self.made.is_known(each) and not self.strangers.excuses(each)
        ]
        if twins:
            self.report(6, f"{sent.record} was created twice in {sent.system}: {twins} and {place}")
        self.made.add(sent.record, place)
