"""Webhook subscriptions, and what is told of an event to whoever subscribed.

Source: developers.hubspot.com/docs/guides/api/app-management/webhooks and payloads that public
repositories recorded in 2025 and 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["Subscription", "Subscriptions"]

_UNTOLD = {"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events"}
_FLAGS = {"creation": "CREATED", "deletion": "DELETED", "restore": "RESTORED"}


class Subscription(Struct, frozen=True):
    """One subscription: to a type of event, of one object type, and for one property."""

    id: int
    event_type: str
    created_ms: int
    property_name: str | None = None
    object_type_id: str | None = None
    active: bool = True

    def told(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        told = {
            "id": str(self.id),
            "eventType": self.event_type,
            "active": self.active,
            "propertyName": self.property_name,
            "objectTypeId": self.object_type_id,
            "createdAt": iso(self.created_ms),
            "updatedAt": iso(self.created_ms),
        }
        return {name: value for name, value in told.items() if value is not None}

    def means(self, event: Event, singular: str) -> bool:
        """Whether it asks for an event."""
        object_, _, what = self.event_type.partition(".")
        if not self.active or what != event.what:
            return False
        if object_ == "object" and self.object_type_id not in {None, event.kind}:
            return False
        if object_ not in {"object", singular}:
            return False
        name = event.details.get("propertyName")
        return name is None or (name == self.property_name and name not in _UNTOLD)


class Subscriptions:
    """All subscriptions of the app, and where it is told of events."""

    def __init__(self, portal: Portal, app_id: int) -> None:
        self._portal = portal
        self.app_id = app_id
        self.target_url = ""
        self.at_once = 10
        self.known: dict[int, Subscription] = {}
        self._events = 0

    def add(
        self,
        event_type: str,
        property_name: str | None = None,
        object_type_id: str | None = None,
        *,
        active: bool = True,
    ) -> Subscription:
        """Subscribe."""
        id_ = 7_500_000 + len(self.known) + 1
        made = Subscription(
            id_, event_type, self._portal.now, property_name, object_type_id, active
        )
        self.known[id_] = made
        return made

    def payloads(self, event: Event) -> Iterator[dict[str, Any]]:
        """Yield what is sent for an event, once for each subscription that asks for it."""
        singular = self._portal.kind(event.kind).singular
        for each in self.known.values():
            if each.means(event, singular):
                self._events += 1
                yield self._payload(each, event)

    def _payload(self, subscription: Subscription, event: Event) -> dict[str, Any]:
        """Return one event as it is sent."""
        told: dict[str, Any] = {
            "eventId": 4_101_000_000 + self._events,
            "subscriptionId": subscription.id,
            "portalId": self._portal.settings.portal_id,
            "appId": self.app_id,
            "occurredAt": event.at,
            "subscriptionType": subscription.event_type,
            "attemptNumber": 0,
            "objectId": event.id,
            "changeSource": event.source.source_type,
            "sourceId": event.source.source_id,
        }
        if subscription.object_type_id:
            told["objectTypeId"] = event.kind
        if event.what in _FLAGS:
            told["changeFlag"] = _FLAGS[event.what]
        if event.what == "associationChange":
            del told["objectId"]
        return {**told, **event.details}
