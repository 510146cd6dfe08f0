"""Post what waits for a person to a URL: a chat's incoming webhook, a board, a script of yours."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from msgspec import structs
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kamsync import hookimpl
from kamsync.clock import Clock, SystemClock
from kamsync.errors import ConfigurationInvalid, QuotaSpent, RetryLater, SystemDown
from kamsync.extensions import Notice
from kamsync.retry import retrying

if TYPE_CHECKING:
    import httpx

__all__ = ["Webhook", "kamsync_notify", "message", "post"]

__version__ = "0.1.0"

ATTEMPTS: Final = 3
TIMEOUT_S: Final = 5.0
FIRST_WAIT_S: Final = 0.5
CEILING_S: Final = 4.0
"""Together they end before kamsync gives up on a plugin, whatever the other side does."""

NOTICES_LIMIT: Final = 100

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
TOO_MANY: Final = 429
MAY_WORK_LATER: Final = frozenset({408, 425, TOO_MANY})
SERVER_ERRORS: Final = 500
SUCCESS: Final = range(200, 300)


class Webhook(BaseSettings):
    """Where to post, from ``KAMSYNC_NOTIFY_WEBHOOK_URL`` and ``KAMSYNC_NOTIFY_WEBHOOK_TOKEN``.

    The URL is kept like a password, as for most chats it is one.
    """

    model_config = SettingsConfigDict(
        env_prefix="KAMSYNC_NOTIFY_WEBHOOK_", hide_input_in_errors=True
    )

    url: SecretStr
    token: SecretStr = SecretStr("")

    @property
    def host(self) -> str:
        """The part of the URL that may be shown."""
        return _host(self.url.get_secret_value())


@hookimpl
def kamsync_notify(notices: Sequence[Notice]) -> None:
    """Post *notices*; a failure is raised to the plugin border, which reports it and goes on."""
    post(notices, webhook_from_environment(), SystemClock())


def webhook_from_environment() -> Webhook:
    """Return what the environment says; `ConfigurationInvalid` if it cannot be used."""
    try:
        webhook = Webhook()
    except ValidationError:
        raise ConfigurationInvalid(
            "KAMSYNC_NOTIFY_WEBHOOK_URL is not set, so the plugin notify_webhook has nowhere to post to.",
            hint="Set it, or take notify_webhook out of plugins.",
        ) from None
    _require_safe(webhook)
    return webhook


def message(notices: Sequence[Notice]) -> dict[str, Any]:
    """Return what is posted: a text that chats show, and the notices one by one for programs.

    More than `NOTICES_LIMIT` notices are counted and not listed: who has that many to look at
    starts ``kamsync conflicts``.
    """
    listed = notices[:NOTICES_LIMIT]
    more = len(notices) - len(listed)
    lines = [f"{'! ' if each.urgent else ''}{each.about}: {each.text}" for each in listed]
    if more:
        lines.append(f"and {more} more")
    return {
        "text": "\n".join(lines),
        "notices": [structs.asdict(each) for each in listed],
        "more": more,
    }


def post(notices: Sequence[Notice], webhook: Webhook, clock: Clock) -> None:
    """Post *notices*, trying again for as long as that may help, `ATTEMPTS` times in all.

    Every attempt carries the same ``Idempotency-Key``, and so does a repetition after a crash; the
    receiver can tell from it what it has already.

    Raises:
        RetryLater: the other side cannot be reached or cannot serve now.
        ConfigurationInvalid: it refuses what is posted.
    """
    body = json.dumps(message(notices), ensure_ascii=False, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": hashlib.sha256(body).hexdigest(),
    }
    if webhook.token.get_secret_value():
        headers["Authorization"] = f"Bearer {webhook.token.get_secret_value()}"
    retrying(
        lambda: _post_once(webhook, body, headers),
        clock,
        attempts=ATTEMPTS,
        first_wait_s=FIRST_WAIT_S,
        ceiling_s=CEILING_S,
    )


def _post_once(webhook: Webhook, body: bytes, headers: dict[str, str]) -> None:
    """Post once; the answer's body is never read, so its size and pace do not matter."""
    # Imported late: httpx takes long, and most starts of kamsync post nothing.
    import httpx

    # httpx would write each URL to the log.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    url = webhook.url.get_secret_value()
    try:
        with httpx.stream("POST", url, content=body, headers=headers, timeout=TIMEOUT_S) as answer:
            _judge(answer, webhook.host)
    except httpx.TransportError as error:
        # The error behind it may quote the URL, so only its name is told.
        raise SystemDown(
            f"The webhook at {webhook.host} cannot be reached ({type(error).__name__})."
        ) from None


def _judge(answer: httpx.Response, host: str) -> None:
    """Return if *answer* says that the notices have arrived."""
    status = answer.status_code
    if status in SUCCESS:
        return
    said = f"The webhook at {host} answered with status {status}"
    if status in MAY_WORK_LATER or status >= SERVER_ERRORS:
        error: type[RetryLater] = QuotaSpent if status == TOO_MANY else SystemDown
        raise error(f"{said}.", wait_s=_asked_s(answer.headers.get("Retry-After", "")))
    raise ConfigurationInvalid(
        f"{said} and will not take the notices.",
        hint="Check KAMSYNC_NOTIFY_WEBHOOK_URL and _TOKEN.",
    )


def _asked_s(retry_after: str) -> float | None:
    """Return the wait that the other side asked for, if it said so in seconds."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None


def _require_safe(webhook: Webhook) -> None:
    """Raise `ConfigurationInvalid` unless the URL is one to post to, without showing it."""
    parts = urlsplit(webhook.url.get_secret_value())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationInvalid(
            "KAMSYNC_NOTIFY_WEBHOOK_URL is not a URL that starts with https:// or http://."
        )
    if (
        webhook.token.get_secret_value()
        and parts.scheme == "http"
        and parts.hostname not in LOOPBACK
    ):
        raise ConfigurationInvalid(
            f"KAMSYNC_NOTIFY_WEBHOOK_TOKEN would travel readable to http://{parts.hostname}.",
            hint="Use https://, or no token.",
        )


def _host(url: str) -> str:
    """Return scheme and host of *url*, without login, path and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"
