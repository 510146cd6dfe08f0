"""One call as the handlers see it, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web
from msgspec import DecodeError, Struct, json, structs

from kamsync_hubspot.sandbox.admin.rules import ENFORCED_SINCE
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.portal import Portal

if TYPE_CHECKING:
    from kamsync_hubspot.sandbox.http.service import HubSpot

__all__ = ["Answer", "Call", "read_body"]


class Answer(Struct):
    """What is answered: a body that becomes JSON, or none."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = {}

    def response(self) -> web.Response:
        """Return it as bytes."""
        if self.body is None:
            return web.Response(status=self.status, headers=self.headers)
        return web.Response(
            body=json.encode(self.body),
            status=self.status,
            headers=self.headers,
            content_type="application/json",
            charset="utf-8",
        )


class Call(Struct):
    """A call that was let in: who makes it, and what it asks for."""

    portal: Portal
    who: Caller
    request: web.Request
    raw: bytes
    service: HubSpot

    @property
    def path(self) -> Mapping[str, str]:
        """The parts of the path."""
        return self.request.match_info

    @property
    def version(self) -> str:
        """The version of the API that the path names, such as ``v3`` or ``2026-09``."""
        return self.path.get("version", "")

    @property
    def caller(self) -> Caller:
        """Who makes it; by the newer paths, the rules of the admin are enforced."""
        if self.version[:1].isdigit() and self.version >= ENFORCED_SINCE:
            return structs.replace(self.who, held=True)
        return self.who

    @property
    def kind(self) -> Kind:
        """The object type that the path names."""
        return self.portal.kind(self.path["type"])

    @property
    def body(self) -> dict[str, Any]:
        """The body, which must be an object."""
        return read_body(self.raw)

    @property
    def items(self) -> list[dict[str, Any]]:
        """The body, which must be a list."""
        found = _decoded(self.raw or b"[]")
        if not isinstance(found, list):
            raise Refusal(400, "Invalid input JSON on line 1, column 1: a list was expected")
        return found

    @property
    def host(self) -> str:
        """Where the client reached the portal: links lead there."""
        return str(self.request.url.origin())

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter of the query."""
        return self.request.query.get(name, default)

    def names(self, name: str) -> list[str]:
        """Return a parameter that lists names: repeated, or with commas between them."""
        given = self.request.query.getall(name, [])
        return [part for text in given for part in text.split(",") if part]

    def flag(self, name: str) -> bool:
        """Return a parameter that is true or false."""
        return self.text(name).lower() == "true"

    def number(self, name: str, default: int, largest: int) -> int:
        """Return a parameter that is a number from one up to *largest*."""
        text = self.text(name) or str(default)
        if not text.isdigit() or not 0 < int(text) <= largest:
            raise Refusal(400, f"{name} must be between 1 and {largest}, and is {text}")
        return int(text)


def read_body(raw: bytes) -> dict[str, Any]:
    """Read a body as JSON. Source: the sentence of real answers to bodies that are none."""
    found = _decoded(raw or b"{}")
    if not isinstance(found, dict):
        raise Refusal(400, "Invalid input JSON on line 1, column 1: an object was expected")
    return found


def _decoded(raw: bytes) -> Any:
    """Read JSON, or refuse what is none."""
    try:
        return json.decode(raw)
    except (DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, f"Invalid input JSON on line 1, column 1: {error}") from None
