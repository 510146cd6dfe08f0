"""What the sections of a configuration leave undone: a few operations, and the pay of some systems."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.model import Op
from kamsync.testing.simulation.choices import Choices
from kamsync.testing.simulation.setting import Cast

__all__ = ["bounded"]

WITHHELD = 0.1
"""In which share of the histories one operation of one system is not allowed."""

UNCLEARED = 0.15
"""In which share of the histories one system is not cleared for pay."""

ENTITIES = ("account", "contact")
"""Those of which an operation may be withheld; shares are right only together."""

OPS = (Op.UPDATE, Op.CREATE, Op.DELETE)


def bounded(casts: Sequence[Cast], choices: Choices) -> tuple[Cast, ...]:
    """Return *casts* with what their sections allow: in most histories everything."""
    found = list(casts)
    if choices.happens(WITHHELD):
        place, entity, op = choices.below(len(found)), choices.pick(ENTITIES), choices.pick(OPS)
        found[place] = structs.replace(found[place], withheld=frozenset({(entity, op)}))
    if choices.happens(UNCLEARED):
        place = choices.below(len(found))
        found[place] = structs.replace(found[place], cleared=False)
    return tuple(found)
