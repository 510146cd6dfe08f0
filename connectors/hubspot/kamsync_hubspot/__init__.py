"""HubSpot for kamsync: the connector, and with the extra ``sandbox`` a portal to try it on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kamsync import hookimpl

if TYPE_CHECKING:
    from kamsync.connector import Connector
    from kamsync.extensions import Sandbox, SandboxOptions
    from kamsync.mapping import EntityMap
    from kamsync.schema import Schema
    from kamsync.testing.simulation import Stage

__all__ = ["kamsync_connectors", "kamsync_mappings", "kamsync_sandboxes"]

__version__ = "0.1.0"


@hookimpl
def kamsync_connectors() -> Mapping[str, type[Connector]]:
    """Offer the kind ``hubspot``."""
    from kamsync_hubspot.connector import HubSpot

    return {"hubspot": HubSpot}


@hookimpl
def kamsync_mappings(kind: str, schema: Schema) -> Sequence[EntityMap] | None:
    """Say how a portal's standard objects and properties hold the entities."""
    if kind != "hubspot":
        return None
    from kamsync_hubspot.portal.mapping import maps

    return maps(schema)


@hookimpl
def kamsync_sandboxes() -> Iterable[Sandbox]:
    """Offer a portal on this machine."""
    from kamsync.extensions import Sandbox

    def start(options: SandboxOptions) -> object:
        from kamsync_hubspot.sandbox import start as started

        return started(options)

    def stage() -> Stage:
        from kamsync_hubspot.testing.stage import HubSpotStage

        return HubSpotStage()

    text = "A HubSpot portal on this machine."
    return [Sandbox("hubspot", text, start, stage)]  # type: ignore[arg-type]
