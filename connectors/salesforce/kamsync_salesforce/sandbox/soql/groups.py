"""Aggregates: GROUP BY, HAVING, ROLLUP and what is counted or added up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random
from typing import Any

from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.records.store import quoted
from kamsync_salesforce.sandbox.soql.block import Asked, Block
from kamsync_salesforce.sandbox.soql.conditions import condition_sql
from kamsync_salesforce.sandbox.soql.operands import AGGREGATES, Operand, operand_of
from kamsync_salesforce.sandbox.soql.select import limits, nested_select, order_sql
from kamsync_salesforce.sandbox.soql.tree import Call, Children, Path, Picked, Query

__all__ = ["grouped_rows", "is_grouped"]

ROLLS = {"ROLLUP", "CUBE"}
TYPES = {"boolean": bool}


def is_grouped(query: Query) -> bool:
    """Tell whether a query answers with what was worked out instead of records."""
    return bool(query.group) or any(
        isinstance(each, Picked)
        and isinstance(each.what, Call)
        and each.what.name.upper() in AGGREGATES
        for each in query.select
    )


def grouped_rows(asked: Asked, query: Query, object_: SObject) -> list[dict[str, Any]]:
    """Return one result for each group; a rollup adds those of its totals.

    Source: SOQL and SOSL Reference, "GROUP BY", "GROUP BY ROLLUP" and "HAVING".
    """
    block = Block(asked, query, object_)
    keys, sets = _grouping(query)
    operands = [operand_of(block, key) for key in keys]
    for operand in operands:
        _check_groupable(block, operand)
    rows: list[dict[str, Any]] = []
    for kept in sets:
        rows += _one_grouping(block, keys, operands, kept)
    if not query.order:
        asked.org.asked += 1
        Random(asked.org.asked).shuffle(rows)  # noqa: S311 (an order, no secret)
    return rows


def _grouping(query: Query) -> tuple[list[Path | Call], list[Sequence[int]]]:
    """Return what is grouped by, and for each set of groups which of it counts."""
    first = query.group[0] if len(query.group) == 1 else None
    if isinstance(first, Call):
        call = first
        keys = [each for each in call.arguments if isinstance(each, Path | Call)]
        places = range(len(keys))
        if call.name.upper() == "ROLLUP":
            return keys, [places[:size] for size in range(len(keys), -1, -1)]
        if call.name.upper() == "CUBE":
            sizes = range(len(keys), -1, -1)
            return keys, [each for size in sizes for each in combinations(places, size)]
    return list(query.group), [range(len(query.group))]


def _one_grouping(
    block: Block, keys: Sequence[Path | Call], operands: Sequence[Operand], kept: Sequence[int]
) -> list[dict[str, Any]]:
    """Return the results of one set of groups; what does not count is null in them."""
    query, asked = block.query, block.asked
    columns, names, converts = _selected(block, keys, kept)
    tests, values = ["1"], []
    if "IsDeleted" in block.object.fields and not asked.all_rows:
        tests.append(f"{block.root}.IsDeleted = 0")
    if query.where is not None:
        sql, more = condition_sql(block, query.where, nested_select)
        tests.append(sql)
        values += more
    tail = ""
    if kept:
        tail += " GROUP BY " + ", ".join(operands[place].sql for place in kept)
    if query.having is not None:
        sql, more = condition_sql(block, query.having, nested_select)
        tail += f" HAVING {sql}" if kept else ""
        values += more if kept else []
    if query.order:
        tail += " ORDER BY " + ", ".join(order_sql(block, each) for each in query.order)
    limit, offset = limits(query, asked)
    tail += f" LIMIT {-1 if limit is None else limit} OFFSET {offset}"
    sql = (
        f"SELECT {', '.join(columns)} FROM {quoted(block.object.name)} AS {block.root}"
        f" {' '.join(block.joins)} WHERE {' AND '.join(tests)}{tail}"
    )
    return [
        {"attributes": {"type": "AggregateResult"}}
        | {
            name: value if value is None or convert is None else convert(value)
            for name, convert, value in zip(names, converts, row, strict=True)
        }
        for row in asked.org.store.db.execute(sql, values)
    ]


def _selected(
    block: Block, keys: Sequence[Path | Call], kept: Sequence[int]
) -> tuple[list[str], list[str], list[Any]]:
    """Return the columns of a result, their names, and what makes JSON of them.

    What has no alias and is no field is called expr0, expr1 and so on.
    """
    columns, names, converts, unnamed = [], [], [], 0
    for each in block.query.select:
        if isinstance(each, Children) or not isinstance(each.what, Path | Call):
            block.asked.refuse(
                block.query.source.at,
                "MALFORMED_QUERY",
                "Only root queries support aggregate expressions",
            )
        operand = operand_of(block, each.what)
        place = next((n for n, key in enumerate(keys) if _same(key, each.what)), None)
        grouping = _grouping_flag(each.what, keys, kept)
        if not operand.aggregate and place is None and grouping is None:
            text = each.what.text if isinstance(each.what, Path) else each.what.name
            block.asked.refuse(
                each.what.at, "MALFORMED_QUERY", f"Field must be grouped or aggregated: {text}"
            )
        name = each.alias
        if name is None and isinstance(each.what, Path):
            name = operand.name
        if name is None:
            name, unnamed = f"expr{unnamed}", unnamed + 1
        if name in names:
            block.asked.refuse(each.what.at, "MALFORMED_QUERY", f"duplicate alias: {name}")
        counts = operand.aggregate or place in kept
        columns.append(grouping or (operand.sql if counts else "NULL"))
        names.append(name)
        converts.append(TYPES.get(operand.type))
    return columns, names, converts


def _grouping_flag(
    what: Path | Call, keys: Sequence[Path | Call], kept: Sequence[int]
) -> str | None:
    """Return the answer of GROUPING(): one where the row is a total over that field."""
    if not isinstance(what, Call) or what.name.upper() != "GROUPING" or not what.arguments:
        return None
    asked_for = what.arguments[0]
    place = next((n for n, key in enumerate(keys) if _same(key, asked_for)), -1)
    return str(int(place not in kept))


def _same(one: Any, other: Any) -> bool:
    """Tell whether two operands are the same, wherever they stand and however they are spelled."""
    if isinstance(one, Path) and isinstance(other, Path):
        return one.text.lower() == other.text.lower()
    if isinstance(one, Call) and isinstance(other, Call):
        return one.name.lower() == other.name.lower() and all(
            _same(a, b) for a, b in zip(one.arguments, other.arguments, strict=False)
        )
    return False


def _check_groupable(block: Block, operand: Operand) -> None:
    """Refuse to group by what cannot be."""
    if operand.field is not None and not operand.field.groupable:
        block.asked.refuse(
            operand.at,
            "MALFORMED_QUERY",
            f"field '{operand.field.name}' can not be grouped in a query call",
        )
