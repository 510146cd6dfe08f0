"""What is drawn of the systems once all else is: what their sections leave undone, and who commits late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from msgspec import structs

from kamsync.connector import Can
from kamsync.model import Op
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.drawn.setting import Cast

__all__ = ["bounded"]

WITHHELD = 0.1
"""In which share of the histories one operation of one system is not allowed."""

UNCLEARED = 0.15
"""In which share of the histories one system is not cleared for pay."""

LATE = 0.4
"""In which share of the histories the systems with stamps of a second commit late."""

LATENESS_S = (4, 2)

ENTITIES = ("account", "contact")
"""Those of which an operation may be withheld; shares are right only together."""

OPS = (Op.UPDATE, Op.CREATE, Op.DELETE)


def bounded(
    casts: Sequence[Cast], choices: Choices, staged: Collection[str] = ()
) -> tuple[Cast, ...]:
    """Return *casts* with what their sections allow, and how late acts may show there.

    Those that are *staged* keep the time of their site.
    """
    found = list(casts)
    if choices.happens(WITHHELD):
        place, entity, op = choices.below(len(found)), choices.pick(ENTITIES), choices.pick(OPS)
        found[place] = structs.replace(found[place], withheld=frozenset({(entity, op)}))
    if choices.happens(UNCLEARED):
        place = choices.below(len(found))
        found[place] = structs.replace(found[place], cleared=False)
    if choices.happens(LATE):
        lateness = timedelta(seconds=choices.pick(LATENESS_S))
        found = [
            cast
            if Can.EXACT_VERSION in cast.can or cast.name in staged
            else structs.replace(cast, lateness=lateness)
            for cast in found
        ]
    return tuple(found)
