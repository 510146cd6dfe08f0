"""The values that every part of kamsync speaks of: frozen, comparable, storable as JSON.

Three words carry the engine: a *fact* is what one link knows about one field, *golden* is what is
true for one field of one record, and a *conflict* is a disagreement, which is a value here and
never an exception.

No value can hold itself, so the garbage collector is told to leave them alone (``gc=False``): a batch
of links is many thousand of them, and looking through those costs more than reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

__all__ = [
    "EXISTS",
    "Author",
    "Cells",
    "Comment",
    "Conflict",
    "Contender",
    "Decision",
    "Entry",
    "Event",
    "Evidence",
    "Fact",
    "Golden",
    "Intent",
    "Kind",
    "Link",
    "Native",
    "Op",
    "Origin",
    "Outcome",
    "Page",
    "Reading",
    "Receipt",
    "Record",
    "Step",
    "Value",
    "Write",
]

Value: TypeAlias = Any
"""A canonical value in the normal form of its type (see `kamsync.schema`), JSON all the way down."""

Native: TypeAlias = Any
"""One value as a system holds it: None, a bool, number or text, or a list or object of these."""

Cells: TypeAlias = tuple[Any, ...]
"""The native values behind one canonical field, in the order in which its mapping names them."""

EXISTS = "exists"
"""The field that every record has: whether it is there at all. Its golden value is True or False."""


class Evidence(StrEnum):
    """How well it is known who made an edit."""

    FIELD_HISTORY = "field history"
    RECORD_EDITOR = "record editor"
    SYSTEM = "system"


class Author(Struct, frozen=True, gc=False, omit_defaults=True):
    """Who made an edit, as far as the system tells.

    *own* says that it was the user as whom kamsync writes. *alone* says that nobody else can have
    touched the record since it was last read; without it, a record's last editor is ambiguous.
    """

    id: str
    name: str = ""
    own: bool = False
    evidence: Evidence = Evidence.RECORD_EDITOR
    alone: bool = False


class Entry(Struct, frozen=True, gc=False):
    """One entry of a system's history of a record: *values* took effect at once, by *author*.

    *version* is the version that the record had then. Where versions are coarse, several entries
    share one, and it tells those that were there when the record was read from those that followed.
    """

    values: Mapping[str, Native]
    author: Author | None = None
    at: datetime | None = None
    version: str = ""


class Reading(Struct, frozen=True, gc=False):
    """One native record as a system showed it at one moment.

    *values* is None when the record is gone; a field that the system did not show (no permission,
    no such column) is missing from it, which is not the same as being None. *version* changes with
    each change of the record; *settled* is False while a later change could still carry the same
    version, as within the second of a one-second stamp. *authors* and *times* say by native field who
    changed it last and when, where the system tells. *stamp* is the canonical id that it keeps for
    us. *merged_into* names the record that took this one over.
    """

    native_id: str
    values: Mapping[str, Native] | None
    version: str
    settled: bool = True
    modified: datetime | None = None
    author: Author | None = None
    authors: Mapping[str, Author] | None = None
    times: Mapping[str, datetime] | None = None
    stamp: str | None = None
    merged_into: str | None = None


class Page(Struct, frozen=True):
    """A part of a system's answer, with the cursor from which reading goes on after it."""

    readings: tuple[Reading, ...]
    cursor: str


class Op(StrEnum):
    """What a write does to a native record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Write(Struct, frozen=True, gc=False):
    """One native record to be written.

    *version* is the version that was read, for systems that refuse a stale write. *stamp* is the
    canonical id to keep with a created record. *key* is the same for every attempt at this write.
    """

    op: Op
    native_id: str | None
    values: Mapping[str, Native]
    key: str
    version: str | None = None
    stamp: str | None = None


class Outcome(StrEnum):
    """What became of one write."""

    DONE = "done"
    STALE = "stale"
    REFUSED = "refused"
    GONE = "gone"
    LATER = "later"
    UNKNOWN = "unknown"


class Receipt(Struct, frozen=True, gc=False):
    """The outcome of one write; *reading* is the record as it is now, where the system answers with it."""

    outcome: Outcome
    native_id: str | None = None
    reading: Reading | None = None
    reason: str = ""


class Intent(Struct, frozen=True, gc=False, array_like=True):
    """What a write that may have been sent wanted one field to be: its cells and golden revision."""

    cells: Cells
    revision: int
    landed: bool = False


class Step(Struct, frozen=True, gc=False, array_like=True):
    """One step of a history to replay: somebody's edit, or (with *revision*) a write of our own."""

    cells: Cells
    revision: int | None = None
    author: Author | None = None
    at: str = ""
    aside: Cells = ()


