"""Signing in to a portal in a browser, as an app that a person lets in (OAuth 2.0, RFC 6749).

The endpoints are those of developers.hubspot.com, "OAuth". An app proves itself by its secret; the
challenge of PKCE (RFC 7636) goes along, and is passed over by interfaces that do not know it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from urllib.parse import urlencode

import msgspec

from kamsync.connector import Finding, Safe
from kamsync.errors import ConfigurationInvalid, SystemDown
from kamsync.redact import Secret
from kamsync_hubspot.client.paths import Paths
from kamsync_hubspot.client.refusals import problem_of, reason_in
from kamsync_hubspot.client.tokens import Granted

__all__ = ["REDIRECT", "REFRESH", "BrowserSignIn", "Endpoint", "renewed"]

AUTHORIZE = "https://app.hubspot.com/oauth/authorize"
REDIRECT = "http://localhost:8931/hubspot"
REFRESH = "refresh_token"
CONNECT = "Run: kamsync connect SYSTEM."
TIMEOUT_S = 30.0
OK = 200


class Endpoint:
    """Where tokens are got: HubSpot's address, and the app as which kamsync signs in.

    Args:
        url: where HubSpot answers.
        paths: the paths of the interface.
        client_id: the id of the app.
        client_secret: its secret.
    """

    def __init__(self, url: str, paths: Paths, client_id: str, client_secret: Secret) -> None:
        self._url = url.rstrip("/")
        self._paths = paths
        self._secret = client_secret
        self.client_id = client_id

    def grant(self, form: Mapping[str, str]) -> Granted:
        """Return the tokens that HubSpot gives for *form*.

        Raises:
            ConfigurationInvalid: the app, or what it was given, is not good any more.
            SystemDown: HubSpot does not answer.
        """
        import urllib3

        fields = {**form, "client_id": self.client_id, "client_secret": self._secret.reveal()}
        try:
            answer = urllib3.request(
                "POST",
                f"{self._url}{self._paths.token}",
                body=urlencode(fields),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                timeout=TIMEOUT_S,
                retries=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise SystemDown(
                f"HubSpot cannot be reached at {self._url} ({type(error).__name__}).", wait_s=1.0
            ) from error
        if answer.status >= 500:  # noqa: PLR2004 - every 5xx
            raise SystemDown(f"HubSpot gives no token now: status {answer.status}.", wait_s=2.0)
        if answer.status != OK:
            reason = reason_in(problem_of(answer.data)) or f"status {answer.status}"
            raise ConfigurationInvalid(f"HubSpot gives no token: {reason}.", hint=CONNECT)
        try:
            return msgspec.json.decode(answer.data, type=Granted)
        except msgspec.MsgspecError as error:
            raise SystemDown("HubSpot answered with something that is no token.") from error


def renewed(endpoint: Endpoint, given: Secret | None, safe: Safe | None) -> Granted:
    """Return the next token, for the refresh token in the safe, or else the one that is configured.

    Where HubSpot gives another refresh token with it, that one is kept before anybody else asks.
    """
    with safe.hold() if safe is not None else nullcontext():
        kept = safe.get(REFRESH) if safe is not None else None
        refresh = kept or given
        if refresh is None:
            raise SystemDown("HubSpot was never signed in to.", hint=CONNECT)
        form = {"grant_type": "refresh_token", "refresh_token": refresh.reveal()}
        try:
            granted = endpoint.grant(form)
        except ConfigurationInvalid as error:
            raise SystemDown(error.message, hint=CONNECT) from error
        if safe is not None and granted.refresh_token not in ("", refresh.reveal()):
            safe.put(REFRESH, Secret(granted.refresh_token))
        return granted


class BrowserSignIn:
    """One sign-in of a person.

    *scopes* are needed; a portal whose plan has no use for one of *optional* lets kamsync in without
    it (developers.hubspot.com, "Working with OAuth").
    """

    def __init__(
        self,
        endpoint: Endpoint,
        safe: Safe,
        scopes: Sequence[str],
        redirect: str,
        page: str,
        *,
        optional: Sequence[str] = (),
    ) -> None:
        self._endpoint = endpoint
        self._safe = safe
        self._scopes = scopes
        self._redirect = redirect
        self._page = page or AUTHORIZE
        self._optional = optional

    @property
    def redirects(self) -> Sequence[str]:
        """The one address that the app's settings name."""
        return (self._redirect,)

    def url(self, redirect: str, state: str, challenge: str) -> str:
        """Return the page at which a person chooses the portal and lets kamsync in."""
        asked = {
            "client_id": self._endpoint.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(self._scopes),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if self._optional:
            asked["optional_scope"] = " ".join(self._optional)
        return f"{self._page}?{urlencode(asked)}"

    def finish(self, redirect: str, code: str, verifier: str) -> Sequence[Finding]:
        """Trade the code for tokens, and keep the one that lasts."""
        granted = self._endpoint.grant(
            {
                "grant_type": "authorization_code",
                "redirect_uri": redirect,
                "code": code,
                "code_verifier": verifier,
            }
        )
        self._safe.put(REFRESH, Secret(granted.refresh_token))
        return (Finding(ok=True, about="sign-in", text="HubSpot lets kamsync in."),)
