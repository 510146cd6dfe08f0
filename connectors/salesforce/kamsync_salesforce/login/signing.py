"""The sign-in in a browser, and how it is taken back.

"OAuth 2.0 Web Server Flow for Web App Integration", with PKCE, and "Revoke OAuth Tokens".
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from kamsync.connector import Finding, Safe
from kamsync.errors import ConfigurationInvalid
from kamsync_salesforce.login.login import Endpoint
from kamsync_salesforce.login.options import REFRESH, Login

__all__ = ["SCOPES", "BrowserSignIn", "sign_out"]

SCOPES = ("api", "refresh_token")
"""The least: to read and write records, and to go on without asking again."""

BAD = 400
SAME = {"refresh_token": "offline_access", "offline_access": "refresh_token"}


class BrowserSignIn:
    """One sign-in at the org's login page."""

    def __init__(self, login: Login, endpoint: Endpoint, safe: Safe | None, redirect: str) -> None:
        if not login.signs_in:
            raise ConfigurationInvalid(
                "This system logs in by itself, without a browser.",
                hint="Leave jwt_key, session_id and refresh_token out to sign in, and give client_id.",
            )
        if safe is None:
            raise ConfigurationInvalid("There is no place where a refresh token may be kept.")
        self._login = login
        self._endpoint = endpoint
        self._safe = safe
        self._redirect = redirect

    @property
    def redirects(self) -> Sequence[str]:
        """The one callback that the app names."""
        return (self._redirect,)

    def url(self, redirect: str, state: str, challenge: str) -> str:
        """Return the login page; it asks who is there, even if somebody is signed in already."""
        asked = {
            "response_type": "code",
            "client_id": self._login.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(SCOPES),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "login consent",
        }
        return f"{self._login.address}/services/oauth2/authorize?{urlencode(asked)}"

    def finish(self, redirect: str, code: str, verifier: str) -> Sequence[Finding]:
        """Trade the code in, and keep the refresh token."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self._login.client_id,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        if self._login.client_secret:
            form["client_secret"] = self._login.client_secret.reveal()
        token = self._endpoint.ask(form)
        missing = [each for each in SCOPES if not {each, SAME.get(each, each)} & set(token.scopes)]
        if token.refresh is None or missing:
            names = " and ".join(missing or ["refresh_token"])
            return (
                Finding(
                    ok=False,
                    about="scopes",
                    text=f"Salesforce let kamsync in without {names}; nothing was kept.",
                    hint="Add the scopes api and refresh_token to the app, and connect again.",
                ),
            )
        self._safe.put(REFRESH, token.refresh)
        who = f"user {token.user} of org {token.org}" if token.user else "a user"
        return (
            Finding(ok=True, about="login", text=f"kamsync is let in as {who}."),
            Finding(ok=True, about="scopes", text=f"It has {', '.join(sorted(token.scopes))}."),
        )


def sign_out(endpoint: Endpoint, safe: Safe | None) -> Sequence[Finding]:
    """Revoke the refresh token that is kept, and forget it; what cannot be revoked is forgotten too."""
    kept = safe.get(REFRESH) if safe is not None else None
    if safe is None or kept is None:
        return (Finding(ok=True, about="login", text="Nobody is signed in."),)
    status = endpoint.revoke(kept)
    safe.put(REFRESH, None)
    if status >= BAD:
        return (
            Finding(
                ok=False,
                about="login",
                text="The token is forgotten, and Salesforce did not take it back.",
                hint="Revoke it in Setup, Connected Apps OAuth Usage.",
            ),
        )
    return (Finding(ok=True, about="login", text="The token is revoked and forgotten."),)
