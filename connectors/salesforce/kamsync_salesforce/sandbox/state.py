"""What an org is made of, handed to whatever reads it or changes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock

from kamsync.clock import Clock
from kamsync_salesforce.sandbox.metadata.schema import Schema
from kamsync_salesforce.sandbox.people import People, Profiles
from kamsync_salesforce.sandbox.records.store import Store
from kamsync_salesforce.sandbox.rules.settings import Settings
from kamsync_salesforce.sandbox.stamps import stamp

__all__ = ["State"]


class State:
    """The objects, the rows, the people and the settings of an org, and its clock."""

    def __init__(
        self,
        path: Path | None,
        *,
        clock: Clock,
        multi_currency: bool = False,
        person_accounts: bool = False,
    ) -> None:
        self.clock = clock
        self.lock = RLock()
        self.schema = Schema(multi_currency=multi_currency, person_accounts=person_accounts)
        self.store = Store(path, self.schema)
        self.people = People()
        self.profiles = Profiles()
        self.settings = Settings()
        # Begins of the transactions that are still open; the first limits what getUpdated covers.
        self.begins: list[datetime] = []
        # Queries that were asked; what an order leaves open is shuffled by it.
        self.asked = 0
        self.schema_changed = clock.now()
        self._stamped: list[datetime] = []

    def now(self) -> datetime:
        """Return the time that changes are stamped with: the begin of what is being done."""
        return self._stamped[-1] if self._stamped else self.clock.now()

    def stamp(self) -> str:
        """Return that time as records show it."""
        return stamp(self.now())

    @contextmanager
    def stamped(self, begin: datetime) -> Iterator[None]:
        """Let all that is written in the block show *begin*, as a transaction that began then does.

        A change that others can see only later than its stamp says is what a reader loses who
        reads on from the last stamp that it saw.
        Source: SOAP API Developer Guide, "Polling for Changes" ("latestDateCovered").
        """
        self._stamped.append(begin)
        try:
            yield
        finally:
            self._stamped.pop()
