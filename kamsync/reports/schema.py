"""The schema as documents: plain values for scripts, tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kamsync.schema import Entity, Field

__all__ = ["as_markdown", "described"]


def described(entities: Iterable[Entity]) -> list[dict[str, Any]]:
    """Return entities with their fields as plain values.

    Keys of an entity: ``name``, ``meaning``, ``nature``, ``parent``, ``keys``, ``unique``,
    ``label``, ``fields``;
    of a field: ``name``, ``type``, ``meaning``, ``unit``, ``class``, ``to``, ``choices``, ``items``,
    ``parts``. What does not apply is empty.
    """
    return [
        {
            "name": entity.name,
            "meaning": entity.meaning,
            "nature": entity.nature.value,
            "parent": entity.parent,
            "keys": list(entity.keys),
            "unique": list(entity.unique),
            "label": entity.label,
            "fields": [_field(field) for field in entity.fields.values()],
        }
        for entity in entities
    ]


def _field(field: Field) -> dict[str, Any]:
    """Return one field as plain values."""
    return {
        "name": field.name,
        "type": field.type.value,
        "meaning": field.meaning,
        "unit": field.unit,
        "class": field.data_class.value,
        "to": field.to,
        "choices": list(field.choices),
        "items": field.items.value if field.type.value == "texts" else "",
        "parts": [_field(part) for part in field.parts],
    }


def as_markdown(entities: Iterable[Entity]) -> str:
    """Return *entities* as a page of tables."""
    lines: list[str] = []
    for entity in entities:
        lines += [f"## {entity.name}", "", entity.meaning, ""]
        lines += [f"*{sentence}*" for sentence in _terms(entity)]
        lines += ["", "| field | type | class | meaning |", "|---|---|---|---|"]
        lines += [_row(field) for field in entity.fields.values()]
        lines.append("")
    return "\n".join(lines)


def _terms(entity: Entity) -> Iterator[str]:
    """Yield how records of an entity are told apart and how they change."""
    nature = "only ever added to" if entity.nature.value == "ledger" else "merged field by field"
    parent = f", follows its {entity.parent}" if entity.parent else ""
    keys = f", recognised by {', '.join(entity.keys)}" if entity.keys else ""
    whole = f", recognised by {', '.join(entity.unique)} together" if entity.unique else ""
    yield f"{nature.capitalize()}{parent}{keys}{whole}."


def _row(field: Field) -> str:
    """Return one line of a table."""
    kind = field.type.value
    if field.to:
        kind = f"reference to {field.to}"
    elif field.parts:
        kind = f"group of {', '.join(part.name for part in field.parts)}"
    elif field.choices:
        kind = f"{kind}: {', '.join(field.choices)}"
    elif kind == "texts":
        kind = f"texts of {field.items.value}"
    unit = f" ({field.unit})" if field.unit else ""
    return f"| `{field.name}` | {_cell(kind)}{_cell(unit)} | {field.data_class} | {_cell(field.meaning)} |"


def _cell(text: str) -> str:
    """Return *text* as the cell of a table takes it."""
    return text.replace("|", "\\|").replace("\n", " ")
