"""The portal as the shared server hosts it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from aiohttp import web
from msgspec import json

from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.faults import Fault
from kamsync.sandbox.service import COST, NOTES, Handler, Service
from kamsync_hubspot.sandbox.http import (
    account,
    associations,
    associations_v3,
    batches,
    journal,
    labels,
    legacy_definitions,
    legacy_engagements,
    legacy_records,
    marketing,
    oauth,
    objects,
    people,
    pipelines,
    properties,
    schemas,
    splits,
    webhooks,
)
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.delivery import Delivery
from kamsync_hubspot.sandbox.http.faults import FAULTS
from kamsync_hubspot.sandbox.http.limits import Limits, limited
from kamsync_hubspot.sandbox.http.paths import Answering, Scope
from kamsync_hubspot.sandbox.http.shapes import Shape, refuse_other
from kamsync_hubspot.sandbox.http.tokens import CREDENTIALS, Tokens, refuse_scope
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.telling.journal import Journal
from kamsync_hubspot.sandbox.telling.subscriptions import Subscriptions

__all__ = ["HubSpot"]

LONGEST_URL = 16_200
"""Characters. Source: the 414 that github.com/PostHog/posthog/pull/31617 observed."""
TOKEN = "HUBSPOT_TOKEN"  # noqa: S105 - the name of a variable, not its value
"""From which variable of the environment a configuration takes the private token."""
UNIQUE = "kamsync_id"
"""The property that `kamsync setup` makes on each object."""
_CALLER = web.RequestKey("caller", Caller)
_ID = web.RequestKey("id", str)
_OPEN = ("/oauth/", "/webhooks/", "/webhooks-journal/files/")
_UNCOUNTED = "/webhooks-journal/"


class HubSpot(Service):
    """The service: who calls, how often they may, and what is answered to every call.

    Args:
        portal: what is served.
        clock: the clock that the portal goes by.
        credentials: what a client logs in with.
    """

    name: ClassVar[str] = "hubspot"
    faults: ClassVar[tuple[type[Fault], ...]] = FAULTS

    def __init__(
        self, portal: Portal, clock: VirtualClock, credentials: Mapping[str, str] = CREDENTIALS
    ) -> None:
        super().__init__(clock)
        self.portal = portal
        self.tokens = Tokens(portal, credentials)
        self.limits = Limits(portal)
        self.subscriptions = Subscriptions(portal, self.tokens.app_id)
        self.journal = Journal(portal)
        self.delivery = Delivery(
            portal, self.subscriptions, self.tokens.credentials["client_secret"]
        )

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return all endpoints; fixed parts of a path go before the parts that name something."""
        found = [row for routes in _ENDPOINTS for row in routes]
        found.sort(key=lambda each: each[1].count("{"))
        for method, path, answering, scope, shape in found:
            yield web.route(method, path, self._answered(answering, scope, shape))

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a call in or refuse it, and answer with what every answer bears."""
        headers: dict[str, str] = {}
        request[_ID] = self._correlation()
        try:
            if len(request.path_qs) > LONGEST_URL:
                return web.Response(status=414, text="URI Too Long")
            if not request.path.startswith(_OPEN):
                headers = self._let_in(request)
            answer = await handler(request)
        except Refusal as refusal:
            answer = self.refusal(refusal, request[_ID])
        except web.HTTPException as refused:
            # What is not there is told by a page, not by JSON.
            text = (
                f"<html><head><title>Error {refused.status} {refused.reason}</title></head></html>"
            )
            answer = web.Response(status=refused.status, text=text, content_type="text/html")
        if not answer.prepared:
            answer.headers.update(headers)
            answer.headers["X-HubSpot-Correlation-Id"] = request[_ID]
        return answer

    def refused(self, request: web.Request, status: int) -> web.Response:
        """Return how everybody is refused: with JSON by the API, with a page by what stands before it.

        Source: developers.hubspot.com/docs/api-reference/error-handling (423, 477, 502 to 524).
        """
        del request
        if status == 429:  # noqa: PLR2004 - too many calls
            policy = "TEN_SECONDLY_ROLLING"
            return self.refusal(limited(policy, policy.lower(), self.portal))
        if status in _SENTENCES:
            return self.refusal(
                Refusal(status, _SENTENCES[status], category=_CATEGORIES.get(status))
            )
        page = f"<html><head><title>{status}</title></head><body>error code: {status}</body></html>"
        return web.Response(status=status, text=page, content_type="text/html")

    def act(self, person: str, verb: str, options: Mapping[str, Any]) -> Any:
        """Let somebody of the portal work at the screen."""
        from kamsync_hubspot.sandbox.populating.acting import act

        return act(self.portal, person, verb, options)

    def options(self, url: str) -> Mapping[str, Any]:
        """Return the options of a system that connects with the private token, from the environment."""
        return {"connector": self.name, "url": url, "token": {"env": TOKEN}}

    def details(self, url: str) -> Mapping[str, Any]:
        """Return the credentials for each way to log in, and who works here."""
        del url
        return {
            "credentials": self.tokens.credentials,
            "environment": {TOKEN: self.tokens.credentials["token"]},
            "external_id_field": UNIQUE,
            "portal_id": self.portal.settings.portal_id,
            "people": [
                {
                    "name": each.name,
                    "email": each.email,
                    "owner": each.owner_id,
                    "team": each.teams[0].name if each.teams else "",
                }
                for each in self.portal.people.all.values()
            ],
        }

    def close(self) -> None:
        """Give back the portal's file."""
        self.portal.close()

    def _let_in(self, request: web.Request) -> dict[str, str]:
        """Find out who calls, count the call, and return what its answer tells of the limits."""
        caller = self.tokens.caller(request)
        request[_CALLER] = caller
        request[COST] = 1
        request[NOTES]["caller"] = caller.label
        if request.path.startswith(_UNCOUNTED):
            # The journal is exempt from the daily limit and from that of ten seconds.
            return {}
        search = request.method == "POST" and request.path.rstrip("/").endswith("/search")
        return self.limits.count(caller, search=search)

    def _answered(
        self, answering: Answering, scope: Scope, shape: type[Shape] | None
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the handler of one endpoint."""

        async def handler(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            caller = request.get(_CALLER) or Caller.integration(self.tokens.app_id, "oauth")
            call = Call(self.portal, caller, request, raw, self)
            refuse_scope(caller, scope(call) if callable(scope) else scope)
            if shape:
                refuse_other(shape, call.body)
            told = answering(call)
            if isinstance(told, web.StreamResponse):
                return told
            return (told if isinstance(told, Answer) else Answer(told)).response()

        return handler

    def refusal(self, refusal: Refusal, id_: str = "") -> web.Response:
        """Return a refusal as bytes, with the id of the call."""
        body = refusal.body() | {"correlationId": id_ or self._correlation()}
        return web.Response(
            body=json.encode(body),
            status=refusal.status,
            content_type="application/json",
            charset="utf-8",
        )

    def _correlation(self) -> str:
        """Return the id of a call: of the kind that grows with time."""
        chance = self.portal.random.getrandbits(80)
        number = (self.portal.now & ((1 << 48) - 1)) << 80 | chance
        number = number & ~(0xF << 76) | 7 << 76
        return str(UUID(int=number & ~(0x3 << 62) | 2 << 62))


_ENDPOINTS = (
    objects.ROUTES,
    batches.ROUTES,
    associations.ROUTES,
    associations_v3.ROUTES,
    labels.ROUTES,
    properties.ROUTES,
    pipelines.ROUTES,
    people.ROUTES,
    schemas.ROUTES,
    splits.ROUTES,
    oauth.ROUTES,
    account.ROUTES,
    webhooks.ROUTES,
    journal.ROUTES,
    legacy_definitions.ROUTES,
    legacy_records.ROUTES,
    legacy_engagements.ROUTES,
    marketing.ROUTES,
)
_SENTENCES = {
    401: "Authentication credentials not found.",
    423: "The record is locked. Please retry after a short delay.",
    477: "This account is being migrated between data hosting locations. Please retry later.",
    500: "internal error",
    503: "Service unavailable. Please try again later.",
}
_CATEGORIES = {401: "INVALID_AUTHENTICATION", 423: "LOCKED", 477: "MIGRATION_IN_PROGRESS"}
