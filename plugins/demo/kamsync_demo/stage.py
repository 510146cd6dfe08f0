"""The stage of the story: a real hub on a folder of systems, and the people who work in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from kamsync.clock import SetClock
from kamsync.config import load_config
from kamsync.engine import Hub, Round, preview, run_round
from kamsync.engine.assemble import assemble, open_configured_store
from kamsync.errors import SystemDown
from kamsync.memory import Faults, Memory, MemorySystem, Person
from kamsync.model import Native, Op, Receipt, Write
from kamsync.plugins import load_plugins
from kamsync.reports import find_record

__all__ = ["Edit", "Stage", "Trouble", "on_stage"]


class Edit(Struct, frozen=True):
    """One edit that a person made, in the words of their system."""

    at: datetime
    person: str
    system: str
    object: str
    before: Mapping[str, Native]
    values: Mapping[str, Native]


class Trouble(Faults):
    """What goes wrong in one system, once, when the story asks for it."""

    def __init__(self) -> None:
        self.deaf = ""
        """The call whose next answer is lost although it was carried out."""
        self.racing: Callable[[], None] | None = None
        """What happens in the instant before the next update lands."""

    def after(self, call: str, object_: str) -> None:
        """Lose one answer."""
        if call == self.deaf:
            self.deaf = ""
            raise SystemDown(f"The answer to {call} {object_} was lost.")

    def row(self, write: Write, land: Callable[[], Receipt]) -> Receipt:
        """Let an edit come first, then carry out the write."""
        if self.racing is not None and write.op is Op.UPDATE:
            race, self.racing = self.racing, None
            race()
        return land()


class Stage:
    """The hub and the outside world; the clock moves only when somebody does something."""

    def __init__(self, hub: Hub, clock: SetClock) -> None:
        self.hub = hub
        self.clock = clock
        self.worlds: dict[str, MemorySystem] = {}
        self.trouble: dict[str, Trouble] = {}
        for name, system in hub.systems.items():
            memory = system.connector
            assert isinstance(memory, Memory)
            memory.system.clock = clock
            memory.faults = self.trouble[name] = Trouble()
            self.worlds[name] = memory.system

    # Rounds.

    def preview(self) -> Round:
        """Return what a round would do."""
        self.clock.wait(1)
        return preview(self.hub)

    def round(self, approve: str | None = None) -> Round:
        """Run one round."""
        self.clock.wait(1)
        return run_round(self.hub, approve=approve)

    def settle(self, most: int = 5) -> int:
        """Run rounds until one writes nothing; return how many wrote something."""
        for count in range(most):
            if not self.round().written:
                return count
        return most

    # People.

    def begin_minute(self) -> None:
        """Wait for the next full minute."""
        self.clock.wait(60 - self.clock.now().second)

    def record(self, name: str) -> str:
        """Return the id of the record called *name*."""
        return find_record(self.hub, name).id

    def native(self, system: str, record: str) -> str:
        """Return the native id of *record* in *system*."""
        return self.hub.store.links.natives(system, [record])[record]

    def values(self, system: str, record: str, entity: str) -> Mapping[str, Native]:
        """Return what *system* holds of *record*, in its own words."""
        object_ = self.hub.systems[system].maps[entity].object
        return self.worlds[system].values(object_, self.native(system, record)) or {}

    def edit(
        self, person: str, system: str, entity: str, record: str, values: Mapping[str, Native]
    ) -> Edit:
        """Let *person* edit *record* in *system*, as the user that they are there."""
        self.clock.wait(6)
        object_ = self.hub.systems[system].maps[entity].object
        native_id = self.native(system, record)
        held = self.values(system, record, entity)
        self._user(person, system).edit(object_, native_id, values)
        before = {name: held.get(name) for name in values}
        return Edit(self.clock.now(), person, system, object_, before, values)

    def create(self, person: str, system: str, entity: str, values: Mapping[str, Native]) -> Edit:
        """Let *person* make a record in *system*."""
        self.clock.wait(6)
        object_ = self.hub.systems[system].maps[entity].object
        self._user(person, system).create(object_, values)
        return Edit(self.clock.now(), person, system, object_, {}, values)

    def _user(self, person: str, system: str) -> Person:
        """Return who *person* is at one system."""
        return self.worlds[system].act(self.native(system, self.record(person)), person)


@contextmanager
def on_stage(configuration: Path, clock: SetClock) -> Iterator[Stage]:
    """Open what *configuration* names, as every command does, and give it all back."""
    config = load_config(configuration, {})
    plugins = load_plugins(config.plugins)
    store = open_configured_store(config, clock)
    try:
        hub = assemble(config, plugins, store, clock)
        try:
            yield Stage(hub, clock)
        finally:
            for system in hub.systems.values():
                system.connector.close()
    finally:
        store.close()
