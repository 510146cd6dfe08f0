"""Records that a system does not show for a while: kamsync's user has lost the right to see them."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.landing import Landings
from kamsync.testing.simulation.systems.staged import StagedTown
from kamsync.testing.simulation.systems.town import Town

__all__ = ["UNSHOWN", "Unshown"]

UNSHOWN = "records hidden"

MOST = 3
"""How many records of one object are hidden at once."""


class Unshown:
    """Who may see what in the systems of one history: rules of sharing are taken away and given back.

    A record that is hidden is in no listing, is not found by its id, and takes no write. Nothing tells
    of it that it has gone. People go on working with it.
    """

    def __init__(self, towns: Mapping[str, Town], landings: Landings) -> None:
        self.towns = [town for town in towns.values() if not isinstance(town, StagedTown)]
        self.landings = landings

    def strike(self, choices: Choices) -> str:
        """Hide some living records of a system, or show all of them again."""
        if not self.towns:
            return ""
        town = choices.pick(self.towns)
        if town.hidden_records:
            self._show(town)
            return f"{town.cast.name} shows every record"
        object_ = choices.pick(list(town.cast.maps))
        rows = [row for row in town.table(object_).rows.values() if row.alive]
        hidden = [rows.pop(choices.below(len(rows))) for _ in range(MOST) if rows]
        for row in hidden:
            town.hidden_records.add((object_, row.id))
            self.landings.hidden(Place(town.cast.name, object_, row.id))
        return f"{town.cast.name} hides {', '.join(row.id for row in hidden)}" if hidden else ""

    def end(self) -> None:
        """Show everything again."""
        for town in self.towns:
            self._show(town)

    def _show(self, town: Town) -> None:
        again, town.hidden_records = town.hidden_records, set()
        for object_, native_id in sorted(again):
            row = town.row(object_, native_id)
            if row is not None:
                town.untold[object_, native_id] = row.last.seq
                self.landings.shown_again(Place(town.cast.name, object_, native_id))
