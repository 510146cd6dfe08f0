"""Reports for other programs: a CSV, a workbook for spreadsheets, a page to print.

The formats are the core's, so that whatever report a plugin brings can be had in all of them. No text
of a report commands the program that opens it: not as a formula, a link, markup or a control character.
"""

from __future__ import annotations

from kamsync.cli.exporting.as_csv import as_csv
from kamsync.cli.exporting.as_html import as_html
from kamsync.cli.exporting.as_xlsx import as_xlsx
from kamsync.cli.exporting.layout import Group, Layout, laid_out
from kamsync.cli.exporting.saving import save

__all__ = ["Group", "Layout", "as_csv", "as_html", "as_xlsx", "laid_out", "save"]
