"""A HubSpot portal on this machine: what the API does, without an account.

Needs the extra ``kamsync-hubspot[sandbox]``.
"""

from __future__ import annotations

from kamsync_hubspot.sandbox.model.settings import Settings
from kamsync_hubspot.sandbox.starting import HubSpotSandbox, start

__all__ = ["HubSpotSandbox", "Settings", "start"]
