"""The ways to log in: each asks the token endpoint once and returns a session.

OAuth 2.0 as Salesforce does it: JWT bearer (RFC 7523), client credentials (RFC 6749, 4.4) and refresh
token (RFC 6749, 6); a session id that somebody else got needs no endpoint.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests

from kamsync.clock import SystemClock
from kamsync.connector import Safe
from kamsync.errors import SystemDown
from kamsync.redact import Secret
from kamsync.retry import retrying
from kamsync_salesforce.api.address import audience_of, is_loopback, login_address
from kamsync_salesforce.api.answers import body_of, problem_of
from kamsync_salesforce.api.ids import is_id, long_id
from kamsync_salesforce.api.session import unsent
from kamsync_salesforce.api.tokens import NOT_AGAIN_S, NotLetIn, Token
from kamsync_salesforce.login.clocks import apart

__all__ = ["ByClient", "ByKey", "ByRefresh", "BySession", "Endpoint"]

TIMEOUT = (10.0, 30.0)
JWT_S = 180
FAILED = 500
HINTS = {
    "invalid_client_id": "client_id is not the consumer key of an app in this org.",
    "invalid_client": "client_id and client_secret are not those of one app in this org.",
    "invalid_assertion": "The certificate of the app does not belong to jwt_key, or this clock is wrong.",
    "unsupported_grant_type": "Turn the flow on in the app's settings.",
    "inactive_user": "The user is not active.",
}
OVER = "expired authorization code"
"""What is said of an assertion whose end is past, or farther off than it may be."""
CLOCK_HINT = (
    "Set the clock of this machine, and its time zone, best by NTP; then it goes on by itself."
)
GRANT_HINT = "Let the user in: pre-authorise their permission set in the app, and look at their login history"


class Endpoint:
    """The token endpoint of one login address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._http = requests.Session()

    def ask(self, form: Mapping[str, str], auth: tuple[str, str] | None = None) -> Token:
        """Ask for a token; a request that got no answer is sent again only if it never left."""
        response = retrying(lambda: self._post("token", form, auth), SystemClock(), attempts=3)
        body = body_of(response.content)
        if response.status_code != requests.codes.ok or not isinstance(body, Mapping):
            raise self._refused(body, response, signed="assertion" in form)
        return _granted(body, self.address)

    def revoke(self, secret: Secret) -> int:
        """Let a token be good for nothing any more (RFC 7009); return the status of the answer."""
        return self._post("revoke", {"token": secret.reveal()}, None).status_code

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def _post(
        self, path: str, form: Mapping[str, str], auth: tuple[str, str] | None
    ) -> requests.Response:
        url = f"{self.address}/services/oauth2/{path}"
        try:
            response = self._http.post(
                url, data=form, auth=auth, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            raise SystemDown(
                f"Salesforce's login at {self.address} could not be reached"
                f" ({type(error).__name__}).",
                hint="Look at host, and at the network.",
                wait_s=None if unsent(error) else NOT_AGAIN_S,
            ) from None
        if response.status_code >= FAILED:
            raise SystemDown(
                f"Salesforce's login cannot serve now (status {response.status_code}).",
                wait_s=NOT_AGAIN_S,
            )
        return response

    def _refused(self, body: Any, response: requests.Response, *, signed: bool) -> NotLetIn:
        """Return the error of a refusal; one that comes of our clock says how far it is off."""
        problem = problem_of(body, response.status_code)
        text = f"Salesforce let nobody in at {self.address}: {problem}."
        if signed and problem.text == OVER:
            told = apart(response.headers.get("Date", ""), time.time())
            return NotLetIn(f"{text} {told}", hint=CLOCK_HINT)
        return NotLetIn(text, hint=HINTS.get(problem.code, f"{GRANT_HINT}."))


class ByKey:
    """Log in as *user* by a JWT that is signed with a key whose certificate the app knows."""

    lasts = True

    def __init__(self, endpoint: Endpoint, client_id: str, user: str, key: Secret) -> None:
        self._endpoint = endpoint
        self._client_id = client_id
        self._user = user
        self._key = key

    def token(self) -> Token:
        """Sign a fresh assertion and exchange it."""
        claims = {
            "iss": self._client_id,
            "sub": self._user,
            "aud": audience_of(self._endpoint.address),
            "exp": int(time.time()) + JWT_S,
        }
        try:
            assertion = jwt.encode(claims, self._key.reveal(), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise NotLetIn(
                "jwt_key is no RSA key in PEM.",
                hint='Name its file: jwt_key = { file = "server.key" }, of mode 0600.',
            ) from None
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": assertion,
        }
        return self._endpoint.ask(form)


class ByClient:
    """Log in as the app itself, which acts as the user that the org has set for it."""

    lasts = True

    def __init__(self, endpoint: Endpoint, client_id: str, secret: Secret) -> None:
        self._endpoint = endpoint
        self._auth = (client_id, secret)

    def token(self) -> Token:
        """Ask with the app's own id and secret."""
        client_id, secret = self._auth
        return self._endpoint.ask(
            {"grant_type": "client_credentials"}, (client_id, secret.reveal())
        )


class ByRefresh:
    """Log in with a refresh token: that of the safe, or *given* as long as the safe holds none.

    An app may let each be used once and answer with its successor, which is kept before anything is
    done with it. No other process may trade in the same one meanwhile.
    """

    lasts = True

    def __init__(
        self,
        endpoint: Endpoint,
        client_id: str,
        secret: Secret | None,
        safe: Safe | None,
        name: str,
        given: Secret | None,
    ) -> None:
        self._endpoint = endpoint
        self._client_id = client_id
        self._secret = secret
        self._safe = safe
        self._name = name
        self._given = given

    def token(self) -> Token:
        """Exchange the refresh token."""
        if self._safe is None:
            return self._traded(self._given)
        with self._safe.hold():
            token = self._traded(self._safe.get(self._name) or self._given)
            if token.refresh:
                self._safe.put(self._name, token.refresh)
                self._given = None
        return token

    def _traded(self, refresh: Secret | None) -> Token:
        if refresh is None:
            raise NotLetIn("Nobody is signed in.", hint="Run: kamsync connect SYSTEM.")
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "refresh_token": refresh.reveal(),
        }
        if self._secret:
            form["client_secret"] = self._secret.reveal()
        return self._endpoint.ask(form)


class BySession:
    """Use a session that somebody else got; when it is over, it is over."""

    lasts = False

    def __init__(self, address: str, session_id: Secret) -> None:
        self._granted = Token(session_id, address)

    def token(self) -> Token:
        """Return the session."""
        return self._granted


def _granted(body: Mapping[str, Any], address: str) -> Token:
    """Return what a token endpoint answered; its instance must be one to which a token may go."""
    instance = str(body.get("instance_url") or address)
    if urlsplit(instance).scheme == "http" and not is_loopback(urlsplit(address)):
        raise NotLetIn(f"Salesforce names {instance}, where a token would be seen.")
    org, user = _whose(str(body.get("id", "")))
    refresh = body.get("refresh_token")
    return Token(
        access=Secret(str(body["access_token"])),
        instance=login_address(instance),
        refresh=Secret(str(refresh)) if refresh else None,
        scopes=tuple(str(body.get("scope", "")).split()),
        user=user,
        org=org,
    )


def _whose(identity: str) -> tuple[str, str]:
    """Return the org and the user that an identity URL ends with: ``…/id/00D…/005…``."""
    *_, org, user = ["", "", *urlsplit(identity).path.split("/")]
    return (long_id(org), long_id(user)) if is_id(org) and is_id(user) else ("", "")
