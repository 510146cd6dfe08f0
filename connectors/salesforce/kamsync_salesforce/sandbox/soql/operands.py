"""What stands on the left of a comparison, in a group or an order: a field or a function of one."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.soql.block import Block
from kamsync_salesforce.sandbox.soql.tree import Call, Path

__all__ = ["AGGREGATES", "Operand", "operand_of"]

KINDS = {
    "datetime": "dateTime",
    "currency": "double",
    "percent": "double",
    "double": "double",
    "int": "int",
    "boolean": "boolean",
    "date": "date",
    "id": "ID",
    "reference": "ID",
}
AGGREGATES = {"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"}
ADDING = {"SUM", "AVG"}
PASSED = {"convertcurrency", "converttimezone", "tolabel", "format"}


class Operand(Struct, frozen=True):
    """A value of each row: its SQL, its type, and the field that it is, where it is just that."""

    sql: str
    type: str
    name: str
    at: int
    field: Field | None = None
    aggregate: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is compared as text."""
        return self.type not in KINDS

    @property
    def is_number(self) -> bool:
        """Whether it is compared as a number."""
        return self.type in {"int", "double", "currency", "percent"}

    @property
    def kind(self) -> str:
        """What error texts call its type."""
        return KINDS.get(self.type, "string")

    @property
    def plain(self) -> bool:
        """Whether a row's own column can be looked up in an index."""
        return self.field is not None and not self.aggregate


def operand_of(block: Block, what: Path | Call) -> Operand:
    """Return the SQL of a field or of a function.

    Source: SOQL and SOSL Reference, "Aggregate Functions" and "Date Functions".
    """
    if isinstance(what, Path):
        column = block.column(what)
        return Operand(column.sql, column.field.type, column.field.name, what.at, column.field)
    name = what.name.upper()
    if name == "COUNT" and not what.arguments:
        return Operand("COUNT(*)", "int", what.name, what.at, aggregate=True)
    inner = _argument(block, what)
    if name in AGGREGATES:
        return _aggregate(block, what, name, inner)
    if name.lower() in PASSED:
        return inner
    if name == "GROUPING":
        return Operand("0", "int", what.name, what.at)
    if name not in DATES or inner.type not in {"date", "datetime"}:
        block.asked.refuse(what.at, "MALFORMED_QUERY", f"Invalid function or argument: {what.name}")
    type_ = "date" if name == "DAY_ONLY" else "int"
    return Operand(DATES[name](inner.sql), type_, inner.name, what.at)


def _argument(block: Block, call: Call) -> Operand:
    """Return the one field, or function of one, that a function is given."""
    if len(call.arguments) != 1 or not isinstance(call.arguments[0], Path | Call):
        block.asked.refuse(
            call.at, "MALFORMED_QUERY", f"Incorrect number of parameters for function: {call.name}"
        )
    return operand_of(block, call.arguments[0])


def _aggregate(block: Block, call: Call, name: str, inner: Operand) -> Operand:
    """Return what is worked out over many rows; only some fields lend themselves to it."""
    field = inner.field
    if (field is not None and not field.aggregatable) or (name in ADDING and not inner.is_number):
        block.asked.refuse(
            call.at,
            "MALFORMED_QUERY",
            f"field {inner.name} does not support aggregate operator {name}",
        )
    if name.startswith("COUNT"):
        distinct = "DISTINCT " if name == "COUNT_DISTINCT" else ""
        return Operand(f"COUNT({distinct}{inner.sql})", "int", inner.name, call.at, aggregate=True)
    type_ = "double" if name == "AVG" else inner.type
    return Operand(f"{name}({inner.sql})", type_, inner.name, call.at, aggregate=True)


def _part(start: int, length: int) -> Callable[[str], str]:
    """Return SQL for a number that stands in a date."""
    return lambda sql: f"CAST(substr({sql}, {start}, {length}) AS INTEGER)"


def _quarter(sql: str) -> str:
    """Return SQL for the quarter of a date."""
    return f"((CAST(substr({sql}, 6, 2) AS INTEGER) + 2) / 3)"


def _counted(format_: str, offset: int = 0) -> Callable[[str], str]:
    """Return SQL for what SQLite works out of a day."""
    return lambda sql: f"(CAST(strftime('{format_}', substr({sql}, 1, 10)) AS INTEGER) + {offset})"


def _week(format_: str) -> Callable[[str], str]:
    """Return SQL for a week that is counted from the first day of a month or year."""
    return lambda sql: f"((CAST(strftime('{format_}', substr({sql}, 1, 10)) AS INTEGER) + 6) / 7)"


DATES: dict[str, Callable[[str], str]] = {
    "CALENDAR_YEAR": _part(1, 4),
    "CALENDAR_QUARTER": _quarter,
    "CALENDAR_MONTH": _part(6, 2),
    "FISCAL_YEAR": _part(1, 4),
    "FISCAL_QUARTER": _quarter,
    "FISCAL_MONTH": _part(6, 2),
    "DAY_IN_MONTH": _part(9, 2),
    "DAY_IN_WEEK": _counted("%w", 1),
    "DAY_IN_YEAR": _counted("%j"),
    "DAY_ONLY": lambda sql: f"substr({sql}, 1, 10)",
    "HOUR_IN_DAY": _part(12, 2),
    "WEEK_IN_MONTH": _week("%d"),
    "WEEK_IN_YEAR": _week("%j"),
}
