"""The session of one org: logged in once, refreshed once for all threads, and never written out."""

from __future__ import annotations

from threading import Lock
from typing import Protocol

from msgspec import Struct

from kamsync import errors
from kamsync.redact import Secret

__all__ = ["NOT_AGAIN_S", "Grant", "NotLetIn", "Token", "Tokens"]

NOT_AGAIN_S = 300.0
"""A wait that nobody waits for at once."""


class NotLetIn(errors.NotLetIn):
    """The org lets nobody in who logs in like this: a person must do something, elsewhere all goes on."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, wait_s=NOT_AGAIN_S)


class Token(Struct, frozen=True):
    """A session: its access token, the address that it is for, and whose it is where that is told.

    *refresh* is what the next session is asked for with, where there is such a thing. *user* and
    *org* are ids of 18 characters, empty where they were not told.
    """

    access: Secret
    instance: str
    refresh: Secret | None = None
    scopes: tuple[str, ...] = ()
    user: str = ""
    org: str = ""


class Grant(Protocol):
    """One way to log in."""

    @property
    def lasts(self) -> bool:
        """Whether a new session can be had when this one is over."""

    def token(self) -> Token:
        """Log in and return the session; raises `NotLetIn` where that is refused."""


class Tokens:
    """The session in use.

    Whoever finds it over says which one he had: if another thread has renewed it meanwhile, that one
    is returned, so that a refresh token that is good for one use is used once.
    """

    def __init__(self, grant: Grant) -> None:
        self._grant = grant
        self._lock = Lock()
        self._token: Token | None = None

    @property
    def lasts(self) -> bool:
        """Whether a session that is over can be renewed."""
        return self._grant.lasts

    def current(self) -> Token:
        """Return the session, logging in if there is none yet."""
        with self._lock:
            if self._token is None:
                self._token = self._grant.token()
            return self._token

    def renewed(self, over: Token) -> Token:
        """Return a session other than *over*."""
        with self._lock:
            if self._token is None or self._token is over:
                self._token = self._grant.token()
            return self._token
