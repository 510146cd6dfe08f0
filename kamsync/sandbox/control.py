"""The doors of every sandbox for tests, under ``/_sandbox/``: they cost nothing and no fault strikes them.

=================================  =============================================================
``GET /_sandbox``                  its name, its clock, and how it is connected to
``POST /_sandbox/act``             a person works: ``{"person", "verb", …}`` and the verb's options
``GET | DELETE /_sandbox/calls``   read or clear the log of calls
``GET /_sandbox/faults``           what goes wrong
``PUT | POST /_sandbox/faults``    let these go wrong instead, or as well; TOML or JSON as in a file
``DELETE /_sandbox/faults``        let nothing go wrong
``GET | PUT /_sandbox/clock``      read it; ``{"at": …}``, ``{"forward_s": …}``, ``{"stands": …}``
=================================  =============================================================
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web
from msgspec import Struct, json

from kamsync.errors import KamsyncError
from kamsync.sandbox.faults import read_faults

if TYPE_CHECKING:
    from kamsync.sandbox.server import Server

__all__ = ["PREFIX", "control"]

PREFIX = "/_sandbox"


class Move(Struct, forbid_unknown_fields=True):
    """How the clock is set or moved."""

    at: datetime | None = None
    forward_s: float = 0
    stands: bool | None = None


def control(server: Server[Any]) -> list[web.RouteDef]:
    """Return the doors of *server*."""
    doors: dict[tuple[str, str], Callable[[bytes], Any]] = {
        ("GET", ""): lambda _: _about(server),
        ("POST", "/act"): lambda body: _act(server, body),
        ("GET", "/calls"): lambda _: server.calls.document(),
        ("DELETE", "/calls"): lambda _: server.calls.clear(),
        ("GET", "/faults"): lambda _: msgspec.to_builtins(list(server.faults)),
        ("PUT", "/faults"): lambda body: server.faults.replace(*_faults(server, body)),
        ("POST", "/faults"): lambda body: server.faults.add(*_faults(server, body)[0]),
        ("DELETE", "/faults"): lambda _: server.faults.clear(),
        ("GET", "/clock"): lambda _: _clock(server),
        ("PUT", "/clock"): lambda body: _move(server, body),
    }
    return [
        web.route(method, PREFIX + path, _door(answer)) for (method, path), answer in doors.items()
    ]


def _door(answer: Callable[[bytes], Any]) -> Callable[[web.Request], Any]:
    """Return a handler that answers with what came of it, or says why it cannot."""

    async def opened(request: web.Request) -> web.Response:
        try:
            result = answer(await request.read())
        except (KamsyncError, msgspec.DecodeError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.Response(body=json.encode(result), content_type="application/json")

    return opened


def _about(server: Server[Any]) -> dict[str, Any]:
    """Return what is to be known of the sandbox."""
    about = {"name": server.service.name, "url": server.url, "options": server.options}
    return {**about, **server.details, "clock": _clock(server)}


def _act(server: Server[Any], body: bytes) -> Any:
    """Let a person work."""
    asked = json.decode(body, type=dict[str, Any])
    person, verb = asked.pop("person", ""), asked.pop("verb", "")
    return server.service.act(person, verb, asked)


def _faults(server: Server[Any], body: bytes) -> tuple[list[Any], int]:
    """Read faults as JSON, or as TOML."""
    text = body.decode("utf-8", "replace")
    return read_faults(json.decode(text) if text.startswith("{") else text, server.kinds)


def _clock(server: Server[Any]) -> dict[str, Any]:
    """Return what the clock shows."""
    return {"now": server.clock.now(), "stands": server.clock.stands}


def _move(server: Server[Any], body: bytes) -> dict[str, Any]:
    """Set or move the clock."""
    move = json.decode(body, type=Move)
    if move.at is not None:
        server.clock.set(move.at)
    server.clock.forward(move.forward_s)
    if move.stands is not None:
        (server.clock.stop if move.stands else server.clock.go)()
    return _clock(server)
