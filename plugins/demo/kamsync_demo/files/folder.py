"""A folder to try kamsync on: a configuration, its key, and three systems full of records."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from kamsync.clock import SetClock
from kamsync.memory import MemorySystem
from kamsync_demo.files.spelling import SPELLINGS, Spelling
from kamsync_demo.files.world import Client, World
from kamsync_demo.folder import CONFIGURATION, configure, new_folder

__all__ = ["make_folder", "system_files"]

AGE = timedelta(days=30)
"""How long the records have been there already."""


def make_folder(folder: Path, world: World, clock: SetClock) -> Path:
    """Fill *folder* with a configuration and the three systems of *world*; return the configuration.

    Raises:
        ConfigurationInvalid: there is something in it already, or it cannot be written.
    """
    new_folder(folder)
    text = (files("kamsync_demo.files") / CONFIGURATION).read_text(encoding="utf-8")
    configuration = configure(folder, text)
    then = SetClock(clock.now() - AGE)
    for spelling in SPELLINGS:
        _fill(system_files(folder)[spelling.system], spelling, world, then)
    return configuration


def system_files(folder: Path) -> dict[str, Path]:
    """Return the file of each system by its name."""
    return {each.system: folder / f"{each.system}.jsonl" for each in SPELLINGS}


def _fill(path: Path, spelling: Spelling, world: World, clock: SetClock) -> None:
    """Let one team enter what it knows into its system, a minute for each record."""
    with closing(MemorySystem(clock=clock, path=path)) as system, system.session():
        desk = _Desk(system, spelling, clock)
        for colleague in world.people:
            desk.hire(spelling.colleague(colleague), colleague.team)
        for client in world.clients:
            if spelling.system in client.seen_by:
                desk.enter(client)


class _Desk:
    """Where the people of one team enter records, in turn."""

    def __init__(self, system: MemorySystem, spelling: Spelling, clock: SetClock) -> None:
        self.system = system
        self.spelling = spelling
        self.clock = clock
        self.users: list[str] = []
        self.team: list[str] = []

    def hire(self, values: dict[str, object], team: str) -> None:
        """Make an account at this system for one of our people."""
        user = self._create(0, values, "setup")
        self.users.append(user)
        if team == self.spelling.system:
            self.team.append(user)

    def enter(self, client: Client) -> None:
        """Enter a client with its contacts and its renewal; once more, if it is here twice."""
        owner = self.users[client.owner]
        by = self.team[client.owner % len(self.team)]
        company = self._create(1, self.spelling.client(client, owner), by)
        for contact in client.contacts:
            self._create(2, self.spelling.contact(contact, client, company), by)
        if client.renewal:
            self._create(3, self.spelling.renewal(client, company, owner), by)
        if client.twice_in == self.spelling.system:
            self._create(1, self.spelling.client(client, owner), by)

    def _create(self, place: int, values: dict[str, object], by: str) -> str:
        """Make one record and return its native id."""
        self.clock.wait(60)
        return self.system.act(by).create(self.spelling.objects[place], values)
