"""What a plugin says of its system, for the shared server to host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

from aiohttp import web

from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.faults import Fault

__all__ = ["COST", "NOTES", "Handler", "Service"]

COST = web.RequestKey("cost", int)
"""Under it, a request keeps what it took from the quota."""
NOTES = web.RequestKey("notes", dict[str, Any])
"""Under it, a request keeps what the log shall say of it."""

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Service(ABC):
    """A system behind a sandbox: its routes, how it refuses, and how people work in it.

    All of it runs in one thread, so a handler that does not await is never interrupted.

    Args:
        clock: the time that it goes by; the server and the tests go by the same.
    """

    name: ClassVar[str]
    faults: ClassVar[tuple[type[Fault], ...]] = ()
    """What can go wrong in this system only, besides what can happen to any call."""

    def __init__(self, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()

    @abstractmethod
    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return what it answers to."""

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one call, *handler* being that of its route: who calls, quota, headers of every answer.

        ``request[COST]`` is what the call took from the quota, one if nothing else is said; to
        ``request[NOTES]`` is added what the log shall say. A route that is not there arrives here
        too: its handler raises `aiohttp.web.HTTPNotFound`.
        """
        request[COST] = 1
        return await handler(request)

    def kind(self, request: web.Request) -> str:
        """Return what sort of call it is, for the log: by default its method and its route."""
        resource = request.match_info.route.resource
        return f"{request.method} {resource.canonical if resource else '(none)'}"

    def refused(self, request: web.Request, status: int) -> web.Response:  # noqa: ARG002
        """Return how the system refuses everybody, with a status such as 429 or 503."""
        return web.json_response({"message": "The service cannot be used now."}, status=status)

    @abstractmethod
    def act(self, person: str, verb: str, options: Mapping[str, Any]) -> Any:
        """Let a *person* do something in the system, as if by hand, and return what came of it.

        ``create``, ``edit`` and ``delete`` are verbs of every sandbox, with the options ``object``,
        ``id`` and ``values``; others are its own.

        Raises:
            KamsyncError: what was asked for cannot be done, with the reason.
        """

    def options(self, url: str) -> Mapping[str, Any]:
        """Return the options of a ``[system.NAME]`` section that connects to it at *url*."""
        return {"connector": self.name, "url": url}

    def details(self, url: str) -> Mapping[str, Any]:  # noqa: ARG002
        """Return what else a client needs to know: credentials, and names that a setup has made."""
        return {}

    def close(self) -> None:  # noqa: B027
        """Give back what it holds; a second call does nothing."""
