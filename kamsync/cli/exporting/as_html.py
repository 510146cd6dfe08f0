"""A report as one page to read and to print: it loads nothing, runs nothing, and links only within itself.

A header that repeats on each sheet of paper and rows that are not torn apart are CSS Fragmentation
and CSS 2.2, 17.2; what `scope` says to who listens instead of looking is in the HTML standard, 4.9.10.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

from kamsync.cli.exporting.cells import is_number, plain, utc
from kamsync.cli.exporting.layout import Group, Layout, Row
from kamsync.cli.words import counted

__all__ = ["as_html"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may do: use its own style, and nothing else."""

LONG_WORD = 24
"""From how many characters on a word is broken rather than widening its column."""

SENTENCE = 30
"""From how many characters on a text needs room for a few words in a line."""

STYLE = """
:root { color-scheme: light dark; }
body { font: 0.875rem/1.4 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.7em; margin: 0; }
h2 { font-size: 1.25em; margin: 2rem 0 0.25rem; }
p { margin: 0.25rem 0 0.5rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid #8888; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top;
  overflow-wrap: break-word; white-space: pre-wrap; }
tbody tr + tr > * { border-top-style: dotted; }
thead th { border-bottom: 2px solid; white-space: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.time { white-space: nowrap; }
.sentence { min-width: 14rem; }
.long { overflow-wrap: anywhere; min-width: 8rem; }
dt { font-weight: bold; }
dd { margin: 0 0 0.5rem 1rem; }
@media print {
  @page { size: A4 landscape; margin: 12mm; }
  :root { color-scheme: light; }
  body { font-size: 7.5pt; margin: 0; }
  nav { display: none; }
  h1, h2, h2 + p { break-after: avoid; }
  thead { display: table-header-group; }
  tr, tbody { break-inside: avoid; }
  .table { overflow: visible; }
  .sentence { min-width: 0; }
  th, td { padding: 0.15rem 0.3rem; }
}
"""


def as_html(layout: Layout, made: datetime) -> str:
    """Return the page, as made at the time *made*."""
    title = _text(plain(layout.report.title))
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            _header(layout, made),
            *_contents(layout),
            "<main>",
            *(line for at, each in enumerate(layout.groups) for line in _group(layout, at, each)),
            *([] if layout.groups else ["<p>There is nothing to show.</p>"]),
            "</main>",
            *_meanings(layout),
            "</body>",
            "</html>",
            "",
        ]
    )


def _text(said: str) -> str:
    """Return a text as one: no character of it is markup."""
    return escape(said, quote=True)


def _header(layout: Layout, made: datetime) -> str:
    """Return the head of the page: what it is, how much, and of when."""
    title, count = _text(plain(layout.report.title)), _text(_counted(layout))
    told = f"{count}, as of {utc(made):%Y-%m-%d %H:%M}. All times are UTC."
    return f"<header><h1>{title}</h1><p>{told}</p></header>"


def _counted(layout: Layout) -> str:
    """Return how much there is."""
    if not layout.report.group_by:
        return layout.count()
    return f"{layout.count()} in {counted(len(layout.groups), 'group')}"


def _contents(layout: Layout) -> Iterator[str]:
    """Yield what leads to each of several groups."""
    if len(layout.groups) > 1:
        yield '<nav aria-label="Groups"><ol>'
        for at, group in enumerate(layout.groups):
            name, count = _text(group.heading), _text(layout.count(group))
            yield f'<li><a href="#g{at}">{name}</a> ({count})</li>'
        yield "</ol></nav>"


def _group(layout: Layout, at: int, group: Group) -> Iterator[str]:
    """Yield one group: its heading, what is told of all of it, and its table."""
    heading = _text(group.heading or plain(layout.report.title))
    yield "<section>"
    yield f'<h2 id="g{at}">{heading}</h2>'
    told = (layout.count(group), layout.summed(group))
    yield f"<p>{_text(' · '.join(part for part in told if part))}</p>"
    # What scrolls can be reached from the keyboard: WCAG 2.2, 2.1.1.
    yield f'<div class="table" role="region" aria-labelledby="g{at}" tabindex="0">'
    yield f'<table aria-labelledby="g{at}">'
    shared, own = _said(group, layout.shared), _said(group, layout.own)
    cells = "".join(_title(layout, group, column) for column in (*shared, *own))
    yield f"<thead><tr>{cells}</tr></thead>"
    for thing in group.things:
        yield from _thing(layout, thing, shared, own)
    yield "</table></div></section>"


def _said(group: Group, columns: Sequence[int]) -> list[int]:
    """Return those of some columns in which a group says something: paper is narrow."""
    return [at for at in columns if any(row[at] is not None for row in group.rows)]


def _title(layout: Layout, group: Group, at: int) -> str:
    """Return the title of a column, above its numbers if it has any."""
    style = ' class="number"' if any(is_number(row[at]) for row in group.rows) else ""
    return f'<th scope="col"{style}>{_text(plain(layout.columns[at].name))}</th>'


def _thing(
    layout: Layout, thing: tuple[Row, ...], shared: Sequence[int], own: Sequence[int]
) -> Iterator[str]:
    """Yield the rows of one thing; what it has only once stands beside all of them."""
    yield "<tbody>"
    for number, row in enumerate(thing):
        once = [] if number else [_cell(layout, row, at, len(thing)) for at in shared]
        cells = [*once, *(_cell(layout, row, at) for at in own)]
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody>"


def _cell(layout: Layout, row: Row, at: int, rows: int = 1) -> str:
    """Return one value as a cell; the first that a thing says is what its rows go by."""
    told = layout.told(row, at)
    style = _style(row[at], told)
    span = f' rowspan="{rows}"' if rows > 1 else ""
    if at not in layout.shared[:1]:
        return f"<td{span}{style}>{_text(told)}</td>"
    scope = "rowgroup" if rows > 1 else "row"
    return f'<th scope="{scope}"{span}{style}>{_text(told)}</th>'


def _style(cell: Any, told: str) -> str:
    """Return how a cell is set: numbers to the right, a word without end broken anywhere."""
    if is_number(cell):
        return ' class="number"'
    if isinstance(cell, date):
        return ' class="time"'
    if any(len(word) > LONG_WORD for word in told.split()):
        return ' class="long"'
    return ' class="sentence"' if len(told) > SENTENCE else ""


def _meanings(layout: Layout) -> Iterator[str]:
    """Yield what the columns mean that are there, as far as they say."""
    told = {at for group in layout.groups for at in _said(group, (*layout.shared, *layout.own))}
    shown: list[Any] = [layout.columns[at] for at in (*layout.shared, *layout.own) if at in told]
    grouped = [each for each in layout.columns if each.name in layout.report.group_by]
    said = [each for each in (*grouped, *shown) if each.meaning]
    if said:
        yield '<footer><h2 id="columns">What the columns mean</h2><dl>'
        for each in said:
            yield f"<dt>{_text(plain(each.name))}</dt><dd>{_text(plain(each.meaning))}</dd>"
        yield "</dl></footer>"
