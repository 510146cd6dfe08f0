"""An answer key for differences: who is right by the policy of the teams, worked out without the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.model import Value
from kamsync.sandbox.world import Answer, Held, World, held_by
from kamsync.values import normalise

__all__ = ["Agreement", "agreement"]

TEAMS = {"salesforce": "sales", "hubspot": "success"}
PERSON = "a person"


class Fact(Struct, frozen=True):
    """A field of the schema that a plain value of the world is: who is heard, and how the two compare.

    *part* is the part of a group that holds it.
    """

    entity: str
    plain: str
    field: str
    heard: str = "sales"
    part: str = ""


FACTS = (
    Fact("account", "name", "name"),
    Fact("account", "website", "website"),
    Fact("account", "phone", "phone"),
    Fact("account", "employees", "employees"),
    Fact("account", "revenue", "annual_revenue", part="annual_revenue"),
    Fact("account", "owner", "owner", PERSON),
    Fact("contact", "title", "title"),
    Fact("contact", "phone", "phone"),
    Fact("contact", "mobile", "mobile"),
    Fact("contact", "email", "email"),
    Fact("opportunity", "name", "name"),
    Fact("opportunity", "amount", "amount", part="amount"),
    Fact("opportunity", "close_date", "close_date"),
    Fact("opportunity", "owner", "owner", PERSON),
)
"""Sales classed and sold; who owns what is for a person to say. See ``policies/teams.toml``."""


class Agreement(Struct, frozen=True):
    """How the hub settled what the key knows of: *wrong* names each fact that is not as the key says."""

    facts: int
    differences: int
    held: int
    wrong: tuple[str, ...]


def agreement(
    hub: Hub, world: World, answers: Mapping[str, list[Answer]], now: datetime
) -> Agreement:
    """Compare golden with the key, for all that both systems hold and that was matched."""
    found = [
        judged
        for record, one, other in _pairs(hub, world, answers, now)
        for judged in _judged(hub, record, one, other)
    ]
    return Agreement(
        facts=len(found),
        differences=sum(each.differs for each in found),
        held=sum(each.differs and each.fact.heard == PERSON for each in found),
        wrong=tuple(each.wrong for each in found if each.wrong),
    )


class _Judged(Struct, frozen=True):
    """One fact about one record: whether the teams differ, and how golden is *wrong*, if it is."""

    fact: Fact
    differs: bool
    wrong: str = ""


def _judged(hub: Hub, record: str, one: Held, other: Held) -> Iterator[_Judged]:
    """Yield each fact about a record, as the key has it."""
    golden = hub.store.records.by_id([record])[record].fields
    held = {field for _, field in hub.store.reviews.open_for([record])}
    for fact in (each for each in FACTS if each.entity == one.entity):
        said = [_said(hub, fact, each) for each in (one, other)]
        differs = None not in said and said[0] != said[1]
        if fact.heard == PERSON:
            missing = differs and fact.field not in held
            wrong = f"{record}.{fact.field} is not held" if missing else ""
        else:
            expected = said[0] if said[0] is not None else said[1]
            value = golden[fact.field].value if fact.field in golden else None
            right = _plain(fact, value) == expected
            wrong = "" if right else f"{record}.{fact.field} is {value}, and not {expected}"
        yield _Judged(fact, differs, wrong)


def _pairs(
    hub: Hub, world: World, answers: Mapping[str, list[Answer]], now: datetime
) -> Iterator[tuple[str, Held, Held]]:
    """Yield each record that both teams have, once in each system, with what each of them says."""
    views = {
        system: {each.label: _as_it_is(each) for each in held_by(world, team, now)}
        for system, team in TEAMS.items()
    }
    records: dict[str, dict[str, str]] = {}
    for system, keys in answers.items():
        ids: dict[str, list[Answer]] = {}
        for each in keys:
            ids.setdefault(each.truth, []).append(each)
        alone = [each[0] for each in ids.values() if len(each) == 1]
        for entity in {each.entity for each in alone}:
            natives = {each.id: each.truth for each in alone if each.entity == entity}
            found = hub.store.links.records(system, entity, list(natives))
            for native_id, record in found.items():
                records.setdefault(natives[native_id], {})[system] = record
    for truth, found in records.items():
        if len(found) == len(TEAMS) and len(set(found.values())) == 1:
            yield found["salesforce"], views["salesforce"][truth], views["hubspot"][truth]


def _as_it_is(held: Held) -> Held:
    """Return a record with its later edits in it."""
    values = dict(held.values)
    for edit in held.edits:
        values |= edit.values
    return Held(held.entity, held.label, held.truth, held.at, held.by, values)


def _said(hub: Hub, fact: Fact, held: Held) -> Value:
    """Return what a team says of a fact, as it compares."""
    value = held.values.get(fact.plain)
    if value is None or fact.heard == PERSON:
        return value
    if fact.part:
        return Decimal(str(value))
    field = hub.schema.entity(fact.entity).field(fact.field)
    return normalise(field, value if isinstance(value, int) else str(value))


def _plain(fact: Fact, value: Value) -> Any:
    """Return golden as it compares."""
    if fact.part and value is not None:
        number = value[fact.part]
        return None if number is None else Decimal(str(number))
    return value
