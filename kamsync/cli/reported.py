"""A report at the terminal: groups under headings, things, and the rows of each."""

from __future__ import annotations

from collections.abc import Sequence

from kamsync.cli.exporting import Group, Layout
from kamsync.cli.exporting.cells import is_number
from kamsync.cli.exporting.layout import Row
from kamsync.cli.printing import Printer
from kamsync.cli.words import shortened

__all__ = ["show_report"]


def show_report(printer: Printer, layout: Layout) -> None:
    """Write a report for people; what is too long for a line is shortened."""
    counted = f"  {layout.count()}" if layout.report.group_by or layout.report.shared else ""
    printer.line((layout.report.title, "bold"), (counted, "dim"))
    for group in layout.groups:
        if layout.report.group_by:
            printer.gap()
            told = (layout.count(group), layout.summed(group))
            printer.line(
                (group.heading, "cyan"), (f"  {' · '.join(each for each in told if each)}", "dim")
            )
        _show_group(printer, layout, group)


def _show_group(printer: Printer, layout: Layout, group: Group) -> None:
    """Write the things of one group: one table for all, or one for each that has rows of its own."""
    every = list(group.rows)
    kept = [at for at in layout.own if any(row[at] is not None for row in every)]
    if not layout.shared:
        _show_rows(printer, layout, every, layout.own, titled=True)
        return
    for number, thing in enumerate(group.things):
        said = [(layout.columns[at].name, layout.told(thing[0], at)) for at in layout.shared]
        line = " · ".join(f"{name} {shortened(told)}" for name, told in said if told)
        printer.line(line, indent=2)
        _show_rows(printer, layout, thing, kept, titled=number == 0)


def _show_rows(
    printer: Printer, layout: Layout, rows: Sequence[Row], kept: Sequence[int], *, titled: bool
) -> None:
    """Write *rows* in the columns *kept*."""
    printer.table(
        [tuple(shortened(layout.told(row, at)) for at in kept) for row in rows],
        titles=[layout.columns[at].name for at in kept] if titled else (),
        right=[place for place, at in enumerate(kept) if any(is_number(row[at]) for row in rows)],
        indent=4 if layout.shared else 2,
        stacks=printer.is_narrow,
    )
