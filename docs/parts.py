# ruff: noqa: INP001 - a folder of documents is no package.
"""The parts of hand-written pages that are made from the code.

A part stands between two comments, ``<!-- made: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["filled", "table"]

PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: Path, makers: Mapping[str, Callable[[], str]]) -> str:
    """Return the text of *page* with each part made anew; every maker has its part, and no other."""
    text = page.read_text(encoding="utf-8")
    named = [found[2] for found in PART.finditer(text)]
    assert sorted(named) == sorted(makers), f"{page} has the parts {named}, there are {[*makers]}"
    return PART.sub(lambda found: f"{found[1]}\n{makers[found[2]]()}\n\n{found[3]}", text)


def table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [titles, tuple("---" for _ in titles), *rows]
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)
