"""What goes wrong around the hub rather than on a line: its clock, its rights, its process, an index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from kamsync.clock import SetClock
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.systems.staged import StagedTown
from kamsync.testing.simulation.systems.town import Town

__all__ = ["SHARE", "SKEW_LIMIT", "HubClock", "Troubles"]

SHARE = 0.05
"""In which share of the steps one of them strikes."""

JUMPS_S = (0, 600, -600, 1, -1)
"""By how much the clock of the hub may differ from that of everybody else."""

SKEW_LIMIT = timedelta(seconds=2 * 600)
"""How much two looks at the clock of the hub may differ beside the time that has passed."""

LAGS_S = (0, 45)
"""How long a system may not find what was changed."""


class HubClock:
    """The clock of the hub's machine: that of the world, unless somebody sets it."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.skew = timedelta(0)

    def now(self) -> datetime:
        """Return what the machine takes for the time."""
        return self.clock.now() + self.skew

    def wait(self, wait_s: float) -> None:
        """Let time pass, for everybody."""
        self.clock.wait(wait_s)


class Troubles:
    """The troubles of one history; each of them ends, at the latest when nothing goes wrong any more."""

    def __init__(self, towns: Mapping[str, Town], clock: HubClock) -> None:
        self.towns = towns
        self.clock = clock

    def strike(self, kind: str, choices: Choices) -> str:
        """Let a trouble begin or end; return a few words about it."""
        if kind == "clock jumps":
            self.clock.skew = timedelta(seconds=choices.pick(JUMPS_S))
            return str(self.clock.skew)
        town = choices.pick(list(self.towns.values()))
        if kind == "search lags":
            town.search_lag = timedelta(seconds=choices.pick(LAGS_S))
            return f"{town.cast.name} {town.search_lag}"
        return self._permission(town, choices)

    def _permission(self, town: Town, choices: Choices) -> str:
        """Take kamsync's user the sight of a field, or give all of it back."""
        if town.hidden or isinstance(town, StagedTown):
            town.hidden.clear()
            return f"{town.cast.name} shows everything"
        object_ = choices.pick(list(town.cast.maps))
        name = choices.pick(list(town.cast.objects[object_].fields))
        town.hidden.add((object_, name))
        town.was_hidden.add((object_, name))
        return f"{town.cast.name} hides {object_}.{name}"

    def end(self) -> None:
        """Put everything right."""
        self.clock.skew = timedelta(0)
        for town in self.towns.values():
            town.search_lag = timedelta(0)
            town.hidden.clear()
