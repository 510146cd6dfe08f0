"""What the portal tells whoever listens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from kamsync_hubspot.sandbox.model.caller import Source

__all__ = ["Event"]


class Event(Struct, frozen=True):
    """Something that happened to a record.

    *what* is the second half of a webhook's subscription type. Source:
    developers.hubspot.com/docs/guides/api/app-management/webhooks.
    """

    what: str
    kind: str
    id: int
    at: int
    source: Source
    details: Mapping[str, Any] = {}
