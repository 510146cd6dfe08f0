"""The ready lenses: how native cells say a canonical value.

Every lens is stable: `put` returns the cells of now if they read as what it would write. So a
system that truncates, rounds or knows fewer words is never written to for a difference that it
cannot hold.
"""

from __future__ import annotations

from kamsync.lenses.configured import entity_map, field_map
from kamsync.lenses.groups import Grouped, Part
from kamsync.lenses.ready import identity_map, lens_for
from kamsync.lenses.single import Moment, Reference, Same, Scaled, Ticks
from kamsync.lenses.words import Choice, Choices, Texts, Words, words
from kamsync.lenses.writing import Form

__all__ = [
    "Choice",
    "Choices",
    "Form",
    "Grouped",
    "Moment",
    "Part",
    "Reference",
    "Same",
    "Scaled",
    "Texts",
    "Ticks",
    "Words",
    "entity_map",
    "field_map",
    "identity_map",
    "lens_for",
    "words",
]
