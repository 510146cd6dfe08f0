"""Salesforce for kamsync: the connector, and with the extra ``sandbox`` an org to try it on.

To see how a connector is made, read `connector` first, which answers the contract, then `org`, which puts
together what it calls. Each has a folder: `api` at the bottom, `login` and `objects` on it, `reading` and
`writing` on these; `mapping` and `setup` stand beside a round. `testing` and `stage` are for tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kamsync import hookimpl
from kamsync_salesforce.sandbox.offered import kamsync_sandboxes

if TYPE_CHECKING:
    from kamsync.connector import Connector
    from kamsync.mapping import EntityMap
    from kamsync.schema import Schema

__all__ = ["kamsync_connectors", "kamsync_mappings", "kamsync_sandboxes"]

__version__ = "0.1.0"

KIND = "salesforce"


@hookimpl
def kamsync_connectors() -> Mapping[str, type[Connector]]:
    """Offer the connector to Salesforce orgs."""
    from kamsync_salesforce.connector import Salesforce

    return {KIND: Salesforce}


@hookimpl
def kamsync_mappings(kind: str, schema: Schema) -> Sequence[EntityMap] | None:
    """Map six entities to the standard objects of an org."""
    if kind != KIND:
        return None
    from kamsync_salesforce.mapping.maps import maps

    return maps(schema)
