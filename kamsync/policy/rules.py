"""The rules that a policy may name without any plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from kamsync.model import Contender, Value
from kamsync.policy.verdict import Case, Hold, Rule, Settlement
from kamsync.schema import Field, Type
from kamsync.values import as_python, is_blank, normalise

__all__ = [
    "Condition",
    "Extreme",
    "OnlyIfEmpty",
    "Recency",
    "Review",
    "Team",
    "Union",
    "While",
    "distinct",
    "in_words",
    "outcome",
]

ORDERED = frozenset({Type.NUMBER, Type.FRACTION, Type.INTEGER, Type.BOOLEAN, Type.DATE, Type.TIME})
"""The types whose values have an order by themselves."""


class Team(Struct, frozen=True):
    """The team decides, if it spoke.

    It is chosen only where nobody else could have been it: while an edit that says something else
    has no known author, or the team itself said two things, the field is held.
    """

    team: str
    unless_blank: bool = False

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"{self.team} decides" + _unless_blank(self)

    def settle(self, case: Case) -> Settlement | Hold | None:
        """Return what the team said, if it said one thing."""
        heard = _heard(case, unless_blank=self.unless_blank)
        said = distinct(c.value for c in heard if c.team == self.team)
        nobodys = [c for c in heard if c.team is None and c.value not in said[:1]]
        if nobodys:
            return Hold(f"It is not certain who made an edit, so it may have been {self.team}.")
        if len(said) > 1:
            return Hold(f"{self.team.capitalize()} said two different things.")
        if not said:
            return None
        return outcome(case, said[0], self.text, f"{self.team} spoke")


class While(Struct, frozen=True):
    """A rule that is asked only while the record is in a certain state."""

    condition: Condition
    rule: Rule

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"{self.rule.text} while {self.condition.text}"

    def settle(self, case: Case) -> Settlement | Hold | None:
        """Ask the rule if the state is the one that is meant."""
        if not self.condition.holds(case.golden):
            return None
        answer = self.rule.settle(case)
        if isinstance(answer, Settlement):
            reason = f"{answer.reason}, and {self.condition.text}"
            return Settlement(answer.value, answer.winners, self.text, reason)
        return answer


class Condition(Struct, frozen=True):
    """A state of a record: each named field, or part of a group, has one of the allowed values."""

    fields: tuple[tuple[str, Field, tuple[Value, ...]], ...]
    """Triples of the group that the field is part of (or ``""``), the field, and what it may be."""

    @property
    def text(self) -> str:
        """The state in words."""
        return " and ".join(
            f"{field.name} is {in_words(_shown(value) for value in allowed)}"
            for _, field, allowed in self.fields
        )

    def holds(self, golden: Mapping[str, Value]) -> bool:
        """Whether the golden values are in this state."""
        for group, field, allowed in self.fields:
            value = (golden.get(group) or {}).get(field.name) if group else golden.get(field.name)
            if as_python(field, value) not in [as_python(field, each) for each in allowed]:
                return False
        return True


class Recency(Struct, frozen=True):
    """The latest or the earliest edit wins, if it is certain which one that is.

    Clocks differ, so times closer than the tolerance are no evidence; neither is a missing time.
    """

    latest: bool = True
    tolerance_s: float = 2.0
    unless_blank: bool = False

    @property
    def text(self) -> str:
        """The rule in words."""
        which = "latest" if self.latest else "earliest"
        return f"the {which} edit wins by more than {self.tolerance_s:g} s" + _unless_blank(self)

    def settle(self, case: Case) -> Settlement | Hold | None:
        """Return the value that was said last (or first), if no other comes close."""
        heard = _heard(case, unless_blank=self.unless_blank)
        timed = [(datetime.fromisoformat(c.at), c.value) for c in heard if c.at]
        if not timed:
            return None
        moment = (max if self.latest else min)(at for at, _ in timed)
        rivals = distinct(value for at, value in timed if self._is_close(at, moment))
        untimed = distinct(c.value for c in heard if not c.at)
        if len(rivals) > 1 or any(value not in rivals for value in untimed):
            return None
        word = "later" if self.latest else "earlier"
        return outcome(case, rivals[0], self.text, f"it was entered {word} than the others")

    def _is_close(self, at: datetime, moment: datetime) -> bool:
        return abs((at - moment).total_seconds()) <= self.tolerance_s


class Extreme(Struct, frozen=True):
    """The highest or the lowest value wins; a blank is neither, and two currencies do not compare.

    Of a *boolean* yes is the highest.
    """

    highest: bool = True
    boolean: bool = False

    @property
    def text(self) -> str:
        """The rule in words."""
        if self.boolean:
            return "yes wins over no" if self.highest else "no wins over yes"
        return f"the {self._word} value wins"

    @property
    def _word(self) -> str:
        return "highest" if self.highest else "lowest"

    @staticmethod
    def applies_to(field: Field) -> bool:
        """Whether values of *field* have an order."""
        return _measure(field) is not None

    def settle(self, case: Case) -> Settlement | Hold | None:
        """Return the extreme value, if all values compare."""
        measure = _measure(case.field)
        values = distinct(c.value for c in case.contenders)
        if measure is None or any(is_blank(value) for value in values):
            return None
        measured = [measure(value) for value in values]
        if len({unit for unit, _ in measured}) > 1 or any(size is None for _, size in measured):
            return None
        sizes = [size for _, size in measured]
        extreme = (max if self.highest else min)(sizes)
        return outcome(case, values[sizes.index(extreme)], self.text, f"it is the {self._word}")


class Union(Struct, frozen=True):
    """All that anybody listed is kept."""

    @property
    def text(self) -> str:
        """The rule in words."""
        return "everything that anybody listed is kept"

    @staticmethod
    def applies_to(field: Field) -> bool:
        """Whether *field* holds several values."""
        return field.type in {Type.CHOICES, Type.TEXTS}

    def settle(self, case: Case) -> Settlement | Hold | None:
        """Return the union of all lists; whoever listed something is among the winners."""
        items = [item for contender in case.contenders for item in contender.value or ()]
        value = normalise(case.field, items)
        said = [c for c in case.contenders if not is_blank(c.value)] or case.contenders
        return Settlement(value, _places(case, said), self.text, "the lists were joined")


class OnlyIfEmpty(Struct, frozen=True):
    """Certain teams, or everybody, may fill an empty field but not replace what it holds."""

    teams: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The rule in words."""
        who = in_words(self.teams, "and") or "any edit"
        return f"{who} may only fill it while it is empty"

    def settle(self, case: Case) -> Settlement | Hold | None:
        """Return the one value that fills an empty field, or the one that may stay in a full one."""
        return self._filled(case) if case.is_empty else self._kept(case)

    def _filled(self, case: Case) -> Settlement | None:
        said = distinct(c.value for c in case.contenders if not is_blank(c.value))
        if len(said) != 1:
            return None
        return outcome(case, said[0], self.text, "the field was empty")

    def _kept(self, case: Case) -> Settlement | Hold | None:
        free = [c for c in case.contenders if not self._is_bound(c)]
        if len(free) == len(case.contenders):
            return None
        said = distinct(c.value for c in free)
        if len(said) != 1:
            return Hold("The field was not empty, and it is not certain what should stay in it.")
        return outcome(case, said[0], self.text, "the field was not empty")

    def _is_bound(self, contender: Contender) -> bool:
        if contender.link is None:
            return False
        return not self.teams or contender.team in self.teams


