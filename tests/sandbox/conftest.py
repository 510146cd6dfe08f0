"""A small system behind a sandbox: a shelf of notes."""

from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from msgspec import json

from kamsync.errors import UnknownName
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.faults import Fault
from kamsync.sandbox.server import Server
from kamsync.sandbox.service import COST, Service

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Spill(Fault, tag="spill"):
    """Everything on the shelf is lost before the call."""

    async def strike(self, request, proceed, service):  # noqa: ARG002
        service.notes.clear()
        return await proceed()


class Shelf(Service):
    """Notes by number; a GET costs nothing."""

    name = "shelf"
    faults = (Spill,)

    def __init__(self):
        super().__init__(VirtualClock(NOON))
        self.notes = {}
        self.open = True

    def routes(self):
        return [web.get("/notes/{id}", self.read), web.post("/notes", self.add)]

    async def handle(self, request, handler):
        answer = await super().handle(request, handler)
        request[COST] = 0 if request.method == "GET" else 1
        return answer

    async def read(self, request):
        return web.json_response(self.notes[request.match_info["id"]])

    async def add(self, request):
        return web.json_response(
            {"id": self.act("api", "create", {"values": await request.json()})}
        )

    def act(self, person, verb, options):
        if verb != "create":
            raise UnknownName(f"Nobody can {verb} here.")
        self.notes[str(len(self.notes) + 1)] = {"by": person, "text": options["values"]["text"]}
        return str(len(self.notes))

    def details(self, url):
        return {"credentials": {"token": f"made-up for {url}"}}

    def close(self):
        self.open = False


class Client:
    """One connection for each call."""

    def __init__(self, url):
        self.place = urlsplit(url).netloc

    def __call__(self, method, path, body=None, timeout=20):
        """Return status, headers and what the body says."""
        line = HTTPConnection(self.place, timeout=timeout)
        sent = body if isinstance(body, str | None) else json.encode(body)
        try:
            line.request(method, path, sent, {"Content-Type": "application/json"})
            answer = line.getresponse()
            text = answer.read()
        finally:
            line.close()
        said = json.decode(text) if "json" in answer.headers.get("Content-Type", "") else text
        return answer.status, answer.headers, said


@pytest.fixture
def shelf():
    with_notes = Server(Shelf())
    yield with_notes
    with_notes.close()


@pytest.fixture
def call(shelf):
    return Client(shelf.url)
