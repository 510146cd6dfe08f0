"""The hooks: every place where a plugin may join in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from kamsync.connector import Connector
    from kamsync.identity import KeyMaker
    from kamsync.mapping import EntityMap
    from kamsync.policy import Rule
    from kamsync.reports import Report
    from kamsync.sandbox import Sandbox
    from kamsync.schema import Entity

hookspec = pluggy.HookspecMarker("kamsync")
hookimpl = pluggy.HookimplMarker("kamsync")


@hookspec
def kamsync_connectors() -> Mapping[str, type[Connector]]:
    """Offer kinds of connector, by the name that ``connector = "…"`` chooses in a configuration.

    Called once, when the configuration is loaded. Each class is called with the options of its
    system's section as keyword arguments, less those that the core understands.

    Returns:
        The connector classes by kind. Two plugins that offer one kind are refused by name.

    Example::

        @hookimpl
        def kamsync_connectors():
            return {"acme": AcmeConnector}
    """
