"""Queries of the set-up, which need no more than names, a source and equations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

__all__ = ["SimpleQuery", "chosen", "simple_query"]

QUERY = re.compile(
    r"\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<source>\w+)(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+.+?)?(?:\s+LIMIT\s+\d+)?\s*",
    re.IGNORECASE | re.DOTALL,
)
TEST = re.compile(
    r"\(?\s*([\w.]+)\s*(?:=\s*('(?:\\.|[^'\\])*'|\w+)|IN\s*\(([^)]*)\))\s*\)?", re.IGNORECASE
)


class SimpleQuery(Struct, frozen=True):
    """What is selected, from where, and what each path has to be."""

    names: tuple[str, ...]
    source: str
    tests: dict[str, list[str]]


def simple_query(soql: str) -> SimpleQuery | None:
    """Return what a query says, if it is a simple one."""
    match = QUERY.fullmatch(soql)
    if match is None:
        return None
    tests: dict[str, list[str]] = {}
    for part in re.split(r"\s+AND\s+", match["where"] or "", flags=re.IGNORECASE):
        test = TEST.fullmatch(part.strip())
        if test:
            values = test[3].split(",") if test[3] is not None else [test[2]]
            tests[test[1].lower()] = [value.strip().strip("'").lower() for value in values]
        elif part.strip():
            return None
    names = tuple(name.strip() for name in match["fields"].split(","))
    return SimpleQuery(names, match["source"], tests)


def chosen(rows: Sequence[dict[str, Any]], query: SimpleQuery) -> list[dict[str, Any]]:
    """Return the rows that a query finds, with what it selects."""
    found = [row for row in rows if all(_is(row, *test) for test in query.tests.items())]
    return [_picked(row, query.names) for row in found]


def _is(row: Mapping[str, Any], path: str, values: Sequence[str]) -> bool:
    """Return whether a row has one of the values under a path."""
    held: Any = row
    for part in path.split("."):
        if not isinstance(held, Mapping):
            return False
        held = next((each for key, each in held.items() if key.lower() == part), None)
    return str(held).lower() in values


def _picked(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return what is selected of a row."""
    wanted: dict[str, list[str]] = {}
    for name in names:
        first, _, rest = name.partition(".")
        wanted.setdefault(first.lower(), []).extend([rest] if rest else [])
    told = {}
    for key, value in row.items():
        if key == "attributes":
            told[key] = value
        elif key.lower() in wanted:
            deeper = wanted[key.lower()]
            told[key] = _picked(value, deeper) if deeper and isinstance(value, Mapping) else value
    return told
