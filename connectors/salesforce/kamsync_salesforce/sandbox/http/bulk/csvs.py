"""CSV as the Bulk APIs read and write it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

__all__ = ["DELIMITERS", "ENDINGS", "CsvProblem", "cell", "flat", "read", "record", "written"]

DELIMITERS = {
    "BACKQUOTE": "`",
    "CARET": "^",
    "COMMA": ",",
    "PIPE": "|",
    "SEMICOLON": ";",
    "TAB": "\t",
}
ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
NULL = "#N/A"
# From here on, and below the other, Java writes a double with an exponent.
GREAT, SMALL = 1e7, 1e-3
LONGEST_CELL = 1 << 20
STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\+0000")

csv.field_size_limit(LONGEST_CELL)


class CsvProblem(Exception):
    """The file cannot be read as a whole; the text is what the job says."""


def read(body: bytes, delimiter: str, ending: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a file.

    Source: Bulk API 2.0 and Bulk API Developer Guide, "Prepare CSV Files" (encoding, line endings).

    Raises:
        CsvProblem: it is not UTF-8, has no header, or its lines do not end as the job said.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvProblem("InvalidBatch : The data is not encoded in UTF-8") from error
    first = text.partition("\n")[0]
    if first and first.endswith("\r") != (ending == "CRLF"):
        raise CsvProblem(
            "InvalidBatch : LineEnding is invalid on user data. Current LineEnding setting is"
            f" {ending}"
        )
    try:
        lines = [
            line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if line
        ]
    except csv.Error as error:
        raise CsvProblem(f"InvalidBatch : {error}") from error
    if not lines or not any(lines[0]):
        raise CsvProblem("InvalidBatch : Unable to find object or header row")
    return lines[0], lines[1:]


def written(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    delimiter: str = ",",
    ending: str = "\n",
) -> Iterator[bytes]:
    """Yield the lines of a file, the header first; every cell stands in quotes."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    for row in chain([header], rows):
        writer.writerow(row)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def record(header: Sequence[str], row: Sequence[str]) -> dict[str, Any]:
    """Return what a row sets: an empty cell nothing, ``#N/A`` null, ``Account.Key__c`` a parent.

    Source: Bulk API 2.0 and Bulk API Developer Guide, "Valid CSV Record Rows" and "Relationship
    Fields in a Header Row" (``Contact:Who.Email`` names the type of a parent that may be several).
    """
    values: dict[str, Any] = {}
    for name, text in zip(header, row, strict=False):
        if text == "":
            continue
        value = None if text == NULL else text
        relation, _, key = name.partition(".")
        if not key:
            values[name] = value
            continue
        type_, colon, relation = relation.rpartition(":")
        attributes = {"attributes": {"type": type_}} if colon else {}
        values[relation] = {**attributes, key: value}
    return values


def flat(row: Mapping[str, Any], path: Sequence[str]) -> Any:
    """Return what a row of an answer holds under a path of relationships."""
    held: Any = row
    for part in path:
        held = held.get(part) if isinstance(held, Mapping) else None
    return held


def cell(value: Any) -> str:
    """Return a value as a cell: large numbers with an exponent, times with a Z.

    Source: Bulk API 2.0 and Bulk API Developer Guide, "Get Results for a Query Job" (9.12260031E8).
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, str) and (match := STAMP.fullmatch(value)):
        return f"{match[1]}Z"
    return str(value)


def _double(value: float) -> str:
    """Return a number as Java writes a double."""
    if value == 0 or SMALL <= abs(value) < GREAT:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    power = len(text) - 1 + int(exponent)
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"
