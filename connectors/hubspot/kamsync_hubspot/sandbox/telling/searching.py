"""Searching: what the index shows, filtered, sorted and in pages.

Source: developers.hubspot.com/docs/guides/api/crm/search.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.lag import settle
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import COLUMNS, read
from kamsync_hubspot.sandbox.telling.filters import Condition, condition, expression
from kamsync_hubspot.sandbox.telling.showing import asked, shown

__all__ = ["search"]

LARGEST_PAGE = 200
FURTHEST = 10_000
LONGEST_QUERY = 3_000

_ROWS = f"SELECT {COLUMNS} FROM record AS shown WHERE type = ? AND archived = 0"
_LAGGING = (
    f"SELECT {COLUMNS} FROM (SELECT {COLUMNS} FROM record WHERE type = ?1 AND archived = 0 AND id NOT"
    " IN (SELECT id FROM unseen WHERE type = ?1) UNION ALL"
    ' SELECT id, properties, created, modified, NULL AS archived_at, \'{"sourceType":""}\' AS origin'
    " FROM unseen WHERE type = ?1 AND properties IS NOT NULL AND until ="
    " (SELECT MIN(until) FROM unseen AS other WHERE other.type = unseen.type"
    " AND other.id = unseen.id)) AS shown WHERE 1"
)


def search(portal: Portal, kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of what is found, and how much there is in all."""
    limit, offset = _limit(body), _offset(body)
    groups = list(body.get("filterGroups") or ())
    if body.get("filters"):
        groups.append({"filters": body["filters"]})
    found = _worded(kind, condition(portal, kind, groups), str(body.get("query") or ""))
    base = _LAGGING if settle(portal) else _ROWS
    total = _total(portal, kind, base, found)
    order = _order(portal, kind, body)
    rows = portal.database.execute(
        f"{base} AND {found.sql} ORDER BY {order} LIMIT ? OFFSET ?",
        (kind.id, *found.values, limit, offset),
    )
    names = asked(portal, kind, list(body.get("properties") or ()))
    results = [shown(portal, kind, read(row), names) for row in rows.fetchall()]
    answer: dict[str, Any] = {"total": total, "results": results}
    if offset + limit < total:
        answer["paging"] = {"next": {"after": str(offset + limit)}}
    return answer


def _limit(body: Mapping[str, Any]) -> int:
    """Return how many are asked for: ten, and two hundred at most."""
    limit = int(body.get("limit") or 10)
    if not 0 < limit <= LARGEST_PAGE:
        raise Refusal(400, f"limit must be between 1 and {LARGEST_PAGE}, and is {limit}")
    return limit


def _offset(body: Mapping[str, Any]) -> int:
    """Return where the page begins; nothing is told beyond ten thousand."""
    after = str(body.get("after") or "0")
    if not after.isdigit():
        raise Refusal(400, f"after must be a number, and is {after}")
    if int(after) + _limit(body) > FURTHEST:
        raise Refusal(400, f"Search results are limited to {FURTHEST}: after is {after}")
    return int(after)


def _total(portal: Portal, kind: Kind, base: str, found: Condition) -> int:
    """Count what is found; the pages of one search share one count as long as nothing changes."""
    key = (kind.id, base, found.sql, found.values, portal.writes)
    if portal.counted[0] != key:
        rows = base.replace(COLUMNS, "COUNT(*)", 1)
        row = portal.database.execute(
            f"{rows} AND {found.sql}", (kind.id, *found.values)
        ).fetchone()
        portal.counted = (key, int(row[0]))
    return portal.counted[1]


def _order(portal: Portal, kind: Kind, body: Mapping[str, Any]) -> str:
    """Return the one rule that results are sorted by: without one, the oldest come first."""
    rules = list(body.get("sorts") or ())
    if len(rules) > 1:
        raise Refusal(400, "Only one sort rule is supported")
    if not rules:
        return "created, id"
    rule = rules[0]
    if isinstance(rule, str):
        name, falling = rule.lstrip("-"), rule.startswith("-")
    else:
        name, falling = str(rule.get("propertyName")), rule.get("direction") == "DESCENDING"
    left, _ = expression(portal, kind, name)
    return f"{left} DESC, id DESC" if falling else f"{left}, id"


def _worded(kind: Kind, found: Condition, query: str) -> Condition:
    """Return the condition that each word of the *query* is in one of the searched properties."""
    if len(query) > LONGEST_QUERY:
        raise Refusal(400, f"Query is longer than {LONGEST_QUERY} characters")
    sql, values = found.sql, list(found.values)
    texts = " || ' ' || ".join(
        f"IFNULL(json_extract(properties, '$.\"{name}\"'), '')" for name in kind.searched or ("",)
    )
    for word in query.split():
        sql += f" AND LOWER({texts}) LIKE ?"
        values.append(f"%{word.lower()}%")
    return Condition(sql, tuple(values))
