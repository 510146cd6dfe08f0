"""``kamsync report``: a plugin's report, to read or to work on with other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.extensions import Report

__all__ = ["report"]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula; it gets a ' before it."""


@click.command()
@common
@click.argument("name", required=False)
@click.option(
    "--csv", "as_csv", is_flag=True, help="Write it as CSV, safe to open in a spreadsheet."
)
@click.pass_context
def report(ctx: click.Context, *, name: str | None, as_csv: bool) -> None:
    """Show a report of a plugin; without NAME, which reports there are.

    Plugins that the configuration names offer them, such as `conflict_report`.
    """
    here = session(ctx)
    makers = here.plugins.reports()
    here.tell_broken(here.plugins)
    if name is None:
        _list(here, sorted(makers))
        return
    if name not in makers:
        from kamsync.errors import UnknownName

        known = (
            ", ".join(sorted(makers)) or "none: name a plugin that offers some, in plugins = […]"
        )
        raise UnknownName(f"There is no report {name!r}; there is {known}.")
    with here.store() as store:
        made = makers[name](store)
    if here.json:
        here.printer.document({"title": made.title, "columns": _names(made), "rows": made.rows})
    elif as_csv:
        _write_csv(made)
    else:
        here.printer.line((made.title, "bold"))
        rows = [tuple(_text(cell) for cell in row) for row in made.rows]
        here.printer.table(rows, titles=tuple(_names(made)))


def _list(here: Session, names: list[str]) -> None:
    """Write the names of the reports."""
    if here.json:
        here.printer.document({"reports": names})
    elif names:
        here.printer.line(f"Reports: {', '.join(names)}.")
        here.printer.next(f"kamsync report {names[0]}")
    else:
        here.printer.line('No plugin offers a report. Try plugins = ["conflict_report"].')


def _names(made: Report) -> list[str]:
    """Return the titles of the columns."""
    return [column.name for column in made.columns]


def _text(cell: Any) -> str:
    """Return one value as text."""
    return "" if cell is None else str(cell)


def _write_csv(made: Report) -> None:
    """Write the rows as RFC 4180 has it, with no text that is a formula."""
    import csv
    import sys

    writer = csv.writer(sys.stdout)
    writer.writerow(_names(made))
    for row in made.rows:
        texts = [_text(cell) for cell in row]
        writer.writerow([f"'{each}" if each.startswith(FORMULA) else each for each in texts])
