"""What the administrator of a system does to it: keep a copy of it, and put that copy back."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync.memory.acts import Row
from kamsync.memory.views import View
from kamsync.model import Native
from kamsync.observe.versions import is_older
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.landing import Landings
from kamsync.testing.simulation.schema import PARTS
from kamsync.testing.simulation.systems.staged import StagedTown
from kamsync.testing.simulation.systems.town import Town

__all__ = ["SET_BACK", "Setback"]

SET_BACK = "system put back"


class Setback:
    """The backup of one system of a history: it is made the first time, and put back the second time."""

    def __init__(self, towns: Mapping[str, Town], landings: Landings) -> None:
        self.towns = [town for town in towns.values() if not isinstance(town, StagedTown)]
        self.landings = landings
        self.is_over = not self.towns
        self._made: tuple[Town, int] | None = None

    def strike(self, choices: Choices) -> str:
        """Make the backup, or put it back; return a few words about it."""
        if self._made is None:
            town = choices.pick(self.towns)
            self._made = (town, town.seq)
            return f"{town.cast.name} is copied"
        town, seq = self._made
        self.is_over = True
        self._put_back(town, seq)
        return f"{town.cast.name} is as it was"

    def _put_back(self, town: Town, seq: int) -> None:
        before = {
            Place(town.cast.name, name, row.id): (row.alive, dict(row.values))
            for name in town.names()
            for row in town.table(name).rows.values()
        }
        town.go_back(seq)
        for place, (was_alive, values) in before.items():
            row = town.row(place.entity, place.native_id)
            is_alive = row is not None and row.alive
            if was_alive and not is_alive:
                self.landings.lost(place)
            elif is_alive and not was_alive:
                self.landings.found(place)
            if row is not None:
                # What is deleted again may be brought back as it was then.
                self._turn_back(town, place, row, values)

    def _turn_back(self, town: Town, place: Place, row: Row, before: Mapping[str, Native]) -> None:
        """Let each field be what it was; nobody can tell where the version does not say that it is older."""
        link = self.landings.link(place)
        is_told = link is None or is_older(View(town, town.cast.can).version(row), link.version)
        truth = self.landings.truth
        for field in PARTS[place.entity]:
            ident = truth.nodes.of_natives(place.system, place.entity, field, row.values)
            moved = any(row.values.get(n) != before.get(n) for n in PARTS[place.entity][field])
            truth.turned_back(place, field, ident, town.seq, told=is_told, moved=moved)
            self.landings.audit.replaced(place, field)
