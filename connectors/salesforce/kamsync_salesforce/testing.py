"""An org in this process for tests: it answers over HTTP, and people work in it.

Needs the extras ``kamsync-salesforce[sandbox]`` and ``kamsync[testing]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kamsync.model import Native
from kamsync.redact import Secret
from kamsync.sandbox.calls import Call
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.server import Server
from kamsync.testing import World
from kamsync_salesforce.connector import Salesforce
from kamsync_salesforce.sandbox.http.service import Salesforce as Service
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.setup import external_id, name_org

__all__ = ["OrgWorld", "TestOrg", "Waits"]

STAMPED = ("Account", "Contact", "AccountTeamMember", "Opportunity", "OpportunitySplit")
PAGE = 7
SETTLED = timedelta(minutes=20)
LONGEST_TRANSACTION = timedelta(minutes=10)
"""How long a request may take, so how far a change may be stamped before it is seen."""


class Waits:
    """The org's clock as a connector waits on it: nothing sleeps, the clock is moved on."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.waited_s: list[float] = []

    def now(self) -> datetime:
        """Return the org's time."""
        return self._clock.now()

    def wait(self, wait_s: float) -> None:
        """Move on by *wait_s* seconds."""
        self.waited_s.append(wait_s)
        self._clock.forward(wait_s)


class TestOrg:
    """An org behind HTTP on this machine, set up for kamsync."""

    __test__ = False

    def __init__(
        self,
        *,
        stamped: tuple[str, ...] = STAMPED,
        multi_currency: bool = False,
        person_accounts: bool = False,
        number: int | None = None,
    ) -> None:
        self.clock = VirtualClock()
        self.org = Org(
            clock=self.clock, multi_currency=multi_currency, person_accounts=person_accounts
        )
        for object_ in stamped:
            self.org.add_field(object_, external_id())
        if number is not None:
            name_org(self.org, number)
        self.service = Service(self.org, None, self.clock)
        self.server = Server(self.service)
        self.waits = Waits(self.clock)
        self._currency = "" if multi_currency else "EUR"

    @property
    def options(self) -> dict[str, Any]:
        """The options of a connector to it."""
        credentials = self.service.credentials
        return {
            "host": self.server.url,
            "currency": self._currency,
            "client_id": credentials.client_id,
            "client_secret": Secret(credentials.client_secret),
        }

    def connect(self, **options: Any) -> Salesforce:
        """Return a new connector to it."""
        connector = Salesforce(**{**self.options, **options})
        connector.clock = self.waits
        return connector

    def act(self, verb: str, person: str = "ada.admin", **options: Any) -> Any:
        """Let a person do something by hand."""
        return self.server.act(person, verb, **options)

    def create(self, object_: str, values: Mapping[str, Any], person: str = "ada.admin") -> str:
        """Let a person make a record, and return its id."""
        return str(self.act("create", person, object=object_, values=dict(values)))

    def rows(self, soql: str) -> list[dict[str, Any]]:
        """Return what a query finds for somebody who sees everything."""
        who = self.org.people.administrator
        return [dict(row) for row in self.server.run(self.org.query, soql, who).rows]

    def counted(self) -> list[Call]:
        """Return the calls that took something from the quota since the last time."""
        calls = [call for call in self.server.calls if call.cost]
        self.server.calls.clear()
        return calls

    def close(self) -> None:
        """Break off what is being answered, and forget everything."""
        self.server.close()


class OrgWorld(World):
    """People in an org, for the conformance suite; a class for each object inherits from it."""

    def __init__(self, org: TestOrg) -> None:
        self.org = org
        org.act("set", page_rows=PAGE)

    def reconnect(self) -> Salesforce:
        """Return a new connector to the org."""
        return self.org.connect()

    def create(self, values: Mapping[str, Native]) -> str:
        """Make a record as a person does."""
        return self.org.create(self.object, values)

    def edit(self, native_id: str, values: Mapping[str, Native]) -> None:
        """Change a record as a person does."""
        self.org.act("edit", object=self.object, id=native_id, values=dict(values))

    def delete(self, native_id: str) -> None:
        """Put a record into the recycle bin."""
        self.org.act("delete", object=self.object, id=native_id)

    def undelete(self, native_id: str) -> None:
        """Take a record out of the recycle bin."""
        self.org.act("undelete", object=self.object, id=native_id)

    def merge(self, loser: str, survivor: str) -> None:
        """Merge two records as a person does."""
        self.org.act("merge", object=self.object, id=survivor, losers=[loser])

    def late_edit(self, native_id: str, values: Mapping[str, Native]) -> None:
        """Change a record in a transaction that was begun as long ago as one may last."""
        began = self.org.clock.now() - LONGEST_TRANSACTION
        self.org.server.run(self._edited_since, began, native_id, dict(values))

    def _edited_since(self, began: datetime, native_id: str, values: Mapping[str, Native]) -> None:
        """Commit a change now that was begun, and stamped, before."""
        org = self.org.org
        with org.stamped(began):
            org.update(self.object, native_id, values, org.people.administrator)

    def settle(self) -> None:
        """Move the clock on beyond every overlap."""
        self.org.clock.forward(SETTLED.total_seconds())
