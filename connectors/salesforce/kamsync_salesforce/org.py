"""One org with everything that speaks to it, put together."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from kamsync.clock import Clock
from kamsync.connector import Can, Safe
from kamsync_salesforce.api.answers import body_of
from kamsync_salesforce.api.client import Client, Refusal
from kamsync_salesforce.api.ids import long_id
from kamsync_salesforce.api.quota import Quota
from kamsync_salesforce.api.session import OrgSession
from kamsync_salesforce.api.tokens import Tokens
from kamsync_salesforce.login.login import Endpoint
from kamsync_salesforce.login.options import Login
from kamsync_salesforce.objects.describing import Descriptions
from kamsync_salesforce.objects.lookups import Lookups
from kamsync_salesforce.objects.selecting import Selecting
from kamsync_salesforce.reading.fetches import Fetches
from kamsync_salesforce.reading.readings import Readings
from kamsync_salesforce.reading.reads import Reads
from kamsync_salesforce.writing.outgoing import Outgoing
from kamsync_salesforce.writing.writes import Writes

__all__ = ["Org", "Ways"]


class Ways(Struct, frozen=True):
    """How the org is spoken to."""

    version: str
    stamp: str
    objects: tuple[str, ...] = ()
    currency: str = ""
    companies: bool = False
    history: bool = True
    overlap: timedelta = timedelta(minutes=15)
    deletes_every: timedelta = timedelta(minutes=15)
    page: int = 2000
    bulk_from: int = 100_000
    quota_share: float = 0.8
    timeout_s: float = 120.0
    attempts: int = 4


class Org:
    """One org, as one login sees it."""

    def __init__(
        self,
        login: Login,
        endpoint: Endpoint,
        safe: Safe | None,
        ways: Ways,
        can: Can,
        clock: Clock,
    ) -> None:
        self.ways = ways
        self.tokens = Tokens(login.grant(endpoint, safe))
        self.quota = Quota(ways.quota_share, clock)
        self.session = OrgSession(
            self.tokens, self.quota, clock, timeout_s=ways.timeout_s, attempts=ways.attempts
        )
        self.client = Client(self.session, ways.version, ways.page)
        self.described = Descriptions(
            self.client, clock, can, ways.stamp, ways.currency, ways.objects
        )
        selecting = Selecting(
            self.described,
            ways.stamp,
            currency=ways.currency,
            companies=ways.companies,
            history=ways.history,
        )
        readings = Readings(ways.currency)
        self.reads = Reads(
            self.client,
            selecting,
            readings,
            self.own,
            overlap=ways.overlap,
            bulk_from=ways.bulk_from,
            deletes_every=ways.deletes_every,
        )
        self.fetches = Fetches(self.client, selecting, readings, self.own)
        outgoing = Outgoing(Lookups(self.client), ways.stamp, ways.currency)
        self.writes = Writes(
            self.client,
            outgoing,
            ways.stamp,
            stamped=self.fetches.stamped,
            living=self.fetches.living,
            described=self.described,
        )
        self._whose: tuple[str, str] | None = None

    def own(self) -> str:
        """Return the id of the user as whom we write."""
        return self._told()[1]

    def id(self) -> str:
        """Return the id of the org."""
        return self._told()[0]

    def close(self) -> None:
        """Give back the connections."""
        self.session.close()

    def _told(self) -> tuple[str, str]:
        """Return the ids of org and user: as the login told them, else as the org does."""
        if self._whose is None:
            token = self.tokens.current()
            self._whose = (token.org, token.user) if token.user else self._asked()
        return self._whose

    def _asked(self) -> tuple[str, str]:
        from requests import Request

        url = f"{self.tokens.current().instance}/services/oauth2/userinfo"
        prepared = self.session.prepare_request(Request("GET", url))
        response = self.session.carry(prepared, repeatable=True)
        told = body_of(response.content)
        if not isinstance(told, dict) or "user_id" not in told:
            from kamsync_salesforce.api.answers import problem_of

            raise Refusal(response.status_code, problem_of(told, response.status_code))
        return long_id(str(told["organization_id"])), long_id(str(told["user_id"]))
