"""The stage of the story: a real hub on both systems, and the people who work in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from kamsync.config import load_config
from kamsync.engine import Hub, Round, preview, run_round
from kamsync.engine.assemble import assemble, open_configured_store
from kamsync.model import Link
from kamsync.plugins import load_plugins
from kamsync.sandbox.world import STAFF, Colleague, World
from kamsync_demo.proof import Witness
from kamsync_demo.systems import Systems
from kamsync_hubspot.connector import HubSpot

__all__ = ["Edit", "Stage", "colleague", "on_stage"]

LAG_S = 3.0
"""How long a system's search may lag behind what people save."""


class Edit(Struct, frozen=True):
    """One edit that a person made, in the words of their system."""

    at: datetime
    person: str
    system: str
    object: str
    before: Mapping[str, Any]
    values: Mapping[str, Any]


class Stage:
    """The hub and the outside world; their clock goes on in leaps, so that nobody has to wait."""

    def __init__(self, hub: Hub, systems: Systems, world: World) -> None:
        self.hub = hub
        self.world = world
        self.systems = systems
        self.witness = Witness(hub, systems.answers)
        self.created = 0
        self.settled = 0

    def preview(self) -> Round:
        """Return what a round would do; what people entered so far is witnessed."""
        self.systems.clock.wait(LAG_S)
        round_ = preview(self.hub)
        self.witness.look()
        return round_

    def round(self, approve: str | None = None) -> Round:
        """Run one round."""
        self.systems.clock.wait(LAG_S)
        round_ = run_round(self.hub, approve=approve)
        self.created += sum(each.created for each in round_.pushed.values())
        self.settled += sum(each.acts.get("settled", 0) for each in round_.merged.fields.values())
        return round_

    def edit(self, who: Colleague, system: str, link: Link, values: Mapping[str, Any]) -> Edit:
        """Let somebody edit the native record of *link*."""
        object_ = self.hub.systems[system].maps[link.entity].object
        before = {name: self._shown(link, name) for name in values}
        options = {"object": object_, "id": link.native_id or "", "values": dict(values)}
        self.systems.act(system, who.email, "edit", **options)
        now = self.systems.clock.now()
        return Edit(now, who.name, system, object_, before, values)

    def native(self, system: str, record: str) -> str:
        """Return the native id of *record* in *system*."""
        return self.hub.store.links.natives(system, [record])[record]

    def links(self, record: str) -> dict[str, Link]:
        """Return the one link of a record in each system that has one there."""
        found = self.hub.store.links.of_records([record])[record]
        return {each.system: each for each in found if each.native_id is not None}

    def _shown(self, link: Link, name: str) -> Any:
        """Return what a native field of a link held when it was last read; from now on it is witnessed."""
        for field, map_ in self.hub.systems[link.system].maps[link.entity].fields.items():
            if name in map_.native and field in link.facts:
                self.witness.edited.add((link.id, field))
                return link.facts[field].observed[map_.native.index(name)]
        return None


def colleague(user_name: str) -> Colleague:
    """Return one of our own people."""
    return next(each for each in STAFF if each.user_name == user_name)


@contextmanager
def on_stage(configuration: Path, systems: Systems, world: World) -> Iterator[Stage]:
    """Open what *configuration* names, as every command does, and give it all back."""
    config = load_config(configuration, {})
    plugins = load_plugins(config.plugins)
    store = open_configured_store(config, systems.clock)
    try:
        hub = assemble(config, plugins, store, systems.clock)
        try:
            for system in hub.systems.values():
                if isinstance(system.connector, HubSpot):
                    # Its pace is kept as in real time, on the clock by which the portal counts calls.
                    system.connector.use(systems.clock)
                system.connector.setup(_objects(hub, system.name), dry_run=False)
            yield Stage(hub, systems, world)
        finally:
            for system in hub.systems.values():
                system.connector.close()
    finally:
        store.close()


def _objects(hub: Hub, system: str) -> list[str]:
    """Return the native objects that records may be created of."""
    found = hub.systems[system]
    return [map_.object for entity, map_ in found.maps.items() if found.allow.get(entity)]
