"""Follow the journal, entry by entry, and hold each change of golden against what people knew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kamsync.engine.matching.questions import MATCH_FIELD
from kamsync.merge.words import SHOWN_EVERYWHERE
from kamsync.model import EXISTS, Event
from kamsync.store import Store
from kamsync.testing.simulation.observer.cells import Place, Subject, Version
from kamsync.testing.simulation.observer.idents import BLANK, Ident, is_same
from kamsync.testing.simulation.observer.truth import Truth
from kamsync.testing.simulation.schema import PARTS, REFERS

__all__ = ["Chronicle"]

REPEATED = "r"
"""How the token of a value begins that is entered again and again."""

JOINED = "the surviving record keeps its values"

TWINS = "twins in "
"""How the field of a question begins whether twins are to be merged in a system as well."""

Report = Callable[[int, str], None]

_TIES = """
SELECT id, system, entity, native_id, record FROM link
WHERE record IS NOT NULL AND native_id IS NOT NULL
"""


class Chronicle:
    """What the committed events say, and where that breaks an invariant; *report* takes each breach."""

    def __init__(self, truth: Truth, report: Report) -> None:
        self.truth = truth
        self.report = report
        self.hidden: Callable[[Place, str], bool] = lambda _, __: False
        """Whether a system does not show kamsync's user all of a field."""
        self.is_strange: Callable[[Place], bool] = lambda _: False
        """Whether nothing tells any more for what a native record was made."""
        self.exists: dict[str, Event] = {}
        self.ended: set[str] = set()
        """The records that were golden as gone at some time."""
        self.split: dict[Place, Place] = {}
        """What was merged away and brought back, with what it was merged into; until they are made one."""
        self._parted: set[Place] = set()
        self._joined: set[str] = set()
        self.renewed: set[Place] = set()
        """The native records that a person wants to be records of their own."""
        self.recognised: set[Place] = set()
        """The native records of which a person has said which record they are."""
        self._acts = {
            "set": self._set,
            "settled": self._settled,
            "closed": self._closed,
            "decided": self._decided,
            "undone": self._undone,
            "agreed": self._agreed,
            "held": self._held,
            "emptied": self._emptied,
            "joined": self._held,
            "wrote": self._wrote,
        }

    def follow(self, store: Store, events: Sequence[Event]) -> None:
        """Take in what one transaction has written into the journal, and compare it with the store."""
        # What is tied anew need not be apart any more once it is heard that it has become one.
        self._parted = self._apart()
        self.tie(store)
        self._joined.clear()
        touched = set()
        for event in events:
            self._take(event)
            touched.add(event.record)
        for id_, record in store.records.by_id(sorted(touched)).items():
            if record.merged_into is None:
                for field in PARTS[record.entity]:
                    self._compare(id_, record.entity, field, record.fields.get(field))

    def tie(self, store: Store) -> None:
        """Take in which native record is which record."""
        for link, system, entity, native_id, record in store.database.rows(_TIES):
            place = Place(system, entity, native_id)
            if self.truth.links.get(link) != place:
                self.truth.links[link] = place
                if place in self.truth.owner:
                    self.truth.meet_again(place, record)
            self.truth.tie(place, record)
            if self.is_strange(place) and place not in self.renewed:
                self.renew(place)

    def renew(self, place: Place) -> None:
        """A person wants a native record to be one of its own: what it holds counts as entered there.

        They have said so, or brought it back where the hub has long put another one in its place.
        """
        self.renewed.add(place)
        for field in PARTS[place.entity]:
            self.truth.cell(place, field).now.user = True

    def _take(self, event: Event) -> None:
        if event.act == "decided" and event.field == MATCH_FIELD:
            self._recognise(event)
        if event.act == "decided" and self.split:
            self._let_be_one(event)
        if event.act == "merged":
            self.truth.join(event.before, event.value)
            for place in self._parted - self._apart():
                self.split.pop(place, None)
            self._joined.add(event.value)
            restored = self.exists.get(event.before)
            kept = self.exists.get(event.value)
            ended = kept is not None and kept.value is False and kept.act == "decided"
            if restored and restored.value is True and restored.act != "set" and not ended:
                # That it is to come back was decided before it turned out to be the other one.
                self.exists[event.value] = restored
        elif event.field == EXISTS and event.act in {"set", "settled", "closed", "decided"}:
            said = self.exists.get(event.record)
            decided = said is not None and (said.act, said.value) == ("decided", event.value)
            if event.value is False:
                self.ended.add(event.record)
            # Where systems come to say what a person has decided, it is still their word.
            if event.value in (True, False) and not (decided and event.act == "closed"):
                self.exists[event.record] = event
        elif event.field in PARTS[event.entity] and event.act in self._acts:
            subject = self.truth.subject(event.record, event.entity, event.field)
            self._acts[event.act](event, subject)

    def _recognise(self, event: Event) -> None:
        """A person has said who a native record is."""
        system, _, native_id = event.record.partition(":")
        place = Place(system, event.entity, native_id)
        if event.value == "new":
            self.renew(place)
        elif event.value == "same":
            self.recognised.add(place)

    def _let_be_one(self, event: Event) -> None:
        """A person says of what was split which record it is, or that twins are to stay."""
        system, _, native_id = event.record.partition(":")
        decided = {Place(system, event.entity, native_id)}
        if event.field.startswith(TWINS):
            record_of = self.truth.record_of
            decided |= {p for p, other in self.split.items() if record_of(other) == event.record}
        self.split = {p: o for p, o in self.split.items() if not decided & {p, o}}

    def _apart(self) -> set[Place]:
        """Return what was brought back from a merge and is another record than its survivor."""
        record_of = self.truth.record_of
        return {p for p, other in self.split.items() if record_of(p) != record_of(other)}

    def _compare(self, record: str, entity: str, field: str, golden: object) -> None:
        """Report golden that is not what the journal says."""
        subject = self.truth.subject(record, entity, field)
        value, revision = getattr(golden, "value", None), getattr(golden, "revision", 0)
        ident = self.truth.nodes.of_value(entity, field, value)
        if revision == subject.now.revision and is_same(ident, subject.now.ident):
            return
        if record in self._joined and is_same(ident, subject.now.ident):
            subject.now.revision = revision
            return
        self.report(10, f"{record}.{field} became {value!r} without an entry in the journal")

    def _set(self, event: Event, subject: Subject) -> None:
        """A knowing edit, or the first one: whoever made it must have seen what it replaces.

        What golden was is named where an older store meets another value everywhere.
        """
        ident = self._continue(event, subject)
        subject.named |= self.truth.named_by(event, event.losers)
        self._require_shown(event, ident)
        past, head = self.truth.entered(event.record, event.field, ident)
        if not head or (event.rule != SHOWN_EVERYWHERE and self._is_own(event, ident)):
            self._nobody(event, ident)
        excused = subject.named | self.truth.excepted | self.truth.moot
        lost = subject.now.past & ~subject.seen(past) & ~excused
        if lost:
            self.truth.agree_all(event.record, event.field, subject, [subject.now])
            self.truth.give_way(subject)
            excused |= self.truth.excepted
            lost = subject.now.past & ~subject.seen(past) & ~excused
        if lost:
            where = f"{event.record}.{event.field}"
            self.report(
                1,
                f"{where}: {event.value!r} replaced {event.before!r}, although its author had not"
                f" seen {self.truth.tell(lost)}; no conflict and no loser was named",
            )
        subject.same.append((head, past))
        subject.versions.append(Version(ident, past, head, revision=event.revision))
        subject.pinned = False

    def _require_shown(self, event: Event, ident: Ident) -> None:
        """19: what a system does not show is not taken for empty there."""
        place = self.truth.links.get(event.winner.link or -1) if event.winner else None
        if place is None or ident != BLANK[event.entity, event.field]:
            return
        cell = self.truth.cells.get((place, event.field))
        if cell is None or any(v.user and v.ident == ident for v in cell.versions[1:]):
            return
        if cell.now.ident != ident and self.hidden(place, event.field):
            where = f"{event.record}.{event.field}"
            self.report(
                19, f"{where} was emptied, because {place.system} does not show what it holds"
            )

    def _is_own(self, event: Event, ident: Ident) -> bool:
        """Whether the winner holds the value because kamsync has written it there.

        Values that people enter again and again, in whatever letters, tell nothing; neither do
        references, which follow what is merged.
        """
        if (event.entity, event.field) in REFERS:
            return False
        if any(str(part).startswith(REPEATED) for part in ident):
            return False
        place = self.truth.links.get(event.winner.link or -1) if event.winner else None
        cell = self.truth.cells.get((place, event.field)) if place else None
        said = [v for v in cell.versions if is_same(v.ident, ident)] if cell else []
        return bool(said) and not said[-1].user

    def _settled(self, event: Event, subject: Subject) -> None:
        """A rule settled a conflict: the losers are named."""
        contenders = [*event.losers, *([event.winner] if event.winner else [])]
        named = self.truth.named_by(event, contenders)
        if event.rule == JOINED:
            subject.named |= named
            return
        if subject.pinned:
            self.report(17, f"{event.record}.{event.field}: a rule overruled a person's decision")
        self._name(event, subject, named)

    def _closed(self, event: Event, subject: Subject) -> None:
        """All contenders of a conflict say one thing by now."""
        named = self.truth.named_by(event, [event.winner] if event.winner else [])
        self._name(event, subject, named)
        self._release(event, subject)
        subject.pinned = False

    def _decided(self, event: Event, subject: Subject) -> None:
        """A person decided, knowing all contenders."""
        named = self.truth.named_by(event, event.losers)
        bit = self.truth.bit(f"decision {event.record}.{event.field}={event.value!r}")
        self._name(event, subject, named | bit)
        subject.now.head |= bit
        subject.pinned = True
        self._release(event, subject)

    def _undone(self, event: Event, subject: Subject) -> None:
        self._name(event, subject, 0)
        subject.pinned = False

    def _agreed(self, event: Event, subject: Subject) -> None:
        """Somebody entered what golden is: whoever has seen the one has seen the other."""
        ident = self.truth.nodes.of_value(event.entity, event.field, event.value)
        place = self.truth.links.get(event.winner.link or -1) if event.winner else None
        past, head = self.truth.entered(event.record, event.field, ident, place)
        subject.same += [(subject.now.head, past), (head, subject.now.past)]
        subject.now.past |= past

    def _held(self, event: Event, subject: Subject) -> None:
        contenders = [*event.losers, *([event.winner] if event.winner else [])]
        subject.contending |= self.truth.claimed_by(event, contenders)

    def _wrote(self, event: Event, subject: Subject) -> None:
        """A write was found to have landed; who entered there just what it said passes for it.

        That edit is golden of then, also where that has been undone or merged away since.
        """
        record = self.truth.now(event.record)
        now = self.truth.subject(record, event.entity, event.field)
        for sent in [v for v in subject.versions if v.revision == event.revision]:
            for cell in self.truth.cells_of(record, event.field):
                is_there = cell.place.system == event.system and is_same(cell.now.ident, sent.ident)
                if is_there and cell.now.user and not sent.head & ~now.settled:
                    now.named |= cell.now.past

    def _emptied(self, event: Event, subject: Subject) -> None:
        """A system has emptied a reference: if somebody had emptied it just before, they are named."""
        subject.named |= self.truth.named_by(event, event.losers)

    def _name(self, event: Event, subject: Subject, named: int) -> None:
        """Put a settled value in golden's place; what was golden is named as well."""
        ident = self._continue(event, subject)
        past, head = self.truth.entered(event.record, event.field, ident)
        known = self.truth.known(event.record, event.field, ident)
        was = subject.now
        subject.named |= named | was.past
        if event.revision == was.revision:
            was.past |= named | known
            return
        version = Version(ident, was.past | named | known | past, head, revision=event.revision)
        subject.versions.append(version)
        if event.act == "settled" and not head and event.winner and event.winner.link is not None:
            self._nobody(event, ident)

    def _release(self, event: Event, subject: Subject) -> None:
        """A conflict is closed: each of its contenders must have been golden or a named loser."""
        lost = subject.contending & ~subject.settled & ~(self.truth.moot | self.truth.excepted)
        subject.contending = 0
        # What a reference leads to may have become one with something that nobody has read yet.
        if lost and (event.entity, event.field) not in REFERS:
            where = f"{event.record}.{event.field}"
            self.report(1, f"{where}: a conflict was closed without naming {self.truth.tell(lost)}")

    def _continue(self, event: Event, subject: Subject) -> Ident:
        """Return what golden is now; it must have been what the event says that it was."""
        before = self.truth.nodes.of_value(event.entity, event.field, event.before)
        if not is_same(before, subject.now.ident):
            where = f"{event.record}.{event.field}"
            self.report(10, f"{where} was {event.before!r}, which no entry of the journal tells")
        return self.truth.nodes.of_value(event.entity, event.field, event.value)

    def _nobody(self, event: Event, ident: Ident) -> None:
        """Report a value that no person entered in a system of this record."""
        # What came back with its system is said by nobody there, and a rule may settle for it all the same.
        passing = self.renewed | self.truth.turned
        if passing.intersection(self.truth.of_record.get(event.record, ())):
            return
        where = f"{event.record}.{event.field}"
        echoes = [
            cell.place.system
            for cell in self.truth.cells_of(event.record, event.field)
            if any(is_same(version.ident, ident) for version in cell.versions[1:])
        ]
        if echoes:
            self.report(
                5,
                f"{where}: {event.value!r} was taken for an edit, but kamsync had written it to"
                f" {', '.join(sorted(set(echoes)))} itself",
            )
        else:
            self.report(2, f"{where}: nobody ever entered {event.value!r}")
