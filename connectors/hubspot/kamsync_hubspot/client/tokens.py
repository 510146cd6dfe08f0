"""The token that each call carries: one that stays, or one that is got anew for each half hour."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Protocol

from msgspec import Struct

from kamsync.clock import Clock
from kamsync.errors import ConfigurationInvalid
from kamsync.redact import Secret

__all__ = ["Fixed", "Granted", "Refreshed", "Token", "require_word"]

EARLY_S = 60.0
"""How long before its end a token is got anew, so that no call carries one that ends on its way."""


class Token(Protocol):
    """What gives the token for the next call."""

    def secret(self) -> Secret:
        """Return the token that is good now."""

    def refused(self, token: Secret) -> bool:
        """Take note that *token* was refused; whether there is another one to try."""


class Fixed(Struct, frozen=True):
    """A service key or the token of a private app, which is good until somebody takes it back."""

    token: Secret

    def secret(self) -> Secret:
        """Return the token."""
        return self.token

    def refused(self, token: Secret) -> bool:  # noqa: ARG002
        """There is no other one."""
        return False


def require_word(token: Secret) -> None:
    """Raise `ConfigurationInvalid` for a token that no call can carry, before one is tried."""
    if not token.is_word:
        raise ConfigurationInvalid(
            "The token of HubSpot is one word, and what was given as token is not.",
            hint="Put the token alone there, without blanks and on one line.",
        )


class Granted(Struct, frozen=True, rename={"token": "access_token", "lasts_s": "expires_in"}):
    """The answer of the token endpoint (OAuth 2.0, RFC 6749, section 5.1)."""

    token: str
    lasts_s: float = 1800.0
    refresh_token: str = ""


class Refreshed:
    """A token that an app gets with its refresh token; several threads get it once.

    Args:
        grant: asks the token endpoint for another one.
        clock: tells when it ends.
    """

    def __init__(self, grant: Callable[[], Granted], clock: Clock) -> None:
        self._grant = grant
        self._clock = clock
        self._lock = Lock()
        self._token: Secret | None = None
        self._ends_s = 0.0

    def secret(self) -> Secret:
        """Return a token that is good for at least a minute."""
        with self._lock:
            now_s = self._clock.now().timestamp()
            if self._token is None or now_s >= self._ends_s - EARLY_S:
                granted = self._grant()
                self._token = Secret(granted.token)
                self._ends_s = now_s + granted.lasts_s
            return self._token

    def refused(self, token: Secret) -> bool:
        """Forget *token*; another one is got, unless that has just happened."""
        with self._lock:
            if self._token == token:
                self._token = None
            return True
