"""The line to a site breaks where the history says so, and the system knows nothing of it."""

from __future__ import annotations

import logging

import httpx
import pytest
from aiohttp import web

from kamsync.sandbox.server import Server
from kamsync.sandbox.service import Service
from kamsync.testing.simulation.serving import BreakingService, LineBroken, SentRow
from kamsync.testing.simulation.site import Verdict


class Careful(Service):
    """A system that takes whatever goes wrong for a failure of its own, and answers."""

    name = "careful"

    def routes(self):
        return [web.get("/break", self._broken)]

    async def handle(self, request, handler):
        try:
            return await handler(request)
        except Exception:
            logging.getLogger(__name__).exception("The system failed")
            return web.Response(status=500)

    def act(self, person, verb, options):
        raise NotImplementedError

    async def _broken(self, _):
        raise LineBroken


class Breaking(BreakingService, Careful):
    """The same one, as a site."""


class Saying:
    """A gate that says the same of each row."""

    def __init__(self, before, after=Verdict.GO):
        self.verdicts = {"before": before, "after": after}

    def before(self, *_):
        return self.verdicts["before"]

    def after(self, *_):
        return self.verdicts["after"]


def test_a_broken_line_is_no_failure_of_the_system(caplog):
    """Nobody gets an answer, and nothing is logged."""
    server = Server(Breaking())
    try:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{server.url}/break")
    finally:
        server.close()

    assert [] == caplog.records


@pytest.mark.parametrize(
    ("gate", "landed"),
    [(Saying(Verdict.BREAK), []), (Saying(Verdict.GO, Verdict.BREAK), ["landed"])],
    ids=["before", "after"],
)
def test_a_row_has_landed_or_not_as_the_gate_says_where_the_line_breaks(gate, landed):
    """Whoever sent it cannot tell."""
    done = []

    with pytest.raises(LineBroken):
        SentRow("account", "1", None).land(gate, lambda _: None, lambda: done.append("landed"))

    assert landed == done
