"""WHERE and HAVING: conditions become SQL, with every value as a parameter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kamsync_salesforce.sandbox.soql.block import Block
from kamsync_salesforce.sandbox.soql.operands import Operand, operand_of
from kamsync_salesforce.sandbox.soql.tree import (
    AllOf,
    AnyOf,
    Condition,
    Not,
    Query,
    Test,
)
from kamsync_salesforce.sandbox.soql.values import Span, like_pattern, literal_value

__all__ = ["Sql", "condition_sql"]

Sql = tuple[str, list[Any]]
NOTHING: Sql = ("0", [])


def condition_sql(block: Block, condition: Condition, nested: Callable[[Block, Query], Sql]) -> Sql:
    """Return *condition* as SQL that is true or false and never unknown.

    Source: SOQL and SOSL Reference, "Condition Expression Syntax (WHERE Clause)".
    """
    if isinstance(condition, AllOf | AnyOf):
        word = " AND " if isinstance(condition, AllOf) else " OR "
        parts = [condition_sql(block, part, nested) for part in condition.parts]
        return f"({word.join(sql for sql, _ in parts)})", [v for _, values in parts for v in values]
    if isinstance(condition, Not):
        sql, values = condition_sql(block, condition.part, nested)
        return f"NOT ({sql})", values
    operand = operand_of(block, condition.operand)
    if operand.field is not None and not operand.field.filterable:
        block.asked.refuse(
            operand.at,
            "INVALID_FIELD",
            f"field '{operand.field.name}' can not be filtered in a query call",
        )
    if isinstance(condition.values, Query):
        sql, values = nested(block, condition.values)
        test = f"{operand.sql} IN ({sql})"
        return (f"NOT COALESCE({test}, 0)" if "NOT" in condition.operator else test), values
    return TESTS[condition.operator](block, operand, condition)


def _compared(block: Block, operand: Operand, test: Test) -> Sql:
    """Return a comparison with one value.

    Nothing is unequal to any value, and a checkbox that is compared with null is unchecked.
    Source: SOQL and SOSL Reference, "Comparison Operators" and "null in SOQL".
    """
    assert not isinstance(test.values, Query)
    (literal,) = test.values
    value = literal_value(block, operand, literal)
    if isinstance(value, Span):
        return _in_span(operand, test.operator, value)
    if value is None:
        if operand.type == "boolean":
            value = 0
        else:
            _only_equality(block, operand, test.operator)
            return f"{operand.sql} IS {'NOT ' if test.operator == '!=' else ''}NULL", []
    left, right = _folded(operand, value)
    if operand.type == "boolean" or operand.is_text:
        _ordered_or_equal(block, operand, test.operator)
    if test.operator == "!=":
        return f"{left} IS NOT {right}", [value]
    sql = f"{left} {test.operator} {right}"
    return (sql if operand.plain else f"COALESCE({sql}, 0)"), [value]


def _in_span(operand: Operand, operator: str, span: Span) -> Sql:
    """Return a comparison with days: equal is within them."""
    if operator in {"=", "!="}:
        sql = f"({operand.sql} >= ? AND {operand.sql} < ?)"
        return (sql if operator == "=" else f"NOT COALESCE({sql}, 0)"), [span.start, span.after]
    bound, sign = {
        "<": (span.start, "<"),
        "<=": (span.after, "<"),
        ">": (span.after, ">="),
        ">=": (span.start, ">="),
    }[operator]
    return f"COALESCE({operand.sql} {sign} ?, 0)", [bound]


def _like(block: Block, operand: Operand, test: Test) -> Sql:
    """Return a comparison with a pattern; only text has one.

    Source: SOQL and SOSL Reference, "Comparison Operators" (LIKE) and "Reserved Characters".
    """
    assert not isinstance(test.values, Query)
    (literal,) = test.values
    if not operand.is_text and operand.type != "id":
        block.asked.refuse(
            operand.at,
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on " + operand.kind + " field",
        )
    if literal.is_null:
        return f"{operand.sql} IS NULL", []
    literal_value(block, operand, literal, checked=False)
    pattern = like_pattern(literal.text)
    if pattern.isascii():
        return f"COALESCE({operand.sql} LIKE ? ESCAPE '\\', 0)", [pattern]
    return f"COALESCE(fold({operand.sql}) LIKE fold(?) ESCAPE '\\', 0)", [pattern]


def _among(block: Block, operand: Operand, test: Test) -> Sql:
    """Return whether the value is one of a list, or none of it."""
    assert not isinstance(test.values, Query)
    values = [literal_value(block, operand, each) for each in test.values]
    spans = [value for value in values if isinstance(value, Span)]
    plain = [value for value in values if not isinstance(value, Span) and value is not None]
    tests: list[Sql] = [_in_span(operand, "=", each) for each in spans]
    if any(value is None for value in values):
        tests.append((f"{operand.sql} IS NULL", []))
    if plain:
        folds = any(isinstance(value, str) and not value.isascii() for value in plain)
        left = f"fold({operand.sql})" if folds and operand.is_text else operand.sql
        mark = "fold(?)" if folds and operand.is_text else "?"
        tests.append((f"{left} IN ({', '.join([mark] * len(plain))})", plain))
    sql = " OR ".join(part for part, _ in tests)
    bound = [value for _, values in tests for value in values]
    return (f"NOT COALESCE({sql}, 0)" if "NOT" in test.operator else f"({sql})"), bound


def _includes(block: Block, operand: Operand, test: Test) -> Sql:
    """Return whether a multi-select has one of the combinations; a semicolon joins what belongs together.

    Source: SOQL and SOSL Reference, "Querying Multi-Select Picklists".
    """
    assert not isinstance(test.values, Query)
    if operand.type != "multipicklist":
        block.asked.refuse(
            operand.at,
            "INVALID_QUERY_FILTER_OPERATOR",
            f"{test.operator.lower()} operator can only be used on multipicklist fields",
        )
    tests, bound = [], []
    for literal in test.values:
        parts = str(literal_value(block, operand, literal)).split(";")
        tests.append(
            " AND ".join([f"instr(';' || lower({operand.sql}) || ';', ?) > 0"] * len(parts))
        )
        bound += [f";{part.lower()};" for part in parts]
    sql = f"COALESCE({' OR '.join(f'({each})' for each in tests)}, 0)"
    return (f"NOT {sql}" if test.operator == "EXCLUDES" else sql), bound


def _folded(operand: Operand, value: Any) -> tuple[str, str]:
    """Return both sides of a comparison, without regard to case beyond ASCII where there is any."""
    if operand.is_text and isinstance(value, str) and not value.isascii():
        return f"fold({operand.sql})", "fold(?)"
    return operand.sql, "?"


def _only_equality(block: Block, operand: Operand, operator: str) -> None:
    """Refuse to ask whether something is more or less than nothing."""
    if operator not in {"=", "!="}:
        block.asked.refuse(operand.at, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on null")


def _ordered_or_equal(block: Block, operand: Operand, operator: str) -> None:
    """Refuse to ask which of yes and no is more."""
    if operand.type == "boolean" and operator not in {"=", "!="}:
        block.asked.refuse(
            operand.at, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on boolean field"
        )


TESTS: dict[str, Callable[[Block, Operand, Test], Sql]] = {
    **dict.fromkeys(["=", "!=", "<", "<=", ">", ">="], _compared),
    "LIKE": _like,
    "IN": _among,
    "NOT IN": _among,
    "INCLUDES": _includes,
    "EXCLUDES": _includes,
}
