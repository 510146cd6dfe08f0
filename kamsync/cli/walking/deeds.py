"""What was done in a walk: each decision at once in the store, and how to take it back."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.cli import words
from kamsync.cli.deciding import Answer, decision_of
from kamsync.cli.questions import said, topic
from kamsync.cli.walking.desk import Desk
from kamsync.engine import Answered, answer_conflict, reopen_conflict, undo_round
from kamsync.errors import DecisionRefused, KamsyncError
from kamsync.model import Conflict, Decision
from kamsync.reports import Names
from kamsync.reports.conflicts import item

__all__ = ["Deeds", "about", "meant"]


class Deeds:
    """The decisions of a walk, those of a group as one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._done: list[list[Answered]] = []
        self._reasons: dict[str, list[str]] = {}
        self._under_way = ""
        self.undone = 0
        self.put_back = 0

    def __len__(self) -> int:
        """How many can be undone."""
        return sum(1 for each in self._done if each)

    @property
    def decided(self) -> int:
        """How many decisions stand."""
        return sum(map(len, self._done)) + self._unheard()

    def has(self, conflict: Conflict) -> bool:
        """Whether a conflict that is closed was decided in this walk."""
        return any(each.closed.id == conflict.id for done in self._done for each in done)

    def comment(self, conflict_id: str, text: str) -> None:
        """Remember what was said as the reason of a decision that follows."""
        self._reasons.setdefault(conflict_id, []).append(text)

    def decision(self, conflict: Conflict, answer: Answer) -> Decision:
        """Return the decision that an answer means, with who and why; nothing is decided yet."""
        why = "; ".join(self._reasons.get(conflict.id, ())) or self._desk.why
        named = Answer(
            keep=answer.keep,
            values=answer.values,
            agreed=answer.agreed,
            choice=answer.choice,
            why=why,
            by=self._desk.person,
        )
        return decision_of(self._desk.hub, conflict, named)

    def decide(self, conflict: Conflict, decision: Decision) -> Conflict:
        """Carry one decision out; it is kept from then on, whatever happens to the walk."""
        self._begin_one()
        return self._carry_out(conflict, decision)

    def decide_all(self, chosen: Sequence[tuple[Conflict, Decision]]) -> list[str]:
        """Carry out many as one that can be undone; return what was refused, and why."""
        self._begin_one()
        refused = []
        with self._desk.printer.progress() as tell:
            for number, (conflict, decision) in enumerate(chosen):
                tell(f"{number:,} of {len(chosen):,} decided")
                try:
                    self._carry_out(conflict, decision)
                except DecisionRefused as error:
                    refused.append(error.message)
        if not self._done[-1]:
            self._done.pop()
        return refused

    def undo(self) -> list[str]:
        """Take the last decision back; return the ids of the questions that are open again.

        One that a round has carried out cannot be asked again: its value can be put back.
        """
        self._done = [each for each in self._done if each]
        opened: list[str] = []
        try:
            while self._done[-1]:
                opened += self._take_back(self._done[-1][-1])
                self._done[-1].pop()
                self.undone += 1
            self._done.pop()
        except KamsyncError as error:
            self._desk.refuse(error.message, error.hint)
        return opened[::-1]

    def _take_back(self, answered: Answered) -> list[str]:
        """Take one decision back and return the question that is open again, if it is."""
        try:
            return [reopen_conflict(self._desk.hub, answered, self._desk.person).id]
        except DecisionRefused as error:
            self._put_back(answered, error)
            return []

    def _begin_one(self) -> None:
        """Let what follows be undone as one."""
        if not self._done or self._done[-1]:
            self._done.append([])

    def _carry_out(self, conflict: Conflict, decision: Decision) -> Conflict:
        """Carry one decision out and remember it."""
        hub, self._under_way = self._desk.hub, conflict.id
        # Between the look at a group and the yes, time may pass.
        decision = structs.replace(decision, at=hub.now())
        try:
            answered = answer_conflict(hub, conflict.id, conflict.version, decision)
        except KamsyncError:
            self._under_way = ""
            raise
        self._done[-1].append(answered)
        self._under_way = ""
        return answered.closed

    def _unheard(self) -> int:
        """Return 1 for a decision that was kept just before somebody interrupted, else 0."""
        if not self._under_way:
            return 0
        decision = self._desk.hub.store.reviews.get(self._under_way).decision
        return int(decision is not None and decision.person == self._desk.person)

    def _put_back(self, answered: Answered, refused: DecisionRefused) -> None:
        """Offer to put back what a decision changed that systems hold by now.

        Raises:
            DecisionRefused: it cannot be, or nobody wants it.
        """
        desk = self._desk
        planned = undo_round(desk.hub, answered.round, dry=True)
        desk.refuse(refused.message)
        for each in planned.left:
            desk.tell(f"It cannot be put back: {each.refused}.")
        for each in planned.back:
            field = desk.sight.field(each.entity, each.field)
            now, before = (
                words.value(field, desk.sight.value(each.entity, each.field, value))
                for value in (each.now, each.before)
            )
            desk.tell(f"The next sync can put it back: {now} → {before}.")
        if not planned.back or not desk.keyboard.agrees("  Put it back?"):
            raise DecisionRefused("It was left as it is.")
        undo_round(desk.hub, answered.round)
        self.put_back += 1


def meant(desk: Desk, names: Names, conflict: Conflict, decision: Decision) -> str:
    """Return a decision in a few words."""
    value = desk.sight.value(conflict.entity, conflict.field, decision.value)
    name = names.of(value) if isinstance(value, str) else ""
    if decision.choice:
        return f"{decision.choice} {name}".strip()
    line = item(conflict, desk.sight, names, desk.hub.now())
    field = desk.sight.field(conflict.entity, conflict.field)
    return said(desk.sight, line, value, name if field and field.to else "")


def about(names: Names, conflict: Conflict) -> str:
    """Return what a question is about, and whose."""
    names.greet([conflict])
    name = words.shortened(names.of(conflict.record) or conflict.record)
    return f"{topic(conflict.kind.value, conflict.entity, conflict.field)} of {name}"
