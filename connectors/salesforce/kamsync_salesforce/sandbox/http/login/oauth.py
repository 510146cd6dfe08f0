"""OAuth: a token for a password, a client, a signed assertion, a code of the browser, or another token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from msgspec import Struct

from kamsync.sandbox.clock import VirtualClock
from kamsync_salesforce.sandbox.http.login.credentials import Credentials
from kamsync_salesforce.sandbox.http.login.sessions import Sessions
from kamsync_salesforce.sandbox.people import People, Person

__all__ = ["OAuth", "OAuthRefusal"]

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
CODE_LIFE = timedelta(minutes=15)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SCOPE = "api refresh_token"
LONGEST_ASSERTION_S = 300


class OAuthRefusal(Exception):
    """No token is given: an *error* and its *description*, as OAuth 2.0 names them."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.document = {"error": error, "error_description": description}


class Code(Struct, frozen=True):
    """What the browser brought back: good once, for whoever asked for it."""

    who: Person
    redirect: str
    challenge: str | None
    ends: datetime


class OAuth:
    """The authorization server of the org.

    Source: Salesforce Help, "OAuth Authorization Flows", one page each; "OAuth 2.0 Error Codes".

    Attributes:
        rotates: whether a refresh token is good once and brings the next one with it.
    """

    def __init__(
        self, credentials: Credentials, people: People, sessions: Sessions, clock: VirtualClock
    ) -> None:
        self._credentials = credentials
        self._people = people
        self._sessions = sessions
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._refresh: dict[str, Person] = {credentials.refresh_token: people.integration}
        self.rotates = False
        self._grants: dict[str, Callable[[Mapping[str, str], str], dict[str, Any]]] = {
            "password": self._by_password,
            "refresh_token": self._by_refresh_token,
            "authorization_code": self._by_code,
            "client_credentials": self._by_client,
            JWT_BEARER: self._by_assertion,
        }

    def token(self, form: Mapping[str, str], basic: str | None, url: str) -> dict[str, Any]:
        """Return a token for what the *form* and the Basic header bring.

        Raises:
            OAuthRefusal: they bring nothing that is good for one.
        """
        grant = self._grants.get(form.get("grant_type", ""))
        if grant is None:
            raise OAuthRefusal("unsupported_grant_type", "grant type not supported")
        return grant({**form, **_basic(basic)}, url)

    def authorize(self, query: Mapping[str, str]) -> str:
        """Return where the browser goes next, as if the person had logged in and pressed "Allow".

        Source: Salesforce Help, "OAuth 2.0 Web Server Flow for Web App Integration" (with PKCE).
        ``login_hint`` chooses who it is; without one it is the hub's own user.
        """
        self._require_client(query)
        redirect = query.get("redirect_uri", "")
        if urlsplit(redirect).hostname not in LOOPBACK:
            raise OAuthRefusal("redirect_uri_mismatch", "redirect_uri must match configuration")
        if query.get("response_type") != "code":
            raise OAuthRefusal("unsupported_response_type", "response type not supported")
        challenge, method = query.get("code_challenge"), query.get("code_challenge_method", "S256")
        if challenge and method != "S256":
            raise OAuthRefusal("invalid_request", "invalid code challenge method")
        who = self._people.find(query.get("login_hint", "")) or self._people.integration
        code = f"aPrx{secrets.token_urlsafe(32)}"
        self._codes[code] = Code(who, redirect, challenge, self._clock.now() + CODE_LIFE)
        answer = {"code": code, **({"state": query["state"]} if "state" in query else {})}
        return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(answer)}"

    def introspect(self, form: Mapping[str, str], basic: str | None) -> dict[str, Any]:
        """Say whether a token is good, to a client that proves itself.

        Source: Salesforce Help, "OpenID Connect Token Introspection"; RFC 7662.
        """
        form = {**form, **_basic(basic)}
        self._require_secret(form)
        session = self._sessions.find(form.get("token", ""))
        if session is None:
            return {"active": form.get("token") in self._refresh}
        return {
            "active": True,
            "scope": SCOPE,
            "client_id": self._credentials.client_id,
            "username": session.who.username,
            "token_type": "access_token",
            "exp": int(session.ends.timestamp()),
            "sub": session.who.id,
        }

    def revoke(self, token: str) -> None:
        """End a token, of either kind.

        Source: Salesforce Help, "Revoke OAuth Tokens"; a token that is unknown is refused.
        """
        if not (self._refresh.pop(token, None) or self._sessions.end(token)):
            raise OAuthRefusal("invalid_token", "invalid token")

    def _by_password(self, form: Mapping[str, str], url: str) -> dict[str, Any]:
        """Source: Salesforce Help, "OAuth 2.0 Username-Password Flow for Special Scenarios".

        Recordings of real orgs name no scope in this flow.
        """
        self._require_secret(form)
        who = self._credentials.logged_in(
            self._people, form.get("username", ""), form.get("password", "")
        )
        if who is None:
            raise OAuthRefusal("invalid_grant", "authentication failure")
        answer = self._issued(who, url)
        del answer["scope"]
        return answer

    def _by_refresh_token(self, form: Mapping[str, str], url: str) -> dict[str, Any]:
        """Source: Salesforce Help, "OAuth 2.0 Refresh Token Flow for Renewed Sessions"."""
        self._require_client(form)
        if form.get("client_secret"):
            self._require_secret(form)
        token = form.get("refresh_token", "")
        if token not in self._refresh:
            raise OAuthRefusal("invalid_grant", "expired access/refresh token")
        who = self._refresh[token]
        if not self.rotates:
            return self._issued(who, url)
        del self._refresh[token]
        return self._issued(who, url, refresh=True)

    def _by_code(self, form: Mapping[str, str], url: str) -> dict[str, Any]:
        """A public client proves itself by the verifier alone. Source: RFC 7636, section 4.6."""
        self._require_client(form)
        if form.get("client_secret"):
            self._require_secret(form)
        code = self._codes.pop(form.get("code", ""), None)
        if code is None:
            raise OAuthRefusal("invalid_grant", "invalid authorization code")
        if code.ends <= self._clock.now():
            raise OAuthRefusal("invalid_grant", "expired authorization code")
        if form.get("redirect_uri") != code.redirect:
            raise OAuthRefusal("redirect_uri_mismatch", "redirect_uri must match configuration")
        if code.challenge and _challenge(form.get("code_verifier", "")) != code.challenge:
            raise OAuthRefusal("invalid_grant", "invalid code verifier")
        if not code.challenge and not form.get("client_secret"):
            raise OAuthRefusal("invalid_client", "invalid client credentials")
        return self._issued(code.who, url, refresh=True)

    def _by_client(self, form: Mapping[str, str], url: str) -> dict[str, Any]:
        """Source: Salesforce Help, "OAuth 2.0 Client Credentials Flow for Server-to-Server"."""
        self._require_secret(form)
        return self._issued(self._people.integration, url)

    def _by_assertion(self, form: Mapping[str, str], url: str) -> dict[str, Any]:
        """Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration".

        An assertion is made by the client's clock, so its end is judged by the machine's.
        """
        try:
            claims = jwt.decode(
                form.get("assertion", ""),
                self._credentials.verifying_key,
                algorithms=["RS256"],
                options={"verify_aud": False, "verify_exp": False, "verify_sub": False},
            )
        except jwt.PyJWTError as error:
            raise OAuthRefusal("invalid_grant", "invalid assertion") from error
        return self._issued(self._claimed(claims, url), url)

    def _claimed(self, claims: Mapping[str, Any], url: str) -> Person:
        """Return whom an assertion speaks for."""
        if claims.get("iss") != self._credentials.client_id:
            raise OAuthRefusal("invalid_client_id", "client identifier invalid")
        if str(claims.get("aud", "")).rstrip("/") not in {*AUDIENCES, url}:
            raise OAuthRefusal("invalid_grant", "audience is invalid")
        end = str(claims.get("exp", ""))
        now = time.time()
        if not end.isdecimal() or not now < int(end) <= now + LONGEST_ASSERTION_S:
            raise OAuthRefusal("invalid_grant", "expired authorization code")
        who = self._people.find(str(claims.get("sub", "")))
        if who is None:
            raise OAuthRefusal("invalid_grant", "user hasn't approved this consumer")
        return who

    def _issued(self, who: Person, url: str, *, refresh: bool = False) -> dict[str, Any]:
        """Return a new session, and a new refresh token if it is asked for."""
        session = self._sessions.issue(who)
        identity = f"{url}/id/{self._credentials.organization}/{who.id}"
        at = str(int(self._clock.now().timestamp() * 1000))
        answer = {
            "access_token": session.token,
            "signature": self._signature(identity + at),
            "scope": SCOPE,
            "instance_url": url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": at,
        }
        if refresh:
            answer["refresh_token"] = f"5Aep{secrets.token_urlsafe(48)}"
            self._refresh[answer["refresh_token"]] = who
        return answer

    def _signature(self, text: str) -> str:
        """Sign what a client may check with its secret."""
        key = self._credentials.client_secret.encode()
        return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()

    def _require_client(self, form: Mapping[str, str]) -> None:
        """Refuse a client that is not ours."""
        if form.get("client_id") != self._credentials.client_id:
            raise OAuthRefusal("invalid_client_id", "client identifier invalid")

    def _require_secret(self, form: Mapping[str, str]) -> None:
        """Refuse a client that does not prove itself."""
        self._require_client(form)
        if form.get("client_secret") != self._credentials.client_secret:
            raise OAuthRefusal("invalid_client", "invalid client credentials")


def _basic(header: str | None) -> dict[str, str]:
    """Return the client of a Basic header."""
    if not header or not header.lower().startswith("basic "):
        return {}
    try:
        text = base64.b64decode(header[len("basic ") :], validate=True).decode()
    except ValueError:
        return {}
    id_, _, secret = text.partition(":")
    return {"client_id": id_, "client_secret": secret}


def _challenge(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636, section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
