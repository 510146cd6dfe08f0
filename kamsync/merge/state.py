"""The state of one merge: what golden, the facts and the conflict are by now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from kamsync.merge.words import (
    FIRST_MEETING,
    Court,
    Merged,
    Side,
    Speaker,
    Topic,
    as_contender,
    distinct,
    is_blank_start,
)
from kamsync.model import Conflict, Contender, Event, Golden, Origin, Value

__all__ = ["State"]

RECENT_LIMIT = 3
"""How many earlier values golden remembers, to notice that it goes round in circles."""


class State:
    """One merge on its way: what can be asked of it, and the steps that every clause is made of."""

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
        self.asked = self.held = held
        self.court = court
        self.changed: dict[str, Conflict] = {}
        self.events: list[Event] = []

    def outcome(self) -> Merged:
        """Return what has become of everything."""
        conflicts = tuple(self.changed.values())
        return Merged(self.golden, self.facts, conflicts, tuple(self.events))

    def agrees(self, side: Side) -> bool:
        """Whether the link holds golden, in its own representation."""
        return side.says(self.facts[side.link].observed, self.golden.value)

    def is_blind(self, side: Side) -> bool:
        """Whether the author of this move cannot have known golden."""
        fact = self.facts[side.link]
        return fact.doubt or fact.knows != self.golden.revision

    def said_by_all(self, rest: Sequence[Side]) -> list[Value]:
        """Return what all of *rest* say, each in its own way; the first is as good as any other."""
        values = [self.value_of(side) for side in rest]
        return [
            value
            for value in distinct(values)
            if all(side.says(self.facts[side.link].observed, value) for side in rest)
        ]

    def contender(self, side: Side) -> Contender:
        """Return this link's move as one side of a conflict."""
        fact = self.facts[side.link]
        # What is doubted and shown as before was most likely not said again: no team speaks for it.
        unsaid = fact.doubt and fact.observed == fact.merged
        speaker = Speaker(None) if unsaid else side.speaker(fact.author)
        return Contender(
            value=self.value_of(side),
            link=side.link,
            system=side.system,
            team=speaker.team,
            person=speaker.person,
            at=fact.at,
            evidence=speaker.evidence,
            cells=fact.observed,
            knew=not self.is_blind(side),
            employee=speaker.employee,
        )

    def value_of(self, side: Side) -> Value:
        """Return what the move of a link says.

        What follows in its system is said with the rest only if somebody said that. Where it is in
        doubt, it may follow from what we wrote, and golden says it as people entered it.
        """
        fact = self.facts[side.link]
        golden = self.golden.value
        if not (fact.doubt and fact.aside and isinstance(golden, dict)):
            return side.value(fact.observed, fact.known, fact.aside)
        said = side.value(fact.observed, None) or {}
        rest = {part: each for part, each in golden.items() if said.get(part) is None}
        return side.value(fact.observed, {**said, **rest})

    def sayer(self, value: Value, sides: Sequence[Side]) -> Contender:
        """Return the first of *sides* that says just *value*: others may say it only in part."""
        return self.contender(next(side for side in sides if self.value_of(side) == value))

    def golden_contender(self) -> Contender:
        """Return golden as one side of a conflict."""
        return as_contender(self.golden)

    def learn(self, side: Side) -> None:
        """Let the link know golden's revision."""
        fact = self.facts[side.link]
        self.facts[side.link] = structs.replace(fact, knows=self.golden.revision, emptied=False)

    def set_golden(
        self,
        value: Value,
        winner: Contender,
        *,
        turns: int = 0,
        rule: str = "",
        losers: tuple[Contender, ...] = (),
        act: str = "set",
        reason: str = "",
    ) -> None:
        """Make *value* golden, as a new revision that no person has decided about."""
        before = self.golden
        recent = (*before.recent, before.value)[-RECENT_LIMIT:] if before.revision else ()
        origin = Origin(winner.system, winner.team, winner.person, winner.at, rule, winner.employee)
        self.golden = Golden(value, self.court.revision(), recent, turns, origin=origin)
        self.note(
            act,
            before=before.value,
            value=value,
            winner=winner,
            losers=losers,
            rule=rule,
            reason=reason,
            first=before.revision == 0 and self.is_meeting(),
        )

    def is_meeting(self) -> bool:
        """Whether a system brings a value from before it was met, or did so when it was held."""
        if self.asked is not None and self.asked.cause == FIRST_MEETING:
            return True
        facts = self.facts.values()
        return any(fact.merged is None and not is_blank_start(fact) for fact in facts)

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
        elif fact.knows == self.golden.revision and not fact.emptied:
            self.facts[side.link] = structs.replace(done, knows=-1)

    def keep(self, conflict: Conflict) -> None:
        """Remember *conflict* as changed, and as the open one unless it is closed."""
        self.changed[conflict.id] = conflict
        self.held = None if conflict.closed else conflict

    def note(self, act: str, **details: Any) -> None:
        """Remember an event for the journal."""
        topic = self.topic
        revision = self.golden.revision
        self.events.append(
            Event(act, topic.entity, topic.record, topic.field, revision=revision, **details)
        )
