"""``kamsync report``: a plugin's report, to read or to work on with other programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.exporting import Layout
    from kamsync.cli.session import Session
    from kamsync.extensions import ReportMaker

__all__ = ["report"]

FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.command()
@common
@click.argument("name", required=False)
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Write it as CSV, safe to open in a spreadsheet, to stdout: --csv >FILE.",
)
@click.option(
    "--xlsx",
    type=FILE,
    metavar="FILE",
    help="Write it as a workbook for spreadsheets; - is stdout.",
)
@click.option(
    "--html", type=FILE, metavar="FILE", help="Write it as a page to read and print; - is stdout."
)
@click.pass_context
def report(
    ctx: click.Context, *, name: str | None, as_csv: bool, xlsx: Path | None, html: Path | None
) -> None:
    """Show a report of a plugin; without NAME, which reports there are.

    Plugins that the configuration names offer them, such as `conflict_report`. In CSV, in a workbook
    and on a page no value is a formula, a link or markup, and values of class pay are hidden.
    """
    here = session(ctx)
    _require_one_form(json=here.json, csv=as_csv, xlsx=xlsx, html=html)
    makers = here.plugins.reports()
    here.tell_broken(here.plugins)
    if name is None:
        if as_csv or xlsx or html:
            raise click.UsageError("Which report? Name it; `kamsync report` lists them.")
        _list(here, sorted(makers))
        return
    made = _made(here, makers, name)
    if here.json:
        _write_json(here, made)
    elif as_csv:
        _write_csv(made)
    elif xlsx or html:
        _save(here, made, xlsx, html)
    else:
        from kamsync.cli.reported import show_report

        show_report(here.printer, made)


def _require_one_form(**given: object) -> None:
    """Refuse several forms at once."""
    asked = [f"--{name}" for name, value in given.items() if value]
    if len(asked) > 1:
        raise click.UsageError(f"Give one of {' and '.join(asked)}, not both.")


def _made(here: Session, makers: Mapping[str, ReportMaker], name: str) -> Layout:
    """Return the report called *name* as it is now."""
    if name not in makers:
        from kamsync.errors import UnknownName
        from kamsync.plugins import did_you_mean

        known = ", ".join(sorted(makers)) or "none of a plugin that the configuration names"
        raise UnknownName(
            f"There is no report {name!r}; there is {known}.",
            hint=_brought_by(name) or did_you_mean(name, makers),
        )
    from kamsync.cli.exporting import laid_out

    with here.store() as store:
        return laid_out(name, makers[name](store))


def _brought_by(name: str) -> str:
    """Return how to get a report that a plugin offers which is only installed, ``""`` where none does."""
    from kamsync.plugins import list_plugins, load_plugins

    _, *installed = list_plugins()
    for plugin in installed:
        if name in load_plugins([plugin.name]).reports():
            return f'{plugin.name} brings it: add "{plugin.name}" to plugins in the configuration.'
    return ""


def _list(here: Session, names: list[str]) -> None:
    """Write the names of the reports."""
    if here.json:
        here.printer.document({"reports": names})
    elif names:
        here.printer.line(f"Reports: {', '.join(names)}.")
        here.printer.next(f"kamsync report {names[0]}")
    else:
        here.printer.line('No plugin offers a report. Try plugins = ["conflict_report"].')


def _write_json(here: Session, made: Layout) -> None:
    """Write the rows, and how they belong together."""
    here.printer.document(
        {
            "title": made.report.title,
            "columns": [column.name for column in made.columns],
            "rows": made.rows,
            "group_by": made.report.group_by,
            "shared": made.report.shared,
        }
    )


def _write_csv(made: Layout) -> None:
    """Write the rows to stdout."""
    import sys

    from kamsync.cli.exporting import as_csv

    sys.stdout.write(as_csv(made))


def _save(here: Session, made: Layout, xlsx: Path | None, html: Path | None) -> None:
    """Write one file, and say so unless it went to stdout."""
    from kamsync.cli.exporting import as_html, as_xlsx, save

    now = here.clock.now()
    if xlsx:
        save(xlsx, as_xlsx(made, now))
    if html:
        save(html, as_html(made, now).encode())
    file = xlsx or html
    if str(file) != "-":
        here.printer.line(("✓ ", "green"), f"{made.report.title}: {made.count()}, in {file}")
