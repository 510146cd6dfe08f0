"""A value that nobody said yet, typed: asked for in the shape of its field."""

from __future__ import annotations

from kamsync.cli import words
from kamsync.cli.deciding import Answer
from kamsync.cli.walking.desk import Desk
from kamsync.errors import ValueInvalid
from kamsync.model import Conflict, Kind
from kamsync.schema import Field, Type

__all__ = ["typed"]

BLANK = '""'
"""What is typed for a value that is to be blank."""

ITEMS_LIMIT = 1000

SHAPES = {
    Type.NUMBER: "a number such as 1250.50",
    Type.INTEGER: "a whole number such as 12",
    Type.FRACTION: "a fraction such as 0.05",
    Type.BOOLEAN: "true or false",
    Type.DATE: "a date such as 2026-11-30",
    Type.TIME: "a time such as 2026-11-30T09:00:00Z",
    Type.EMAIL: "an e-mail address",
    Type.PHONE: "a phone number such as +49 30 1234567",
    Type.URL: "a web address",
    Type.DOMAIN: "a domain such as example.com",
    Type.COUNTRY: "a country such as DE",
    Type.CURRENCY: "a currency such as EUR",
}


def typed(desk: Desk, conflict: Conflict, rest: str) -> Answer | None:
    """Ask for another value and return the answer, None if nothing was entered after all."""
    if conflict.kind is Kind.MATCH:
        return _one(desk, f"Which {conflict.entity} is it? Its id or name", rest)
    if conflict.kind is not Kind.VALUE:
        raise ValueInvalid("There is no other value here; choose one of the keys below.")
    field = desk.hub.schema.entity(conflict.entity).field(conflict.field)
    if field.type is Type.GROUP:
        return _parts(desk, conflict, field, rest)
    if field.type in {Type.TEXTS, Type.CHOICES}:
        return _several(desk, field, rest)
    return _one(desk, f"{field.name}, {_shape(field)}", rest)


def _shape(field: Field) -> str:
    """Return what a field takes."""
    if field.choices:
        return f"{'some' if field.type is Type.CHOICES else 'one'} of {', '.join(field.choices)}"
    if field.type is Type.REFERENCE:
        return f"the id or name of a record of {field.to}"
    kind = field.items if field.type is Type.TEXTS else field.type
    return SHAPES.get(kind, "a text")


def _one(desk: Desk, what: str, rest: str) -> Answer | None:
    """Ask for one value, unless it was typed at once."""
    text = rest or desk.keyboard.ask(f"  {what} ({BLANK} is blank, return leaves it): ")
    return Answer(values=("" if text == BLANK else text,)) if text else None


def _several(desk: Desk, field: Field, rest: str) -> Answer | None:
    """Ask for one item after the other, unless the only one was typed at once."""
    if rest:
        return Answer(values=("" if rest == BLANK else rest,))
    values: list[str] = []
    for _ in range(ITEMS_LIMIT):
        text = desk.keyboard.ask(
            f"  {field.name} {len(values) + 1}, {_shape(field)} ({BLANK} is blank, return ends): "
        )
        if not text:
            break
        if text == BLANK:
            return Answer(values=("",))
        values.append(text)
    return Answer(values=tuple(values)) if values else None


def _parts(desk: Desk, conflict: Conflict, field: Field, rest: str) -> Answer | None:
    """Ask for each part; one that is left out stays as it was agreed."""
    if rest:
        known = ", ".join(part.name for part in field.parts)
        raise ValueInvalid(
            f"{field.name} has the parts {known}: type o alone, and each is asked for."
        )
    agreed = desk.sight.value(conflict.entity, conflict.field, conflict.agreed) or {}
    values = []
    for part in field.parts:
        kept = words.value(part, agreed.get(part.name)) if isinstance(agreed, dict) else words.BLANK
        text = desk.keyboard.ask(
            f"  {part.name}, {_shape(part)} ({BLANK} is blank, return keeps {kept}): "
        )
        if text is None:
            return None
        if text:
            values.append(f"{part.name}={'' if text == BLANK else text}")
    return Answer(values=tuple(values)) if values else None
