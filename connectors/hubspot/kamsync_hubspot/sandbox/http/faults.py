"""What can go wrong in a portal only, besides what can happen to any call.

A record that is locked (423), an account that is being moved (477) and whatever stands before the
API (502 to 524) are told by the fault ``refuse`` with that status.
"""

from __future__ import annotations

from random import Random
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, json

from kamsync.sandbox.faults import Fault, Proceed
from kamsync.sandbox.service import Service
from kamsync_hubspot.sandbox.admin import defining
from kamsync_hubspot.sandbox.http.calls import read_body
from kamsync_hubspot.sandbox.http.limits import limited

__all__ = ["FAULTS", "Disorder", "DropProperty", "ExpireToken", "Lag", "Limit", "Webhooks"]

_WORDS = {
    "TEN_SECONDLY_ROLLING": "ten_secondly_rolling",
    "SECONDLY": "secondly",
    "DAILY": "daily",
}


class Limit(Fault, frozen=True, kw_only=True, tag="limit"):
    """The call is one too many by the limit of a policy."""

    policy: Literal["TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"] = "TEN_SECONDLY_ROLLING"

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Answer 429 in the exact words of the policy."""
        from kamsync_hubspot.sandbox.http.service import HubSpot

        del request, proceed
        assert isinstance(service, HubSpot)
        return service.refusal(limited(self.policy, _WORDS[self.policy], service.portal))


class ExpireToken(Fault, frozen=True, kw_only=True, tag="expire_token"):
    """Every token that was given out is too old from this call on."""

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Let them grow old, and carry the call out as far as it goes."""
        from kamsync_hubspot.sandbox.http.service import HubSpot

        del request
        assert isinstance(service, HubSpot)
        service.tokens.expire()
        return await proceed()


class Lag(Fault, frozen=True, kw_only=True, tag="lag"):
    """What the call writes is found by searches only so much later."""

    wait_s: Annotated[float, Meta(ge=0)] = 60.0

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Carry it out, with a slower index."""
        from kamsync_hubspot.sandbox.http.service import HubSpot

        assert isinstance(service, HubSpot)
        # What is read before the call is carried out cannot be interrupted by another one.
        await request.read()
        service.portal.slower_ms = int(self.wait_s * 1000)
        try:
            return await proceed()
        finally:
            service.portal.slower_ms = 0


class Disorder(Fault, frozen=True, kw_only=True, tag="disorder"):
    """The results of the call come in another order than was asked for."""

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Carry it out, and shuffle what comes of it."""
        del request, service
        answer = await proceed()
        if not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
            return answer
        told = read_body(answer.body)
        Random(len(answer.body)).shuffle(told.get("results") or [])  # noqa: S311
        answer.body = json.encode(told)
        return answer


class DropProperty(Fault, frozen=True, kw_only=True, tag="drop_property"):
    """Somebody archives a property just before the call is carried out; the portal's own ones stay."""

    object: str
    property: str

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Archive it, and carry the call out."""
        from kamsync_hubspot.sandbox.http.service import HubSpot

        del request
        assert isinstance(service, HubSpot)
        kind = service.portal.kind(self.object)
        found = service.portal.catalogue.properties(kind).get(self.property)
        if found is not None and found.modification_metadata.archivable:
            defining.archive_property(service.portal, kind, self.property)
        return await proceed()


class Webhooks(Fault, frozen=True, kw_only=True, tag="webhooks"):
    """The webhooks that the call causes are sent twice, or late."""

    twice: bool = False
    wait_s: Annotated[float, Meta(ge=0)] = 0.0

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Carry it out, and tell of it so."""
        from kamsync_hubspot.sandbox.http.service import HubSpot

        assert isinstance(service, HubSpot)
        await request.read()
        with service.delivery.changed(twice=self.twice, late_ms=int(self.wait_s * 1000)):
            return await proceed()


FAULTS: tuple[type[Fault], ...] = (Disorder, DropProperty, ExpireToken, Lag, Limit, Webhooks)
"""All of them."""
