"""The faults that every sandbox knows: what can happen to any call over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from kamsync.sandbox.faults import Fault, Proceed
from kamsync.sandbox.service import Service

__all__ = ["MISHAPS", "Cut", "Delay", "Drip", "LoseAnswer", "Refuse", "TimeOut"]

HELD_S = 3600
"""A client that waits longer than this for an answer is let go."""

Seconds = Annotated[float, Meta(ge=0, le=HELD_S)]


class Refuse(Fault, frozen=True, kw_only=True, tag="refuse"):
    """The call is refused before anything was done, in the shape that the system gives such answers."""

    status: Annotated[int, Meta(ge=400, le=599)] = 503
    retry_after: str | int | None = None

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Answer with the status; a wait is asked for only where the fault says one."""
        del proceed
        answer = service.refused(request, self.status)
        if self.retry_after is not None:
            answer.headers["Retry-After"] = str(self.retry_after)
        return answer


class Delay(Fault, frozen=True, kw_only=True, tag="delay"):
    """The call waits before it is carried out."""

    wait_s: Seconds = 1.0

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Wait, then carry it out."""
        del request, service
        await asyncio.sleep(self.wait_s)
        return await proceed()


class TimeOut(Fault, frozen=True, kw_only=True, tag="time_out"):
    """Nothing is answered until the client gives up; whether the call was carried out is an option."""

    carried_out: bool = False
    wait_s: Seconds = HELD_S

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Hold the line, then break it."""
        del service
        answer = await proceed() if self.carried_out else web.Response(status=504)
        await asyncio.sleep(self.wait_s)
        _hang_up(request)
        return answer


class LoseAnswer(Fault, frozen=True, kw_only=True, tag="lose_answer"):
    """The connection breaks, by default after everything was done: only the answer is lost."""

    carried_out: bool = True

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Carry it out, and hang up."""
        del service
        answer = await proceed() if self.carried_out else web.Response(status=502)
        _hang_up(request)
        return answer


class Drip(Fault, frozen=True, kw_only=True, tag="drip"):
    """The answer comes slowly, a few bytes at a time."""

    bytes: Annotated[int, Meta(ge=1)] = 64
    wait_s: Seconds = 0.05

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Send it in pieces, with a wait before each."""
        del service
        body, slow = _split(await proceed(), self.bytes)
        await slow.prepare(request)
        for piece in body:
            await asyncio.sleep(self.wait_s)
            await slow.write(piece)
        await slow.write_eof()
        return slow


class Cut(Fault, frozen=True, kw_only=True, tag="cut"):
    """The connection breaks in the middle of the answer, after so many bytes of it."""

    bytes: Annotated[int, Meta(ge=1)] = 64

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Send the beginning, and hang up."""
        del service
        body, begun = _split(await proceed(), self.bytes)
        begun.content_length = sum(map(len, body)) + 1
        await begun.prepare(request)
        await begun.write(body[0])
        _hang_up(request)
        return begun


MISHAPS: tuple[type[Fault], ...] = (Cut, Delay, Drip, LoseAnswer, Refuse, TimeOut)
"""All of them."""


def _split(answer: web.StreamResponse, size: int) -> tuple[list[bytes], web.StreamResponse]:
    """Return the body of an answer in pieces, and the same answer without it."""
    body = answer.body if isinstance(answer, web.Response) else b""
    raw = body if isinstance(body, bytes) else b""
    headers = {key: value for key, value in answer.headers.items() if key != "Content-Length"}
    pieces = [raw[start : start + size] for start in range(0, len(raw), size)] or [b""]
    return pieces, web.StreamResponse(status=answer.status, headers=headers)


def _hang_up(request: web.Request) -> None:
    """Break the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
