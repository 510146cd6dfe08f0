"""Very many records at once, to measure with: past all rules, and as good as any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import json

from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.populating.words import CITIES, FIRST, LAST, ROOTS, TITLES
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["crowd"]

_GAP = 3
_IMPORT = Caller.integration(1, "crowd")


def crowd(portal: Portal, object_: str, count: int, over_ms: int = 86_400_000) -> list[int]:
    """Put *count* records of a type into the portal, made over the last *over_ms*; return their ids."""
    kind = portal.kind(object_)
    first = portal.database.count("record", count * _GAP, 20_000_000_000) - count * _GAP
    ids = [first + _GAP * (place + 1) for place in range(count)]
    with portal.atomically():
        portal.database.many(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, 0, NULL, ?)",
            _rows(portal, kind, ids, over_ms),
        )
        if kind.plural == "contacts":
            portal.database.many(
                "INSERT INTO unique_value VALUES (?, 'email', ?, ?)",
                ((kind.id, _email(id_), id_) for id_ in ids),
            )
        portal.writes += 1
    return ids


def _rows(portal: Portal, kind: Kind, ids: list[int], over_ms: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the records."""
    origin, now, count = json.encode(_IMPORT.source).decode(), portal.now, len(ids)
    owners = list(portal.people.all) or [""]
    for place, id_ in enumerate(ids):
        at = now - over_ms + over_ms * place // count
        values = {**_values(kind, id_, place), "hubspot_owner_id": owners[place % len(owners)]}
        own = {
            kind.created: iso(at),
            kind.modified: iso(at),
            "hs_object_id": str(id_),
            "hs_object_source": "INTEGRATION",
            "hs_object_source_id": "1",
        }
        yield kind.id, id_, json.encode({**values, **own}).decode(), at, at, origin


def _values(kind: Kind, id_: int, place: int) -> dict[str, str]:
    """Return what a record holds, as much as real ones do."""
    city, country, code = CITIES[place % len(CITIES)]
    where = {"city": city, "country": country, "zip": code, "address": f"Hafenstraße {place % 200}"}
    phone = f"+49 40 {id_ % 10_000_000}"
    match kind.plural:
        case "contacts":
            return where | {
                "email": _email(id_),
                "firstname": FIRST[place % len(FIRST)],
                "lastname": LAST[place % len(LAST)],
                "jobtitle": TITLES[place % len(TITLES)],
                "phone": phone,
                "mobilephone": phone,
                "lifecyclestage": "lead",
                "company": ROOTS[place % len(ROOTS)],
            }
        case "companies":
            return where | {
                "name": f"{ROOTS[place % len(ROOTS)]} {id_}",
                "domain": f"c{id_}.example",
                "website": f"c{id_}.example",
                "phone": phone,
                "industry": "MACHINERY",
                "annualrevenue": str(place * 1000),
                "numberofemployees": str(place % 5000),
            }
        case "deals":
            return {
                "dealname": f"{ROOTS[place % len(ROOTS)]} {id_}",
                "amount": str(place),
                "pipeline": "default",
                "dealstage": "qualifiedtobuy",
                "closedate": "2026-12-31T00:00:00Z",
                "dealtype": "newbusiness",
            }
    return {}


def _email(id_: int) -> str:
    return f"person.{id_}@crowd.example"
