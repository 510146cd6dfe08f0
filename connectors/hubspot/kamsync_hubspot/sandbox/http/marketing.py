"""Endpoints of marketing, which a portal of this sandbox does none of.

Whoever asks for everything, as extractors do, finds nothing there instead of an error. Source:
legacydocs.hubspot.com/docs/methods (forms, campaigns, subscriptions, workflows) and
developers.hubspot.com/docs/guides/api/crm/lists/overview.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from kamsync_hubspot.sandbox.http.calls import Call
from kamsync_hubspot.sandbox.http.legacy_definitions import listed
from kamsync_hubspot.sandbox.http.paths import Routes

__all__ = ["ROUTES"]

ROUTES = Routes()


@ROUTES.plain("GET", "/forms/v2/forms")
def forms(call: Call) -> web.Response:
    """Tell all forms."""
    del call
    return listed([])


@ROUTES.area("GET", "/marketing", "/forms")
@ROUTES.area("GET", "/marketing", "/emails")
def pages(call: Call) -> dict[str, Any]:
    """Tell all forms or e-mails, in pages."""
    del call
    return {"total": 0, "results": []}


@ROUTES.plain("GET", "/automation/v3/workflows")
def workflows(call: Call) -> dict[str, Any]:
    """Tell all workflows."""
    del call
    return {"workflows": []}


@ROUTES.plain("GET", "/email/public/v1/{what:events|campaigns/by-id|subscriptions/timeline}")
def mailings(call: Call) -> dict[str, Any]:
    """Tell what happened to e-mails."""
    del call
    return {"hasMore": False, "events": [], "campaigns": [], "timeline": [], "offset": ""}


@ROUTES.plain("GET", "/email/public/v1/subscriptions")
def subscriptions(call: Call) -> dict[str, Any]:
    """Tell the types of e-mails that can be subscribed to."""
    del call
    return {"subscriptionDefinitions": []}


@ROUTES.crm("POST", "lists/search")
def lists(call: Call) -> dict[str, Any]:
    """Tell all lists."""
    del call
    return {"lists": [], "hasMore": False, "offset": 0, "total": 0}
