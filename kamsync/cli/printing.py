"""Writing to the terminal: text for people that fits its width, or one JSON document for scripts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Timer
from typing import Any, TypeAlias

import click
from msgspec import json
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from kamsync.redact import visible

__all__ = ["Cell", "Printer", "text"]

Cell: TypeAlias = str | Text | tuple[str, str]
"""A piece of text: as it is, or with the style that stands beside it."""

WIDE = 10_000
"""How many columns there are where no terminal is: nothing is cut for a file or a pipe."""

GUTTER = 2
ROOMY = 80
"""From which width on a table of long texts is folded rather than stacked."""

NARROW = 72
"""From how many columns on some of a table are kept from folding."""

PROGRESS_AFTER_S = 1.0


class _Console(Console):
    """A console that leaves a broken pipe to whoever runs the command."""

    def on_broken_pipe(self) -> None:
        """Raise it again."""
        raise  # noqa: PLE0704 - rich calls this while it handles the error


class _Indented:
    """Something with blanks before each of its lines, and none after them."""

    def __init__(self, thing: RenderableType, indent: int) -> None:
        self._thing = thing
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        narrower = options.update(width=max(options.max_width - self._indent, 1))
        for line in console.render_lines(self._thing, narrower, pad=False):
            yield Segment(" " * self._indent)
            yield from line
            yield Segment.line()


class Printer:
    """Writes what a command has to say: with *json*, the document alone.

    Text from systems never reaches the terminal but through `kamsync.redact.visible`.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self._console = _console(sys.stdout)

    @property
    def is_narrow(self) -> bool:
        """Whether columns of several words leave no room for any of them."""
        return self._console.width < ROOMY

    def document(self, document: object) -> None:
        """Write one JSON document."""
        click.echo(json.format(json.encode(document), indent=2).decode())

    def line(self, *parts: Cell, indent: int = 0) -> None:
        """Write one line of *parts*, each text or a pair of text and style."""
        self._write(text(*parts), indent)

    def table(
        self,
        rows: Iterable[Sequence[Cell]],
        *,
        titles: Sequence[str] = (),
        right: Sequence[int] = (),
        firm: Sequence[int] = (0,),
        indent: int = 2,
        stacks: bool = False,
    ) -> None:
        """Write *rows* in columns; those numbered in *right* stand to the right, as numbers do.

        Columns are folded to the width of the terminal; those numbered in *firm* only if it is
        very narrow. Where *stacks* is said and they do not fit, each cell has a line of its own instead.
        """
        kept = [[text(cell) for cell in row] for row in rows]
        if stacks and not self.fits(kept, indent=indent):
            self._stack(kept, titles, indent)
            return
        table = Table(box=None, pad_edge=False, padding=(0, GUTTER, 0, 0), show_header=bool(titles))
        held = firm if self._console.width >= NARROW else ()
        for at in range(max(map(len, [titles, *kept]), default=0)):
            title = Text(titles[at] if at < len(titles) else "", style="dim")
            justify: JustifyMethod = "right" if at in right else "left"
            table.add_column(title, justify=justify, overflow="fold", no_wrap=at in held)
        for row in kept:
            table.add_row(*row)
        if kept:
            self._write(table, indent)

    def _stack(self, rows: Sequence[Sequence[Text]], titles: Sequence[str], indent: int) -> None:
        """Write the cells of each row below each other, so that each can be read and copied."""
        for first, *rest in rows:
            told = [
                text((f"{titles[at]}: ", "dim") if at < len(titles) else "", cell)
                for at, cell in enumerate(rest, 1)
                if cell.plain
            ]
            self._write(text(first, "  ", *told[:1]), indent)
            for cell in told[1:]:
                self._write(cell, indent + GUTTER)

    def fits(self, rows: Iterable[Sequence[Cell]], *, indent: int = 2) -> bool:
        """Whether the cells of *rows* stand beside each other without a fold."""
        widths: dict[int, int] = {}
        for row in rows:
            for at, cell in enumerate(row):
                widths[at] = max(widths.get(at, 0), text(cell).cell_len + GUTTER)
        return indent + sum(widths.values()) - GUTTER <= self._console.width

    def gap(self) -> None:
        """Write an empty line."""
        self._write(Text(), 0)

    def next(self, *commands: str) -> None:
        """Suggest what to run next."""
        self.line(("Next: ", "dim"), " · ".join(commands))

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Give what tells of each step; it shows at a terminal, when more than a second has passed."""
        console = _console(sys.stderr)
        if self.json or not console.is_terminal:
            yield _silent
            return
        status = console.status("")
        timer = Timer(PROGRESS_AFTER_S, status.start)
        timer.daemon = True
        timer.start()
        try:
            yield lambda step: status.update(Text(visible(step)))
        finally:
            timer.cancel()
            timer.join()
            status.stop()

    def _write(self, thing: RenderableType, indent: int) -> None:
        """Write *thing*; where no terminal is, without blanks at the end of a line."""
        padded = _Indented(thing, indent)
        if self._console.is_terminal:
            self._console.print(padded, end="")
            return
        with self._console.capture() as captured:
            self._console.print(padded, end="")
        for each in captured.get().splitlines():
            click.echo(each.rstrip())


def text(*parts: Cell) -> Text:
    """Return *parts* in one; no character in them can command the terminal."""
    whole = Text(overflow="fold")
    for part in parts:
        if isinstance(part, Text):
            whole.append_text(part)
        elif isinstance(part, str):
            whole.append(visible(part))
        else:
            whole.append(visible(part[0]), style=part[1])
    return whole


def _silent(_step: str) -> None:
    """Say nothing."""


def _console(file: Any) -> Console:
    """Return a console that writes to *file*, as wide as its terminal, or without end."""
    width = None if file.isatty() else WIDE
    return _Console(file=file, width=width, highlight=False, markup=False, emoji=False)
