"""What of a plan a person asks to see: a system, an entity, a field or a record."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from kamsync.engine import Hub

__all__ = ["like", "require_known"]

ALIKE = 60
"""How alike, in percent, a selector is to what was typed for it, to be offered instead."""

NAMED_LIMIT = 3


def require_known(hub: Hub, selector: str) -> None:
    """Refuse an entity of a system, or a field of an entity, that is not there.

    Anything else may be what a record is called.

    Raises:
        UnknownName: it says which are there.
    """
    entity, _, field = selector.partition(".")
    of_system = entity in hub.systems and field
    if of_system:
        entity, _, field = field.partition(".")
    known = hub.schema.entities
    if entity not in known and not of_system:
        return
    named = hub.schema.entity(entity)
    if field:
        named.field(field)


def like(hub: Hub, selector: str, also: Iterable[str]) -> tuple[str, ...]:
    """Return what is nearly *selector*: systems, entities, fields, and what is *also* there."""
    words = [*hub.systems, *filter(None, also)]
    for entity in hub.entities():
        words += [entity.name, *(f"{entity.name}.{name}" for name in entity.fields)]
        words += [f"{system.name}.{entity.name}" for system in hub.mapping(entity.name)]
    if not selector or selector in words:
        return ()
    found = extract(
        selector, list(dict.fromkeys(words)), scorer=ratio, score_cutoff=ALIKE, limit=NAMED_LIMIT
    )
    return tuple(word for word, *_ in found)
