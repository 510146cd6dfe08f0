"""Conflicts at the terminal: the list, one as a question, and what was decided."""

from __future__ import annotations

from datetime import datetime

from kamsync.cli import words
from kamsync.cli.printing import Printer, text
from kamsync.engine import Hub
from kamsync.model import Conflict, Decision
from kamsync.reports import Conflicts, Effect, Names, Question, Sight
from kamsync.reports.asking import Choice, Side
from kamsync.reports.conflicts import Item, Saying
from kamsync.schema import Field

__all__ = ["show_decided", "show_list", "show_question"]

CAUSES = {
    "first meeting": "the systems met here for the first time, and say different things",
    "edited at the same time": "it was edited in several systems before any of them knew of the others",
    "edited without knowing the value": "it was edited by somebody who could not know the true value",
    "gone in one system": "it is gone in one system and alive in others",
    "back in one system": "it is back in one system and gone in others",
    "an edit that did not know of a decision": "it was edited by somebody who could not know of a"
    " person's decision",
}


def show_list(
    printer: Printer, sight: Sight, found: Conflicts, now: datetime, *, filtered: bool
) -> None:
    """Write the open conflicts: groups first, since most are of few shapes."""
    if not found.total:
        what = "of that kind " if filtered else ""
        printer.line((f"No conflict {what}is open: nothing waits for a person.", "green"))
        printer.next("kamsync plan" if not filtered else "kamsync conflicts")
        return
    groups = words.counted(len(found.groups), "group")
    printer.line((f"{words.counted(found.total, 'conflict')} open in {groups}", "bold"))
    rows = [
        (
            _topic(group.kind.value, group.entity, group.field),
            " ↔ ".join(team for team in group.teams if team),
            f"{group.count:,}",
            (f"oldest {words.age(group.oldest, now)}", "dim"),
        )
        for group in found.groups
    ]
    printer.table(rows, right=(2,), firm=(0, 2, 3))
    printer.gap()
    printer.table([_line(sight, item, now) for item in found.items], firm=(0, 4))
    if len(found.items) < found.total:
        printer.line(
            f"… {words.counted(found.total - len(found.items), 'more', 'more')}: kamsync conflicts list"
            f" --after {found.items[-1].id}"
            if found.items
            else "",
            indent=2,
        )
    if found.items:
        printer.next(f"kamsync conflicts show {found.items[0].id}")


def _topic(kind: str, entity: str, field: str) -> str:
    """Return what a conflict is about."""
    return f"{entity}.{field}" if kind == "value" else f"{entity} ({kind})"


def _line(sight: Sight, item: Item, now: datetime) -> tuple[str | tuple[str, str], ...]:
    """Return one conflict in a line."""
    names = words.named([each.name for each in item.sides], [str(e.value) for e in item.sides])
    sides = " ↔ ".join(
        _side(sight, item, side, name) for side, name in zip(item.sides, names, strict=True)
    )
    return (
        (item.id, "bold cyan"),
        _topic(item.kind, item.entity, item.field),
        words.shortened(item.label or item.record),
        sides,
        _terms(item, now),
    )


def _terms(item: Item, now: datetime) -> tuple[str, str]:
    """Return how long a conflict is open, and by when it is to be decided."""
    age = words.age(item.opened, now)
    if item.overdue:
        return f"{age}, overdue since {words.time(item.due)}", "bold red"
    return (f"{age}, due {words.time(item.due)}" if item.due else age), "dim"


def _side(sight: Sight, item: Item, side: Saying, name: str) -> str:
    """Return one side in a few words; *name* tells what it refers to from the other sides."""
    if item.kind == "match":
        return side.system or name or str(side.value)
    return f"{side.system or 'before'} {_said(sight, item, side.value, name)}"


def _said(sight: Sight, item: Item, value: object, name: str = "") -> str:
    """Return a value of the conflict's field in words."""
    if item.kind in {"delete", "merge"} and isinstance(value, bool):
        return "there" if value else "gone"
    return words.value(sight.field(item.entity, item.field), value, name)


