"""The schema of every history: small, so that what happens meets."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync.schema import DataClass, Entity, Field, Schema, Type

__all__ = ["FIELDS", "PARTS", "REFERS", "SCHEMA", "TEXTS", "is_pay"]

TEXTS = ("name", "note")
"""The fields that a lossy system cuts off."""

_STREET = (Field("street", Type.TEXT, "Street."), Field("city", Type.TEXT, "City."))

SCHEMA = Schema(
    {
        "account": Entity(
            "account",
            "A company.",
            {
                "number": Field("number", Type.TEXT, "What tells it apart."),
                "name": Field("name", Type.TEXT, "What it is called."),
                "note": Field("note", Type.TEXT, "A remark.", data_class=DataClass.PAY),
                "address": Field("address", Type.GROUP, "Where it is.", parts=_STREET),
                "parent": Field("parent", Type.REFERENCE, "Whose it is.", to="account"),
            },
            keys=("number",),
        ),
        "contact": Entity(
            "contact",
            "A person there.",
            {
                "code": Field("code", Type.TEXT, "What tells them apart."),
                "name": Field("name", Type.TEXT, "What they are called."),
                "account": Field("account", Type.REFERENCE, "Whose they are.", to="account"),
            },
            keys=("code",),
            parent="account",
        ),
        "share": Entity(
            "share",
            "A share in an account; those of one account add up.",
            {
                "code": Field("code", Type.TEXT, "What tells it apart."),
                "part": Field("part", Type.TEXT, "How much it is."),
                "account": Field("account", Type.REFERENCE, "Of what it is a share.", to="account"),
            },
            keys=("code",),
            parent="account",
            together=("account",),
        ),
        "role": Entity(
            "role",
            "What a person does for an account; nothing but these two tells it apart.",
            {
                "account": Field("account", Type.REFERENCE, "For whom.", to="account"),
                "contact": Field("contact", Type.REFERENCE, "Who.", to="contact"),
                "note": Field("note", Type.TEXT, "A remark."),
            },
            parent="account",
            unique=("account", "contact"),
        ),
    }
)
"""Four entities: with a parent, a reference to itself, a group, pay, what is only right whole, and what is
known by that to which it refers."""

PARTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    entity.name: {
        field.name: tuple(part.name for part in field.parts) or (field.name,)
        for field in entity.fields.values()
    }
    for entity in SCHEMA.entities.values()
}
"""The native names behind each field: those of its parts, or its own."""

FIELDS: Mapping[str, Mapping[str, str]] = {
    entity: {name: field for field, names in fields.items() for name in names}
    for entity, fields in PARTS.items()
}
"""The field behind each native name."""

REFERS: Mapping[tuple[str, str], str] = {
    (entity.name, field.name): field.to
    for entity in SCHEMA.entities.values()
    for field in entity.fields.values()
    if field.type is Type.REFERENCE
}
"""The entity that each reference points to."""


def is_pay(entity: str, field: str) -> bool:
    """Whether only those who are cleared for pay may see a field."""
    return SCHEMA.entity(entity).field(field).data_class is DataClass.PAY
