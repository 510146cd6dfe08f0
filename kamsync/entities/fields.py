"""The words in which the entities are written down."""

from __future__ import annotations

from kamsync.schema import DataClass, Entity, Field, Nature, Type

__all__ = ["address", "choice", "entity", "field", "money", "person_name", "reference", "several"]

INTERNAL = DataClass.INTERNAL


def entity(
    name: str,
    meaning: str,
    *fields: Field,
    parent: str = "",
    keys: tuple[str, ...] = (),
    label: str = "name",
    nature: Nature = Nature.RECORD,
    together: tuple[str, ...] = (),
    unique: tuple[str, ...] = (),
) -> Entity:
    """Return an entity of *fields*, in this order."""
    by_name = {each.name: each for each in fields}
    return Entity(name, meaning, by_name, nature, parent, keys, label, together, unique)


def field(
    name: str, type_: Type, meaning: str, *, unit: str = "", data_class: DataClass = INTERNAL
) -> Field:
    """Return a field that holds one value."""
    return Field(name, type_, meaning, unit, data_class)


def choice(name: str, meaning: str, *choices: str, data_class: DataClass = INTERNAL) -> Field:
    """Return a field that holds one of *choices*."""
    return Field(name, Type.CHOICE, meaning, data_class=data_class, choices=choices)


def several(
    name: str,
    meaning: str,
    *choices: str,
    items: Type = Type.TEXT,
    data_class: DataClass = INTERNAL,
) -> Field:
    """Return a field that holds any number of *choices*, or of *items* if there are no choices."""
    kind = Type.CHOICES if choices else Type.TEXTS
    return Field(name, kind, meaning, data_class=data_class, choices=choices, items=items)


def reference(name: str, to: str, meaning: str) -> Field:
    """Return a field that holds a record of the entity *to*."""
    return Field(name, Type.REFERENCE, meaning, to=to)


def money(
    name: str,
    meaning: str,
    *,
    currency: str = "currency",
    data_class: DataClass = INTERNAL,
) -> Field:
    """Return a sum of money: the number, under the group's own name, and its currency."""
    parts = (
        Field(name, Type.NUMBER, meaning, data_class=data_class),
        Field(currency, Type.CURRENCY, "The currency of the sum.", "ISO 4217", data_class),
    )
    return Field(name, Type.GROUP, meaning, data_class=data_class, parts=parts)


def person_name(meaning: str) -> Field:
    """Return the name of a person."""
    parts = (
        Field("first_name", Type.TEXT, "The given name or names."),
        Field("last_name", Type.TEXT, "The family name."),
    )
    return Field("name", Type.GROUP, meaning, parts=parts)


def address(name: str, meaning: str, prefix: str, data_class: DataClass = INTERNAL) -> Field:
    """Return a postal address whose parts are named after *prefix*."""

    def part(word: str, text: str, type_: Type = Type.TEXT, unit: str = "") -> Field:
        return Field(f"{prefix}_{word}", type_, text, unit, data_class)

    parts = (
        part("street", "Street and number; several lines are possible."),
        part("city", "City or town."),
        part("postal_code", "Postal code, as it is written in its country."),
        part("region", "State, province or region."),
        part("country", "Country.", Type.COUNTRY, "ISO 3166-1 alpha-2"),
    )
    return Field(name, Type.GROUP, meaning, data_class=data_class, parts=parts)
