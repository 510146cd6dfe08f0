"""What a system in memory takes: its own rules about values, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from kamsync.connector import NativeEntity, NativeField
from kamsync.model import Native

__all__ = ["Derive", "Rewrite", "Shares", "refusal", "stored"]

Rewrite: TypeAlias = Callable[[str, str, Native], Native]
"""What an object's field makes of a value: called with the object, the field and the value."""

Objects: TypeAlias = Mapping[str, NativeEntity] | None
Values: TypeAlias = Mapping[str, Native]
Derive: TypeAlias = Callable[[str, Values], Values]
"""What follows from values of an object, as a stage brings its probability: called with what is stored."""


class Shares(Struct, frozen=True):
    """A rule: the *share* of all living records with one *parent* adds up to 1, if there are any."""

    parent: str
    share: str


def refusal(
    objects: Objects, object_: str, values: Values, *, is_new: bool, own: bool, truncates: bool
) -> str:
    """Return why the system does not take *values*, nothing if it does.

    A field that is not writable is not for kamsync's *own* user; people may write to it.
    """
    if objects is None:
        return ""
    if object_ not in objects:
        return f"There is no object {object_!r} here."
    fields = objects[object_].fields
    for name, value in values.items():
        if name not in fields and not objects[object_].open:
            return f"{object_} has no field {name!r}."
        if name in fields and own and not fields[name].writable:
            return f"{name} is read-only."
        if name in fields and (reason := _unfit(fields[name], value, truncates=truncates)):
            return reason
    return _missing(fields, values, is_new=is_new)


def stored(
    objects: Objects, object_: str, values: Values, rewrite: Rewrite | None
) -> dict[str, Native]:
    """Return *values* as the system keeps them."""
    kept = dict(values)
    if objects is not None:
        fields = objects[object_].fields
        for name, value in kept.items():
            limit = fields[name].limit if name in fields else None
            if limit is not None and isinstance(value, str):
                kept[name] = value[:limit]
    if rewrite is not None:
        kept = {name: rewrite(object_, name, value) for name, value in kept.items()}
    return kept


def _unfit(field: NativeField, value: Native, *, truncates: bool) -> str:
    """Return why *field* does not take *value*, nothing if it does."""
    if value is None:
        return f"{field.name} is required." if field.required else ""
    if field.choices and not field.open and value not in field.choices:
        return f"{field.name} must be one of {', '.join(field.choices)}."
    too_long = field.limit is not None and isinstance(value, str) and len(value) > field.limit
    if too_long and not truncates:
        return f"{field.name} takes {field.limit} characters, not {len(value)}."
    return ""


def _missing(fields: Mapping[str, NativeField], values: Values, *, is_new: bool) -> str:
    """Return which required field a new record lacks, nothing if it lacks none."""
    if not is_new:
        return ""
    lacking = sorted(n for n, field in fields.items() if field.required and values.get(n) is None)
    return f"{lacking[0]} is required." if lacking else ""
