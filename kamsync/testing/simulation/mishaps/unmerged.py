"""Merges that somebody undoes: what was merged into another record is a record of its own again."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync.connector import Can
from kamsync.model import Author
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.landing import Landings
from kamsync.testing.simulation.systems.staged import StagedTown
from kamsync.testing.simulation.systems.town import Town

__all__ = ["UNMERGED", "unmerge"]

UNMERGED = "merge undone"

ABLE = Can.MERGES | Can.UNDELETE
"""What a system has to be able to do: the one that was merged away waits there to be brought back."""


def unmerge(towns: Mapping[str, Town], landings: Landings, choices: Choices) -> str:
    """Let somebody bring back a record that was merged into another one; return a few words about it.

    It has its own id, and the values that it had before; its survivor keeps what it took over, and what
    referred to it refers to the survivor.

    Source: SOAP API Developer Guide, "undelete()" and "merge()".
    """
    lost = [
        (town, name, row)
        for town in towns.values()
        if not isinstance(town, StagedTown) and ABLE in town.cast.can
        for name in town.cast.maps
        for row in town.table(name).rows.values()
        if row.merged_into is not None
    ]
    if not lost:
        return ""
    town, object_, row = choices.pick(lost)
    survivor = row.merged_into or ""
    place = Place(town.cast.name, object_, row.id)
    known = landings.link(place)
    if known is not None and known.native_id != row.id:
        # The hub has heard of the merge: to it, both are one.
        landings.chronicle.split[place] = Place(town.cast.name, object_, survivor)
    town.undelete(object_, row.id, author=Author(f"ann@{town.cast.name}"))
    return f"{town.cast.name} {row.id} is no part of {survivor} any more"
