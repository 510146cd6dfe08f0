"""What the plugin offers of the sandbox; nothing of it is loaded before it is started."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kamsync import hookimpl

if TYPE_CHECKING:
    from kamsync.extensions import RunningSandbox, Sandbox, SandboxOptions

__all__ = ["kamsync_sandboxes"]


@hookimpl
def kamsync_sandboxes() -> Iterable[Sandbox]:
    """Offer an org, for demos, development and tests."""
    from kamsync.extensions import Sandbox

    return [Sandbox("salesforce", "A Salesforce org with its APIs and key accounts in it.", _start)]


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
