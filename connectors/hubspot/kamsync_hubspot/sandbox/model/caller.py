"""Who a change comes from, as the portal keeps it with each value."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

__all__ = ["CALCULATED", "Caller", "Source"]


class Source(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where a value came from.

    `source_id` is the app's id for an integration and ``userId:`` and the number for a person at
    the screen. Source: the schema ValueWithTimestamp and recorded histories
    (github.com/ballerina-platform, module-ballerinax-hubspot.crm.*).
    """

    source_type: str
    source_id: str = ""
    source_label: str | None = None
    updated_by_user_id: int | None = None

    def version(self, value: str, timestamp: str) -> dict[str, Any]:
        """Return one entry of a property's history."""
        return {
            "value": value,
            "timestamp": timestamp,
            "sourceType": self.source_type,
            "sourceId": self.source_id or None,
            "sourceLabel": self.source_label,
            "updatedByUserId": self.updated_by_user_id,
        }


CALCULATED = Source("CALCULATED", "PropertyCalculation")
"""What the portal works out itself; that it is called so is not confirmed."""


class Caller(Struct, frozen=True):
    """Who makes a call: an integration, or a person at the screen.

    *scopes* None means that nothing is refused for want of one. Whoever is *held* must keep the
    rules of the admin: people always, and integrations that come by the newer paths.
    """

    source: Source
    label: str = ""
    app_id: int | None = None
    user_id: int | None = None
    scopes: frozenset[str] | None = None
    held: bool = False

    @classmethod
    def integration(cls, app_id: int, label: str, scopes: frozenset[str] | None = None) -> Caller:
        """Return an app; its values carry its id. Source: recorded histories, as above."""
        return cls(Source("INTEGRATION", str(app_id)), label, app_id=app_id, scopes=scopes)

    @classmethod
    def person(cls, user_id: int, name: str) -> Caller:
        """Return somebody at the screen."""
        source = Source("CRM_UI", f"userId:{user_id}", updated_by_user_id=user_id)
        return cls(source, name, user_id=user_id, held=True)
