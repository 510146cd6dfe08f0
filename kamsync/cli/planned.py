"""A plan at the terminal: what was read, what would be written where, the changes, the sum of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from kamsync.cli import words
from kamsync.cli.meeting import show_choices, show_meeting
from kamsync.cli.printing import Cell, Printer, text
from kamsync.engine import Hub
from kamsync.reports import Change, Overview, Step
from kamsync.reports.planning import FieldChange
from kamsync.schema import Field

__all__ = ["MARKS", "show_plan"]

MARKS = {"create": ("+", "green"), "update": ("~", "yellow"), "delete": ("-", "red")}
SHOWN_LIMIT = 20
FIELDS_LIMIT = 8


def show_plan(
    printer: Printer,
    hub: Hub,
    plan: Overview,
    *,
    took_s: float,
    select: str = "",
    full: bool = False,
    choices: bool = True,
) -> None:
    """Write *plan* for a person, totals last; *choices* are the lines that choose otherwise."""
    systems = words.counted(len(hub.systems) - len(plan.down) - len(plan.resting), "system")
    printer.line(
        (f"Read {systems}", "bold"), f" · {words.counted(plan.read, 'row')} · {took_s:.1f} s"
    )
    for down in plan.down:
        printer.line(("! ", "red"), f"{down['system']} did not answer: {down['reason']}")
    for name in plan.resting:
        printer.line(("• ", "yellow"), f"{name} is paused; kamsync resume {name} serves it again.")
    for name, entities in plan.unseen.items():
        told = "; ".join(f"{words.listed(fields)} of {each}" for each, fields in entities.items())
        printer.line(
            ("! ", "red"), f"{name} does not show {told}: what people enter there does not arrive."
        )
    if plan.scope_is_empty:
        root = hub.scope.root
        printer.line(("! ", "red"), f"No {root} that was read is in scope; see [scope.{root}].")
    if plan.pilot:
        pilot = " · ".join(f"{name} {count:,}" for name, count in plan.pilot.items())
        printer.line(("Pilot", "bold"), f": {pilot}. Nothing else is merged or written.")
    _steps(printer, plan)
    if plan.unmet and plan.fields:
        show_meeting(printer, plan)
        if choices:
            show_choices(printer, plan, select, full=full)
    _changes(printer, hub, plan, select, full=full)
    _first(printer, plan)
    _totals(
        printer, plan, [name for name, each in hub.systems.items() if not any(each.allow.values())]
    )


def _steps(printer: Printer, plan: Overview) -> None:
    """Write what would be done in each system: creates, updates, then deletes."""
    rows: list[tuple[Cell, ...]] = []
    system = ""
    for step in plan.steps:
        if step.system != system:
            system = step.system
            rows.append(((system, "bold"), "", "", "", "", ""))
        rows += _rows(step)
    if rows:
        printer.gap()
        printer.table(rows, right=(3, 4), firm=(0, 3, 4, 5))


def _rows(step: Step) -> Iterator[tuple[Cell, ...]]:
    """Yield one row for each kind of write to one entity of one system."""
    counts = (("create", step.creates), ("update", step.updates), ("delete", step.deletes))
    stop = ("STOP", "bold red") if step.alarms else ""
    for op, count in counts:
        if count:
            mark, style = MARKS[op]
            fields = words.listed(step.fields, 4) if op == "update" else ""
            share = words.percent(count, step.existing) if op != "create" else ""
            of = f"{count:,} of {step.existing:,}" if op != "create" else f"{count:,}"
            yield (f"  {mark} {op}", style), step.entity, fields, of, share, stop
            stop = ""
    for alarm in step.alarms:
        yield "", "", (alarm, "red"), "", "", ""


def _first(printer: Printer, plan: Overview) -> None:
    """Write what is allowed since the last approval, and would be done for the first time."""
    if plan.first:
        printer.gap()
        printer.line(
            ("Allowed since the last approval", "bold"), f": {', '.join(plan.first)}.", indent=2
        )
        printer.line("Nobody has approved it yet, so this plan wants an approval.", indent=2)


def _changes(printer: Printer, hub: Hub, plan: Overview, select: str, *, full: bool) -> None:
    """Write the changes themselves, the first of them unless all are asked for."""
    shown = plan.changes if full or select else plan.changes[:SHOWN_LIMIT]
    met = {f"{each.entity}.{each.field}" for each in plan.meeting}
    if select and not shown and select not in met:
        printer.gap()
        near = f" Did you mean {words.either(plan.like)}?" if plan.like else ""
        printer.line(f"No change of this plan fits {select!r}.{near}")
    for change in shown:
        _change(printer, hub, change)
    left = len(plan.changes) - len(shown)
    beyond = plan.writes - plan.kept
    if left and not select:
        printer.line(f"… and {words.counted(left, 'more change')}; --full shows them.", indent=2)
    if beyond and (full or select):
        printer.line(
            f"{words.counted(beyond, 'more write is', 'more writes are')} not kept to be shown.",
            indent=2,
        )


def _change(printer: Printer, hub: Hub, change: Change) -> None:
    """Write one change: what it is to, then a line for each field."""
    mark, style = MARKS[change.op]
    printer.gap()
    name = f' "{words.shortened(change.label)}"' if change.label else ""
    printer.line(
        (f"{mark} {change.op} ", style),
        f"{change.system} {change.entity}",
        (name, "bold"),
        (f"  {change.native_id or 'new'} · {change.record}", "dim"),
        indent=2,
    )
    fields = list(change.fields.items())
    most = len(fields) if change.op == "update" else FIELDS_LIMIT
    known = hub.schema.entity(change.entity).fields
    rows = [
        (name, _from_to(change, known.get(name), field), (_said(field, change.system), "dim"))
        for name, field in fields[:most]
    ]
    printer.table(rows, indent=6)
    if len(fields) > most:
        printer.line(f"and {words.counted(len(fields) - most, 'more field')}", indent=6)


def _from_to(change: Change, declared: Field | None, field: FieldChange) -> Text:
    """Return what a field becomes, and from what."""
    before, after = words.from_to(declared, (field.before, field.after), field.names, field.parts)
    return text(after) if change.op == "create" else text(before, " → ", (after, "bold"))


def _said(field: FieldChange, system: str) -> str:
    """Return where a value comes from, and what of it follows by itself in its *system*."""
    said = field.said
    known = words.who(said.person, said.team, said.system, said.at) if said else ""
    follows = f"{', '.join(field.follows)}: follows the rest in {system}" if field.follows else ""
    whence = f"from {known}" if said and said.person else known
    return "; ".join(filter(None, (whence, follows)))


def _totals(printer: Printer, plan: Overview, closed: Sequence[str]) -> None:
    """Write the sum, what stands against it, and what to do next; *closed* systems are only read."""
    new = f", {plan.new:,} of them new" if plan.new else ""
    waiting = [
        words.counted(plan.held, "conflict") + new if plan.held else "",
        words.counted(len(plan.alarms), "guard") if plan.alarms else "",
        words.counted(plan.parked, "parked record") if plan.parked else "",
    ]
    printer.gap()
    _barred(printer, plan)
    if any(waiting):
        printer.line("Held back: ", " · ".join(filter(None, waiting)))
    if plan.writes == 0:
        agrees = "every system agrees" if not plan.held else "everything else agrees"
        if plan.unseen:
            agrees = "what is not shown was not compared"
        if plan.down:
            agrees = "what did not answer was not compared"
        elif closed:
            agrees = f"{', '.join(closed)} may only be read, until allow says more"
        elif plan.barred:
            count = sum(each.count for each in plan.barred)
            differs = words.counted(count, "difference is", "differences are")
            agrees = f"{differs} not covered by what is allowed"
        printer.line((f"Nothing to write: {agrees}.", "green bold"))
    else:
        printer.line(
            (f"Plan {plan.plan}: ", "bold"),
            (f"{plan.creates:,} to create, ", ""),
            (f"{plan.updates:,} to update, ", ""),
            (f"{plan.deletes:,} to delete.", "red" if plan.deletes else ""),
        )
    printer.next(*_next(plan))


def _barred(printer: Printer, plan: Overview) -> None:
    """Write what differs and may not be written, and which setting opens it."""
    if not plan.barred:
        return
    found = [f"{each.count:,} {each.system} {each.entity} to {each.op}" for each in plan.barred]
    sections = dict.fromkeys(f"[system.{each.system}]" for each in plan.barred)
    printer.line(f"Not allowed: {words.listed(found)}.")
    printer.line(
        (f"To have it written, add it to allow in {words.listed(sections)}.", "dim"), indent=2
    )


def _next(plan: Overview) -> Iterator[str]:
    """Yield what to do after the plan."""
    if plan.down or plan.unseen or plan.scope_is_empty:
        yield "kamsync check"
    if plan.held > plan.new:
        yield "kamsync conflicts"
    if plan.unmet and plan.barred and not plan.writes:
        yield "kamsync plan, once allow says what you expect"
    elif plan.pilot and not plan.writes:
        yield "kamsync plan"
    elif plan.down and not plan.writes:
        return
    elif plan.unmet or plan.first or plan.alarms:
        yield f"kamsync sync --approve {plan.plan}"
    elif plan.writes or plan.new:
        if plan.steps:
            yield f"kamsync plan --show {plan.steps[0].system}.{plan.steps[0].entity}"
        yield "kamsync sync"
    elif not plan.held:
        yield "kamsync history"