class Fact(Struct, frozen=True, gc=False, array_like=True):
    """What one link knows of one field.

    *observed* is what the system was last seen to hold, *merged* the native value that golden has
    already dealt with (None before the first meeting), *knows* the golden revision that this link
    is known to hold (-1 for none), *doubt* that the outcome of a send is unclear. *trail* holds a
    history that is still to be replayed. *known* is the golden value behind *knows*, kept only where
    the system lacks a part of the field. *author* and *at* are the evidence for *observed*. *emptied*
    says that the system emptied a reference because what it led to is gone there: it knows golden,
    and does not hold it. *aside* are the cells of parts that follow from what is observed: the system
    shows them, and nobody enters them there. *unseen* says that the last reading of the record did not
    show the field: whoever edits it now is not heard, so that nothing is written over it.
    """

    observed: Cells
    merged: Cells | None = None
    knows: int = -1
    doubt: bool = False
    author: Author | None = None
    at: str = ""
    known: Any = None
    trail: tuple[Step, ...] = ()
    emptied: bool = False
    aside: Cells = ()
    unseen: bool = False

    @property
    def moved(self) -> bool:
        """Whether somebody edited here and golden has not dealt with it."""
        return self.doubt or self.observed != self.merged or bool(self.trail)

    @property
    def edited(self) -> bool:
        """Whether it moved by more than that its system emptied it."""
        return self.moved and (not self.emptied or bool(self.trail))


class Origin(Struct, frozen=True, gc=False, array_like=True):
    """Where a golden value came from: who said it, in which system, when, and by which rule it won.

    *employee* is the record of who said it, empty unless that is certain.
    """

    system: str = ""
    team: str | None = None
    person: str = ""
    at: str = ""
    rule: str = ""
    employee: str = ""


class Golden(Struct, frozen=True, gc=False, array_like=True):
    """What is true for one field of one record.

    *revision* comes from one store-wide counter and is only ever compared for equality; 0 means
    that the field was never set. *recent* are the values before this one, newest last. *turns*
    counts how often in a row golden went back to one of them. *pinned* says that a person decided.
    """

    value: Value = None
    revision: int = 0
    recent: tuple[Any, ...] = ()
    turns: int = 0
    pinned: bool = False
    origin: Origin | None = None


class Record(Struct, frozen=True, gc=False):
    """One canonical record with its golden values; *merged_into* names the record that took it over."""

    id: str
    entity: str
    fields: dict[str, Golden]
    merged_into: str | None = None


class Link(Struct, frozen=True, gc=False):
    """The tie between a record and one native record of one system, with what is known there.

    *native_id* is None while the record is not in that system. *record* is None until the native
    record has been identified. *seen* is the store's revision when the last reading began.
    """

    id: int
    system: str
    entity: str
    native_id: str | None
    record: str | None
    facts: dict[str, Fact]
    version: str = ""
    settled: bool = True
    seen: int = 0
    read_at: str = ""
    stamp: str | None = None
    detached: bool = False
    """Whether a person decided that this system does without the record."""
    digest: int | None = None
    """What tells the last reading from any other, None where nothing does."""

    @property
    def moved(self) -> bool:
        """Whether any field here waits to be merged."""
        return any(fact.moved for fact in self.facts.values())


class Kind(StrEnum):
    """What a conflict is about."""

    VALUE = "value"
    MATCH = "match"
    DELETE = "delete"
    MERGE = "merge"
    IMPACT = "commission impact"
    PERIOD = "period"


class Contender(Struct, frozen=True, gc=False, omit_defaults=True):
    """One side of a conflict: a value and who stands for it; *link* is None for golden itself.

    *team* is None where the evidence is ambiguous. *knew* says that its author had seen golden.
    *employee* is the record of its author among our own people, empty unless that is certain; *person*
    is a name to be read, which may be that of somebody else.
    """

    value: Value
    link: int | None = None
    system: str = ""
    team: str | None = None
    person: str = ""
    at: str = ""
    evidence: Evidence = Evidence.SYSTEM
    cells: Cells = ()
    knew: bool = False
    employee: str = ""


class Decision(Struct, frozen=True, omit_defaults=True):
    """What a person chose: *value* for a field, or *choice* for a match, delete or merge."""

    person: str
    at: str
    value: Value = None
    choice: str = ""
    reason: str = ""


class Comment(Struct, frozen=True):
    """What a person said about a conflict without deciding it."""

    person: str
    at: str
    text: str


class Conflict(Struct, frozen=True, omit_defaults=True):
    """A disagreement that a rule or a person settles; while it is open, its field is held.

    *version* grows with every change of the contenders, so that a decision can name the page that
    it was made on. *turning* marks automations that fight; only a person closes such a conflict.
    *due* is by when the policy wants a person to decide, *escalate* whom it calls in otherwise, and
    *reminded* says that the notifiers were told of that. *assignee* is whom somebody gave it to.
    """

    id: str
    kind: Kind
    entity: str
    record: str
    field: str
    contenders: tuple[Contender, ...]
    version: int = 1
    cause: str = ""
    agreed: Value = None
    turning: bool = False
    opened: str = ""
    closed: str = ""
    decision: Decision | None = None
    due: str = ""
    escalate: str = ""
    reminded: bool = False
    assignee: str = ""
    comments: tuple[Comment, ...] = ()


class Event(Struct, frozen=True, gc=False, omit_defaults=True):
    """One thing that happened to a field, for the journal.

    *first* says that golden held nothing before, and took what a system had held before it was met.

    *act* is one of ``agreed``, ``set``, ``settled``, ``held``, ``joined``, ``closed``, ``decided``,
    ``emptied``, ``matched``, ``merged``, ``wrote``, ``refused``, ``undone``, ``reopened``, ``assigned``,
    ``commented``.
    """

    act: str
    entity: str
    record: str
    field: str = ""
    before: Value = None
    value: Value = None
    system: str = ""
    winner: Contender | None = None
    losers: tuple[Contender, ...] = ()
    rule: str = ""
    reason: str = ""
    revision: int = 0
    first: bool = False
