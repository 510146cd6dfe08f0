"""The clauses: how the moves of one field are merged, while it is free and while it is held."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.merge.state import State
from kamsync.merge.words import FIRST_MEETING, SAID_ALIKE, Side, distinct, with_terms
from kamsync.model import Conflict, Contender, Value
from kamsync.policy.verdict import Settlement
from kamsync.values import is_blank

__all__ = ["FieldMerge"]

TURNS_LIMIT = 3
"""How often in a row golden may go back to a value that it just had, before a person is asked."""


class FieldMerge(State):
    """The merge of what moved."""

    def replay_trails(self) -> None:
        """M8: merge each edit that a write of ours covered, then take that write as known."""
        for side in self.sides:
            last = side.fact
            for step in last.trail:
                before = self.facts[side.link]
                fact = structs.replace(
                    before, observed=step.cells, aside=step.aside, trail=(), emptied=False
                )
                if step.revision is None:
                    fact = structs.replace(fact, author=step.author, at=step.at)
                    self.facts[side.link] = fact
                    self.merge([side])
                else:
                    self.cover(side.link)
                    self.facts[side.link] = structs.replace(
                        fact, merged=step.cells, knows=step.revision, doubt=False
                    )
            if last.trail:
                self.facts[side.link] = structs.replace(
                    self.facts[side.link],
                    observed=last.observed,
                    author=last.author,
                    at=last.at,
                    emptied=last.emptied,
                    aside=last.aside,
                )

    def cover(self, link: int) -> None:
        """Let what a link contends with stand for itself, since a write of ours covered it there.

        Whoever edits there from now on cannot have seen it, and speaks for nobody else.
        """
        if self.held is None or all(c.link != link for c in self.held.contenders):
            return
        contenders = tuple(
            structs.replace(c, link=None) if c.link == link else c for c in self.held.contenders
        )
        self.keep(structs.replace(self.held, contenders=contenders))

    def merge(self, movers: Sequence[Side]) -> None:
        """Deal with the moves of *movers*, and make each the base of its link."""
        movers = [side for side in movers if self.facts[side.link].moved]
        claims = [side for side in movers if not self.claims_nothing(side) and not self.fell(side)]
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
            if self.agrees(side) and not self.empties(side):
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
            reason = SAID_ALIKE if len(rest) > 1 else ""
            self.set_golden(said[0], self.sayer(said[0], rest), reason=reason)
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
            self.set_golden(value, self.sayer(value, rest), turns=turns)

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
        ruling = self.court.settle(conflict)
        if isinstance(ruling, Settlement) and not (turning or self.golden.pinned):
            self.apply(ruling, conflict)
        else:
            conflict = with_terms(conflict, ruling)
            self.keep(structs.replace(conflict, id=self.court.conflict_id()))
            self.note("held", value=self.golden.value, losers=conflict.contenders)

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
        """M6: movers join the open conflict, which closes once all its contenders say one thing.

        What contended from where one moves is replaced, unless a write of ours had covered it there.
        """
        contenders = {c.link: c for c in conflict.contenders if c.link is not None}
        lone = [c for c in conflict.contenders if c.link is None]
        joined = [side for side in movers if side.link in contenders or not self.agrees(side)]
        for side in joined:
            before = contenders.get(side.link)
            if before is not None and self.was_covered(before, side):
                lone.append(structs.replace(before, link=None))
            contenders[side.link] = self.contender(side)
            self.note("joined", value=contenders[side.link].value, winner=contenders[side.link])
        if not joined:
            return
        everybody = (*contenders.values(), *lone)
        conflict = structs.replace(conflict, contenders=everybody, version=conflict.version + 1)
        said = [] if conflict.turning else self.said_by_contenders(everybody)
        if said:
            self.keep(structs.replace(conflict, closed=self.court.at))
            winner = next(c for c in everybody if c.value == said[0])
            self.set_golden(said[0], winner, act="closed", rule="all contenders agree")
        else:
            self.keep(conflict)

    def was_covered(self, contender: Contender, side: Side) -> bool:
        """Whether a link showed something else before it moved than what contends from there."""
        fact = self.facts[side.link]
        return bool(fact.merged) and contender.cells not in (fact.merged, fact.observed)

    def claims_nothing(self, side: Side) -> bool:
        """M9: whether this is a blank that was never anything else, where there is something said."""
        fact = self.facts[side.link]
        unmet = fact.merged is None and not fact.doubt
        said = self.golden.revision != 0 or self.held is not None
        return unmet and said and is_blank(side.value(fact.observed, None))

    def empties(self, side: Side) -> bool:
        """Whether somebody emptied here what was never golden: that is said, and no echo of nothing."""
        fact = self.facts[side.link]
        unset = self.golden.revision == 0 and fact.merged is not None
        return unset and fact.observed != fact.merged and not fact.emptied

    def fell(self, side: Side) -> bool:
        """M10: whether a reference was emptied with what it led to; the blank is named, and loses.

        While the field is held, what was said there before it fell goes on contending. Whether
        somebody had emptied it by hand just before cannot be told.
        """
        fact = self.facts[side.link]
        if not fact.emptied or (self.held is None and self.agrees(side)):
            return False
        self.note(
            "emptied",
            value=self.golden.value,
            losers=(self.contender(side),),
            reason="what it referred to is gone there",
        )
        return True

    def said_by_contenders(self, contenders: Sequence[Contender]) -> list[Value]:
        """Return what all contenders say, golden among them if it contends.

        What has no link, such as an edit that a write of ours covered, says nothing but its value.
        """
        sides = {side.link: side for side in self.sides}
        return [
            value
            for value in distinct([c.value for c in contenders])
            if all(
                # Nobody has ruled on what was said where the link is gone, or cannot be read now.
                sides[c.link].says(c.cells, value) if c.link in sides else c.value == value
                for c in contenders
            )
        ]

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
