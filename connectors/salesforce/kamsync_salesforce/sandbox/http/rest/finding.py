"""Search: words in the fields of several objects at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["FINDING"]

SOSL = re.compile(
    r"\s*FIND\s*\{(?P<words>(?:\\.|[^}\\])*)\}\s*"
    r"(?:IN\s+(?P<group>ALL|NAME|EMAIL|PHONE|SIDEBAR)\s+FIELDS\s*)?"
    r"(?:RETURNING\s+(?P<returning>.*?))?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
RETURNED = re.compile(r"\s*(\w+)\s*(?:\(((?:[^()']|'(?:\\.|[^'\\])*'|\([^()]*\))*)\))?\s*(?:,|$)")
CLAUSE = re.compile(r"\s+(?=(?:WHERE|ORDER\s+BY|LIMIT|OFFSET)\s)", re.IGNORECASE)
SHORTEST = 2
MOST_FOUND = 2000
GROUPS = {"NAME": {"string"}, "EMAIL": {"email"}, "PHONE": {"phone"}}
SEARCHED = {"string", "email", "phone", "url", "picklist"}


def search(api: Api, call: Call) -> Reply:
    """Answer a SOSL search. Source: REST API Developer Guide, "Search"; SOSL Syntax."""
    text = call.query.get("q", "")
    match = SOSL.fullmatch(text)
    if match is None:
        raise Refusal(400, "MALFORMED_SEARCH", f"No viable alternative in the search: {text}")
    wanted = _returning(match["returning"] or "")
    group = (match["group"] or "ALL").upper()
    most = int(match["limit"] or MOST_FOUND)
    return _found(api, call, match["words"], wanted or _usual(api), group, most)


class Wanted(Struct):
    """An object that is searched, and the fields that are given of it."""

    name: str
    fields: list[str] = []


class Asked(Struct, rename="camel"):
    """A search without SOSL."""

    q: str = ""
    fields: list[str] = []
    sobjects: list[Wanted] = []
    overall_limit: int = MOST_FOUND


def parameterized(api: Api, call: Call) -> Reply:
    """Answer a search without SOSL. Source: REST API Developer Guide, "Parameterized Search"."""
    asked = call.shaped(Asked) if call.method == "POST" else _by_address(call.query)
    if not asked.q:
        raise Refusal(400, "MALFORMED_SEARCH", "q must be specified")
    wanted = [(each.name, each.fields or asked.fields or ["Id"], "") for each in asked.sobjects]
    return _found(api, call, asked.q, wanted or _usual(api), "ALL", asked.overall_limit)


def _by_address(query: Mapping[str, str]) -> Asked:
    """Return what an address asks for: ``sobject=Account&Account.fields=Name``."""
    names = _listed(query.get("sobject", ""))
    limit = query.get("overallLimit", "")
    return Asked(
        q=query.get("q", ""),
        fields=_listed(query.get("fields", "")),
        sobjects=[Wanted(name, _listed(query.get(f"{name}.fields", ""))) for name in names],
        overall_limit=int(limit) if limit.isdecimal() else MOST_FOUND,
    )


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


FINDING = {
    "GET search": search,
    "GET|POST parameterizedSearch": parameterized,
}


def _returning(text: str) -> list[tuple[str, list[str], str]]:
    """Return the objects that are wanted, with their fields and the clauses behind them."""
    wanted, at = [], 0
    while at < len(text.rstrip()):
        match = RETURNED.match(text, at)
        if match is None:
            raise Refusal(400, "MALFORMED_SEARCH", f"unexpected token in RETURNING: {text[at:]}")
        head, *clauses = CLAUSE.split(f" {match[2] or ''}", maxsplit=1)
        fields = [each.strip() for each in head.split(",") if each.strip()]
        wanted.append((match[1], fields or ["Id"], " ".join(clauses)))
        at = match.end()
    return wanted


def _usual(api: Api) -> list[tuple[str, list[str], str]]:
    """Return every object that is searched where none is named."""
    return [(each.name, ["Id"], "") for each in api.org.schema if each.flags["searchable"]]


def _found(
    api: Api,
    call: Call,
    words: str,
    wanted: list[tuple[str, list[str], str]],
    group: str,
    most: int,
) -> Reply:
    """Return the records that hold the words in any field of the group."""
    pattern = _pattern(words)
    records: list[Any] = []
    for name, fields, clauses in wanted:
        object_ = api.org.schema.find(name)
        if object_ is None:
            raise Refusal(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
        soql = _soql(object_, fields, clauses, pattern, group)
        if soql:
            records += api.org.query(soql, call.who, version=call.release).rows
    return Reply(200, {"searchRecords": records[:most]})


def _pattern(words: str) -> str:
    """Return what a field is compared with; a star is any text."""
    plain = re.sub(r"\\(.)", r"\1", words).strip().strip('"')
    if len(plain.replace("*", "")) < SHORTEST:
        raise Refusal(400, "MALFORMED_SEARCH", "search term must be longer than one character")
    escaped = re.sub(r"(['\\%_])", r"\\\1", plain)
    return f"%{escaped.replace('*', '%')}%"


def _soql(object_: SObject, fields: list[str], clauses: str, pattern: str, group: str) -> str:
    """Return the query that finds what a search asks for."""
    types = GROUPS.get(group, SEARCHED)
    named = [each.name for each in object_.fields.values() if each.name_field]
    names = named if group == "NAME" else _searched(object_, types)
    if not names:
        return ""
    tests = " OR ".join(f"{name} LIKE '{pattern}'" for name in names)
    where, order = f"({tests})", clauses.strip()
    if order[:5].upper() == "WHERE":
        condition, *rest = re.split(
            r"\s+(?=ORDER\s+BY|LIMIT|OFFSET)", order[5:], maxsplit=1, flags=re.IGNORECASE
        )
        where, order = f"{where} AND ({condition})", " ".join(rest)
    select = f"SELECT {', '.join(fields)} FROM {object_.name}"
    return f"{select} WHERE {where} {order}".strip()


def _searched(object_: SObject, types: set[str]) -> list[str]:
    """Return the fields that words are looked for in."""
    return [each.name for each in object_.fields.values() if each.type in types and each.filterable]
