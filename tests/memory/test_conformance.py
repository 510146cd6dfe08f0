from datetime import timedelta

import pytest

from kamsync.clock import SetClock
from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.memory import ALL, Memory, MemorySystem
from kamsync.testing import ConnectorTests
from kamsync.testing.conformance.in_memory import BATCH, PAGE, DescribedWorld, MemoryWorld

LATENESS = timedelta(seconds=3)


class MemoryTests(ConnectorTests):
    """What all memory systems under test share."""

    can = ALL

    @pytest.fixture
    def world(self):
        return MemoryWorld(MemorySystem(clock=SetClock()), self.can)

    @pytest.fixture
    def connector(self, world):
        return world.reconnect()


class TestEverything(MemoryTests):
    """A system that can do everything."""


class TestNothing(MemoryTests):
    """A system that can only be read."""

    can = Can.NOTHING


class TestLock(MemoryTests):
    """A system that refuses stale writes by an exact version and knows the last editor."""

    can = (
        Can.CREATE
        | Can.UPDATE
        | Can.DELETE
        | Can.REFUSE_STALE
        | Can.EXACT_VERSION
        | Can.WHO_EDITED
        | Can.STAMP
        | Can.ANSWERS_WITH_RECORD
    )


class TestStamp(MemoryTests):
    """A system whose versions are seconds, and whose acts may become visible late."""

    can = (
        Can.CREATE
        | Can.UPDATE
        | Can.DELETE
        | Can.REFUSE_STALE
        | Can.WHO_EDITED
        | Can.TOMBSTONES
        | Can.MERGES
        | Can.UNDELETE
        | Can.STAMP
    )

    @pytest.fixture
    def world(self):
        return MemoryWorld(MemorySystem(clock=SetClock(), lateness=LATENESS), self.can)


class TestHistory(MemoryTests):
    """A system that takes every write, and keeps the history of each field."""

    can = (
        Can.CREATE
        | Can.UPDATE
        | Can.DELETE
        | Can.HISTORY
        | Can.MERGES
        | Can.STAMP
        | Can.SEARCH
        | Can.ANSWERS_WITH_RECORD
    )


class TestPlain(MemoryTests):
    """A system that takes every write and can look back at nothing."""

    can = Can.CREATE | Can.UPDATE | Can.IDEMPOTENT_CREATE


class TestDescribed(MemoryTests):
    """A system whose objects, fields and rules are described."""

    @pytest.fixture
    def world(self):
        system = MemorySystem(clock=SetClock(), objects=DescribedWorld.OBJECTS)
        return DescribedWorld(system, self.can)


class TestTruncating(MemoryTests):
    """A system that shortens what is too long instead of refusing it."""

    @pytest.fixture
    def world(self):
        objects = {
            "account": NativeEntity(
                "account",
                {name: NativeField(name, limit=100) for name in ("name", "city")},
                ALL,
            )
        }
        return MemoryWorld(MemorySystem(clock=SetClock(), objects=objects, truncates=True))


class FileWorld(MemoryWorld):
    """People and connectors that share nothing but a file."""

    def __init__(self, path):
        self.path = path
        super().__init__(MemorySystem(clock=SetClock(), path=path))

    def reconnect(self):
        system = MemorySystem(clock=self.clock, path=self.path)
        return Memory.over(system, self.can, page=PAGE, batch=BATCH)


class TestFile(MemoryTests):
    """A system in a file, seen by several connectors."""

    @pytest.fixture
    def world(self, tmp_path):
        world = FileWorld(tmp_path / "system.jsonl")
        yield world
        world.system.close()

    @pytest.fixture
    def connector(self, world):
        connector = world.reconnect()
        yield connector
        connector.close()
