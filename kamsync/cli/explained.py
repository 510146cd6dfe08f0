"""A record explained at the terminal, newest first."""

from __future__ import annotations

from kamsync.cli import words
from kamsync.cli.printing import Cell, Printer
from kamsync.cli.stories import happening_rows
from kamsync.reports import Called, Explained, Sight
from kamsync.reports.explaining import FieldExplained

__all__ = ["show_field", "show_record"]


def show_record(printer: Printer, sight: Sight, told: Explained) -> None:
    """Write a record with its values, where it is, and what is open."""
    _title(printer, told)
    rows: list[list[Cell]] = [
        [
            each.field,
            (words.value(sight.field(told.entity, each.field), each.value, each.name), "bold"),
            words.who(each.person, each.team, each.system, each.said_at),
            (_by(each), "dim"),
            (f"conflict {each.conflict}" if each.conflict else "", "yellow"),
        ]
        for each in told.fields
    ]
    printer.table(rows)
    if not rows:
        printer.line("It has no values yet.", indent=2)
    printer.gap()
    printer.table(
        [
            (place.system, place.native_id or "", place.state, (_read(place.read_at), "dim"))
            for place in told.places
        ],
    )
    commands = [f"kamsync explain {told.record}.{told.fields[0].field}"] if told.fields else []
    commands += [f"kamsync conflicts show {id_}" for id_ in told.conflicts[:1]]
    printer.next(*commands, f"kamsync history {told.record}")


def _title(printer: Printer, told: Explained, field: str = "") -> None:
    """Write what is explained."""
    name = f' "{told.label}"' if told.label else ""
    topic = f"{told.entity}.{field}" if field else told.entity
    printer.line((topic, "bold"), (name, "bold"), (f"  {told.record}", "dim"))


def _by(field: FieldExplained) -> str:
    """Return by what a value won."""
    return "decided by a person" if field.pinned else f"by {field.rule}" if field.rule else ""


def _read(at: str) -> str:
    """Return when a link was read."""
    return f"read {words.time(at)}" if at else ""


def show_field(printer: Printer, sight: Sight, told: Explained, called: Called) -> None:
    """Write one value: since when, who, why, who knows it, and its story."""
    [each] = told.fields
    field = sight.field(told.entity, each.field)
    _title(printer, told, each.field)
    if each.revision:
        source = words.who(each.person, each.team, each.system, each.said_at)
        since = f"since {words.time(each.since)}" if each.since else ""
        details = " · ".join(part for part in (since, source, _by(each)) if part)
        printer.line((words.value(field, each.value, each.name), "bold"), f"   {details}")
    else:
        printer.line(("It was never set.", "dim"))
    if each.conflict:
        printer.line((f"Held by conflict {each.conflict}: no system is written.", "yellow"))
    printer.gap()
    printer.table(
        [
            (
                held.system,
                held.native_id or "",
                words.value(field, held.value, held.name) if held.state != "not there" else "",
                (held.state, "green" if held.knows else "dim"),
            )
            for held in each.holds
        ],
    )
    if each.told:
        printer.gap()
        printer.table(list(happening_rows(each.told, sight, called, with_field=False)))
    printer.gap()
    printer.line((f"Policy: {each.policy}.", "dim"))
    commands = [f"kamsync conflicts show {each.conflict}"] if each.conflict else []
    printer.next(*commands, f"kamsync history {told.record}")
