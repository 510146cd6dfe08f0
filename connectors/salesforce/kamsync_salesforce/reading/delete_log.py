"""The log of deletes, for objects whose rows leave nothing behind in the recycle bin.

``getDeleted`` is told up to ``latestDateCovered``, before which no transaction is open; the next
question begins there (REST API Developer Guide, "sObject Get Deleted").
"""

from __future__ import annotations

from datetime import datetime, timedelta

from kamsync.model import Reading
from kamsync_salesforce.api.client import Client
from kamsync_salesforce.api.ids import long_id
from kamsync_salesforce.api.moments import literal, moment

__all__ = ["DeleteLog"]

SHORTEST = timedelta(minutes=2)
"""``end`` must be more than a minute after ``start``, and both lose their seconds."""
LONGEST = timedelta(days=14)
"""The log reaches back 15 days; what is older is found by the sweep."""


class DeleteLog:
    """Asks for deletes, not more often than *every* so long."""

    def __init__(self, client: Client, every: timedelta) -> None:
        self._client = client
        self._every = every

    def since(
        self, object_: str, start: datetime, asked: datetime | None, now: datetime
    ) -> tuple[tuple[Reading, ...], datetime, datetime | None]:
        """Return who is gone since *start*, up to when that is told, and when it was asked."""
        start = max(start, now - LONGEST)
        if now - start < SHORTEST or (asked is not None and now - asked < self._every):
            return (), start, asked
        params = {"start": literal(start), "end": literal(now)}
        told = self._client.get(f"/sobjects/{object_}/deleted", params).body
        gone = tuple(
            Reading(
                long_id(str(each["id"])),
                None,
                version=literal(moment(each["deletedDate"])),
                modified=moment(each["deletedDate"]),
            )
            for each in told["deletedRecords"]
        )
        return gone, min(moment(told["latestDateCovered"]), now), now
