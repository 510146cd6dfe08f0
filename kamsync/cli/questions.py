"""One conflict at the terminal: as a question, and as what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kamsync.cli import words
from kamsync.cli.printing import Printer, text
from kamsync.engine import Hub
from kamsync.merge import FIRST_MEETING, UNTOLD
from kamsync.model import Conflict, Decision
from kamsync.reports import Effect, Names, Question, Sight
from kamsync.reports.asking import Choice, Side
from kamsync.reports.conflicts import Item

__all__ = ["said", "show_asked", "show_decided", "show_meanings", "show_question", "topic"]

COMMENTS_SHOWN = 5
MARKS = {"create": "+", "update": "~", "delete": "-", "ask": "?"}

CAUSES = {
    FIRST_MEETING: "the systems met here for the first time, and say different things",
    "edited at the same time": "it was edited in several systems before any of them knew of the others",
    "edited without knowing the value": "it was edited by somebody who could not know the true value",
    "gone in one system": "it is gone in one system and alive in others",
    UNTOLD: "one system does not show it any more, and does not tell that it is gone either: it may only be"
    " hidden from kamsync's user there",
    "back in one system": "it is back in one system and gone in others",
    "an edit that did not know of a decision": "it was edited by somebody who could not know of a"
    " person's decision",
}


def topic(kind: str, entity: str, field: str) -> str:
    """Return what a conflict is about."""
    return f"{entity}.{field}" if kind == "value" else f"{entity} ({kind})"


def said(sight: Sight, item: Item, value: object, name: str = "") -> str:
    """Return a value of the conflict's field in words."""
    if item.kind in {"delete", "merge"} and isinstance(value, bool):
        return "there" if value else "gone"
    return words.value(sight.field(item.entity, item.field), value, name)


def show_question(printer: Printer, sight: Sight, asked: Question) -> None:
    """Write one conflict with everything that a person needs to decide it."""
    item = asked.conflict
    known = show_asked(printer, sight, asked)
    if asked.closed:
        _closed(printer, sight, asked)
        return
    printer.gap()
    for choice in asked.choices:
        _choice(printer, sight, item, choice, known.get(str(choice.value), choice.name))
    if item.kind == "value":
        printer.line("--value X", ("  another value", "dim"), indent=2)
    printer.gap()
    printer.line(
        ("Decide: ", "dim"),
        f"kamsync conflicts resolve {item.id} --version {item.version} "
        f"{asked.choices[0].option if asked.choices else '--choice WORD'}",
    )


def show_asked(
    printer: Printer, sight: Sight, asked: Question, now: datetime | None = None
) -> dict[str, str]:
    """Write what is asked, why, by when, and each side; return what the values that are records go by.

    How old the question is, is told as it is *now*.
    """
    item = asked.conflict
    printer.line(
        (f"{item.id}  ", "bold cyan"),
        (topic(item.kind, item.entity, item.field), "bold"),
        f"  {words.shortened(item.label or item.record)}",
        (f"  {item.record}" if item.label else "", "dim"),
    )
    printer.line(f"Why: {CAUSES.get(item.cause, item.cause) or 'the systems disagree'}.", indent=2)
    if asked.policy:
        printer.line(f"Policy: {asked.policy}.", indent=2)
    if item.kind in {"value", "delete"}:
        agreed = said(sight, item, asked.agreed, asked.agreed_name)
        printer.line("Last agreed: ", (agreed, "bold"), indent=2)
    _state(printer, asked, now)
    printer.gap()
    sides, ids = asked.sides, [str(side.value) for side in asked.sides]
    names = words.named([side.name for side in sides], ids)
    printer.table(
        [_contender(sight, item, each, name) for each, name in zip(sides, names, strict=True)],
        stacks=True,
    )
    _compared(printer, sight, asked)
    return dict(zip(ids, names, strict=True))


def _state(printer: Printer, asked: Question, now: datetime | None) -> None:
    """Write how long a conflict is open, what it is about in money, who has it, and what was said."""
    item = asked.conflict
    stake, currency = asked.stake
    if stake is not None:
        printer.line(f"At stake: {words.money(stake, currency)}", indent=2)
    age = f" ({words.age(item.opened, now)})" if now else ""
    since = f"Open since {words.time(item.opened)}{age} · version {item.version}"
    printer.line((since, "dim"), indent=2)
    if item.due:
        called = f", then {item.escalate} is called in" if item.escalate else ""
        late = (" Overdue.", "bold red") if item.overdue else ""
        printer.line(f"To be decided by {words.time(item.due)}{called}.", late, indent=2)
    if item.assignee:
        printer.line("Assigned to ", (item.assignee, "bold"), indent=2)
    for each in item.comments[-COMMENTS_SHOWN:]:
        printer.line(f"{each.person}, {words.time(each.at)}: {words.joined(each.text)}", indent=2)


def _contender(
    sight: Sight, item: Item, side: Side, name: str
) -> tuple[str | tuple[str, str], ...]:
    """Return one side in a row."""
    if item.kind == "match":
        newcomer = f"the newcomer {words.shortened(side.name)}".strip()
        what = f"{name or side.name} ({side.value})" if side.value else newcomer
        score = f"score {side.score:.2f}" if side.score is not None else ""
        place = f"{side.system} {side.native_id}".strip()
        return (str(side.number), "bold"), what, place, (score, "dim"), ""
    where = f"{side.system} {side.native_id}" if side.native_id else "golden, before"
    blind = side.native_id and not side.knew and item.cause != FIRST_MEETING
    knew = "did not know the value of before" if blind else ""
    return (
        (str(side.number), "bold"),
        (said(sight, item, side.value, name), "bold"),
        words.who(side.person, side.team, where, side.at),
        (f"evidence: {side.evidence}" if side.native_id else "", "dim"),
        (knew, "dim"),
    )


