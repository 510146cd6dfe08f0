"""``kamsync report``: a plugin's report, to read or to work on with other programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, examples, session
from kamsync.wording import did_you_mean, there_are

if TYPE_CHECKING:
    from kamsync.cli.exporting import Layout
    from kamsync.cli.session import Session
    from kamsync.extensions import ReportMaker

__all__ = ["report"]

FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.command(
    epilog=examples(
        "report",
        "report conflicts",
        "report conflicts --html conflicts.html --xlsx conflicts.xlsx",
        "report conflicts --csv >conflicts.csv",
    )
)
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
    help="Write a workbook for spreadsheets; - is stdout.",
)
@click.option(
    "--html", type=FILE, metavar="FILE", help="Write a page to read and print; - is stdout."
)
@click.pass_context
def report(
    ctx: click.Context, *, name: str | None, as_csv: bool, xlsx: Path | None, html: Path | None
) -> None:
    """Show a report of a plugin; without NAME, which reports there are.

    Plugins that the configuration names offer them, such as `conflict_report`. In CSV, in a workbook
    and on a page no value is a formula, a link or markup, and values of class pay are hidden. Files
    can be written together: --html FILE --xlsx FILE.
    """
    here = session(ctx)
    to_stdout = _to_stdout(json=here.json, csv=as_csv, xlsx=xlsx, html=html)
    makers = here.plugins.reports()
    here.tell_broken(here.plugins)
    if name is None:
        if as_csv or xlsx or html:
            raise click.UsageError("Which report? Name it; `kamsync report` lists them.")
        _list(here, sorted(makers))
        return
    made = _made(here, makers, name)
    files = _save(here, made, xlsx, html)
    if here.json:
        _write_json(here, made)
    elif as_csv:
        _write_csv(made)
    elif files and not to_stdout:
        told = f"{made.report.title}: {made.count()}, in {' and '.join(files)}"
        here.printer.line(("✓ ", "green"), told)
    elif not to_stdout:
        from kamsync.cli.reported import show_report

        show_report(here.printer, made)


def _to_stdout(**given: object) -> bool:
    """Whether a form goes to stdout; only one of them may."""
    asked = [
        f"--{name} -" if value is not True else f"--{name}"
        for name, value in given.items()
        if value is True or str(value) == "-"
    ]
    if len(asked) > 1:
        raise click.UsageError(
            f"{' and '.join(asked)} would go to stdout together; name files for --xlsx and --html."
        )
    return bool(asked)


def _made(here: Session, makers: Mapping[str, ReportMaker], name: str) -> Layout:
    """Return the report called *name* as it is now."""
    if name not in makers:
        from kamsync.errors import UnknownName

        known = there_are(sorted(makers)) if makers else "no plugin that is configured brings one"
        raise UnknownName(
            f"There is no report {name!r}; {known}.",
            hint=did_you_mean(name, makers) or _brought_by(name),
        )
    from kamsync.cli.exporting import laid_out

    with here.store() as store:
        return laid_out(name, makers[name](store))


def _brought_by(name: str) -> str:
    """Return how to get the report called *name* from a plugin that is only installed, else any of them."""
    from kamsync.plugins import list_plugins, load_plugins

    _, *installed = list_plugins()
    offered = {
        each: plugin.name for plugin in installed for each in load_plugins([plugin.name]).reports()
    }
    meant = [name] if name in offered else sorted(offered)
    return " ".join(
        f'{offered[each]} brings {each}: add "{offered[each]}" to plugins in the configuration.'
        for each in meant
    )


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


def _save(here: Session, made: Layout, xlsx: Path | None, html: Path | None) -> list[str]:
    """Write the files that are asked for, and return their names; ``-`` is stdout."""
    from kamsync.cli.exporting import as_html, as_xlsx, save

    now = here.clock.now()
    if xlsx:
        save(xlsx, as_xlsx(made, now))
    if html:
        save(html, as_html(made, now).encode())
    return [str(file) for file in (html, xlsx) if file]
