"""What the server of a site needs: the time of its history, and a line that breaks between two rows.

Needs the extra ``kamsync[sandbox]``, and so is no part of what `kamsync.testing.simulation` offers by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from aiohttp import web
from msgspec import Struct

from kamsync.clock import Clock
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.service import Handler, Service
from kamsync.testing.simulation.site import Gate, Verdict

__all__ = ["BreakingService", "FollowingClock", "LineBroken", "SentRow"]

T = TypeVar("T")


class LineBroken(Exception):
    """The connection ends here, whatever has landed."""


class FollowingClock(VirtualClock):
    """The clock of a history, as a sandbox reads it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._followed = clock

    def now(self) -> datetime:
        """Return the time of the history."""
        return self._followed.now()


class SentRow(Struct, frozen=True):
    """A row of kamsync's own that arrives at a site: the object, and its id or its stamp."""

    object: str
    id: str | None
    stamp: str | None

    def land(self, gate: Gate, refuse: Callable[[Verdict], None], act: Callable[[], T]) -> T:
        """Carry out *act* as the *gate* says; *refuse* raises in the site's own words where it must.

        Raises:
            LineBroken: the gate wants that nobody hears of the row, before or after it has landed.
        """
        verdict = gate.before(self.object, self.id, self.stamp)
        if verdict is Verdict.BREAK:
            raise LineBroken
        refuse(verdict)
        done = act()
        if gate.after(self.object, self.id, self.stamp) is Verdict.BREAK:
            raise LineBroken
        return done


class BreakingService(Service):
    """The server of a site, which hangs up where the line breaks. It stands before the system's own."""

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one call, or hang up, before the system can take that for a failure of its own."""
        return await super().handle(request, partial(_answered, handler))


async def _answered(handler: Handler, request: web.Request) -> web.StreamResponse:
    """Answer one call, or hang up; whoever called may have done so before."""
    try:
        return await handler(request)
    except LineBroken:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=502)
