"""What the plugin offers of the sandbox; nothing of it is loaded before it is started."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kamsync import hookimpl

if TYPE_CHECKING:
    from kamsync.extensions import RunningSandbox, Sandbox, SandboxOptions
    from kamsync.testing.simulation import Stage

__all__ = ["kamsync_sandboxes"]


@hookimpl
def kamsync_sandboxes() -> Iterable[Sandbox]:
    """Offer an org, for demos, development and tests."""
    from kamsync.extensions import Sandbox

    text = "A Salesforce org with its APIs and key accounts in it."
    return [Sandbox("salesforce", text, _start, _stage)]


def _stage() -> Stage:
    """Return the stage on which histories are played on an org."""
    from kamsync_salesforce.stage import SalesforceStage

    return SalesforceStage()


def _start(options: SandboxOptions) -> RunningSandbox:
    """Start it, if what it needs is installed."""
    from kamsync.errors import ConfigurationInvalid

    try:
        from kamsync_salesforce.sandbox.http.start import start
    except ModuleNotFoundError as error:
        raise ConfigurationInvalid(
            f"The sandbox needs {error.name}, which is not installed.",
            hint="Run: pip install 'kamsync-salesforce[sandbox]'",
        ) from error
    return start(options)
