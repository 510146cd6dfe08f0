"""The perfect observer: what the author of every value had seen when they entered it.

It knows nothing of the engine's rules. Each edit and each decision is one bit; the past of a value
is the set of bits that its author had seen, through the chain of values in that system and through
golden where it was shown there. A value may be replaced in silence only by somebody whose past
holds it. Everything else must be named as a loser in the journal, or contend in an open conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kamsync.model import Contender, Event
from kamsync.testing.simulation.observer.cells import Cell, Entered, Place, Subject, Version
from kamsync.testing.simulation.observer.idents import BLANK, FOLLOWING, Ident, Nodes, is_same
from kamsync.testing.simulation.schema import PARTS, REFERS

__all__ = ["Truth"]


class Truth:
    """Every edit of a history, and what became of it."""

    def __init__(self) -> None:
        self.nodes = Nodes()
        self.cells: dict[tuple[Place, str], Cell] = {}
        self.of_record: dict[str, list[Place]] = {}
        self.owner: dict[Place, str] = {}
        self.links: dict[int, Place] = {}
        self.subjects: dict[tuple[str, str], Subject] = {}
        self.joined: dict[str, str] = {}
        self.entities: dict[str, str] = {}
        self.moot = 0
        self.excepted = 0
        self.turned: set[Place] = set()
        """The native records that their system has put back to what they were."""
        self.words: dict[int, str] = {}
        self._bits = 0

    def bit(self, word: str) -> int:
        """Return a fresh bit; *word* says what it stands for."""
        self._bits += 1
        bit = 1 << self._bits
        self.words[bit] = word
        return bit

    def tell(self, bits: int) -> str:
        """Return some bits in words."""
        return ", ".join(word for bit, word in self.words.items() if bit & bits)

    def record_of(self, place: Place) -> str | None:
        """Return the record that a native record is, by now."""
        record = self.owner.get(place)
        return record and self.now(record)

    def now(self, record: str) -> str:
        """Return what a record is by now: the one that it was merged into, if any."""
        while record in self.joined:
            record = self.joined[record]
        return record

    def subject(self, record: str, entity: str, field: str) -> Subject:
        """Return one field of one record."""
        found = self.subjects.get((record, field))
        if found is None:
            found = self.subjects[record, field] = Subject(BLANK[entity, field])
            self.entities[record] = entity
        return found

    def cell(self, place: Place, field: str) -> Cell:
        """Return one field of one native record."""
        found = self.cells.get((place, field))
        if found is None:
            # A blank that nobody entered is no edit, but who saw it has seen it.
            birth = self.bit(f"blank {place.system} {place.native_id}.{field}")
            self.moot |= birth
            blank = self.nodes.of_natives(place.system, place.entity, field, {})
            found = self.cells[place, field] = Cell(place, field, blank, birth)
        return found

    def cells_of(self, record: str, field: str) -> Iterator[Cell]:
        """Yield this field of every native record that is or was this record."""
        for place in self.of_record.get(record, ()):
            cell = self.cells.get((place, field))
            if cell is not None:
                yield cell

    # What people do.

    def edited(self, place: Place, field: str, ident: Ident, act: Entered) -> None:
        """A person entered a value: they had seen what was there, and golden if it was that."""
        cell = self.cell(place, field)
        was = cell.now
        record = self.record_of(place)
        subject = self.subjects.get((record, field)) if record else None
        dealt = subject.settled | subject.contending if subject is not None else 0
        if is_same(was.ident, ident):
            # A reference that follows a merge may come to be what golden has dealt with.
            self._forgive(cell, ident, act, dealt, 0)
            if (place.entity, field) in REFERS and ident != cell.blank:
                # Of twins it may be the other one that it refers to now.
                cell.versions.append(Version(ident, was.past, was.head, seq=act.seq))
            elif (was.ident == cell.blank and not was.user) or _follows(ident):
                # Saved over what a system had emptied, the blank is said by hand. And spelt anew, what
                # follows from it in this system is said with it.
                bit = self.bit(f"{act.word} {place.system} {place.native_id}.{field} said again")
                self.moot |= bit
                cell.versions.append(Version(ident, was.past | bit, was.head | bit, seq=act.seq))
            return
        past = was.past
        if subject is not None and is_same(was.ident, subject.now.ident):
            past = subject.seen(past) | subject.now.past
        bit = self.bit(f"{act.word} {place.system} {place.native_id}.{field}={_in_words(ident)}")
        self._forgive(cell, ident, act, dealt, bit)
        cell.versions.append(Version(ident, past | bit, bit, seq=act.seq))

    def _forgive(self, cell: Cell, ident: Ident, act: Entered, dealt: int, bit: int) -> None:
        """Excuse what nobody can notice: an unread value that is taken back before it is read.

        What the hub was shown it may have lost again in a crash, so that what golden has dealt with
        counts as well.
        """
        versions = cell.versions
        read = [place for place, v in enumerate(versions) if v.seq <= act.shown or not v.user]
        merged = [place for place, v in enumerate(versions) if not v.past & ~dealt]
        based = [
            place for place, v in enumerate(versions) if act.base and is_same(v.ident, act.base)
        ]
        for last in {max(read, default=0), max(merged, default=0), max(based, default=0)}:
            unread = 0
            for version in versions[last + 1 :]:
                unread |= version.head
            if is_same(versions[last].ident, ident):
                self.moot |= unread | bit
            elif ident == cell.blank:
                # A blank in a system that never met the field claims nothing.
                self.moot |= unread | bit if act.base is None else unread

    def emptied(
        self, place: Place, field: str, ident: Ident, heard: Ident | None, act: Entered
    ) -> None:
        """A system itself has emptied a reference, or filled it again: nobody has entered that.

        Whoever sees it has seen what was there, and golden if it was that. What was entered and
        emptied before the hub has *heard* of it is taken for one edit, that ends in a blank: it is
        excused where golden has dealt with nothing of the field yet, with what it replaced. What was
        filled again over a fall that the hub has not heard of is taken for an edit by somebody who had
        seen what it replaces: an exception, and by nothing else may that be replaced.
        """
        cell = self.cell(place, field)
        was = cell.now
        if is_same(was.ident, ident):
            return
        record = self.record_of(place)
        subject = self.subjects.get((record, field)) if record else None
        past = was.past
        if subject is not None and is_same(was.ident, subject.now.ident):
            past = subject.seen(past) | subject.now.past
        head, unheard = 0, _unheard(cell, heard, act.shown)
        if ident != cell.blank:
            known = [v for v in cell.versions if is_same(v.ident, ident)]
            head = known[-1].head if known else 0
            self.moot &= ~head | cell.versions[0].head
            if heard not in (None, cell.blank) and not is_same(heard, ident):
                _know(ident, _last_head(cell, heard), cell.versions, subject)
        elif heard is None or (act.base is None and unheard):
            self.moot |= _unheard(cell, None, act.shown)
        else:
            head = unheard
            if is_same(ident, heard):
                # What came back and fell again in between was not heard either.
                self.moot |= head if was.user else head | was.head
        cell.versions.append(Version(ident, past, head, user=head != 0 and ident == cell.blank))

    def turned_back(
        self, place: Place, field: str, ident: Ident, seq: int, *, told: bool, moved: bool
    ) -> None:
        """A system was put back: a field holds what it once held, and nobody has entered that.

        What was entered there since and nobody has heard is gone. Where nothing tells that it is older,
        it passes for an edit: an exception. So does what *moved* in its spelling alone, with all that
        follows from it.
        """
        cell = self.cell(place, field)
        was = cell.now
        self.turned.add(place)
        if is_same(was.ident, ident):
            if moved and _follows(ident):
                cell.versions.append(Version(ident, was.past, was.head, seq=seq, lost=was.past))
            return
        old = next(
            (v for v in reversed(cell.versions) if is_same(v.ident, ident)), cell.versions[0]
        )
        record = self.record_of(place)
        subject = self.subjects.get((record, field)) if record else None
        past = was.past
        if subject is not None and is_same(was.ident, subject.now.ident):
            past = subject.seen(past) | subject.now.past
        lost = past & ~old.past
        self.moot |= lost & ~(subject.settled | subject.contending if subject else 0)
        self.excepted |= 0 if told else lost
        cell.versions.append(Version(ident, old.past, old.head, seq=seq, lost=lost))

    def give_way(self, subject: Subject) -> None:
        """Except, with what was golden and may have given way unnamed, all that said the same."""
        for version in subject.versions:
            if version.head & self.excepted:
                self.excepted |= subject.seen(version.head)

    def changed_after(self, place: Place, shown: int) -> None:
        """A record has a version of now: what came back there unread passes for an edit as well."""
        for field in PARTS[place.entity]:
            cell = self.cells.get((place, field))
            if cell is not None and cell.now.lost and cell.now.seq > shown:
                self.excepted |= cell.now.lost

    def went_along(self, place: Place, heard: Mapping[str, Ident], shown: int) -> None:
        """A native record has gone along with one that kamsync deleted: what is unread is excepted.

        What the hub has *heard* of it before is not: that has to be dealt with all the same.
        """
        record = self.record_of(place)
        for field in PARTS[place.entity]:
            cell = self.cells.get((place, field))
            if cell is not None:
                subject = self.subjects.get((record, field)) if record else None
                dealt = subject.settled | subject.contending if subject else 0
                unread = _unheard(cell, heard.get(field), shown)
                self.excepted |= unread & ~(dealt | self.moot)

    def vanished(self, place: Place, *, merged: bool) -> None:
        """A person deleted a native record: what nobody had read of it goes with it.

        Whoever merged it into another one has ruled on what contends there, too.
        """
        record = self.record_of(place)
        for field in PARTS[place.entity]:
            cell = self.cells.get((place, field))
            if cell is None:
                continue
            subject = self.subjects.get((record, field)) if record else None
            dealt = subject.settled if subject else 0
            if subject and not merged:
                dealt |= subject.contending
            self.moot |= cell.now.past & ~dealt

    # What the hub does.

    def tie(self, place: Place, record: str) -> None:
        """A native record is this record."""
        if self.owner.get(place) == record:
            return
        self.owner[place] = record
        places = self.of_record.setdefault(record, [])
        if place not in places:
            places.append(place)
        self.nodes.unite(self.nodes.of(record), self.nodes.of(*_name(place)))

    def meet_again(self, place: Place, record: str) -> None:
        """A native record has got another link: what is blank there claims nothing any more.

        What that blank replaced was dealt with in the record that it belonged to before, and so was
        all that people had entered there and that was settled in it. If it is another *record* now,
        that one has nothing to do with what was settled in the former one.
        """
        before = self.record_of(place)
        for field in PARTS[place.entity]:
            cell = self.cells.get((place, field))
            known = self.subjects.get((before, field)) if before else None
            if cell is not None and cell.now.ident == cell.blank:
                self.moot |= cell.now.head | (cell.now.past & known.settled if known else 0)
            if cell is not None and known is not None:
                for version in cell.versions:
                    self.moot |= version.head & known.settled
                    if before != self.now(record):
                        version.past &= ~known.settled | version.head

    def join(self, loser: str, survivor: str) -> None:
        """Two records turned out to be one."""
        self.joined[loser] = survivor
        self.nodes.unite(self.nodes.of(survivor), self.nodes.of(loser))
        places = self.of_record.setdefault(survivor, [])
        places += [place for place in self.of_record.get(loser, []) if place not in places]
        entity = survivor.partition("-")[0]
        for field in PARTS[entity]:
            gone = self.subjects.get((loser, field))
            if gone is None:
                continue
            kept = self.subject(survivor, entity, field)
            kept.named |= gone.named | gone.settled & ~gone.now.head
            kept.same += gone.same
            if kept.now.revision == 0:
                kept.versions += gone.versions[1:]
                continue
            if gone.now.ident == BLANK[entity, field]:
                kept.named |= gone.now.past
            elif is_same(kept.now.ident, gone.now.ident):
                kept.same.append((kept.now.head, gone.now.past))
                kept.same.append((gone.now.head, kept.now.past))
                kept.now.past |= gone.now.past
            kept.versions[:0] = gone.versions

    def entered(
        self, record: str, field: str, ident: Ident, only: Place | None = None
    ) -> tuple[int, int]:
        """Return the past and the heads of all edits by people that entered this value."""
        past = head = 0
        for cell in self.cells_of(record, field):
            if only not in (None, cell.place):
                continue
            for version in cell.versions:
                if version.user and version.head and is_same(version.ident, ident):
                    past |= version.past
                    head |= version.head
        return past, head

    def agree_all(
        self, record: str, field: str, subject: Subject, among: Sequence[Version] = ()
    ) -> None:
        """Take what people entered as golden says it for agreed, in every system of a record.

        Who has seen it in one of them has seen what the others said alike. *among* are the versions of
        golden that count, all of them if none are named.
        """
        for cell in self.cells_of(record, field):
            self.agree(cell, subject, among)

    def agree(self, cell: Cell, subject: Subject, among: Sequence[Version] = ()) -> None:
        """Take what somebody entered as golden says it for agreed: no journal need tell of that.

        *among* are the versions of golden that count, all of them if none are named.

        The blank before golden was ever set is nobody's word: two who clear a field do not know of
        each other through it.
        """
        for version in cell.versions:
            for golden in among or subject.versions:
                said = golden.revision and version.user
                if said and is_same(version.ident, golden.ident):
                    golden.past |= version.past
                    subject.same.append((version.head, golden.past))
                    subject.same.append((golden.head, version.past))

    def claimed_by(self, event: Event, contenders: Iterable[Contender]) -> int:
        """Return the bits with which contenders contend: each with what was entered where it is.

        Who enters the same elsewhere, unread so far, does not contend yet.
        """
        past = 0
        for contender in contenders:
            place = self.links.get(contender.link) if contender.link is not None else None
            if place is None:
                past |= self.named_by(event, [contender])
            else:
                ident = self.nodes.of_value(event.entity, event.field, contender.value)
                past |= self.entered(event.record, event.field, ident, place)[0]
        return past

    def known(self, record: str, field: str, ident: Ident) -> int:
        """Return the past of a value, whoever entered it."""
        past, _ = self.entered(record, field, ident)
        subject = self.subjects.get((record, field))
        for version in subject.versions if subject else ():
            if is_same(version.ident, ident):
                past |= version.past
        return past

    def named_by(self, event: Event, contenders: Iterable[Contender]) -> int:
        """Return the bits that an event names with its contenders."""
        past = 0
        for contender in contenders:
            ident = self.nodes.of_value(event.entity, event.field, contender.value)
            past |= self.known(event.record, event.field, ident)
        return past


def _unheard(cell: Cell, heard: Ident | None, shown: int) -> int:
    """Return the bits of the edits of a cell that came after what the hub has heard of it last.

    Of twins, a reference to the one may be heard, and one to the other be news.
    """
    unheard = 0
    for version in reversed(cell.versions):
        if heard is not None and is_same(version.ident, heard) and version.seq <= shown:
            break
        unheard |= version.head if version.user else 0
    return unheard


def _last_head(cell: Cell, ident: Ident) -> int:
    """Return the bits with which a cell was last given a value."""
    return next((v.head for v in reversed(cell.versions) if is_same(v.ident, ident)), 0)


def _know(ident: Ident, bits: int, versions: Sequence[Version], subject: Subject | None) -> None:
    """Let the last who said *ident*, in a cell and in golden, count as somebody who had seen *bits*."""
    for among in (versions, subject.versions if subject is not None else ()):
        last = next((v for v in reversed(among) if is_same(v.ident, ident)), None)
        if last is not None:
            last.past |= bits


def _name(place: Place) -> tuple[str, str, str]:
    return place.system, place.entity, place.native_id


def _follows(ident: Ident) -> bool:
    """Whether a part of what is said follows from the rest of it in its system."""
    return any(part is FOLLOWING for part in ident)


def _in_words(ident: Ident) -> str:
    return "/".join("blank" if part is None else str(part) for part in ident)
