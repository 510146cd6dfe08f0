"""The server of a sandbox: one thread with one event loop, on the loopback address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial
from threading import Thread
from typing import Any, Generic, TypeVar

from aiohttp import web

from kamsync.extensions import SandboxOptions
from kamsync.sandbox.calls import Call, CallLog
from kamsync.sandbox.control import PREFIX, control
from kamsync.sandbox.faults import Faults, Proceed, read_faults
from kamsync.sandbox.mishaps import MISHAPS
from kamsync.sandbox.service import COST, NOTES, Handler, Service

__all__ = ["Server"]

HOST = "127.0.0.1"
LONGEST_LINE = 1 << 17
"""Bytes of a request's line and of its headers; a system that takes less refuses by itself."""
LARGEST_BODY = 200 << 20
CLOSING_S = 0.2

ServiceT = TypeVar("ServiceT", bound=Service)
T = TypeVar("T")


class Server(Generic[ServiceT]):
    """A sandbox that answers until it is closed, with its `service`, `clock`, `calls` and `faults`.

    Args:
        service: the system that it stands for; it is closed with the server.
        options: port, and file of faults.

    Raises:
        OSError: the port is taken.
        ConfigurationInvalid: the file of faults cannot be used.
    """

    def __init__(self, service: ServiceT, options: SandboxOptions | None = None) -> None:
        options = options or SandboxOptions()
        self.service = service
        self.clock = service.clock
        self.calls = CallLog()
        self.kinds = (*MISHAPS, *service.faults)
        self.faults = Faults(*read_faults(options.faults or "", self.kinds))
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=f"sandbox {service.name}")
        self._thread.daemon = True
        self._thread.start()
        try:
            self._runner, self.url = self._await(self._listening(options.port))
        except BaseException:
            self._stop()
            raise

    @property
    def options(self) -> dict[str, Any]:
        """The options of a ``[system.NAME]`` section that connects to it."""
        return dict(self.service.options(self.url))

    @property
    def details(self) -> dict[str, Any]:
        """What else a client needs to know."""
        return dict(self.service.details(self.url))

    def run(self, function: Callable[..., T], /, *args: Any, **options: Any) -> T:
        """Call *function* in the thread of the server, between two calls, and return its result."""

        async def called() -> T:
            return function(*args, **options)

        result: T = self._await(called())
        return result

    def act(self, person: str, verb: str, **options: Any) -> Any:
        """Let a *person* do something by hand, as the control door does."""
        return self.run(self.service.act, person, verb, options)

    def close(self) -> None:
        """Break off what is being answered, and give back the port; a second call does nothing."""
        if self._thread.is_alive():
            self._await(self._runner.cleanup())
            self._stop()

    def _stop(self) -> None:
        """End the thread, then close what it used."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.service.close()

    def _await(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listening(self, port: int) -> tuple[web.AppRunner, str]:
        """Begin to answer, and return where."""
        app = web.Application(middlewares=[self._answered], client_max_size=LARGEST_BODY)
        app.add_routes(self.service.routes())
        app.add_routes(control(self))
        runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=CLOSING_S,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
        )
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        return runner, f"http://{HOST}:{runner.addresses[0][1]}"

    @web.middleware
    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one call, struck by what goes wrong, and write it down."""
        if request.path.startswith(PREFIX):
            return await handler(request)
        request[COST], request[NOTES] = 0, {}
        striking = self.faults.striking(request.method, request.path, self.clock.now())
        proceed: Proceed = partial(self._dated, request, handler)
        for fault in reversed(striking):
            proceed = partial(fault.strike, request, proceed, self.service)
        status = 0
        try:
            answer = await proceed()
            status = answer.status
        except Exception:
            status = 500
            raise
        finally:
            names = tuple(fault.name for fault in striking)
            self.calls.add(self._call(request, status, names))
        return answer

    async def _dated(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let the service answer, with the date of its clock."""
        try:
            answer = await self.service.handle(request, handler)
        except web.HTTPException as refused:
            answer = web.Response(status=refused.status, text=refused.text)
        if not answer.prepared:
            answer.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        return answer

    def _call(self, request: web.Request, status: int, faults: tuple[str, ...]) -> Call:
        """Return what is written down of a call; status 0 is one that the client gave up."""
        kind = self.service.kind(request)
        cost, notes = request[COST], request[NOTES]
        path = request.path_qs
        return Call(self.clock.now(), kind, request.method, path, status, cost, faults, notes)
