"""Merge one field of one record across all its links: agree, set, settle, or hold.

The clauses, in the words of `docs/merge.md`, where each has its number:

- M1 a mover that agrees with golden agrees in silence, and knows it from now on
- M2 movers that say one value, none of them blind, set golden
- M3 a field that was never set takes the one value that is said
- M4 anything else is a conflict, which golden joins if every mover is blind
- M5 a conflict against a person's decision is held; else the policy may settle it; else it is held
- M6 while a field is held, moves only join the contenders; it closes when they all say one thing
- M7 golden that keeps returning to a value that it just had is held: two automations fight
- M8 an edit that our own write covered is merged before that write counts as known
- M9 a blank in a system that never met the field claims nothing against a golden value

A move is an observation that differs from its base. Blind means that its author cannot have known
the golden value. Nothing here reads a clock, a disk or a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct, structs

from kamsync.model import (
    Author,
    Cells,
    Conflict,
    Contender,
    Decision,
    Event,
    Evidence,
    Fact,
    Golden,
    Kind,
    Origin,
    Step,
    Value,
)
from kamsync.policy.verdict import Settlement
from kamsync.values import is_blank

__all__ = [
    "FIRST_MEETING",
    "Court",
    "Merged",
    "Side",
    "Speaker",
    "Topic",
    "decide",
    "is_blank_start",
    "merge_field",
    "merge_restored",
]

TURNS_LIMIT = 3
"""How often in a row golden may go back to a value that it just had, before a person is asked."""

RECENT_LIMIT = 3
"""How many earlier values golden remembers, to notice that it goes round in circles."""


FIRST_MEETING = "first meeting"
"""The cause of what a system says of a field that it never met before."""


class Speaker(Struct, frozen=True):
    """Who stands for an edit: the *team* (None if the evidence is ambiguous), the person, how known."""

    team: str | None
    person: str = ""
    evidence: Evidence = Evidence.SYSTEM


class Side(Protocol):
    """One link's part in the merge of one field: its fact, and how its system says values."""

    link: int
    system: str
    fact: Fact

    def value(self, cells: Cells, known: Value) -> Value:
        """Return the canonical value of *cells*."""

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
    """What the merge may ask: the policy, a fresh revision, a fresh conflict id, and the time as text."""

    settle: Callable[[Conflict], Settlement | None]
    revision: Callable[[], int]
    conflict_id: Callable[[], str]
    at: str


class Merged(Struct, frozen=True):
    """The outcome for one field: golden, the facts by link, the conflicts that changed, the events."""

    golden: Golden
    facts: Mapping[int, Fact]
    conflicts: tuple[Conflict, ...]
    events: tuple[Event, ...]


def merge_field(
    topic: Topic, golden: Golden, sides: Sequence[Side], held: Conflict | None, court: Court
) -> Merged:
    """Merge the moves of *sides* into *golden*; *held* is the open conflict of this field, if any.

    Afterwards no side is moved: each edit is golden, or equal to it, or a named loser in an event,
    or a contender of an open conflict. The order of *sides* makes no difference to any value.
    """
    merge = _Merge(topic, golden, sides, held, court)
    merge.replay_trails()
    merge.merge(merge.sides)
    return merge.outcome()


def merge_restored(
    topic: Topic, golden: Golden, sides: Sequence[Side], held: Conflict | None, court: Court
) -> Merged:
    """Meet again after an older store was put back: agree where all say one thing, else hold.

    Nothing is overwritten on the strength of an old golden value: systems may have moved on since,
    and may hold what a later round had written.
    """
    merge = _Merge(topic, golden, sides, held, court)
    merge.meet_again()
    return merge.outcome()


def decide(
    topic: Topic, golden: Golden, conflict: Conflict, decision: Decision, court: Court
) -> Merged:
    """Make a person's *decision* golden: always a new revision, pinned against every rule."""
    merge = _Merge(topic, golden, (), conflict, court)
    merge.obey(decision)
    return merge.outcome()


