"""One conflict as a question: why it is one, who says what, and what each answer would write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from kamsync.engine import CHOICES, Hub
from kamsync.errors import DecisionRefused, StopRound, StoreBusy, UnknownName
from kamsync.model import Conflict, Decision, Kind, Link, Value
from kamsync.reports.comparing import Compared, compared
from kamsync.reports.conflicts import Item, item
from kamsync.reports.finding import Names
from kamsync.reports.sight import Sight
from kamsync.reports.stakes import NOTHING, Stake, at_stake
from kamsync.reports.trying import Effect, effects
from kamsync.values import is_blank

__all__ = ["Choice", "Question", "Side", "question", "values_for"]

TRIED = "tried"
"""The time of a decision that is only tried."""


class Side(Struct, frozen=True):
    """One side of a conflict, by its *number*; *native_id* is ``""`` for the value from before.

    *evidence* says how it is known who made the edit, *knew* that they had seen the golden value.
    """

    number: int
    system: str
    native_id: str
    team: str
    person: str
    at: str
    evidence: str
    knew: bool
    value: Value
    name: str
    score: float | None = None


class Choice(Struct, frozen=True):
    """One possible answer: the *option* that gives it, what it means, and what it would write.

    *effects* is None where that cannot be told now.
    """

    option: str
    meaning: str
    value: Value
    name: str
    effects: tuple[Effect, ...] | None = None


class Question(Struct, frozen=True):
    """A conflict with everything that a person needs to decide it.

    *policy* is the rule that stood aside; *agreed* the value last agreed on. *decision* is what was
    chosen, of a conflict that is closed. *stake* is what the record is worth, with its currency.
    *compared* is what the sides say of each field, where the question is who is who.
    """

    conflict: Item
    policy: str
    agreed: Value
    agreed_name: str
    sides: tuple[Side, ...]
    choices: tuple[Choice, ...]
    closed: str = ""
    decision: Decision | None = None
    stake: Stake = NOTHING
    compared: tuple[Compared, ...] = ()


def question(hub: Hub, conflict: Conflict, sight: Sight, *, tried: bool = True) -> Question:
    """Return *conflict* as a question; nothing is decided by asking.

    Unless each choice is *tried*, what it would write is not told, and the answer comes at once.
    """
    names = Names(hub)
    names.greet([conflict])
    line = item(conflict, sight, names, hub.now())
    sides = tuple(_sides(conflict, line, _links(hub, conflict)))
    choices = [] if conflict.closed else _choices(conflict, sides)
    agreed = sight.value(conflict.entity, conflict.field, conflict.agreed)
    decision = conflict.decision
    if decision is not None and sight.hides(conflict.entity, conflict.field):
        decision = Decision(decision.person, decision.at, agreed, decision.choice, decision.reason)
    refers = any(side.name for side in line.sides) and isinstance(agreed, str)
    return Question(
        conflict=line,
        policy=_policy(hub, conflict),
        agreed=agreed,
        agreed_name=names.of(agreed) if refers else "",
        sides=sides,
        choices=tuple(
            _with_effects(hub, conflict, each, decided, sight) if tried else each
            for each, decided in choices
        ),
        closed=conflict.closed,
        decision=decision,
        stake=_stake(hub, conflict, sight),
        compared=() if conflict.closed else compared(hub, conflict, sight),
    )


def _stake(hub: Hub, conflict: Conflict, sight: Sight) -> Stake:
    """Return what the record of a conflict is worth, as far as that is known."""
    return at_stake(sight, hub.store.records.by_id([conflict.record]).get(conflict.record))


def _policy(hub: Hub, conflict: Conflict) -> str:
    """Return in words the rule that did not settle it."""
    if conflict.kind is Kind.VALUE:
        return hub.policy_for(conflict).rule_for(conflict.entity, conflict.field).text
    if conflict.kind is Kind.DELETE:
        return f"deletes: {hub.policy.deletes(conflict.entity)}"
    return ""


def _links(hub: Hub, conflict: Conflict) -> dict[int, Link]:
    """Return the links of the sides."""
    ids = [side.link for side in conflict.contenders if side.link is not None]
    return hub.store.links.by_id(ids)


def _sides(conflict: Conflict, line: Item, links: dict[int, Link]) -> Iterator[Side]:
    """Yield the sides, numbered from 1."""
    for number, (side, said) in enumerate(zip(conflict.contenders, line.sides, strict=True), 1):
        link = links.get(side.link or -1)
        matching = conflict.kind is Kind.MATCH
        score = side.cells[0] if matching and side.link is None and side.cells else None
        yield Side(
            number=number,
            system=side.system,
            native_id=(link.native_id or "") if link else "",
            team=side.team or "",
            person=side.person,
            at=side.at,
            evidence=side.evidence.value,
            knew=side.knew,
            value=said.value,
            name=said.name or (line.label if matching and side.link is not None else ""),
            score=float(score) if isinstance(score, int | float) else None,
        )


def _choices(conflict: Conflict, sides: Sequence[Side]) -> list[tuple[Choice, Decision]]:
    """Return the possible answers, each with the decision that it stands for."""
    if conflict.kind is Kind.VALUE:
        return _value_choices(conflict, sides)
    if conflict.kind is Kind.MATCH:
        return _match_choices(conflict, sides)
    meaning = {
        "delete": "it ends everywhere",
        "restore": "it is put back where it is gone",
        "detach": "it stays gone there and lives on elsewhere",
        "keep": "they stay as they are",
    }
    return [
        (Choice(f"--choice {word}", meaning.get(word, ""), None, ""), _decision(choice=word))
        for word in CHOICES.get(conflict.kind, ())
    ]


def _value_choices(conflict: Conflict, sides: Sequence[Side]) -> list[tuple[Choice, Decision]]:
    """Return one answer for each value that is said, and the value agreed on before."""
    found: list[tuple[Choice, Decision]] = []
    seen: list[Value] = []
    for contender, side in zip(conflict.contenders, sides, strict=True):
        if contender.value not in seen:
            seen.append(contender.value)
            meaning = f"what {side.system or 'kamsync'} says" if side.native_id else "what was true"
            choice = Choice(f"--keep {side.number}", meaning, side.value, side.name)
            found.append((choice, _decision(contender.value)))
    if conflict.agreed not in seen and not is_blank(conflict.agreed):
        choice = Choice("--agreed", "back to what was agreed", None, "")
        found.append((choice, _decision(conflict.agreed)))
    return found


def _match_choices(conflict: Conflict, sides: Sequence[Side]) -> list[tuple[Choice, Decision]]:
    """Return one answer for each record that it may be, and that it is none of them."""
    found = [
        (
            Choice(f"--keep {side.number}", "it is this record", side.value, side.name),
            _decision(contender.value, "same"),
        )
        for contender, side in zip(conflict.contenders, sides, strict=True)
        if contender.value
    ]
    new = Choice("--choice new", "it is a record of its own", None, "")
    return [*found, (new, _decision(choice="new"))]


def _decision(value: Value = None, choice: str = "") -> Decision:
    """Return a decision that is only tried."""
    return Decision("nobody", TRIED, value, choice)


def _with_effects(
    hub: Hub, conflict: Conflict, choice: Choice, decision: Decision, sight: Sight
) -> Choice:
    """Return *choice* with what it would write, if that can be told now."""
    try:
        found = effects(hub, conflict, decision, sight)
    except (StoreBusy, StopRound, DecisionRefused):
        found = None
    return Choice(choice.option, choice.meaning, choice.value, choice.name, found)


def values_for(conflict: Conflict, keep: str) -> Decision:
    """Return the decision to keep the side that *keep* names: its number, its system or its team.

    Raises:
        UnknownName: no side goes by that, or several that say different things.
    """
    sides = list(enumerate(conflict.contenders, 1))
    if keep.isdecimal():
        meant = [side for number, side in sides if str(number) == keep]
    else:
        named = [side for _, side in sides if keep in {side.system, side.team}]
        meant = [side for side in named if side.link is not None] or named
    values = [side.value for side in meant]
    if not meant or any(value != values[0] for value in values):
        known = ", ".join(f"{number} ({side.system or 'golden'})" for number, side in sides)
        what = "Several sides" if meant else "No side"
        raise UnknownName(
            f"{what} of conflict {conflict.id} {'go' if meant else 'goes'} by {keep!r}; there are {known}.",
            hint="Give the number.",
        )
    return _decision(values[0], _choice_of(conflict.kind, values[0]))


def _choice_of(kind: Kind, value: Value) -> str:
    """Return the word that stands for keeping *value* in a conflict that is not about a field."""
    if kind is Kind.DELETE:
        return "restore" if value else "delete"
    if kind is Kind.MATCH:
        return "same" if value else "new"
    return "keep" if kind is Kind.MERGE else ""
