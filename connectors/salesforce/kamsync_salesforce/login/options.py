"""The options of a Salesforce system, as a configuration writes them, and the login that they choose."""

from __future__ import annotations

import re

from msgspec import Struct

from kamsync.connector import Safe
from kamsync.errors import ConfigurationInvalid
from kamsync.redact import Secret
from kamsync_salesforce.api.address import login_address
from kamsync_salesforce.api.tokens import Grant, NotLetIn
from kamsync_salesforce.login.login import ByClient, ByKey, ByRefresh, BySession, Endpoint

__all__ = ["REFRESH", "Login", "version_of"]

REFRESH = "refresh token"
"""The name under which the safe keeps what a sign-in was given."""

OLDEST = 60
"""The oldest version that knows every header that is sent (``Sforce-Mru``)."""

VERSION = re.compile(r"v?(\d{2,3})(\.0)?", re.ASCII)
WAYS = (
    "session_id; client_id, username and jwt_key; client_id and client_secret; client_id and"
    " refresh_token, or client_id alone after `kamsync connect`"
)
CUT_SHORT = "…"
"""What stands in an example where the rest of a key would."""


def version_of(text: str) -> str:
    """Return an API version as addresses write it, such as ``66.0``."""
    found = VERSION.fullmatch(text.strip())
    if found is None or int(found[1]) < OLDEST:
        raise ConfigurationInvalid(
            f"version is {text!r}; give one from {OLDEST}.0 on.", hint='Write version = "66.0".'
        )
    return f"{found[1]}.0"


class Login(Struct, frozen=True):
    """How to log in, as it stands in a configuration; just one way may be complete."""

    host: str
    client_id: str = ""
    username: str = ""
    client_secret: Secret | None = None
    jwt_key: Secret | None = None
    refresh_token: Secret | None = None
    session_id: Secret | None = None

    @property
    def address(self) -> str:
        """The address at which a session is asked for."""
        return login_address(self.host)

    @property
    def signs_in(self) -> bool:
        """Whether a person signs in in a browser: nothing else says how."""
        others = (self.jwt_key, self.session_id, self.refresh_token)
        return bool(self.client_id) and not any(others)

    def require_sound(self) -> None:
        """Raise `ConfigurationInvalid` if no way to log in is complete, or more than one."""
        if CUT_SHORT in self.client_id:
            raise ConfigurationInvalid(
                f"client_id is {self.client_id!r}, which only shows how a consumer key begins.",
                hint="Write the consumer key of your app there.",
            )
        if self.jwt_key and not (self.client_id and self.username):
            raise ConfigurationInvalid(
                "jwt_key needs client_id, the app's consumer key, and username, as whom it signs."
            )
        if (self.client_secret or self.refresh_token) and not self.client_id:
            raise ConfigurationInvalid(
                "client_secret and refresh_token need client_id, the app's consumer key."
            )
        given = [name for name in ("session_id", "jwt_key", "refresh_token") if getattr(self, name)]
        if len(given) > 1:
            raise ConfigurationInvalid(
                f"{' and '.join(given)} are two ways to log in; take one of them out."
            )
        if not given and not self.client_id:
            raise ConfigurationInvalid(f"Nothing says how to log in: give {WAYS}.")
        if self.session_id and not self.session_id.is_word:
            raise ConfigurationInvalid(
                "A session of Salesforce is one word, and what was given as session_id is not.",
                hint="Put the session alone there, without blanks and on one line.",
            )

    def grant(self, endpoint: Endpoint, safe: Safe | None) -> Grant:
        """Return the way to log in that is configured; `kamsync connect` goes before a secret alone."""
        if self.session_id:
            return BySession(self.address, self.session_id)
        if self.jwt_key:
            return ByKey(endpoint, self.client_id, self.username, self.jwt_key)
        kept = safe.get(REFRESH) if safe is not None else None
        if self.refresh_token or kept:
            return ByRefresh(
                endpoint, self.client_id, self.client_secret, safe, REFRESH, self.refresh_token
            )
        if self.client_secret:
            return ByClient(endpoint, self.client_id, self.client_secret)
        raise NotLetIn(
            "Nobody has signed in yet.",
            hint="Run: kamsync connect SYSTEM.",
        )
