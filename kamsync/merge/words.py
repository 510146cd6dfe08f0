"""What a merge is about, what it may ask, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct, structs

from kamsync.clock import instant
from kamsync.model import (
    Author,
    Cells,
    Conflict,
    Contender,
    Event,
    Evidence,
    Fact,
    Golden,
    Kind,
    Origin,
    Step,
    Value,
)
from kamsync.policy.verdict import Hold, Settlement

__all__ = [
    "AFTER_RESTORE",
    "FIRST_MEETING",
    "SAID_ALIKE",
    "SHOWN_EVERYWHERE",
    "UNTOLD",
    "Court",
    "Merged",
    "Side",
    "Speaker",
    "Topic",
    "as_contender",
    "distinct",
    "is_blank_start",
    "with_terms",
]

AFTER_RESTORE = "an older store was restored"
"""The cause of what is held because the store may be older than what the systems hold."""

FIRST_MEETING = "first meeting"
"""The cause of what a system says of a field that it never met before."""

UNTOLD = "not shown in one system, which does not tell that it is gone"
"""The cause of what is held because a record may be gone, or only hidden from kamsync's user."""

SAID_ALIKE = "several systems said the same"
"""The reason of a first value that more than one system brings."""

SHOWN_EVERYWHERE = "every system shows it"
"""The rule by which golden becomes what all systems show after a restore."""


class Speaker(Struct, frozen=True):
    """Who stands for an edit: the *team* (None if the evidence is ambiguous), the person, how known.

    *employee* is the record of that person, empty unless it is certain.
    """

    team: str | None
    person: str = ""
    evidence: Evidence = Evidence.SYSTEM
    employee: str = ""


class Side(Protocol):
    """One link's part in the merge of one field: its fact, and how its system says values."""

    link: int
    system: str
    fact: Fact

    def value(self, cells: Cells, known: Value, aside: Cells = ()) -> Value:
        """Return the canonical value of *cells*, with what *known* and *aside* say of the rest."""

    def says(self, cells: Cells, value: Value) -> bool:
        """Whether this system, made to say *value*, would hold exactly *cells*."""

    def speaker(self, author: Author | None) -> Speaker:
        """Return who stands for an edit by *author* in this system."""


class Topic(Struct, frozen=True):
    """Which field of which record is merged; *kind* is the kind of conflict that it may have.

    *consents* says that a lone knowing edit may change golden by itself. For existence it may not:
    that a record is gone in one system is a question, not an order. *cause* is why it is a question,
    where that is known already.
    """

    entity: str
    record: str
    field: str
    kind: Kind = Kind.VALUE
    consents: bool = True
    cause: str = ""


class Court(Struct, frozen=True):
    """What the merge may ask: the policy, a fresh revision, a fresh conflict id, and the time as text.

    Where *settle* answers that a person must decide, the terms of that go into the conflict.
    """

    settle: Callable[[Conflict], Settlement | Hold | None]
    revision: Callable[[], int]
    conflict_id: Callable[[], str]
    at: str


class Merged(Struct, frozen=True):
    """The outcome for one field: golden, the facts by link, the conflicts that changed, the events."""

    golden: Golden
    facts: Mapping[int, Fact]
    conflicts: tuple[Conflict, ...]
    events: tuple[Event, ...]


class Look(Protocol):
    """What a fact shows, and whether there is more behind it."""

    @property
    def observed(self) -> Cells:
        """What the system was last seen to hold."""

    @property
    def doubt(self) -> bool:
        """Whether the outcome of a send is unclear."""

    @property
    def trail(self) -> Sequence[Step]:
        """A history that is still to be replayed."""


def is_blank_start(fact: Look) -> bool:
    """Whether a system shows nothing of a field, which is no claim where nothing was ever said."""
    observed = fact.observed
    return observed.count(None) == len(observed) and not fact.doubt and not fact.trail


def as_contender(golden: Golden) -> Contender:
    """Return golden as one side of a conflict."""
    origin = golden.origin or Origin()
    return Contender(
        value=golden.value,
        system=origin.system,
        team=origin.team,
        person=origin.person,
        # What was said in no system has a time of our own clock, which says nothing beside theirs.
        at=origin.at if origin.system else "",
        knew=True,
        employee=origin.employee,
    )


def with_terms(conflict: Conflict, answer: Settlement | Hold | None) -> Conflict:
    """Return a held *conflict* with the time by which a person must decide, and who is called in."""
    due, escalate = "", ""
    if isinstance(answer, Hold):
        due, escalate = _after(conflict.opened, answer.due_s), answer.escalate
    if (due, escalate) == (conflict.due, conflict.escalate):
        return conflict
    return structs.replace(conflict, due=due, escalate=escalate, reminded=False)


def _after(at: str, seconds: float | None) -> str:
    """Return the time that is *seconds* after *at*; none if no calendar reaches that far."""
    if seconds is None:
        return ""
    try:
        return instant(datetime.fromisoformat(at) + timedelta(seconds=seconds))
    except (OverflowError, ValueError):
        return ""


def distinct(values: Sequence[Value]) -> list[Value]:
    """Return *values* without repeats, in an order that does not depend on theirs."""
    kept: list[Value] = []
    for value in sorted(values, key=repr):
        if value not in kept:
            kept.append(value)
    return kept
