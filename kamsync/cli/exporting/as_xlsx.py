"""A report as a workbook for spreadsheets: every row to filter, the groups, what the columns mean.

A text is only ever written as a text, so that none is a formula or a link, and marked as one (quotePrefix
in ECMA-376, part 1, 18.8.45), so that it stays one when somebody edits its cell. How many rows, characters
and digits there may be is in "Excel specifications and limits" at support.microsoft.com.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from kamsync.cli.exporting.cells import is_number, plain, utc
from kamsync.cli.exporting.layout import Group, Layout
from kamsync.errors import Unsupported
from kamsync.extensions import Column

__all__ = ["as_xlsx"]

ROWS_LIMIT = 1_048_575
"""How many rows fit under the titles of a sheet."""

TEXT_LIMIT = 32_767
CUT = " … (the rest is in --csv and --json)"
DIGITS = 15
"""How many digits of a number a spreadsheet keeps; a longer one is written as text, to lose none."""

FIRST_YEAR = 1900
NARROWEST, WIDEST = 6, 60
MEASURED = 1_000
"""By how many rows the width of a column is judged."""

NO_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "quote_prefix": True},
    "text": {"text_wrap": True, "valign": "top", "quote_prefix": True},
    "number": {"valign": "top"},
    "money": {"valign": "top", "num_format": "#,##0.00"},
    "date": {"valign": "top", "num_format": "yyyy-mm-dd"},
    "time": {"valign": "top", "num_format": "yyyy-mm-dd hh:mm"},
}


def as_xlsx(layout: Layout, made: datetime) -> bytes:
    """Return the workbook, as made at the time *made*.

    Raises:
        Unsupported: there are more rows than a sheet holds.
    """
    if len(layout.rows) > ROWS_LIMIT:
        raise Unsupported(
            f"{layout.report.title} has {len(layout.rows):,} rows; a sheet holds {ROWS_LIMIT:,}.",
            hint="Take --csv, which has no limit.",
        )
    file = io.BytesIO()
    book = _Book(file, layout.report.title, made)
    book.sheet("Rows", [_title(column) for column in layout.columns], layout.rows, layout.columns)
    if layout.report.group_by:
        titles, rows = _groups(layout)
        book.sheet("Groups", titles, rows)
    about = [(column.name, column.unit, column.meaning) for column in layout.columns]
    book.sheet("Columns", ("column", "unit", "meaning"), about)
    book.close()
    return file.getvalue()


class _Book:
    """A workbook that is being written, sheet by sheet."""

    def __init__(self, file: io.BytesIO, title: str, made: datetime) -> None:
        self._book = xlsxwriter.Workbook(file, NO_OPTIONS)
        self._formats = {name: self._book.add_format(each) for name, each in FORMATS.items()}
        self._title = plain(title)
        self._made = f"{utc(made):%Y-%m-%d %H:%M} UTC"
        self._book.set_properties({"title": self._title, "created": made.astimezone(UTC)})

    def close(self) -> None:
        """Write what was collected."""
        self._book.close()

    def sheet(
        self,
        name: str,
        titles: Sequence[str],
        rows: Sequence[Sequence[Any]],
        columns: Sequence[Column] = (),
    ) -> None:
        """Add a sheet: a row of titles that stays in sight and repeats in print, then *rows*."""
        sheet = self._book.add_worksheet(name)
        for at, title in enumerate(titles):
            self._text(sheet, 0, at, title, "title")
            sheet.set_column(at, at, _width(title, (row[at] for row in rows[:MEASURED])))
        for number, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                money = bool(columns and columns[at].unit_in)
                self._cell(sheet, number, at, cell, "money" if money else "number")
        self._set_up(sheet, len(rows), len(titles) - 1)

    def _set_up(self, sheet: Any, last: int, right: int) -> None:
        """Make a sheet one to filter and to print."""
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), right)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        # In a header, & begins a code; two stand for one.
        title = self._title.replace("&", "&&")[:100]
        sheet.set_header(f"&L{title}&R{self._made}")
        sheet.set_footer("&L&A&RPage &P of &N")

    def _cell(self, sheet: Any, row: int, at: int, cell: Any, number: str) -> None:
        """Write one value as what it is."""
        if cell is None or cell == "":
            return
        if isinstance(cell, bool):
            sheet.write_boolean(row, at, cell, self._formats["number"])
        elif is_number(cell) and len(Decimal(str(cell)).as_tuple().digits) <= DIGITS:
            sheet.write_number(row, at, cell, self._formats[number])
        elif isinstance(cell, date) and cell.year >= FIRST_YEAR:
            is_time = isinstance(cell, datetime)
            said = utc(cell) if isinstance(cell, datetime) else cell
            sheet.write_datetime(row, at, said, self._formats["time" if is_time else "date"])
        else:
            self._text(sheet, row, at, plain(cell), "text")

    def _text(self, sheet: Any, row: int, at: int, text: str, style: str) -> None:
        """Write a text as a text; one that is too long says that it was cut."""
        if len(text.encode("utf-16-le")) // 2 > TEXT_LIMIT:
            # Half as many characters fit whatever characters they are.
            text = text[: TEXT_LIMIT // 2 - len(CUT)] + CUT
        sheet.write_string(row, at, text, self._formats[style])


def _title(column: Column) -> str:
    """Return the title of a column with its unit."""
    return f"{column.name} ({column.unit})" if column.unit else column.name


def _width(title: str, cells: Iterable[Any]) -> int:
    """Return how wide a column is: its longest line, within reason."""
    lines = (line for cell in cells for line in plain(cell).split("\n"))
    longest = max(map(len, (title, *lines)))
    return min(max(longest + 2, NARROWEST), WIDEST)


def _groups(layout: Layout) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the groups as a table: one row for each, and for each currency of its sums."""
    summed = [column for column in layout.columns if column.summary]
    titles = [*layout.report.group_by, "count"]
    for column in summed:
        titles += [f"{column.name}, {column.summary}", *(["unit"] if column.unit_in else [])]
    rows: list[tuple[Any, ...]] = []
    for group in layout.groups:
        rows += _group(group, summed)
    return titles, rows


def _group(group: Group, summed: Sequence[Column]) -> list[tuple[Any, ...]]:
    """Return the rows of one group; only the first has the count, so that it can be added up."""
    told = {
        column.name: [(number, unit) for each, unit, number in group.summaries if each == column]
        for column in summed
    }
    rows = []
    for line in range(max([1, *map(len, told.values())])):
        row: list[Any] = [*group.parts, None if line else len(group.things)]
        for column in summed:
            given = told[column.name]
            number, unit = given[line] if line < len(given) else (None, None)
            row += [number, unit] if column.unit_in else [number]
        rows.append(tuple(row))
    return rows
