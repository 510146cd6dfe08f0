"""Tokens: who a bearer is, and what it may do.

Source: developers.hubspot.com/docs/guides/apps/authentication; the sentences are those of real
answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from msgspec import Struct

from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["CREDENTIALS", "Grant", "Tokens", "refuse_scope"]

CREDENTIALS: Mapping[str, str] = {
    "token": "pat-eu1-5a5dd8c4-0000-4000-8000-0a9db0f1c2e3",
    "service_key": "pat-eu1-77c1e0a2-0000-4000-8000-3d4c5b6a7980",
    "client_id": "0c1d2e3f-0000-4000-8000-9f8e7d6c5b4a",
    "client_secret": "5ec7e70f-0000-4000-8000-1a2b3c4d5e6f",
    "refresh_token": "eu1-4f1d-0000-4000-8000-c0ffee000001",
    "developer_key": "eu1-dev0-0000-4000-8000-c0ffee000002",
}
"""Made up; the client secret also signs webhooks. A file of credentials sets others."""
_DOCS = "https://developers.hubspot.com/docs/methods/auth/oauth-overview"
_SERVICE_KEY_APP = 27_182_818
_OAUTH_APP = 16_180_339


class Grant(Struct, frozen=True):
    """An access token that was given out for an OAuth app."""

    token: str
    expires_ms: int
    scopes: tuple[str, ...]
    refresh_token: str


class Tokens:
    """The credentials of a portal, and the tokens that were given out."""

    def __init__(self, portal: Portal, credentials: Mapping[str, str]) -> None:
        self._portal = portal
        self.credentials = dict(credentials)
        self.scopes: frozenset[str] | None = None
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, tuple[str, tuple[str, ...], str]] = {}
        self.refresh_tokens: dict[str, tuple[str, ...]] = {self.credentials["refresh_token"]: ()}
        app = portal.settings.app_id
        self._callers = {
            self.credentials["token"]: Caller.integration(app, "kamsync"),
            self.credentials["service_key"]: Caller.integration(_SERVICE_KEY_APP, "service key"),
        }

    @property
    def app_id(self) -> int:
        """The id of the OAuth app."""
        return _OAUTH_APP

    def caller(self, request: web.Request) -> Caller:
        """Return who calls, or refuse."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized(
                "Authentication credentials not found. This API supports OAuth 2.0 authentication"
                f" and you can find more details at {_DOCS}"
            )
        if token in self._callers:
            caller = self._callers[token]
            return Caller(caller.source, caller.label, caller.app_id, scopes=self.scopes)
        grant = self.grants.get(token)
        if grant is None:
            raise _unauthorized(
                "Authentication credentials not found. This API supports OAuth 2.0 authentication"
                f" and you can find more details at {_DOCS}"
            )
        if grant.expires_ms <= self._portal.now:
            raise _expired(self._portal.now - grant.expires_ms)
        scopes = frozenset(grant.scopes) if grant.scopes else self.scopes
        return Caller.integration(_OAUTH_APP, "oauth", scopes)

    def rotate(self, token: str) -> None:
        """Let the private app have *token* from now on; the one that it had is refused.

        Source: developers.hubspot.com/docs/guides/apps/private-apps/overview, "Rotate your access token".
        """
        self._callers[token] = self._callers.pop(self.credentials["token"])
        self.credentials["token"] = token

    def expire(self) -> None:
        """Let every token that was given out be too old."""
        self.grants = {
            token: Grant(token, 0, grant.scopes, grant.refresh_token)
            for token, grant in self.grants.items()
        }


def refuse_scope(caller: Caller, scope: str) -> None:
    """Refuse a caller that lacks the scope of an endpoint."""
    if not scope or caller.scopes is None or scope in caller.scopes:
        return
    raise Refusal(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about"
        " required scopes here: https://developers.hubspot.com/scopes.",
        category="MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": [scope]},
            }
        ],
        extra={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
    )


def _unauthorized(message: str) -> Refusal:
    return Refusal(401, message, category="INVALID_AUTHENTICATION")


def _expired(ago_ms: int) -> Refusal:
    """Return the refusal of a token that is too old."""
    seconds = ago_ms // 1000
    return Refusal(
        401,
        f"The OAuth token used to make this call expired {seconds} second(s) ago.",
        category="EXPIRED_AUTHENTICATION",
        context={"expireTime": [str(seconds)]},
    )
