"""How much money a conflict is about: what its record is worth, by the record's own field."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from kamsync.model import Golden, Record
from kamsync.reports.sight import HIDDEN, Sight
from kamsync.schema import Entity, Type

__all__ = ["NOTHING", "Stake", "at_stake"]

Stake: TypeAlias = tuple[Any, str | None]

NOTHING: Stake = (None, None)


def at_stake(sight: Sight, record: Record | None) -> Stake:
    """Return the sum and currency of a record's first field that holds money, such as amount.

    It is what everybody agreed on, so that a sum in dispute does not count for more than is certain.
    Both are None where there is none.
    """
    entity = sight.schema.entities.get(record.entity) if record else None
    if record is None or entity is None:
        return NOTHING
    for name, currency in _money(entity):
        said = record.fields.get(name, Golden()).value
        if isinstance(said, dict) and said.get(name) is not None:
            hidden = sight.hides(entity.name, name)
            return (HIDDEN, None) if hidden else _sum(said[name], said.get(currency))
    return NOTHING


def _sum(number: Any, currency: Any) -> Stake:
    """Return a sum and its currency, as far as they are what they should be."""
    try:
        return Decimal(str(number)), None if currency is None else str(currency)
    except InvalidOperation:
        return NOTHING


def _money(entity: Entity) -> Iterator[tuple[str, str]]:
    """Yield the name of each field that holds money, with that of its part for the currency."""
    for field in entity.fields.values():
        currencies = [part.name for part in field.parts if part.type is Type.CURRENCY]
        if currencies and any(part.name == field.name for part in field.parts):
            yield field.name, currencies[0]
