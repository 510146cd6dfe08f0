"""A portal on this machine with a connector to it, and people who work in it, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from msgspec import structs

from kamsync.model import Native
from kamsync.redact import Secret
from kamsync.sandbox.clock import VirtualClock
from kamsync.testing import World
from kamsync_hubspot.connector import HubSpot
from kamsync_hubspot.portal.checks import KEPT
from kamsync_hubspot.sandbox import HubSpotSandbox, Settings, start

__all__ = ["PERSON", "START", "PortalWorld", "connected", "standing"]

PERSON = "Ada Weber"
OTHER_PERSON = "Ingrid Solberg"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONG_S = 3600.0


def standing(settings: Settings | None = None) -> HubSpotSandbox:
    """Return a portal whose clock stands still, and whose index knows everything at once."""
    return start(clock=VirtualClock(START), settings=settings or Settings(lag_ms=(0, 0)))


def connected(sandbox: HubSpotSandbox, **options: Any) -> HubSpot:
    """Return a connector to a portal, which goes by the portal's clock."""
    told = {"token": Secret(sandbox.credentials["token"]), "url": sandbox.url, **options}
    connector = HubSpot(**told)
    connector.use(sandbox.clock)
    return connector


class PortalWorld(World):
    """Who works in a portal, at its screen."""

    object: ClassVar[str] = "companies"
    names: ClassVar[tuple[str, str]] = ("name", "city")
    reference: ClassVar[tuple[str, str] | None] = ("association.parent", "companies")
    touched: ClassVar[Mapping[str, Native]] = {"hs_lead_status": "OPEN"}
    """A change that has nothing to do with what the suite writes."""

    def __init__(self) -> None:
        self.sandbox = standing()
        self.connectors: list[HubSpot] = []
        self.reconnect().setup(KEPT, dry_run=False)
        self.sandbox.calls.clear()

    def reconnect(self) -> HubSpot:
        """Return a new connector to this portal, which reads few at a time."""
        return connected(self.sandbox, page=2, archive_every_s=0, timeout_s=20)

    def create(self, values: Mapping[str, Native]) -> str:
        """Make a record."""
        told = self._act("create", values={**values})
        return str(told)

    def edit(self, native_id: str, values: Mapping[str, Native]) -> None:
        """Change a record; each change takes a moment."""
        self.sandbox.clock.forward(0.001)
        self._act("edit", id=native_id, values={**values})

    def late_edit(self, native_id: str, values: Mapping[str, Native]) -> None:
        """Change a record as of a few seconds ago, before what was seen since."""
        now = self.sandbox.clock.now()
        self.sandbox.clock.set(now - timedelta(seconds=9))
        self._act("edit", id=native_id, values={**values})
        self.sandbox.clock.set(now)

    def delete(self, native_id: str) -> None:
        """Put a record into the bin."""
        self._act("delete", id=native_id)

    def undelete(self, native_id: str) -> None:
        """Bring a record back, which sets the time of its last change.

        That it does was observed by users: integrate.hubspot.com, "Restoring recently deleted contacts".
        """
        self._act("restore", id=native_id)
        self.edit(native_id, self.touched)

    def merge(self, loser: str, survivor: str) -> str:
        """Merge two records; the one that is there afterwards is a new one."""
        return str(self._act("merge", id=survivor, loser=loser))

    def other(self) -> str:
        """Make a company that is somebody's parent, or employer."""
        return str(self.sandbox.act(PERSON, "create", object="companies", values={"name": "Other"}))

    def refused(self) -> Mapping[str, Native]:
        """Return a stage of life that no portal knows."""
        return {"lifecyclestage": "no such stage"}

    def settle(self) -> None:
        """Let an hour pass."""
        self.sandbox.clock.forward(LONG_S)

    def close(self) -> None:
        """Stop answering."""
        self.sandbox.close()

    def _act(self, verb: str, **options: Any) -> Any:
        """Let a person do something with a record."""
        return self.sandbox.act(PERSON, verb, object=self.object, **options)


def lagging(sandbox: HubSpotSandbox, lag_ms: tuple[int, int]) -> None:
    """Let the index of the search be behind by so much from now on."""
    portal = sandbox.portal
    sandbox.run(setattr, portal, "settings", structs.replace(portal.settings, lag_ms=lag_ms))
