"""The portal and the token: whose they are, what they allow, and how much is left of today."""

from __future__ import annotations

from threading import Lock
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from kamsync.errors import KamsyncError
from kamsync_hubspot.client.tokens import Token
from kamsync_hubspot.client.transport import Transport

__all__ = ["Account", "Details", "Grant"]

ABOUT_KEY = "/oauth/v2/private-apps/get/access-token-info"
ABOUT_GRANT = "/oauth/v1/access-tokens/{token}"


class Details(Struct, frozen=True, rename="camel"):
    """What HubSpot says of a portal."""

    portal_id: int
    time_zone: str = "UTC"
    account_type: str = ""
    company_currency: str = ""


class Grant(Struct, frozen=True):
    """What a token is: for which app, and which scopes it has; None where HubSpot does not tell."""

    app: str = ""
    scopes: frozenset[str] | None = None


class AboutKey(Struct, frozen=True, rename="camel"):
    """What HubSpot says of the token of an app of one's own."""

    app_id: int | None = None
    scopes: list[str] = []


class AboutGrant(Struct, frozen=True):
    """What HubSpot says of a token that an app was granted."""

    app_id: int | None = None
    scopes: list[str] = []


class Account:
    """One portal; what does not change is asked for once."""

    def __init__(self, transport: Transport, token: Token, *, granted: bool) -> None:
        self._transport = transport
        self._token = token
        self._granted = granted
        self._lock = Lock()
        self._details: Details | None = None
        self._grant: Grant | None = None

    @property
    def details(self) -> Details:
        """The portal; its time zone is that of the daily limit."""
        with self._lock:
            if self._details is None:
                answer = self._transport.get(self._transport.paths.account)
                self._details = answer.as_(Details)
                self._transport.zone = known_zone(self._details.time_zone)
            return self._details

    def look(self) -> None:
        """Ask for the portal, if it can be had."""
        try:
            _ = self.details
        except KamsyncError:
            return

    @property
    def grant(self) -> Grant:
        """What the token is, as far as HubSpot tells."""
        with self._lock:
            if self._grant is None:
                try:
                    self._grant = self._asked()
                except KamsyncError:
                    self._grant = Grant()
            return self._grant

    def _asked(self) -> Grant:
        """Ask what the token is, in the way of its kind."""
        text = self._token.secret().reveal()
        about: AboutKey | AboutGrant
        if self._granted:
            about = self._transport.get(ABOUT_GRANT, token=text).as_(AboutGrant)
        else:
            about = self._transport.ask(ABOUT_KEY, {"tokenKey": text}).as_(AboutKey)
        return Grant(str(about.app_id or ""), frozenset(about.scopes) or None)


def known_zone(name: str) -> str:
    """Return *name* if it is a time zone that this machine knows, else UTC."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return name