class Review(Struct, frozen=True):
    """A person decides, by a time, or somebody else is called in."""

    due_s: float | None = None
    escalate: str = ""

    @property
    def text(self) -> str:
        """The rule in words."""
        due = f" within {_duration(self.due_s)}" if self.due_s is not None else ""
        escalate = f", or {self.escalate} is called in" if self.escalate else ""
        return f"a person decides{due}{escalate}"

    def settle(self, case: Case) -> Settlement | Hold | None:  # noqa: ARG002
        """Leave it to a person."""
        return Hold("The policy leaves it to a person.", self.due_s, self.escalate)


def outcome(case: Case, value: Value, rule: str, reason: str) -> Settlement:
    """Return the settlement on *value*, won by everybody who said it."""
    said = [contender for contender in case.contenders if contender.value == value]
    return Settlement(value, _places(case, said), rule, reason)


def distinct(values: Iterable[Value]) -> list[Value]:
    """Return *values* without repeats, in an order that does not depend on theirs."""
    kept: list[Value] = []
    for value in sorted(values, key=repr):
        if value not in kept:
            kept.append(value)
    return kept


def in_words(names: Iterable[str], last: str = "or") -> str:
    """Return names as ``a, b or c``."""
    *rest, final = [*names] or [""]
    return f"{', '.join(rest)} {last} {final}" if rest else final


def _places(case: Case, chosen: Sequence[Contender]) -> tuple[int, ...]:
    """Return where *chosen* stand among the contenders: golden first, then the links by number."""
    places = [i for i, contender in enumerate(case.contenders) if contender in chosen]
    return tuple(sorted(places, key=lambda i: _rank(case.contenders[i])))


def _rank(contender: Contender) -> tuple[int, str]:
    return (-1 if contender.link is None else contender.link, repr(contender))


def _heard(case: Case, *, unless_blank: bool) -> list[Contender]:
    """Return the contenders that count: all, or those that say something."""
    return [c for c in case.contenders if not unless_blank or not is_blank(c.value)]


def _measure(field: Field) -> Callable[[Value], tuple[Any, Any]] | None:
    """Return what turns a value into its unit and its size, or None if values have no order."""
    if field.type in ORDERED:
        return lambda value: ("", as_python(field, value))
    if sorted(part.type for part in field.parts) == [Type.CURRENCY, Type.NUMBER]:
        number = next(part for part in field.parts if part.type is Type.NUMBER)
        unit = next(part for part in field.parts if part.type is Type.CURRENCY)
        return lambda value: (value.get(unit.name), as_python(number, value.get(number.name)))
    return None


def _unless_blank(rule: Team | Recency) -> str:
    return ", blanks aside" if rule.unless_blank else ""


def _shown(value: Value) -> str:
    return "blank" if is_blank(value) else str(value)


def _duration(seconds: float) -> str:
    """Return seconds in the largest unit that fits, such as ``2 days``."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            number = int(seconds // size)
            return f"{number} {word}{'' if number == 1 else 's'}"
    return f"{seconds:g} seconds"
