"""One conflict as a question: why it is one, who says what, and what each answer would write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from kamsync.engine import CHOICES, Hub, resolve_conflict
from kamsync.engine.merging import due_at, load, merge_records
from kamsync.errors import DecisionRefused, StopRound, StoreBusy
from kamsync.model import EXISTS, Conflict, Decision, Kind, Link, Op, Value
from kamsync.reports.conflicts import Item, item
from kamsync.reports.finding import Names
from kamsync.reports.sight import Sight
from kamsync.values import is_blank

__all__ = ["Choice", "Effect", "Question", "Side", "effects", "question", "values_for"]

LINKS_LIMIT = 100
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


class Effect(Struct, frozen=True):
    """What a choice would write in one system, in native cells; *problem* says why it cannot."""

    system: str
    op: str
    native_id: str | None
    before: Value
    after: Value
    problem: str = ""


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
    chosen, of a conflict that is closed.
    """

    conflict: Item
    policy: str
    agreed: Value
    agreed_name: str
    sides: tuple[Side, ...]
    choices: tuple[Choice, ...]
    closed: str = ""
    decision: Decision | None = None


def question(hub: Hub, conflict: Conflict, sight: Sight) -> Question:
    """Return *conflict* as a question; nothing is decided by asking."""
    names = Names(hub)
    line = item(conflict, sight, names)
    links = _links(hub, conflict)
    sides = tuple(_sides(conflict, line, links))
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
            _with_effects(hub, conflict, each, decided, sight) for each, decided in choices
        ),
        closed=conflict.closed,
        decision=decision,
    )


def _policy(hub: Hub, conflict: Conflict) -> str:
    """Return in words the rule that did not settle it."""
    if conflict.kind is Kind.VALUE:
        return hub.policy.rule_for(conflict.entity, conflict.field).text
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
            name=said.name,
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


def effects(
    hub: Hub, conflict: Conflict, decision: Decision, sight: Sight, *, version: int | None = None
) -> tuple[Effect, ...]:
    """Return what *decision* would write for the field it is about; it is tried and undone.

    Raises:
        KamsyncError: it would be refused, and why.
    """
    with hub.store.rehearsal():
        shown = conflict.version if version is None else version
        resolve_conflict(hub, conflict.id, shown, decision)
        record = _concerned(hub, conflict)
        if record is None:
            return ()
        merge_records(hub, conflict.entity, [record])
        return tuple(_due(hub, conflict, record, sight))


def _concerned(hub: Hub, conflict: Conflict) -> str | None:
    """Return the record that a decision changes."""
    if conflict.kind is not Kind.MATCH:
        return conflict.record
    newcomer = next((c.link for c in conflict.contenders if c.link is not None), -1)
    link = hub.store.links.by_id([newcomer]).get(newcomer)
    return link.record if link else None


def _due(hub: Hub, conflict: Conflict, id_: str, sight: Sight) -> Iterator[Effect]:
    """Yield what would be due at each link of a record."""
    batch = load(hub, conflict.entity, [id_])
    record = batch.records[id_]
    for link in batch.links.get(id_, [])[:LINKS_LIMIT]:
        told = due_at(hub, batch, record, link, batch.held(id_))
        problems = [p.reason for p in told.problems if p.field == conflict.field]
        wanted = conflict.field if conflict.kind is Kind.VALUE else None
        if told.op is None or (wanted and wanted not in told.fields):
            if problems:
                yield Effect(link.system, "update", link.native_id, None, None, problems[0])
            continue
        fact = link.facts.get(wanted or EXISTS)
        intent = told.fields.get(wanted or EXISTS)
        field = conflict.field if wanted else EXISTS
        yield Effect(
            system=link.system,
            op=told.op.value,
            native_id=link.native_id,
            before=sight.cells(conflict.entity, field, fact.observed) if fact and wanted else None,
            after=sight.cells(conflict.entity, field, intent.cells) if intent and wanted else None,
            problem=_forbidden(hub, link, told.op),
        )


def _forbidden(hub: Hub, link: Link, op: Op) -> str:
    """Say that a write is not allowed, if so."""
    if hub.systems[link.system].allows(link.entity, op):
        return ""
    return f"the configuration does not allow {op} of {link.entity} there"


def values_for(conflict: Conflict, keep: str) -> Decision:
    """Return the decision to keep the side that *keep* names: its number, its system or its team.

    Raises:
        DecisionRefused: no side goes by that, or several that say different things.
    """
    sides = list(enumerate(conflict.contenders, 1))
    if keep.isdecimal():
        meant = [side for number, side in sides if number == int(keep)]
    else:
        named = [side for _, side in sides if keep in {side.system, side.team}]
        meant = [side for side in named if side.link is not None] or named
    values = [side.value for side in meant]
    if not meant or any(value != values[0] for value in values):
        known = ", ".join(f"{number} ({side.system or 'golden'})" for number, side in sides)
        what = "Several sides" if meant else "No side"
        raise DecisionRefused(
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
