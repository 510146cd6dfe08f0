"""What is merged once more: after a restore, by a changed policy, or as a person decided."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.merge.state import State
from kamsync.merge.words import (
    AFTER_RESTORE,
    SHOWN_EVERYWHERE,
    UNTOLD,
    Side,
    distinct,
    with_terms,
)
from kamsync.model import Conflict, Contender, Decision, Step, Value
from kamsync.policy.verdict import Settlement

__all__ = ["Appeal", "Obedience", "Reunion"]


class Reunion(State):
    """The merge of all that systems show after a restore: agreement, or a question to a person."""

    def meet_again(self, *, whole: bool) -> None:
        """Take what every link shows as the base; hold the field unless all of them say one thing.

        That replaces golden only where one of them was met before, since it may have known it, and where
        they are the *whole* of those that say something. What is hidden says nothing, and where a record
        may be hidden, a person is asked whether it is gone.
        """
        self.sides = [side for side in self.sides if not side.fact.unseen]
        if not self.sides:
            return
        values = [side.value(side.fact.observed, None, side.fact.aside) for side in self.sides]
        known = any(side.fact.merged is not None for side in self.sides)
        free = (known and whole) or not self.golden.revision
        others = distinct(values) if free else []
        said = [
            value
            for value in [self.golden.value, *others]
            if all(side.says(side.fact.observed, value) for side in self.sides)
        ]
        contenders = tuple(self.contender(side) for side in self.sides)
        covered = tuple(
            self._covered(side, step) for side in self.sides for step in side.fact.trail
        )
        for side in self.sides:
            self.settle_base(side)
        lone = self._lone()
        unsaid = said and any(each.value not in (said[0], self.golden.value) for each in lone)
        untold = self.topic.cause == UNTOLD
        if said and not (covered or unsaid or untold):
            self.meet_in(said[0], contenders)
        else:
            self.hold_again((*contenders, self.golden_contender(), *covered), lone)

    def meet_in(self, value: Value, contenders: Sequence[Contender]) -> None:
        """Make the value that every link shows golden, which names what it was, and let all know it.

        It is said by the first of whom it is known who it is, since any other may show what we wrote.
        Where nothing was golden while the field was held, blanks everywhere say that all was taken back.
        """
        held = self.held
        if held:
            self.keep(structs.replace(held, closed=self.court.at))
        if value != self.golden.value or (held and not self.golden.revision):
            before = (self.golden_contender(),) if self.golden.revision else ()
            said = next((each for each in contenders if each.person), contenders[0])
            self.set_golden(value, said, rule=SHOWN_EVERYWHERE, losers=before)
        for side in self.sides:
            self.learn(side)

    def _covered(self, side: Side, step: Step) -> Contender:
        """Return an edit that was covered since, for which nobody there speaks any more."""
        value = side.value(step.cells, None, step.aside)
        return Contender(value=value, system=side.system, at=step.at)

    def _lone(self) -> list[Contender]:
        """Return what contends already for which no link speaks any more, or none can speak now."""
        speaking = {side.link for side in self.sides}
        return [c for c in self.held.contenders if c.link not in speaking] if self.held else []

    def hold_again(self, shown: Sequence[Contender], lone: Sequence[Contender]) -> None:
        """Ask a person, showing what each link holds, golden, and each edit that was covered since.

        What contends for nobody who speaks goes on contending.
        """
        contenders = (*shown, *(each for each in lone if each not in shown))
        conflict = Conflict(
            id=self.held.id if self.held else self.court.conflict_id(),
            kind=self.topic.kind,
            entity=self.topic.entity,
            record=self.topic.record,
            field=self.topic.field,
            contenders=contenders,
            version=self.held.version + 1 if self.held else 1,
            cause=UNTOLD if self.topic.cause == UNTOLD else AFTER_RESTORE,
            agreed=self.golden.value,
            opened=self.court.at,
            assignee=self.held.assignee if self.held else "",
            comments=self.held.comments if self.held else (),
        )
        self.keep(with_terms(conflict, self.court.settle(conflict)))
        self.note("held", value=self.golden.value, losers=conflict.contenders)


class Appeal(State):
    """An open conflict that is put to rules which were not written yet when it was opened."""

    def ask_again(self) -> None:
        """Close the conflict as the rules say; where they leave it to a person, keep their terms."""
        assert self.held is not None
        conflict, answer = self.held, self.court.settle(self.held)
        if isinstance(answer, Settlement) and self._may_be_ruled(conflict):
            self._rule(answer, conflict)
            return
        held = with_terms(conflict, answer)
        if held is not conflict:
            self.keep(held)

    def _may_be_ruled(self, conflict: Conflict) -> bool:
        """Whether this is a question that rules may answer.

        Not what a person said or must say, nor where golden is not what it was when it was asked, nor
        where an edit contends that a write of ours covered: a rule would take it for golden.
        """
        free = not (conflict.turning or self.golden.pinned or conflict.cause == AFTER_RESTORE)
        golden = self.golden.value
        lone = [c.value for c in conflict.contenders if c.link is None]
        return free and conflict.agreed == golden and all(value == golden for value in lone)

    def _rule(self, ruling: Settlement, conflict: Conflict) -> None:
        """Make the ruling golden, always as a new revision: no link is taken to hold it already."""
        winners = [conflict.contenders[i] for i in ruling.winners]
        losers = tuple(c for c in conflict.contenders if c.value != ruling.value)
        self.keep(structs.replace(conflict, closed=self.court.at))
        self.set_golden(
            ruling.value,
            winners[0] if winners else self.golden_contender(),
            rule=ruling.rule,
            losers=losers,
            act="settled",
            reason=f"the policy was changed: {ruling.reason}",
        )


class Obedience(State):
    """A person's decision being carried out."""

    def obey(self, decision: Decision) -> None:
        """Make a person's value golden and close the conflict."""
        assert self.held is not None
        conflict = structs.replace(self.held, closed=self.court.at, decision=decision)
        losers = tuple(c for c in conflict.contenders if c.value != decision.value)
        person = Contender(value=decision.value, person=decision.person, at=decision.at)
        self.keep(conflict)
        self.set_golden(decision.value, person, act="decided", rule="a person", losers=losers)
        self.golden = structs.replace(self.golden, pinned=True)
