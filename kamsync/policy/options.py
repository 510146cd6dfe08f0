"""Read the options of a rule, and say where and how one is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from kamsync.errors import ConfigurationInvalid, ValueInvalid
from kamsync.policy.rules import Condition, Extreme, Review, Union, in_words
from kamsync.schema import Entity, Field, Type
from kamsync.values import normalise

__all__ = [
    "Place",
    "choose",
    "condition",
    "flag",
    "parts_of",
    "require_order",
    "require_several",
    "require_table",
    "review",
    "seconds",
]

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhd])")


class Place(Struct, frozen=True):
    """Where in the configuration a rule stands, and for which field."""

    key: str
    entity: Entity
    field: Field

    def inner(self, suffix: str) -> Place:
        """Return a place further down, such as ``.while``."""
        return Place(self.key + suffix, self.entity, self.field)

    def wrong(self, what: str) -> ConfigurationInvalid:
        """Return the error that says what is wrong here."""
        return ConfigurationInvalid(f"{self.key}: {what}")


def condition(place: Place, written: object) -> Condition:
    """Return the state of a record that a ``while`` names."""
    if not isinstance(written, Mapping) or not written:
        raise place.wrong(f'must be a table such as {{ status = ["open"] }}; it is {written!r}.')
    found = [
        _conditioned(place.inner(f".{name}"), name, allowed) for name, allowed in written.items()
    ]
    return Condition(tuple(found))


def _conditioned(place: Place, name: str, allowed: object) -> tuple[str, Field, tuple[Any, ...]]:
    """Return the field that one key of a ``while`` names, and what it may be."""
    group, field = _state_field(place, name)
    several = allowed if isinstance(allowed, list | tuple) else [allowed]
    try:
        values = tuple(normalise(field, each) for each in several)
    except ValueInvalid as problem:
        raise place.wrong(problem.message) from problem
    if not values:
        raise place.wrong("must allow at least one value.")
    return group, field, values


def _state_field(place: Place, name: str) -> tuple[str, Field]:
    """Return the group (or ``""``) and the field that a ``while`` may look at."""
    parts = {part.name: (group.name, part) for group, part in parts_of(place.entity)}
    if name in parts:
        return parts[name]
    single = {
        field.name: ("", field)
        for field in place.entity.fields.values()
        if field.type not in {Type.GROUP, Type.CHOICES, Type.TEXTS}
    }
    if name in single:
        return single[name]
    hint = choose(name, [*parts, *single])
    raise place.wrong(f"{place.entity.name} has no single value {name!r}; {hint}")


def parts_of(entity: Entity) -> Iterator[tuple[Field, Field]]:
    """Yield each group of the entity with each of its parts."""
    for group in entity.fields.values():
        for part in group.parts:
            yield group, part


def review(place: Place, options: Mapping[str, object]) -> Review:
    """Return a review with its terms: by when, and who is called in afterwards."""
    due = seconds(place, "due", options["due"]) if "due" in options else None
    escalate = options.get("escalate", "")
    if not isinstance(escalate, str):
        raise place.inner(".escalate").wrong(f"must be a name; it is {escalate!r}.")
    return Review(due, escalate)


def require_order(place: Place, rule: str) -> None:
    """Raise `ConfigurationInvalid` unless values of the field can be compared."""
    if not Extreme.applies_to(place.field):
        raise place.wrong(
            f"{rule!r} needs a number, date, time, yes or no, or sum of money; "
            f"{place.field.name} is a {place.field.type}. {_instead(place)}"
        )


def require_several(place: Place) -> None:
    """Raise `ConfigurationInvalid` unless the field holds several values."""
    if not Union.applies_to(place.field):
        raise place.wrong(
            f"'union' needs a field with several values; "
            f"{place.field.name} is a {place.field.type}. {_instead(place)}"
        )


def _instead(place: Place) -> str:
    if place.key.endswith(".*"):
        return f"Give {place.field.name} a rule of its own, or write 'latest', a team or 'review'."
    return "Write 'latest', 'first', a team or 'review'."


def seconds(place: Place, key: str, written: object) -> float:
    """Return a duration in seconds: a number of them, or text such as ``2d``."""
    if isinstance(written, int | float) and not isinstance(written, bool) and written >= 0:
        return float(written)
    found = DURATION.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None:
        raise place.inner(f".{key}").wrong(
            f"must be a time such as '30s', '15m', '4h' or '2d'; it is {written!r}."
        )
    return float(found[1]) * SECONDS[found[2]]


def flag(place: Place, key: str, options: Mapping[str, object]) -> bool:
    """Return an option that is true or false."""
    written = options.get(key, False)
    if not isinstance(written, bool):
        raise place.inner(f".{key}").wrong(f"must be true or false; it is {written!r}.")
    return written


def require_table(key: str, table: object) -> None:
    """Raise `ConfigurationInvalid` unless *table* is a table."""
    if not isinstance(table, Mapping):
        raise ConfigurationInvalid(
            f"{key}: must be a table of fields and their rules; it is {table!r}."
        )


def choose(name: str, known: Collection[str]) -> str:
    """Return what could have been meant, and what there is."""
    close = get_close_matches(name, list(known))
    meant = f"did you mean {close[0]!r}? There is " if close else "there is "
    return f"{meant}{in_words(known, 'and')}."
