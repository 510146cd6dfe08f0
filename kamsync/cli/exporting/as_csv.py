"""A report as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any

from kamsync.cli.exporting.cells import is_number, plain
from kamsync.cli.exporting.layout import Layout

__all__ = ["as_csv"]

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - a spreadsheet takes wide ones too
"""How a text begins, after blanks, that a spreadsheet would take for a formula; it gets a ' before it.

These, a tab and line breaks are what OWASP lists under "CSV Injection".
"""


def as_csv(layout: Layout) -> str:
    """Return every row with all of its columns, as RFC 4180 has them, with no text that is a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_inert(column.name) for column in layout.columns])
    writer.writerows([_inert(cell) for cell in row] for row in layout.rows)
    return file.getvalue()


def _inert(cell: Any) -> str:
    """Return one value as text; a number may begin with a minus, a text may not."""
    said = plain(cell)
    return f"'{said}" if _commands(said) and not is_number(cell) else said


def _commands(said: str) -> bool:
    """Whether a spreadsheet might reckon with a text instead of showing it."""
    return said.startswith(("\t", "\r", "\n")) or said.lstrip().startswith(FORMULA)
