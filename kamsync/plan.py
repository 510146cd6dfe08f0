"""What each system would have to be told so that it holds the golden values. Decides, writes nothing.

A link is written iff it is not moved, its field is not held, and it is not known to hold golden's
revision: once per revision, so that a system that rewrites what it stores does not loop.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from kamsync.connector import Can
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import EntityMap, FieldMap, Refs
from kamsync.model import EXISTS, Cells, Fact, Golden, Intent, Link, Op, Record
from kamsync.observe import GONE, HERE
from kamsync.values import is_blank

__all__ = ["Barred", "Due", "FirstWrite", "PlanName", "PlannedWrite", "Problem", "due"]

NOTHING_TO_SEND = "It is not created there while none of its values can be sent."
NAMED_LIMIT = 3
"""How many of the fields that are not shown are named."""


class Problem(Struct, frozen=True):
    """Why one field of one link cannot be written now; *awaits* is the record it refers to."""

    field: str
    reason: str
    awaits: str = ""


class Due(Struct, frozen=True):
    """What is due at one link: the write, or a mere reading.

    *op* is None where nothing has to be sent. *confirmed* are fields that hold golden in a reading
    taken after its revision; *unconfirmed* hold it too, in an older reading, and want a new one.
    *blanks* are fields whose value the write would empty.
    """

    op: Op | None = None
    fields: Mapping[str, Intent] = {}
    confirmed: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def word(self) -> str | None:
        """What the store remembers as owed: the name of the operation, ``read``, or None."""
        if self.op is not None:
            return self.op.value
        return "read" if self.unconfirmed else None


class PlannedWrite(Struct, frozen=True, gc=False):
    """One write of a plan, as a person approves it: what it changes from what to what."""

    system: str
    entity: str
    op: Op
    link: int
    record: str
    native_id: str | None
    fields: Mapping[str, tuple[Cells, Cells]]
    blanks: tuple[str, ...] = ()


def due(
    record: Record,
    link: Link,
    map_: EntityMap,
    refs: Refs,
    *,
    held: Collection[str],
    can: Can,
    hidden: Collection[str] = (),
    needs: Collection[str] = (),
) -> Due:
    """Return what is due at *link*, whether or not the configuration allows it.

    *held* are the fields under review, *hidden* those that must never reach this system. While it is
    under review whether the record is there at all, it is made and ended nowhere, but the rest of it
    flows between the systems that have it. A new record that *needs* to refer to what is not there yet
    is not due; its problem names the record it awaits. One of which no value would be sent is not due
    either.
    """
    golden = record.fields.get(EXISTS, Golden())
    existence = link.facts.get(EXISTS)
    moved = link.native_id is not None and (existence is None or existence.moved)
    if link.detached or not golden.revision or record.merged_into or moved:
        return Due()
    asker = _Asker(record, link, map_, refs, {*held, *hidden})
    if existence is not None and existence.observed == HERE and golden.value:
        return asker.update()
    if EXISTS in held:
        return Due()
    if not golden.value:
        return asker.delete(existence, golden)
    can_return = Can.UNDELETE in can or Can.CREATE in can
    if existence is None or (existence.knows != golden.revision and can_return):
        return asker.create(needs, returns=Can.UNDELETE in can and link.native_id is not None)
    return Due()


class _Asker:
    """Works out what is due at one link."""

    def __init__(
        self, record: Record, link: Link, map_: EntityMap, refs: Refs, skipped: Collection[str]
    ) -> None:
        self.record = record
        self.link = link
        self.map = map_
        self.refs = refs
        self.skipped = skipped

    def create(self, needs: Collection[str], *, returns: bool) -> Due:
        """Everything that golden says and this system can hold; nothing where that is nothing.

        A native record that *returns* as itself brings back what it held. That a record refers to itself
        can only be said of it once it is there.
        """
        fields: dict[str, Intent] = {}
        problems: list[Problem] = []
        for name, map_, golden in self._writable(self.record.fields):
            if is_blank(golden.value):
                continue
            cells = self._put(map_, golden, None, problems)
            if cells is not None:
                fields[name] = cells
        if any(problem.field in needs for problem in problems):
            return Due(problems=tuple(problems))
        others = [name for name in fields if self.record.fields[name].value != self.record.id]
        if not (returns or any(_says_something(fields[name]) for name in others)):
            return Due(problems=(*problems, Problem(EXISTS, NOTHING_TO_SEND)))
        fields[EXISTS] = Intent(HERE, self.record.fields[EXISTS].revision)
        return Due(Op.CREATE, fields, problems=tuple(problems))

    def delete(self, existence: Fact | None, golden: Golden) -> Due:
        """The end of a record that golden says is gone, once all that was entered here is heard, and seen."""
        if existence is None or existence.observed != HERE or self.link.moved:
            return Due()
        if existence.knows == golden.revision:
            return Due()
        unseen = self._unseen()
        if unseen:
            return Due(problems=(Problem(EXISTS, _kept_for(unseen)),))
        return Due(Op.DELETE, {EXISTS: Intent(GONE, golden.revision)})

    def _unseen(self) -> list[str]:
        """Return the native fields whose cells are hidden now, or were never shown."""
        facts = self.link.facts
        return [
            native
            for name, map_ in self.map.fields.items()
            if (facts[name].unseen if name in facts else map_.direction.reads)
            for native in map_.native
        ]

    def update(self) -> Due:
        """The fields that do not hold golden, or are not known to."""
        fields: dict[str, Intent] = {}
        agreeing: list[tuple[str, int]] = []
        blanks: list[str] = []
        problems: list[Problem] = []
        existence, exists = self.link.facts[EXISTS], self.record.fields[EXISTS]
        if existence.knows != exists.revision:
            agreeing.append((EXISTS, exists.revision))
        for name, map_, golden in self._writable(self._behind()):
            fact = self.link.facts[name]
            if fact.moved or fact.unseen:
                continue
            intent = self._put(map_, golden, fact, problems)
            if intent is None:
                continue
            if intent.cells == fact.observed:
                agreeing.append((name, golden.revision))
                continue
            fields[name] = intent
            if is_blank(golden.value):
                blanks.append(name)
        confirmed = tuple(name for name, revision in agreeing if self.link.seen >= revision)
        unconfirmed = tuple(name for name, revision in agreeing if self.link.seen < revision)
        op = Op.UPDATE if fields else None
        return Due(op, fields, confirmed, unconfirmed, tuple(blanks), tuple(problems))

    def _behind(self) -> set[str]:
        """Return the fields of the link that are not known to hold golden, writable or not."""
        facts = self.link.facts
        return {
            name
            for name, golden in self.record.fields.items()
            if (fact := facts.get(name)) is not None
            and (fact.knows != golden.revision or fact.emptied)
        }

    def _writable(self, among: Collection[str]) -> Iterable[tuple[str, FieldMap, Golden]]:
        """Yield the mapped fields *among* those of golden that are set and may be written."""
        for name, map_ in self.map.fields.items():
            if name not in among or name in self.skipped or not map_.direction.writes:
                continue
            golden = self.record.fields[name]
            if golden.revision:
                yield name, map_, golden

    def _put(
        self, map_: FieldMap, golden: Golden, fact: Fact | None, problems: list[Problem]
    ) -> Intent | None:
        """Return golden as cells, or None with a problem noted."""
        try:
            cells = map_.put(golden.value, fact.observed if fact else None, self.refs)
        except ReferenceMissing as missing:
            problems.append(Problem(map_.field, missing.message, awaits=str(golden.value)))
        except ValueInvalid as invalid:
            problems.append(Problem(map_.field, invalid.message))
        else:
            return Intent(cells, golden.revision)
        return None


def _kept_for(unseen: Sequence[str]) -> str:
    """Return why a record is not ended while fields of it are *unseen*, and what a person can do."""
    more = f" and {len(unseen) - NAMED_LIMIT} more" if len(unseen) > NAMED_LIMIT else ""
    named = f"{', '.join(unseen[:NAMED_LIMIT])}{more}"
    return (
        f"It ended elsewhere and is kept there: kamsync's user is not shown {named}, and somebody may have"
        " entered there what nobody has read. Let that user see it, or delete the record there by hand."
    )


def _says_something(intent: Intent) -> bool:
    """Whether a write would set anything but blanks."""
    return any(cell is not None for cell in intent.cells)


class FirstWrite(Struct, frozen=True):
    """What a plan would do that the configuration allows since the last approval: nobody has seen it."""

    system: str
    entity: str
    op: Op

    def __str__(self) -> str:
        return f"{self.op} {self.system} {self.entity}"


class Barred(Struct, frozen=True):
    """How many writes of one kind a system would need, and the configuration does not allow."""

    system: str
    entity: str
    op: Op
    count: int


class PlanName:
    """A short name for exactly some writes, in whatever order they come, and for what is asked of them.

    Two plans have the same name only if they would write the same values over the same values, and
    a person is asked for the same reasons.
    """

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, write: PlannedWrite) -> None:
        """Count one write in."""
        line = (write.system, write.entity, write.op, write.record, write.native_id)
        digest = hashlib.sha256(msgspec.json.encode((line, sorted(write.fields.items())))).digest()
        self._sum = (self._sum + int.from_bytes(digest)) % (1 << 256)
        self.count += 1

    def text(self, reasons: Sequence[object] = ()) -> str:
        """Return the name; *reasons* are why a person is to approve what it stands for."""
        asked = msgspec.json.encode(reasons) if reasons else b""
        return hashlib.sha256(self._sum.to_bytes(32) + asked).hexdigest()[:8]