def _compared(printer: Printer, sight: Sight, asked: Question) -> None:
    """Write side by side what the sides of a question about who is who say of each field."""
    if not asked.compared:
        return
    entity = asked.conflict.entity
    rows = []
    for each in asked.compared:
        field = sight.field(entity, each.field)
        first, *others = (
            words.value(field, value, name)
            for value, name in zip(each.values, each.names, strict=True)
        )
        told = [("the same", "dim")] if each.alike else others
        rows.append(((each.field, "dim"), first, *told))
    printer.gap()
    heads = [(str(side.number), "bold") for side in asked.sides]
    printer.table([("", *heads), *rows])


def show_meanings(
    printer: Printer, sight: Sight, asked: Question, keys: Sequence[tuple[str, str]]
) -> None:
    """Write what each of *keys* means, and what it would write where that was tried."""
    sides = {str(side.number): side for side in asked.sides}
    for key, meaning in keys:
        printer.line((key, "bold"), f"  {meaning}", indent=2)
        side = sides.get(key)
        option = f"--keep {key}" if side and side.value else "--choice new"
        tried = next((each for each in asked.choices if each.option == option), None)
        if asked.conflict.kind == "match" and tried is not None:
            _effects(printer, sight, asked.conflict, tried.effects)


def _choice(printer: Printer, sight: Sight, item: Item, choice: Choice, name: str) -> None:
    """Write one possible answer, and what it writes where."""
    value = said(sight, item, choice.value, name) if choice.value is not None else ""
    printer.line(choice.option, (f"  {choice.meaning}", "dim"), f"  {value}", indent=2)
    _effects(printer, sight, item, choice.effects)


def _effects(
    printer: Printer, sight: Sight, about: Item | Conflict, effects: tuple[Effect, ...] | None
) -> None:
    """Write what would be written where, and what would be asked next."""
    if effects is None:
        printer.line(("what it writes cannot be told now", "dim"), indent=6)
        return
    if not effects:
        printer.line(("writes nothing", "dim"), indent=6)
    shown = ""
    for each in effects:
        place = f"{MARKS[each.op]} {each.op} {each.system} {each.native_id or 'new'}"
        if not each.field:
            change = _change(sight, about, each)
            printer.line(f"{place} ", change, *_problem(each), indent=6)
            continue
        if each.op == "ask":
            printer.line(("? ", "yellow"), f"{each.field} is asked next", indent=6)
            continue
        if place != shown:
            printer.line(place, *_problem(each), indent=6)
        shown = place
        printer.line((f"{each.field}  ", "dim"), _change(sight, about, each), indent=10)


def _change(sight: Sight, about: Item | Conflict, effect: Effect) -> str:
    """Return what is there and what would be, nothing where no field is told."""
    if effect.after is None:
        return ""
    field = sight.field(about.entity, effect.field or about.field)
    return " → ".join(
        words.from_to(field, (effect.before, effect.after), effect.names, effect.parts)
    )


def _problem(effect: Effect) -> list[tuple[str, str]]:
    """Return why a write cannot be, if it cannot."""
    return [(f"  not written: {effect.problem}", "yellow")] if effect.problem else []


def _closed(printer: Printer, sight: Sight, asked: Question) -> None:
    """Write how a conflict was decided."""
    decision = asked.decision
    item = asked.conflict
    printer.gap()
    if decision is None:
        printer.line(("Closed", "green"), f" without a person, {words.time(asked.closed)}.")
        return
    name = next((e.name for e in asked.sides if e.value == decision.value), "")
    answer = decision.choice or said(sight, item, decision.value, name)
    why = f": {decision.reason}" if decision.reason else ""
    printer.line(
        ("Decided: ", "green"),
        (answer, "bold"),
        f" by {decision.person}, {words.time(asked.closed)}{why}",
    )


def show_decided(
    printer: Printer,
    hub: Hub,
    sight: Sight,
    conflict: Conflict,
    decision: Decision,
    effects: tuple[Effect, ...],
    *,
    tried: bool,
) -> None:
    """Write what was decided, or would be, and what the next round writes."""
    value = sight.value(conflict.entity, conflict.field, decision.value)
    if printer.json:
        printer.document(
            {
                "conflict": conflict.id,
                "version": conflict.version,
                "dry_run": tried,
                "value": value,
                "choice": decision.choice,
                "person": decision.person,
                "at": decision.at,
                "effects": effects,
            }
        )
        return
    names = Names(hub)
    names.greet([conflict])
    name = names.of(conflict.record) or conflict.record
    about = f"{topic(conflict.kind.value, conflict.entity, conflict.field)} of {name}"
    field = sight.field(conflict.entity, conflict.field)
    meant = names.of(value) if field and field.to and isinstance(value, str) else ""
    answer = decision.choice or words.value(field, value, meant)
    verb = "would be" if tried else "is"
    printer.line(text((about, "bold"), f" {verb} decided: ", (answer, "bold green"), "."))
    _effects(printer, sight, conflict, effects)
    if tried:
        printer.line("Nothing was decided. Run it without --dry-run to decide.")
    else:
        printer.next("kamsync conflicts", "kamsync sync")
