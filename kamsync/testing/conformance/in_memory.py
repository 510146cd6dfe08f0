"""The world of a system in memory: the suite's own proof, and an example of a `World`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from kamsync.clock import Clock
from kamsync.connector import Can, Connector, NativeEntity, NativeField
from kamsync.memory import ALL, Memory, MemorySystem
from kamsync.model import Native
from kamsync.testing.conformance.world import World

__all__ = ["BATCH", "PAGE", "DescribedWorld", "MemoryWorld"]

PAGE = 7
BATCH = 20


class MemoryWorld(World):
    """People in *system*, which takes any object and field, and connectors that can do *can*."""

    object: ClassVar[str] = "account"
    names: ClassVar[tuple[str, str]] = ("name", "city")

    def __init__(
        self, system: MemorySystem, can: Can = ALL, connector: type[Memory] = Memory
    ) -> None:
        self.system = system
        self.can = can
        self.connector = connector
        self.ann = system.act("ann", "Ann")

    @property
    def clock(self) -> Clock:
        """The time of the system, which must be one that can be moved."""
        return self.system.clock

    def reconnect(self) -> Connector:
        """Return a new connector to the system."""
        return self.connector.over(self.system, self.can, page=PAGE, batch=BATCH)

    def create(self, values: Mapping[str, Native]) -> str:
        """Make a record as Ann does."""
        return self.ann.create(self.object, values)

    def edit(self, native_id: str, values: Mapping[str, Native]) -> None:
        """Change a record as Ann does."""
        self.ann.edit(self.object, native_id, values)

    def delete(self, native_id: str) -> None:
        """Delete a record as Ann does."""
        self.ann.delete(self.object, native_id)

    def undelete(self, native_id: str) -> None:
        """Bring a record back as Ann does."""
        self.ann.undelete(self.object, native_id)

    def merge(self, loser: str, survivor: str) -> None:
        """Merge two records as Ann does."""
        self.ann.merge(self.object, loser, survivor)

    def late_edit(self, native_id: str, values: Mapping[str, Native]) -> None:
        """Change a record as late as the system allows."""
        began: datetime = self.system.now() - self.system.lateness
        self.ann.edit(self.object, native_id, values, at=began)

    def settle(self) -> None:
        """Move the clock on by a second, and by all that an act may be late."""
        self.clock.wait(2 * self.system.lateness.total_seconds() + 2)


class DescribedWorld(MemoryWorld):
    """People in a system with rules of its own: limits, choices, references, read-only things."""

    reference: ClassVar[tuple[str, str] | None] = ("owner", "employee")

    OBJECTS: ClassVar[Mapping[str, NativeEntity]] = {
        "account": NativeEntity(
            "account",
            {
                "name": NativeField("name", limit=120, required=True),
                "city": NativeField("city", limit=100),
                "tier": NativeField("tier", choices=("key", "standard")),
                "owner": NativeField("owner", type="reference"),
                "score": NativeField("score", writable=False),
            },
            ALL,
        ),
        "employee": NativeEntity(
            "employee",
            {"email": NativeField("email")},
            ALL & ~(Can.CREATE | Can.UPDATE | Can.DELETE),
        ),
    }

    def other(self) -> str:
        """Make an employee."""
        return self.ann.create("employee", {"email": "ann@acme.example"})

    def refused(self) -> Mapping[str, Native]:
        """Return a choice that there is not."""
        return {"tier": "golden"}
