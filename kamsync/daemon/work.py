"""What a daemon works with at one time: a hub, and how often each of its systems is served."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from kamsync.config import Config
from kamsync.connector import Budget
from kamsync.daemon.schedule import Pace
from kamsync.daemon.standing import Standing
from kamsync.engine import Hub
from kamsync.engine.assemble import assemble
from kamsync.engine.rounds.resting import pauses, served_at
from kamsync.errors import ConfigurationInvalid
from kamsync.plugins import Plugins
from kamsync.store import Store

__all__ = ["Work", "work_from"]


class Work(Struct, frozen=True):
    """A hub and the pace of each of its systems."""

    hub: Hub
    paces: Mapping[str, Pace]

    def standing(self, began: datetime) -> Standing:
        """Return how each system stands now; the daemon *began* then."""
        times = {name: served_at(self.hub, name) for name in self.hub.systems}
        promises = {name: pace.fresh_within for name, pace in self.paces.items()}
        return Standing(
            began,
            served={name: datetime.fromisoformat(at) for name, at in times.items() if at},
            promised={name: within for name, within in promises.items() if within is not None},
            paused={name: each.why for name, each in pauses(self.hub).items()},
            budgets=self._budgets(),
        )

    def close(self) -> None:
        """Give back what the connectors hold; the store stays open."""
        for system in self.hub.systems.values():
            system.connector.close()

    def _budgets(self) -> dict[str, Budget]:
        """Return the calls of the day in each system that tells them; no system is called."""
        found = {name: system.connector.budget() for name, system in self.hub.systems.items()}
        return {name: budget for name, budget in found.items() if budget is not None}


def work_from(config: Config, plugins: Plugins, store: Store, store_url: str) -> Work:
    """Return what *config* describes, on the *store* that is open under *store_url*; no system is called.

    Raises:
        ConfigurationInvalid: something is wrong with it, or it names another store.
    """
    if config.store.url != store_url:
        raise ConfigurationInvalid(
            f"{config.file} names another store now, {config.store.shown_url}.",
            hint="A running daemon keeps its store; stop it and start it again.",
        )
    hub = assemble(config, plugins, store, store.clock)
    paces = {
        name: Pace(section.every or config.round.every, section.fresh_within)
        for name, section in config.systems.items()
    }
    return Work(hub, paces)
