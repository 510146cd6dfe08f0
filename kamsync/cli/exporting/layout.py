"""A report as people read it: groups with their counts and sums, things, and the rows of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain, groupby
from typing import Any, TypeAlias

from msgspec import Struct, structs

from kamsync.cli.exporting.cells import is_number, plain, readable
from kamsync.cli.words import BLANK, counted
from kamsync.errors import PluginBroken
from kamsync.extensions import Column, Report
from kamsync.reports import HIDDEN
from kamsync.schema import DataClass

__all__ = ["Group", "Layout", "Row", "laid_out"]

Row: TypeAlias = tuple[Any, ...]


class Group(Struct, frozen=True):
    """Things under one heading: *parts* are the values that they have in common.

    *summaries* are what is told of all of them: for each column with a summary, a unit and a number.
    """

    parts: tuple[str, ...]
    things: tuple[tuple[Row, ...], ...]
    summaries: tuple[tuple[Column, str, Any], ...]

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of all things."""
        return chain.from_iterable(self.things)

    @property
    def heading(self) -> str:
        """What the things have in common, in words."""
        return " · ".join(self.parts)


class Layout(Struct, frozen=True):
    """A report without what nobody may see, and the places of its columns.

    *shared* and *own* are the columns that people read: those that a thing says once, and those that
    each of its rows says.
    """

    report: Report
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    shared: tuple[int, ...]
    own: tuple[int, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns."""
        return self.report.columns

    def told(self, row: Row, at: int) -> str:
        """Return one value as a person reads it."""
        column = self.columns[at]
        unit = row[_place(self.report, column.unit_in)] if column.unit_in else None
        return readable(column, row[at], unit)

    def count(self, group: Group | None = None) -> str:
        """Return how many things there are, in a group or in all."""
        groups = self.groups if group is None else (group,)
        return counted(sum(len(each.things) for each in groups), self.report.thing)

    def summed(self, group: Group) -> str:
        """Return the summaries of a group in words, ``""`` for none."""
        said: dict[Column, list[str]] = {}
        for column, unit, number in group.summaries:
            said.setdefault(column, []).append(readable(column, number, unit))
        return " · ".join(
            f"{column.name} {', '.join(numbers)} in all"
            if column.summary == "sum"
            else f"{column.name} up to {', '.join(numbers)}"
            for column, numbers in said.items()
        )


def laid_out(name: str, report: object) -> Layout:
    """Return the report called *name* for people; values of class pay are hidden.

    Raises:
        PluginBroken: it is no report, or names columns that it does not have, or lacks some cells.
    """
    report = _sound(name, report)
    secret = [column.data_class is DataClass.PAY for column in report.columns]
    rows = tuple(
        tuple(
            HIDDEN if hide and cell is not None else cell
            for hide, cell in zip(secret, row, strict=True)
        )
        for row in report.rows
    )
    units = {column.unit_in for column in report.columns}
    read = [
        at
        for at, column in enumerate(report.columns)
        if not column.detail and column.name not in {*report.group_by, *units}
    ]
    shared = tuple(at for at in read if report.columns[at].name in report.shared)
    own = tuple(at for at in read if at not in shared)
    return Layout(report, rows, tuple(_groups(report, rows)), shared, own)


def _sound(name: str, report: object) -> Report:
    """Return what a plugin made if it is a whole report."""
    if not isinstance(report, Report):
        raise PluginBroken(
            f"The report {name!r} is none: its plugin made a {type(report).__name__}."
        )
    report = structs.replace(report, rows=tuple(map(tuple, report.rows)))
    known = [column.name for column in report.columns]
    units = [column.unit_in for column in report.columns if column.unit_in]
    for named in (*report.group_by, *report.shared, *units):
        if named not in known:
            raise PluginBroken(
                f"The report {name!r} names a column {named!r}; it has {', '.join(known)}."
            )
    for number, row in enumerate(report.rows, 1):
        if len(row) != len(known):
            raise PluginBroken(
                f"Row {number} of the report {name!r} has {len(row)} cells for {len(known)} columns."
            )
    return report


def _groups(report: Report, rows: Sequence[Row]) -> Iterator[Group]:
    """Yield the groups in the order in which they first occur."""
    keys = [_place(report, name) for name in report.group_by]
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(plain(row[at]) or BLANK for at in keys), []).append(row)
    for parts, members in found.items():
        things = tuple(_things(report, members))
        yield Group(parts, things, tuple(_summaries(report, things)))


def _things(report: Report, rows: Sequence[Row]) -> Iterator[tuple[Row, ...]]:
    """Yield the rows of each thing: those that follow each other and share what things share."""
    keys = [_place(report, name) for name in report.shared]
    if not keys:
        yield from ((row,) for row in rows)
        return
    for _, members in groupby(rows, lambda row: [row[at] for at in keys]):
        yield tuple(members)


def _summaries(
    report: Report, things: Sequence[tuple[Row, ...]]
) -> Iterator[tuple[Column, str, Any]]:
    """Yield what is told of all *things*; what a thing says on each of its rows counts once."""
    for at, column in enumerate(report.columns):
        if not column.summary:
            continue
        once = column.name in report.shared
        by_unit: dict[str, list[Decimal]] = {}
        for thing in things:
            for row in thing[:1] if once else thing:
                if is_number(row[at]):
                    unit = plain(row[_place(report, column.unit_in)]) if column.unit_in else ""
                    by_unit.setdefault(unit, []).append(Decimal(str(row[at])))
        for unit, numbers in sorted(by_unit.items()):
            yield column, unit, sum(numbers) if column.summary == "sum" else max(numbers)


def _place(report: Report, name: str) -> int:
    """Return where the column called *name* stands."""
    return [column.name for column in report.columns].index(name)
