"""``kamsync sandbox salesforce``, and the same for tests."""

from __future__ import annotations

from kamsync.extensions import SandboxOptions
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.identity import number_of
from kamsync.sandbox.server import Server
from kamsync.sandbox.world import world_of, write_answers
from kamsync_salesforce.sandbox.filling import fill
from kamsync_salesforce.sandbox.http.api import Api
from kamsync_salesforce.sandbox.http.service import Salesforce
from kamsync_salesforce.sandbox.load import load
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.setup import external_id, name_org

__all__ = ["STAMPED", "SalesforceSandbox", "serve", "start"]

NUMBERS = 62**9
"""How many orgs an id tells apart."""

STAMPED = ("Account", "AccountTeamMember", "Contact", "Opportunity", "OpportunitySplit")
"""The objects that have the external id field, as after a setup."""


class SalesforceSandbox(Server[Salesforce]):
    """An org that answers on the loopback address; tests reach into it by `org` and `api`."""

    @property
    def org(self) -> Org:
        """The org itself."""
        return self.service.org

    @property
    def api(self) -> Api:
        """The API in front of it: sessions, quota, locators and jobs."""
        return self.service.api


def start(options: SandboxOptions) -> SalesforceSandbox:
    """Start an org with the key accounts and the records that *options* ask for.

    Raises:
        KamsyncError: an option cannot be used.
        OSError: the port is taken.
    """
    clock = VirtualClock()
    org = Org(clock=clock)
    try:
        name_org(org, number_of("salesforce", options, NUMBERS))
        for object_ in STAMPED:
            org.add_field(object_, external_id())
        if world := world_of(options, clock.now()):
            write_answers(options.answers, "salesforce", fill(org, world))
        if options.load is not None:
            load(org, options.load)
        return serve(org, clock, options)
    except BaseException:
        org.close()
        raise


def serve(
    org: Org, clock: VirtualClock, options: SandboxOptions | None = None
) -> SalesforceSandbox:
    """Let *org* answer, as it is; it is closed with the sandbox."""
    options = options or SandboxOptions()
    return SalesforceSandbox(Salesforce(org, options.credentials, clock), options)
