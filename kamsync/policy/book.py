"""The policy as a whole: a line of rules for each field, asked in order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from msgspec import Struct, structs

from kamsync.model import Contender, Kind, Value
from kamsync.policy.rules import Review
from kamsync.policy.verdict import Case, Hold, Rule, Settlement
from kamsync.schema import Field, Type
from kamsync.values import is_blank

__all__ = ["DELETES", "Deletes", "Foreign", "Line", "Policy"]

Deletes: TypeAlias = Literal["review", "propagate", "restore", "keep"]
"""What a delete in one system means: ask, delete everywhere, create it again, or do without it there."""

DELETES: tuple[Deletes, ...] = ("review", "propagate", "restore", "keep")

UNDECIDED = Hold("No rule of the policy settles it.")


class Line(Struct, frozen=True, dict=True):
    """The rules of one field in the order in which they are asked; after the last one, a person."""

    rules: tuple[Rule, ...] = (Review(),)

    @cached_property
    def text(self) -> str:
        """The rules in words."""
        clauses = [rule.text for rule in self.rules]
        if not isinstance(self.rules[-1], Review):
            clauses.append(Review().text)
        return ", else ".join(clauses)

    @property
    def has_rules(self) -> bool:
        """Whether anything settles this field at all, before a person is asked."""
        return not all(isinstance(rule, Review) for rule in self.rules)

    def judge(self, case: Case) -> Settlement | Hold:
        """Return the answer of the first rule that has one."""
        for rule in self.rules:
            answer = rule.settle(case)
            if answer is not None:
                return self._with_terms(answer)
        return self._with_terms(UNDECIDED)

    def hold(self, reason: str) -> Hold:
        """Return that a person must decide for *reason*, with the terms of the line's review."""
        held = self._with_terms(Hold(reason))
        assert isinstance(held, Hold)
        return held

    def _with_terms(self, answer: Settlement | Hold) -> Settlement | Hold:
        """Return a hold with the terms of the line's review, wherever it comes from."""
        last = self.rules[-1]
        if isinstance(answer, Settlement) or answer.due_s is not None or answer.escalate:
            return answer
        if not isinstance(last, Review):
            return answer
        return structs.replace(answer, due_s=last.due_s, escalate=last.escalate)


class Policy(Struct, frozen=True):
    """Which rules settle conflicts of which field; what it does not name, a person decides."""

    lines: Mapping[tuple[str, str], Line] = {}
    deletions: Mapping[str, Deletes] = {}

    def rule_for(self, entity: str, field: str) -> Line:
        """Return the rules of one field; `Line.text` says them in words."""
        return self.lines.get((entity, field)) or Line()

    def names(self, entity: str, field: str) -> bool:
        """Whether the policy has rules of its own for a field, be it only that a person decides."""
        return (entity, field) in self.lines

    def deletes(self, entity: str) -> Deletes:
        """Return what a delete in one system means for the others."""
        return self.deletions.get(entity, "review")

    def judge(self, case: Case) -> Settlement | Hold:
        """Return how a conflict about a value is settled, or why it is held.

        The answer does not depend on the order of the contenders. Conflicts of other kinds, and
        automations that fight, are always held.
        """
        if case.conflict.kind is not Kind.VALUE:
            return Hold(f"A conflict of kind {case.conflict.kind} is for a person.")
        line = self.rule_for(case.conflict.entity, case.field.name)
        if case.conflict.turning:
            return line.hold("Two automations keep changing it.")
        return line.judge(case)

    def settle(self, case: Case) -> Settlement | None:
        """Return how a conflict is settled, or None to hold it."""
        answer = self.judge(case)
        return answer if isinstance(answer, Settlement) else None


class Foreign(Struct, frozen=True):
    """A plugin's rule, kept to the promises that built-in rules make.

    It sees the contenders in an order of ours. An error or a value that nobody entered holds the
    field, with a reason that names the rule.
    """

    name: str
    rule: Rule

    @property
    def text(self) -> str:
        """The rule in words."""
        return self.rule.text

    def settle(self, case: Case) -> Settlement | Hold | None:
        """Ask the plugin, and take its answer if it is one that a rule may give."""
        order = sorted(range(len(case.contenders)), key=lambda i: repr(case.contenders[i]))
        contenders = tuple(case.contenders[i] for i in order)
        conflict = structs.replace(case.conflict, contenders=contenders)
        try:
            answer = self.rule.settle(Case(conflict, case.field, case.golden))
            if answer is None or isinstance(answer, Hold):
                return answer
            fits = _is_said(case.field, answer, contenders)
        # A plugin may fail in any way; it costs the one conflict, and its message may hold values.
        except Exception as problem:  # noqa: BLE001
            return Hold(f"The rule {self.name!r} failed ({type(problem).__name__}).")
        if not fits:
            return Hold(f"The rule {self.name!r} answered with a value that nobody entered.")
        winners = tuple(order[i] for i in answer.winners)
        return structs.replace(answer, winners=winners, rule=answer.rule or self.name)


def _is_said(field: Field, answer: Settlement, contenders: tuple[Contender, ...]) -> bool:
    """Whether the winners say the value, or for a field of several values each part of it."""
    if not all(0 <= i < len(contenders) for i in answer.winners):
        return False
    said = [contenders[i].value for i in answer.winners]
    if answer.value in said or (is_blank(answer.value) and any(map(is_blank, said))):
        return True
    several = field.type in {Type.CHOICES, Type.TEXTS}
    return several and _is_subset(answer.value, said)


def _is_subset(value: Value, lists: list[Value]) -> bool:
    """Whether each item of *value* is in one of *lists*."""
    items = [item for each in lists for item in each or ()]
    return bool(value) and value == sorted(set(value)) and all(item in items for item in value)
