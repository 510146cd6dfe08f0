"""``kamsync sandbox salesforce``."""

from __future__ import annotations

from kamsync.extensions import SandboxOptions
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.server import Server
from kamsync_salesforce.sandbox.http.service import Salesforce
from kamsync_salesforce.sandbox.org import Org

__all__ = ["SalesforceSandbox", "start"]


class SalesforceSandbox(Server[Salesforce]):
    """An org that answers on the loopback address; tests reach into it by `org` and `api`."""

    @property
    def org(self) -> Org:
        """The org itself."""
        return self.service.org

    @property
    def api(self) -> object:
        """The API in front of it: sessions, quota, locators and jobs."""
        return self.service.api


def start(
    options: SandboxOptions | None = None, clock: VirtualClock | None = None
) -> SalesforceSandbox:
    """Start an org: empty, or with generated records, or with those of a folder.

    Raises:
        KamsyncError: an option cannot be used.
        OSError: the port is taken.
    """
    options = options or SandboxOptions()
    clock = clock or VirtualClock()
    org = Org(clock=clock)
    return SalesforceSandbox(Salesforce(org, options.credentials, clock), options)
