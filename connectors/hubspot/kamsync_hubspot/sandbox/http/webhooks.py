"""Endpoints of webhook subscriptions: those of an app, let in by the developer's key.

Source: developers.hubspot.com/docs/guides/api/app-management/webhooks.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Definition, Switches
from kamsync_hubspot.sandbox.model.refusal import Refusal, not_found, unset
from kamsync_hubspot.sandbox.telling.subscriptions import Subscription, Subscriptions

__all__ = ["ROUTES"]

ROUTES = Routes()
FEWEST_AT_ONCE = 6
MOST = 1_000
_APP = "/{app_id}"


@ROUTES.area("GET", "/webhooks", f"{_APP}/settings")
def get_settings(call: Call) -> dict[str, Any]:
    """Tell where events are sent."""
    known = _let_in(call)
    if not known.target_url:
        raise not_found("Webhook settings do not exist.")
    return _settings(known)


@ROUTES.area("PUT", "/webhooks", f"{_APP}/settings", shape=Definition)
def set_settings(call: Call) -> dict[str, Any]:
    """Say where events are sent."""
    known = _let_in(call)
    throttling = call.body.get("throttling") or {}
    at_once = int(throttling.get("maxConcurrentRequests", known.at_once))
    if at_once < FEWEST_AT_ONCE:
        raise Refusal(400, "maxConcurrentRequests must be greater than 5.")
    if not call.body.get("targetUrl"):
        raise unset(["targetUrl"])
    known.target_url, known.at_once = str(call.body["targetUrl"]), at_once
    return _settings(known)


@ROUTES.area("DELETE", "/webhooks", f"{_APP}/settings")
def drop_settings(call: Call) -> Answer:
    """Send no more events."""
    _let_in(call).target_url = ""
    return Answer(status=204)


@ROUTES.area("GET", "/webhooks", f"{_APP}/subscriptions")
def list_subscriptions(call: Call) -> dict[str, Any]:
    """Tell all subscriptions."""
    return {"results": [each.told() for each in _let_in(call).known.values()]}


@ROUTES.area("POST", "/webhooks", f"{_APP}/subscriptions", shape=Definition)
def add(call: Call) -> Answer:
    """Subscribe."""
    known, body = _let_in(call), call.body
    if not body.get("eventType"):
        raise unset(["eventType"])
    if len(known.known) >= MOST:
        raise Refusal(400, f"There may be {MOST} subscriptions.")
    if str(body["eventType"]).endswith(".propertyChange") and not body.get("propertyName"):
        raise Refusal(400, "A subscription to propertyChange needs a propertyName.")
    made = known.add(
        str(body["eventType"]),
        body.get("propertyName"),
        body.get("objectTypeId"),
        active=bool(body.get("active", False)),
    )
    return Answer(made.told(), 201)


@ROUTES.area("POST", "/webhooks", f"{_APP}/subscriptions/batch/update", shape=Switches)
def change_all(call: Call) -> dict[str, Any]:
    """Switch subscriptions on and off."""
    known = _let_in(call)
    changed = [_switch(known, str(each.get("id")), each) for each in call.body.get("inputs") or ()]
    return {"status": "COMPLETE", "results": [each.told() for each in changed]}


@ROUTES.area("GET", "/webhooks", f"{_APP}/subscriptions/{{id}}")
def get(call: Call) -> dict[str, Any]:
    """Tell one subscription."""
    return _one(_let_in(call), call.path["id"]).told()


@ROUTES.area("PATCH", "/webhooks", f"{_APP}/subscriptions/{{id}}")
def change(call: Call) -> dict[str, Any]:
    """Switch a subscription on or off."""
    return _switch(_let_in(call), call.path["id"], call.body).told()


@ROUTES.area("DELETE", "/webhooks", f"{_APP}/subscriptions/{{id}}")
def drop(call: Call) -> Answer:
    """Subscribe no more."""
    known = _let_in(call)
    known.known.pop(_one(known, call.path["id"]).id)
    return Answer(status=204)


def _let_in(call: Call) -> Subscriptions:
    """Return the subscriptions of the app; its developer's key is asked for."""
    key = call.service.tokens.credentials["developer_key"]
    bearer = call.request.headers.get("Authorization", "").partition(" ")[2]
    if key not in {call.text("hapikey"), bearer}:
        raise Refusal(
            401, "Authentication credentials not found.", category="INVALID_AUTHENTICATION"
        )
    known = call.service.subscriptions
    if call.path["app_id"] != str(known.app_id):
        raise not_found(f"App {call.path['app_id']} does not exist.")
    return known


def _settings(known: Subscriptions) -> dict[str, Any]:
    return {
        "targetUrl": known.target_url,
        "throttling": {"maxConcurrentRequests": known.at_once},
        "createdAt": "2026-01-01T00:00:00Z",
    }


def _one(known: Subscriptions, text: str) -> Subscription:
    found = known.known.get(int(text)) if text.isdigit() else None
    if found is None:
        raise not_found(f"Subscription {text} does not exist.")
    return found


def _switch(known: Subscriptions, text: str, body: Any) -> Subscription:
    changed = structs.replace(_one(known, text), active=bool(body.get("active")))
    known.known[changed.id] = changed
    return changed
