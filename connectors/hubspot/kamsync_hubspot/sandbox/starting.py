"""Starting of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kamsync.extensions import SandboxOptions
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.credentials import read_credentials
from kamsync.sandbox.identity import number_of
from kamsync.sandbox.server import Server
from kamsync.sandbox.world import world_of, write_answers
from kamsync_hubspot.sandbox.http.service import HubSpot
from kamsync_hubspot.sandbox.http.tokens import CREDENTIALS
from kamsync_hubspot.sandbox.model.settings import Settings
from kamsync_hubspot.sandbox.populating.filling import fill
from kamsync_hubspot.sandbox.populating.load import load
from kamsync_hubspot.sandbox.populating.staff import employ
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["HubSpotSandbox", "start"]

PORTALS = 100_000_000
"""How many portals their numbers tell apart here."""


class HubSpotSandbox(Server[HubSpot]):
    """A running sandbox: `portal`, `clock`, `calls`, `faults`, `url`, `options`, `close`."""

    @property
    def portal(self) -> Portal:
        """The portal; whoever works with it from outside does so by `run`."""
        return self.service.portal

    @property
    def credentials(self) -> Mapping[str, str]:
        """What a client logs in with."""
        return self.service.tokens.credentials

    def close(self) -> None:
        """Stop answering and sending; a second call does nothing."""
        if self._thread.is_alive():
            self._await(self.service.delivery.stop())
        super().close()


def start(
    options: SandboxOptions | None = None,
    *,
    clock: VirtualClock | None = None,
    settings: Settings | None = None,
    path: Path | None = None,
) -> HubSpotSandbox:
    """Return a sandbox that answers.

    It has the key accounts and the records that *options* ask for.
    """
    options = options or SandboxOptions()
    clock = clock or VirtualClock()
    credentials = read_credentials(options.credentials, HubSpot.name, CREDENTIALS)
    settings = settings or Settings(portal_id=number_of("hubspot", options, PORTALS))
    portal = Portal(path, clock=clock, settings=settings, seed=options.seed)
    employ(portal)
    if world := world_of(options, clock.now()):
        write_answers(options.answers, "hubspot", fill(portal, world))
    if options.load:
        load(portal, options.load)
    return HubSpotSandbox(HubSpot(portal, clock, credentials), options)