class _Merge:
    """The state of one merge: what golden, the facts and the conflict are by now."""

    def __init__(
        self,
        topic: Topic,
        golden: Golden,
        sides: Sequence[Side],
        held: Conflict | None,
        court: Court,
    ) -> None:
        self.topic = topic
        self.golden = golden
        self.sides = sorted(sides, key=lambda side: side.link)
        self.facts = {side.link: side.fact for side in self.sides}
        self.held = held
        self.court = court
        self.changed: dict[str, Conflict] = {}
        self.events: list[Event] = []

    def outcome(self) -> Merged:
        """Return what has become of everything."""
        conflicts = tuple(self.changed.values())
        return Merged(self.golden, self.facts, conflicts, tuple(self.events))

    def replay_trails(self) -> None:
        """M8: merge each edit that a write of ours covered, then take that write as known."""
        for side in self.sides:
            last = side.fact
            for step in last.trail:
                fact = structs.replace(self.facts[side.link], observed=step.cells, trail=())
                if step.revision is None:
                    fact = structs.replace(fact, author=step.author, at=step.at)
                    self.facts[side.link] = fact
                    self.merge([side])
                else:
                    self.facts[side.link] = Fact(
                        step.cells, step.cells, step.revision, known=fact.known
                    )
            if last.trail:
                self.facts[side.link] = structs.replace(
                    self.facts[side.link], observed=last.observed, author=last.author, at=last.at
                )

    def merge(self, movers: Sequence[Side]) -> None:
        """Deal with the moves of *movers*, and make each the base of its link."""
        movers = [side for side in movers if self.facts[side.link].moved]
        claims = [side for side in movers if not self.claims_nothing(side)]
        if self.held:
            self.collect(self.held, claims)
        else:
            self.free(claims)
        for side in movers:
            self.settle_base(side)

    def free(self, movers: Sequence[Side]) -> None:
        """Merge a field that is not held."""
        rest: list[Side] = []
        for side in movers:
            if self.agrees(side):
                self.echo(side)
            else:
                rest.append(side)
        if not rest:
            return
        said = self.said_by_all(rest)
        knowing = not any(self.is_blind(side) for side in rest)
        if said and self.topic.consents and knowing:
            self.take_over(said[0], rest)
        elif said and self.golden.revision == 0:
            self.set_golden(said[0], self.contender(rest[0]))
        else:
            self.dispute(rest, turning=False)

    def echo(self, side: Side) -> None:
        """M1: an edit that says what golden says changes nothing but what its link knows."""
        unmet = self.facts[side.link].merged is None
        self.learn(side)
        if unmet:
            self.note("agreed", value=self.golden.value, reason=FIRST_MEETING)
        else:
            self.note("agreed", value=self.golden.value, winner=self.contender(side))

    def take_over(self, value: Value, rest: Sequence[Side]) -> None:
        """M2: a knowing edit becomes golden, unless golden goes round in circles (M7)."""
        turns = self.golden.turns + 1 if value in self.golden.recent else 0
        if turns >= TURNS_LIMIT:
            self.dispute(rest, turning=True)
        else:
            self.set_golden(value, self.contender(rest[0]), turns=turns)

    def dispute(self, rest: Sequence[Side], *, turning: bool) -> None:
        """M4, M5: let the policy settle it, or hold the field for a person."""
        contenders = [self.contender(side) for side in rest]
        if all(self.is_blind(side) for side in rest) and self.golden.revision != 0:
            contenders.append(self.golden_contender())
        conflict = Conflict(
            id="",
            kind=self.topic.kind,
            entity=self.topic.entity,
            record=self.topic.record,
            field=self.topic.field,
            contenders=tuple(contenders),
            cause=self.topic.cause or self.cause(rest, turning=turning),
            agreed=self.golden.value,
            turning=turning,
            opened=self.court.at,
        )
        ruling = None if turning or self.golden.pinned else self.court.settle(conflict)
        if ruling is None:
            self.keep(structs.replace(conflict, id=self.court.conflict_id()))
            self.note("held", value=self.golden.value, losers=conflict.contenders)
        else:
            self.apply(ruling, conflict)

    def apply(self, ruling: Settlement, conflict: Conflict) -> None:
        """Make a ruling golden, and name the losers."""
        winners = [conflict.contenders[i] for i in ruling.winners]
        winner = winners[0] if winners else self.golden_contender()
        losers = tuple(c for c in conflict.contenders if c.value != ruling.value)
        if winner.link is not None or ruling.value != self.golden.value:
            self.set_golden(ruling.value, winner, rule=ruling.rule, losers=losers, act="settled")
        else:
            self.note(
                "settled",
                before=self.golden.value,
                value=ruling.value,
                winner=winner,
                losers=losers,
                rule=ruling.rule,
                reason=ruling.reason,
            )

    def collect(self, conflict: Conflict, movers: Sequence[Side]) -> None:
        """M6: movers join the open conflict, which closes once all its contenders say one thing."""
        contenders = {c.link: c for c in conflict.contenders}
        joined = [side for side in movers if side.link in contenders or not self.agrees(side)]
        for side in joined:
            contenders[side.link] = self.contender(side)
            self.note("joined", value=contenders[side.link].value, winner=contenders[side.link])
        if not joined:
            return
        everybody = tuple(contenders.values())
        conflict = structs.replace(conflict, contenders=everybody, version=conflict.version + 1)
        said = [] if conflict.turning else self.said_by_contenders(everybody)
        if said:
            self.keep(structs.replace(conflict, closed=self.court.at))
            winner = next((c for c in everybody if c.value == said[0]), everybody[0])
            self.set_golden(said[0], winner, act="closed", rule="all contenders agree")
        else:
            self.keep(conflict)

    def meet_again(self) -> None:
        """Take what every link shows as the base; hold the field unless all of them say one thing."""
        shown = [self.facts[side.link].observed for side in self.sides]
        covered = [step for side in self.sides for step in side.fact.trail]
        values = [side.value(cells, None) for side, cells in zip(self.sides, shown, strict=True)]
        said = [
            value
            for value in [self.golden.value, *_distinct(values)]
            if all(side.says(cells, value) for side, cells in zip(self.sides, shown, strict=True))
        ]
        contenders = tuple(self.contender(side) for side in self.sides)
        for side in self.sides:
            self.settle_base(side)
        if said and not covered:
            self.meet_in(said[0], contenders)
        elif self.sides:
            self.hold_again(contenders, covered)

    def meet_in(self, value: Value, contenders: Sequence[Contender]) -> None:
        """Make the value that every link shows golden, and let all of them know it."""
        if self.held:
            self.keep(structs.replace(self.held, closed=self.court.at))
        if value != self.golden.value:
            self.set_golden(value, contenders[0], rule="every system shows it")
        for side in self.sides:
            self.learn(side)

    def hold_again(self, contenders: tuple[Contender, ...], covered: Sequence[Step]) -> None:
        """Ask a person, showing what each link holds, golden, and each edit that was covered since."""
        heard = tuple(
            Contender(value=side.value(step.cells, None), system=side.system, at=step.at)
            for side in self.sides
            for step in side.fact.trail
            if step in covered
        )
        conflict = Conflict(
            id=self.held.id if self.held else self.court.conflict_id(),
            kind=self.topic.kind,
            entity=self.topic.entity,
            record=self.topic.record,
            field=self.topic.field,
            contenders=(*contenders, self.golden_contender(), *heard),
            version=self.held.version + 1 if self.held else 1,
            cause="an older store was restored",
            agreed=self.golden.value,
            opened=self.court.at,
        )
        self.keep(conflict)
        self.note("held", value=self.golden.value, losers=conflict.contenders)

    def obey(self, decision: Decision) -> None:
        """Make a person's value golden and close the conflict."""
        assert self.held is not None
        conflict = structs.replace(self.held, closed=self.court.at, decision=decision)
        losers = tuple(c for c in conflict.contenders if c.value != decision.value)
        person = Contender(value=decision.value, person=decision.person, at=decision.at)
        self.keep(conflict)
        self.set_golden(decision.value, person, act="decided", rule="a person", losers=losers)
        self.golden = structs.replace(self.golden, pinned=True)

    def keep(self, conflict: Conflict) -> None:
        """Remember *conflict* as changed, and as the open one unless it is closed."""
        self.changed[conflict.id] = conflict
        self.held = None if conflict.closed else conflict

    def settle_base(self, side: Side) -> None:
        """Take what the link shows as dealt with; it knows golden if it says the same."""
        fact = self.facts[side.link]
        done = structs.replace(
            fact, merged=fact.observed, doubt=False, trail=(), author=None, at=""
        )
        self.facts[side.link] = done
        if self.held:
            return
        if self.agrees(side):
            self.learn(side)
        elif fact.knows == self.golden.revision:
            self.facts[side.link] = structs.replace(done, knows=-1)

    # What the clauses ask.

    def claims_nothing(self, side: Side) -> bool:
        """M9: whether this is a blank that was never anything else, where there is something said."""
        fact = self.facts[side.link]
        unmet = fact.merged is None and not fact.doubt
        said = self.golden.revision != 0 or self.held is not None
        return unmet and said and is_blank(side.value(fact.observed, None))

    def agrees(self, side: Side) -> bool:
        """Whether the link holds golden, in its own representation."""
        return side.says(self.facts[side.link].observed, self.golden.value)

    def is_blind(self, side: Side) -> bool:
        """Whether the author of this move cannot have known golden."""
        fact = self.facts[side.link]
        return fact.doubt or fact.knows != self.golden.revision

    def said_by_all(self, rest: Sequence[Side]) -> list[Value]:
        """Return the value that all of *rest* say, each in its own way, if there is one."""
        values = [self.contender(side).value for side in rest]
        return [
            value
            for value in _distinct(values)
            if all(side.says(self.facts[side.link].observed, value) for side in rest)
        ][:1]

    def said_by_contenders(self, contenders: Sequence[Contender]) -> list[Value]:
        """Return the value that all contenders say, golden among them if it contends."""
        sides = {side.link: side for side in self.sides}
        golden = [c.value for c in contenders if c.link is None]
        values = golden or [c.value for c in contenders]
        return [
            value
            for value in _distinct(values)
            if all(
                sides[c.link].says(c.cells, value)
                for c in contenders
                if c.link is not None and c.link in sides
            )
        ][:1]

    def cause(self, rest: Sequence[Side], *, turning: bool) -> str:
        """Return in words why this is a conflict."""
        facts = [self.facts[side.link] for side in rest]
        if turning:
            return "two automations keep changing it"
        if any(fact.doubt for fact in facts):
            return "the outcome of a write is unclear"
        if any(fact.merged is None for fact in facts):
            return FIRST_MEETING
        if self.golden.pinned:
            return "an edit that did not know of a decision"
        if not self.topic.consents:
            return "gone in one system" if self.golden.value else "back in one system"
        return "edited at the same time" if len(rest) > 1 else "edited without knowing the value"

    # What the clauses do.

    def learn(self, side: Side) -> None:
        """Let the link know golden's revision."""
        fact = self.facts[side.link]
        self.facts[side.link] = structs.replace(fact, knows=self.golden.revision)

    def set_golden(
        self,
        value: Value,
        winner: Contender,
        *,
        turns: int = 0,
        rule: str = "",
        losers: tuple[Contender, ...] = (),
        act: str = "set",
    ) -> None:
        """Make *value* golden, as a new revision."""
        before = self.golden
        recent = (*before.recent, before.value)[-RECENT_LIMIT:] if before.revision else ()
        origin = Origin(winner.system, winner.team, winner.person, winner.at, rule)
        self.golden = Golden(
            value, self.court.revision(), recent, turns, pinned=False, origin=origin
        )
        self.note(act, before=before.value, value=value, winner=winner, losers=losers, rule=rule)

    def contender(self, side: Side) -> Contender:
        """Return this link's move as one side of a conflict."""
        fact = self.facts[side.link]
        speaker = side.speaker(fact.author)
        return Contender(
            value=side.value(fact.observed, fact.known),
            link=side.link,
            system=side.system,
            team=speaker.team,
            person=speaker.person,
            at=fact.at,
            evidence=speaker.evidence,
            cells=fact.observed,
            knew=not self.is_blind(side),
        )

    def golden_contender(self) -> Contender:
        """Return golden as one side of a conflict."""
        origin = self.golden.origin or Origin()
        return Contender(
            value=self.golden.value,
            system=origin.system,
            team=origin.team,
            person=origin.person,
            at=origin.at,
            knew=True,
        )

    def note(self, act: str, **details: Any) -> None:
        """Remember an event for the journal."""
        topic = self.topic
        revision = self.golden.revision
        self.events.append(
            Event(act, topic.entity, topic.record, topic.field, revision=revision, **details)
        )


def is_blank_start(fact: Fact) -> bool:
    """Whether a system shows nothing of a field, which is no claim where nothing was ever said."""
    return not fact.doubt and not fact.trail and all(cell is None for cell in fact.observed)


def _distinct(values: Sequence[Value]) -> list[Value]:
    """Return *values* without repeats, in an order that does not depend on theirs."""
    kept: list[Value] = []
    for value in sorted(values, key=repr):
        if value not in kept:
            kept.append(value)
    return kept
