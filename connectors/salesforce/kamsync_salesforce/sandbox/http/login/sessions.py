"""Sessions: who may call with which token, and until when."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from msgspec import Struct

from kamsync.sandbox.clock import VirtualClock
from kamsync_salesforce.sandbox.people import Person

__all__ = ["Session", "Sessions"]

LIFE = timedelta(hours=2)


class Session(Struct, frozen=True):
    """A token that is good for calls as *who* until it *ends*."""

    token: str
    who: Person
    ends: datetime


class Sessions:
    """The tokens of an org; they end two hours after they were given out, by the org's clock.

    Source: Salesforce Help, "Modify Session Security Settings": two hours is the usual life.

    Args:
        clock: the org's.
        organization: the id of the org, which every token begins with.
    """

    def __init__(self, clock: VirtualClock, organization: str) -> None:
        self._clock = clock
        self._organization = organization
        self._held: dict[str, Session] = {}

    def issue(self, who: Person, token: str = "") -> Session:
        """Let *who* call, with a new token or with one that was agreed on."""
        token = token or f"{self._organization[:15]}!AQ{secrets.token_urlsafe(48)}"
        session = Session(token, who, self._clock.now() + LIFE)
        self._held[token] = session
        return session

    def find(self, token: str) -> Session | None:
        """Return the session of a token, unless it has ended."""
        session = self._held.get(token)
        return session if session and self._clock.now() < session.ends else None

    def end(self, token: str) -> bool:
        """End one session, and say whether there was one."""
        return self._held.pop(token, None) is not None

    def end_all(self) -> None:
        """End every session, as an admin can."""
        self._held.clear()