def show_question(printer: Printer, sight: Sight, asked: Question) -> None:
    """Write one conflict with everything that a person needs to decide it."""
    item = asked.conflict
    printer.line(
        (f"{item.id}  ", "bold cyan"),
        (_topic(item.kind, item.entity, item.field), "bold"),
        f"  {words.shortened(item.label or item.record)}",
        (f"  {item.record}" if item.label else "", "dim"),
    )
    printer.line(f"Why: {CAUSES.get(item.cause, item.cause) or 'the systems disagree'}.", indent=2)
    if asked.policy:
        printer.line(f"Policy: {asked.policy}.", indent=2)
    if item.kind == "value":
        agreed = _said(sight, item, asked.agreed, asked.agreed_name)
        printer.line("Last agreed: ", (agreed, "bold"), indent=2)
    printer.line(
        (f"Open since {words.time(item.opened)} · version {item.version}", "dim"), indent=2
    )
    if item.due:
        called = f", then {item.escalate} is called in" if item.escalate else ""
        late = (" Overdue.", "bold red") if item.overdue else ""
        printer.line(f"To be decided by {words.time(item.due)}{called}.", late, indent=2)
    printer.gap()
    sides, ids = asked.sides, [str(side.value) for side in asked.sides]
    names = words.named([side.name for side in sides], ids)
    known = dict(zip(ids, names, strict=True))
    printer.table(
        [_contender(sight, item, each, name) for each, name in zip(sides, names, strict=True)]
    )
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


def _contender(
    sight: Sight, item: Item, side: Side, name: str
) -> tuple[str | tuple[str, str], ...]:
    """Return one side in a row."""
    if item.kind == "match":
        what = f"{side.name} ({side.value})" if side.value else "the newcomer"
        score = f"score {side.score:.2f}" if side.score is not None else ""
        place = f"{side.system} {side.native_id}".strip()
        return (str(side.number), "bold"), what, place, (score, "dim"), ""
    where = f"{side.system} {side.native_id}" if side.native_id else "golden, before"
    knew = "" if side.knew or not side.native_id else "did not know the value of before"
    return (
        (str(side.number), "bold"),
        (_said(sight, item, side.value, name), "bold"),
        words.who(side.person, side.team, where, side.at),
        (f"evidence: {side.evidence}" if side.native_id else "", "dim"),
        (knew, "dim"),
    )


def _choice(printer: Printer, sight: Sight, item: Item, choice: Choice, name: str) -> None:
    """Write one possible answer, and what it writes where."""
    value = _said(sight, item, choice.value, name) if choice.value is not None else ""
    printer.line(choice.option, (f"  {choice.meaning}", "dim"), f"  {value}", indent=2)
    _effects(printer, sight.field(item.entity, item.field), choice.effects)


def _effects(printer: Printer, field: Field | None, effects: tuple[Effect, ...] | None) -> None:
    """Write what would be written where."""
    if effects is None:
        printer.line(("what it writes cannot be told now", "dim"), indent=6)
        return
    if not effects:
        printer.line(("writes nothing", "dim"), indent=6)
    marks = {"create": "+", "update": "~", "delete": "-"}
    for each in effects:
        told = words.from_to(field, (each.before, each.after), each.names, each.parts)
        change = "" if each.after is None else " → ".join(told)
        printer.line(
            f"{marks[each.op]} {each.op} {each.system} {each.native_id or 'new'} ",
            change,
            (f"  not written: {each.problem}" if each.problem else "", "yellow"),
            indent=6,
        )


def _closed(printer: Printer, sight: Sight, asked: Question) -> None:
    """Write how a conflict was decided."""
    decision = asked.decision
    item = asked.conflict
    printer.gap()
    if decision is None:
        printer.line(("Closed", "green"), f" without a person, {words.time(asked.closed)}.")
        return
    name = next((e.name for e in asked.sides if e.value == decision.value), "")
    said = decision.choice or _said(sight, item, decision.value, name)
    why = f": {decision.reason}" if decision.reason else ""
    printer.line(
        ("Decided: ", "green"),
        (said, "bold"),
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
    name = Names(hub).of(conflict.record) or conflict.record
    topic = f"{_topic(conflict.kind.value, conflict.entity, conflict.field)} of {name}"
    field = sight.field(conflict.entity, conflict.field)
    meant = Names(hub).of(value) if field and field.to and isinstance(value, str) else ""
    said = decision.choice or words.value(field, value, meant)
    verb = "would be" if tried else "is"
    printer.line(text((topic, "bold"), f" {verb} decided: ", (said, "bold green"), "."))
    _effects(printer, field, effects)
    if tried:
        printer.line("Nothing was decided. Run it without --dry-run to decide.")
    else:
        printer.next("kamsync conflicts", "kamsync sync")
