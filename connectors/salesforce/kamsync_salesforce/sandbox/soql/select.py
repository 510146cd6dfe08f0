"""A SELECT that answers with records: its SQL, and what its rows become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kamsync_salesforce.sandbox.metadata.schema import Schema
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.records.store import quoted
from kamsync_salesforce.sandbox.soql.block import Asked, Block
from kamsync_salesforce.sandbox.soql.conditions import Sql, condition_sql
from kamsync_salesforce.sandbox.soql.operands import operand_of
from kamsync_salesforce.sandbox.soql.parse import parsed
from kamsync_salesforce.sandbox.soql.shape import Node
from kamsync_salesforce.sandbox.soql.tree import (
    Call,
    Children,
    Ordered,
    Path,
    Picked,
    Query,
    TypeOf,
)
from kamsync_salesforce.sandbox.state import State

__all__ = ["Select", "limits", "meets", "nested_select", "order_sql", "source_object"]

# Source: SOQL and SOSL Reference, "FIELDS()" and "OFFSET".
MOST_FIELDS_ROWS = 200
MOST_OFFSET = 2000
# Ties come in another order with every call; both numbers are primes.
STEP, ROUND = 7_368_787, 1_000_003


class Select:
    """One SELECT of records, compiled."""

    def __init__(self, asked: Asked, query: Query, object_: SObject) -> None:
        self.asked = asked
        self.query = query
        self.object = object_
        self.block = Block(asked, query, object_)
        self.columns: list[str] = []
        self.node = Node(self.block, self.columns)
        self.children: list[tuple[str, Query, SObject, str]] = []
        self.typeofs: list[tuple[TypeOf, str, int]] = []
        for each in query.select:
            self._pick(each)
        if not query.select:
            asked.refuse(query.source.at, "MALFORMED_QUERY", "unexpected token: 'FROM'")
        self._where = self._conditions()
        self._order = self._ordered()

    def sql(self, columns: Sequence[str], limit: int | None, offset: int = 0) -> Sql:
        """Return the statement that selects *columns*, of so many rows at most."""
        joins = " ".join(self.block.joins)
        where, values = self._where
        sql = (
            f"SELECT {', '.join(columns)} FROM {quoted(self.object.name)} AS {self.block.root}"
            f" {joins} WHERE {where} ORDER BY {self._order}"
        )
        if limit is not None or offset:
            sql += f" LIMIT {-1 if limit is None else limit} OFFSET {offset}"
        return sql, values

    def narrow(self, test: str) -> None:
        """Ask *test* of its rows as well; it holds no parameter."""
        where, values = self._where
        self._where = f"{test} AND {where}", values

    def _pick(self, each: Picked | Children) -> None:
        """Select one thing that the query names."""
        if isinstance(each, Children):
            self._pick_children(each)
        elif isinstance(each.what, Path):
            if each.alias is not None:
                self.asked.refuse(
                    each.what.at,
                    "MALFORMED_QUERY",
                    "only aggregate expressions use field aliasing",
                )
            self.node.select(each.what)
        elif isinstance(each.what, TypeOf):
            self._pick_typeof(each.what)
        elif each.what.name.upper() == "FIELDS":
            self._pick_fields(each.what)
        else:
            self._pick_call(each.what, each.alias)

    def _pick_fields(self, call: Call) -> None:
        """Select all fields of a kind, as far as the profile sees them."""
        kind = call.arguments[0].parts[0].upper() if isinstance(call.arguments[0], Path) else ""
        if kind not in {"ALL", "STANDARD", "CUSTOM"}:
            self.asked.refuse(call.at, "MALFORMED_QUERY", f"Unknown FIELDS group: {kind}")
        limit = self.query.limit
        if kind != "STANDARD" and (limit is None or limit > MOST_FIELDS_ROWS):
            self.asked.refuse(
                call.at,
                "MALFORMED_QUERY",
                "The SOQL FIELDS function must have a LIMIT of at most 200",
            )
        for field in self.object.fields.values():
            wanted = kind == "ALL" or field.custom == (kind == "CUSTOM")
            if wanted and self.asked.org.profiles.sees(self.asked.who, self.object.name, field):
                self.node.select(Path((field.name,), call.at))

    def _pick_call(self, call: Call, alias: str | None) -> None:
        """Select what a function makes of a field."""
        operand = operand_of(self.block, call)
        name = alias or (operand.field.name if operand.field is not None else "expr0")
        converts: Callable[[Any], Any] | None = bool if operand.type == "boolean" else None
        if call.name.lower() == "format":
            converts = str
        self.node.put(name, operand.sql, converts)

    def _pick_children(self, each: Children) -> None:
        """Select records that point at each of these, by the name of their list."""
        name = each.query.source.parts[-1]
        relation = next(
            (
                relation
                for relation in self.asked.org.schema.children(self.object.name)
                if relation.name is not None and relation.name.lower() == name.lower()
            ),
            None,
        )
        if relation is None or relation.name is None:
            self.asked.refuse(
                each.query.source.at,
                "INVALID_TYPE",
                f"Didn't understand relationship '{name}' in FROM part of query call. If you are"
                " attempting to use a custom relationship, be sure to append the '__r' after the"
                " custom relationship name. Please reference your WSDL or the describe call for the"
                " appropriate names.",
            )
        child = self.asked.org.schema.object(relation.child)
        self.node.hold(relation.name)
        self.children.append((relation.name, each.query, child, relation.field.name))

    def _pick_typeof(self, what: TypeOf) -> None:
        """Select fields by what a reference leads to."""
        reference = self.object.path(what.path.parts[-1])
        if reference is None or len(reference.targets) < 1:
            self.asked.refuse(
                what.path.at, "INVALID_FIELD", f"Didn't understand relationship '{what.path.text}'"
            )
        name = reference.relationship or reference.name
        self.node.hold(name)
        at = self.node.add(f"{self.block.root}.{quoted(reference.name)}")
        self.typeofs.append((what, name, at))

    def _conditions(self) -> Sql:
        """Return what rows have to meet; deleted ones are left out, unless they are wanted."""
        tests: list[str] = ["1"]
        values: list[Any] = []
        if "IsDeleted" in self.object.fields and not self.asked.all_rows:
            tests.append(f"{self.block.root}.IsDeleted = 0")
        if (self.query.scope or "").lower() == "mine" and "OwnerId" in self.object.fields:
            tests.append(f"{self.block.root}.OwnerId = ?")
            values.append(self.asked.who.id)
        if self.query.where is not None:
            sql, more = condition_sql(self.block, self.query.where, nested_select)
            tests.append(sql)
            values += more
        return " AND ".join(tests), values

    def _ordered(self) -> str:
        """Return the order of the rows; what the query leaves open is shuffled by call.

        Source: SOQL and SOSL Reference, "ORDER BY" (without it "there's no guarantee of the order").
        """
        parts = [order_sql(self.block, each) for each in self.query.order]
        settled = any(
            isinstance(each.operand, Path) and each.operand.text.lower() == "id"
            for each in self.query.order
        )
        if not settled:
            parts.append(shuffle(self.asked, f'{self.block.root}."#"'))
        return ", ".join(parts)


def shuffle(asked: Asked, number: str) -> str:
    """Return SQL that puts rows in an order that no caller can rely on; each call has another."""
    asked.org.asked += 1
    return f"(({number} * {STEP + 2 * asked.org.asked}) % {ROUND})"


def order_sql(block: Block, ordered: Ordered) -> str:
    """Return one part of the order; nothing comes first, whichever way it goes.

    Source: SOQL and SOSL Reference, "ORDER BY" ("NULLS FIRST is the default").
    """
    operand = operand_of(block, ordered.operand)
    if operand.field is not None and not operand.field.sortable:
        block.asked.refuse(
            operand.at,
            "MALFORMED_QUERY",
            f"field '{operand.field.name}' can not be sorted in a query call",
        )
    places = {True: " NULLS LAST", False: " NULLS FIRST", None: ""}
    last = False if ordered.nulls_last is None and ordered.descending else ordered.nulls_last
    if last is False and not ordered.descending:
        # It is so anyway, and said aloud it would keep SQLite from its index.
        last = None
    return operand.sql + (" DESC" if ordered.descending else "") + places[last]


def source_object(asked: Asked, path: Path) -> SObject:
    """Return the object that is selected from; INVALID_TYPE where there is none.

    Source: recordings of real orgs.
    """
    schema: Schema = asked.org.schema
    found = schema.find(path.parts[0]) if len(path.parts) == 1 else None
    if found is None or not found.flags["queryable"]:
        asked.refuse(
            path.at,
            "INVALID_TYPE",
            f"sObject type '{path.text}' is not supported. If you are attempting to use a custom"
            " object, be sure to append the '__c' after the entity name. Please reference your WSDL"
            " or the describe call for the appropriate names.",
        )
    return found


def nested_select(block: Block, query: Query) -> Sql:
    """Return the SQL of a semi-join: one id or reference of other records.

    Source: SOQL and SOSL Reference, "Semi-Joins with IN and Anti-Joins with NOT IN".
    """
    asked = block.asked
    inner = Block(asked, query, source_object(asked, query.source))
    (picked, *more) = query.select
    if more or not isinstance(picked, Picked) or not isinstance(picked.what, Path):
        asked.refuse(query.source.at, "MALFORMED_QUERY", "Nested query must have exactly one field")
    column = inner.column(picked.what)
    tests = [f"{column.sql} IS NOT NULL"]
    values: list[Any] = []
    if "IsDeleted" in inner.object.fields and not asked.all_rows:
        tests.append(f"{inner.root}.IsDeleted = 0")
    if query.where is not None:
        sql, values = condition_sql(inner, query.where, nested_select)
        tests.append(sql)
    joins = " ".join(inner.joins)
    return (
        f"SELECT {column.sql} FROM {quoted(inner.object.name)} AS {inner.root} {joins}"
        f" WHERE {' AND '.join(tests)}"
    ), values


def meets(org: State, object_: SObject, id_: str, condition: str) -> bool:
    """Tell whether a record meets a condition, whoever may see what it is about."""
    text = f"SELECT Id FROM {object_.name} WHERE {condition}"
    asked = Asked.of(org, org.people.administrator, text, all_rows=False, version="66.0")
    select = Select(asked, parsed(text), object_)
    select.narrow(f"{select.block.root}.Id = '{id_}'")
    return bool(org.store.db.execute(*select.sql(["1"], 1)).fetchall())


def limits(query: Query, asked: Asked) -> tuple[int | None, int]:
    """Return LIMIT and OFFSET, as far as they are allowed."""
    offset = query.offset or 0
    if offset > MOST_OFFSET:
        asked.refuse(
            query.offset_at,
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"Maximum SOQL offset allowed is {MOST_OFFSET}",
        )
    return query.limit, offset
