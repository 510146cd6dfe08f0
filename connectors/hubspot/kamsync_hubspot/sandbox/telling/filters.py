"""The filters of a search, as conditions on what the index shows.

Source: developers.hubspot.com/docs/guides/api/crm/search (operators and limits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from kamsync_hubspot.sandbox.model.definitions import Property
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import from_iso
from kamsync_hubspot.sandbox.model.refusal import Refusal, unset
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["Condition", "condition", "expression"]

GROUPS = 5
FILTERS = 6
FILTERS_IN_ALL = 18
LATEST_MS = 1 << 62
_COMPARED = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">=", "EQ": "=", "NEQ": "<>"}
_TIMES = {"date", "datetime"}


class Condition(Struct, frozen=True):
    """A condition in SQL, and what stands in for its question marks."""

    sql: str
    values: tuple[Any, ...] = ()


def condition(portal: Portal, kind: Kind, groups: Sequence[Mapping[str, Any]]) -> Condition:
    """Return what the filter groups ask for: one of them, with all of its filters."""
    _refuse_many(groups)
    found = [
        _all([_filter(portal, kind, each) for each in group.get("filters") or ()])
        for group in groups
    ]
    if not found:
        return Condition("1")
    return Condition(
        "(" + " OR ".join(each.sql for each in found) + ")",
        tuple(value for each in found for value in each.values),
    )


def expression(portal: Portal, kind: Kind, name: str) -> tuple[str, str]:
    """Return a property as an expression that can be compared, and the type of it.

    The columns of the row stand for what they hold, so that the index of the database is used. A
    property that is not defined is never filled: filtering contacts by `hs_lastmodifieddate` finds
    nothing, and says nothing (github.com/airbytehq/airbyte/pull/85019).
    """
    columns = {kind.created: "created", kind.modified: "modified"}
    if name == "hs_object_id":
        return "id", "number"
    if name in columns:
        return columns[name], "datetime"
    definition: Property | None = portal.catalogue.properties(kind).get(name)
    type_ = definition.type if definition else "string"
    held = f"NULLIF(json_extract(properties, '$.\"{name}\"'), '')" if definition else "NULL"
    if type_ == "number":
        return f"CAST({held} AS REAL)", type_
    if type_ in _TIMES:
        return f"CAST(ROUND((julianday({held}) - 2440587.5) * 86400000) AS INTEGER)", type_
    return (held if type_ == "enumeration" else f"LOWER({held})"), type_


def _all(found: Sequence[Condition]) -> Condition:
    """Return the condition that all of them hold."""
    if not found:
        return Condition("1")
    return Condition(
        "(" + " AND ".join(each.sql for each in found) + ")",
        tuple(value for each in found for value in each.values),
    )


def _refuse_many(groups: Sequence[Mapping[str, Any]]) -> None:
    """Refuse more groups and filters than there may be."""
    counts = [len(group.get("filters") or ()) for group in groups]
    if len(counts) > GROUPS:
        raise Refusal(400, f"Too many filter groups: {len(counts)}. The maximum is {GROUPS}.")
    if max(counts, default=0) > FILTERS:
        raise Refusal(400, f"Too many filters in a group: {max(counts)}. The maximum is {FILTERS}.")
    if sum(counts) > FILTERS_IN_ALL:
        raise Refusal(400, f"Too many filters: {sum(counts)}. The maximum is {FILTERS_IN_ALL}.")


def _filter(portal: Portal, kind: Kind, given: Mapping[str, Any]) -> Condition:
    """Return one filter."""
    lacking = [name for name in ("propertyName", "operator") if not given.get(name)]
    if lacking:
        raise unset(lacking)
    name, operator = str(given["propertyName"]), str(given["operator"])
    if name.startswith("associations."):
        return _associated(portal, kind, name.removeprefix("associations."), operator, given)
    left, type_ = expression(portal, kind, name)
    if operator in {"EQ", "IN"}:
        portal.sought.seek(left)
    match operator:
        case "HAS_PROPERTY" | "NOT_HAS_PROPERTY":
            return Condition(f"{left} IS {'NOT ' if operator == 'HAS_PROPERTY' else ''}NULL")
        case "BETWEEN":
            low, high = _value(given, "value", type_), _value(given, "highValue", type_)
            return Condition(f"{left} BETWEEN ? AND ?", (low, high))
        case "IN" | "NOT_IN":
            return _among(left, type_, operator, given)
        case "CONTAINS_TOKEN" | "NOT_CONTAINS_TOKEN":
            return _token(left, operator, str(given.get("value", "")))
    if operator not in _COMPARED:
        raise Refusal(400, f"Invalid input JSON on line 1, column 2: {operator} is no operator")
    absent = f" OR {left} IS NULL" if operator == "NEQ" else ""
    sql = f"({left} {_COMPARED[operator]} ?{absent})"
    return Condition(sql, (_value(given, "value", type_),))


def _value(given: Mapping[str, Any], name: str, type_: str) -> Any:
    """Return what is compared with: texts are compared whatever their case, but not options."""
    if given.get(name) is None:
        raise Refusal(400, f"operator {given['operator']} requires a {name}")
    return _read(str(given[name]), type_, str(given["propertyName"]))


def _read(text: str, type_: str, name: str) -> Any:
    """Return a text as the type that it is compared as; times are ISO or in milliseconds."""
    try:
        if type_ == "number":
            return float(text)
        if type_ in _TIMES:
            at = int(text) if text.lstrip("-").isdigit() else from_iso(text)
            return max(-LATEST_MS, min(at, LATEST_MS))
    except ValueError:
        raise Refusal(400, f"Property {name} cannot be compared with {text}") from None
    return text if type_ == "enumeration" else text.lower()


def _among(left: str, type_: str, operator: str, given: Mapping[str, Any]) -> Condition:
    """Return that a value is one of several, or none of them."""
    if not given.get("values"):
        raise Refusal(400, f"operator {operator} requires values")
    values = [_read(str(each), type_, str(given["propertyName"])) for each in given["values"]]
    marks = ", ".join("?" * len(values))
    if operator == "IN":
        return Condition(f"{left} IN ({marks})", tuple(values))
    return Condition(f"({left} NOT IN ({marks}) OR {left} IS NULL)", tuple(values))


def _token(left: str, operator: str, value: str) -> Condition:
    """Return that a text holds a word; ``*`` stands for any characters."""
    words = f"' ' || REPLACE(REPLACE(LOWER({left}), '@', ' '), '.', ' ') || ' '"
    pattern = value.lower().replace("@", " ").replace(".", " ").replace("*", "%")
    sql = f"{words} LIKE ?"
    if operator.startswith("NOT_"):
        sql = f"({left} IS NULL OR NOT ({sql}))"
    return Condition(sql, (f"% {pattern} %",))


def _associated(
    portal: Portal, kind: Kind, name: str, operator: str, given: Mapping[str, Any]
) -> Condition:
    """Return that a record is associated with another."""
    to = portal.kind(name)
    ids = [given.get("value"), *(given.get("values") or ())]
    values = tuple(int(each) for each in ids if str(each).isdigit())
    marks = ", ".join("?" * len(values))
    there = "NOT " if operator in {"NEQ", "NOT_IN", "NOT_HAS_PROPERTY"} else ""
    some = f" AND to_id IN ({marks})" if values else ""
    return Condition(
        f"{there}EXISTS (SELECT 1 FROM link WHERE from_type = ? AND from_id = shown.id"
        f" AND to_type = ?{some})",
        (kind.id, to.id, *values),
    )
