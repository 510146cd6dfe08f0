"""The lens of a system that holds a field as kamsync does."""

from __future__ import annotations

from kamsync.lenses.groups import Grouped, Part
from kamsync.lenses.single import Reference, Same
from kamsync.lenses.writing import Form
from kamsync.mapping import EntityMap, FieldMap, Lens
from kamsync.schema import Entity, Field, Type

__all__ = ["identity_map", "lens_for"]


def lens_for(field: Field, form: Form = Form.NORMAL) -> Lens:
    """Return the lens for one cell that holds *field*, or for one cell for each part of a group."""
    if field.type is Type.REFERENCE:
        return Reference(field.to, form)
    if field.type is not Type.GROUP:
        return Same(field, form)
    parts = tuple(
        Part(part.name, lens_for(part, form), at, at + 1) for at, part in enumerate(field.parts)
    )
    return Grouped(field, parts)


def identity_map(entity: Entity, object_: str, stamp: str = "") -> EntityMap:
    """Return the map of a system that holds *entity* as kamsync does, under the same names.

    A group is held as its parts, each under the part's own name.
    """
    fields = {
        field.name: FieldMap(
            field.name, tuple(part.name for part in field.parts) or (field.name,), lens_for(field)
        )
        for field in entity.fields.values()
    }
    return EntityMap(entity.name, object_, fields, stamp)
