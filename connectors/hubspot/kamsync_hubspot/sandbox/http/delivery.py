"""Sending of webhooks: signed, in batches, and again where the other side did not take them.

Source: developers.hubspot.com/docs/guides/api/app-management/webhooks (batches of a hundred, five
seconds, ten attempts) and developers.hubspot.com/docs/guides/apps/authentication/validating-requests
(signatures).
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from hmac import digest
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from msgspec import Struct, json

from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.telling.subscriptions import Subscriptions

__all__ = ["Delivery", "signed"]

LARGEST = 100
ATTEMPTS = 10
PATIENCE_S = 5.0
LOOK_S = 0.02
FIRST_RETRY_MS = 1_000


class _Waiting(Struct):
    """An event that is to be sent."""

    due: int
    payload: dict[str, Any]


class Delivery:
    """What is to be sent, and the task that sends it while there is something.

    Attributes:
        twice: whether every event is sent a second time, as can happen.
        late_ms: how long events wait before they are sent.
        retry_ms: how long the first failed attempt waits for the next; each further one twice as long.
    """

    def __init__(self, portal: Portal, subscriptions: Subscriptions, secret: str) -> None:
        self._portal = portal
        self._subscriptions = subscriptions
        self._secret = secret
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self.twice = False
        self.late_ms = 0
        self.retry_ms = FIRST_RETRY_MS
        self.sent = 0
        portal.listen(self.hear)

    def hear(self, event: Event) -> None:
        """Take down what is to be sent for an event."""
        if not self._subscriptions.target_url:
            return
        for payload in self._subscriptions.payloads(event):
            for _ in range(2 if self.twice else 1):
                self._waiting.append(_Waiting(self._portal.now + self.late_ms, payload))
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._send())

    @contextmanager
    def changed(self, *, twice: bool = False, late_ms: int = 0) -> Iterator[None]:
        """Send what happens inside twice or late."""
        before = (self.twice, self.late_ms)
        self.twice, self.late_ms = twice or self.twice, late_ms or self.late_ms
        try:
            yield
        finally:
            self.twice, self.late_ms = before

    async def stop(self) -> None:
        """Send nothing more."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _send(self) -> None:
        """Send what is due, until nothing waits."""
        async with ClientSession(timeout=ClientTimeout(PATIENCE_S)) as session:
            while self._waiting:
                now = self._portal.now
                due = [each for each in self._waiting if each.due <= now][:LARGEST]
                if not due:
                    await asyncio.sleep(LOOK_S)
                    continue
                chosen = {id(each) for each in due}
                self._waiting = [each for each in self._waiting if id(each) not in chosen]
                if not await self._taken(session, [each.payload for each in due]):
                    self._again(due)

    async def _taken(self, session: ClientSession, payloads: list[dict[str, Any]]) -> bool:
        """Send a batch, and say whether the other side took it."""
        url, body = self._subscriptions.target_url, json.encode(payloads)
        self.sent += 1
        try:
            headers = signed(self._secret, "POST", url, body, self._portal.now)
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.ok
        except (ClientError, TimeoutError):
            return False

    def _again(self, failed: list[_Waiting]) -> None:
        """Let a batch wait for its next attempt, if there is one."""
        for each in failed:
            attempt = each.payload["attemptNumber"] + 1
            if attempt < ATTEMPTS:
                due = self._portal.now + self.retry_ms * (1 << (attempt - 1))
                self._waiting.append(_Waiting(due, {**each.payload, "attemptNumber": attempt}))


def signed(secret: str, method: str, url: str, body: bytes, now: int) -> dict[str, str]:
    """Return the headers of a webhook, with its signatures of the first and the third version."""
    stamp = str(now)
    third = digest(secret.encode(), f"{method}{url}".encode() + body + stamp.encode(), "sha256")
    return {
        "Content-Type": "application/json",
        "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)",
        "X-HubSpot-Signature": sha256(secret.encode() + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": b64encode(third).decode(),
        "X-HubSpot-Request-Timestamp": stamp,
    }
