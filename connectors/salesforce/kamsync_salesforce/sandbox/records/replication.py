"""Which records were changed or deleted within a span of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.records.store import quoted
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.stamps import moment, stamp
from kamsync_salesforce.sandbox.state import State

__all__ = ["deleted", "updated"]

# Source: REST API Developer Guide, "sObject Get Updated" and "sObject Get Deleted".
UPDATED_DAYS = 30
DELETED_DAYS = 15
MINUTE = timedelta(minutes=1)
MOST_IDS = 600_000


def updated(org: State, name: str, start: datetime, end: datetime) -> dict[str, Any]:
    """Return the ids of what was made or changed from *start* to *end*, and how far that goes.

    Seconds are left out of account. What a transaction that is still open changed is not among
    them, so the next call has to begin where this one says that it ends.
    Source: REST API Developer Guide, "sObject Get Updated"; SOAP API Developer Guide, "getUpdated()".
    """
    object_ = org.schema.object(name)
    _must_replicate(object_)
    start, end = _span(org, start, end, UPDATED_DAYS)
    covered = _covered(org, end)
    column = "SystemModstamp" if "SystemModstamp" in object_.fields else "CreatedDate"
    live = "IsDeleted = 0 AND " if "IsDeleted" in object_.fields else ""
    rows = org.store.db.execute(
        f"SELECT Id FROM {quoted(object_.name)} WHERE {live}{column} >= ? AND {column} < ?",
        [stamp(start), stamp(end)],
    ).fetchall()
    if len(rows) > MOST_IDS:
        raise Refusal(400, "EXCEEDED_ID_LIMIT", f"Too many records: more than {MOST_IDS}")
    return {"ids": [row[0] for row in rows], "latestDateCovered": stamp(covered)}


def deleted(org: State, name: str, start: datetime, end: datetime) -> dict[str, Any]:
    """Return what was deleted from *start* to *end* and is not back, and how far that goes.

    Source: REST API Developer Guide, "sObject Get Deleted"; SOAP API Developer Guide, "getDeleted()".
    """
    object_ = org.schema.object(name)
    _must_replicate(object_)
    start, end = _span(org, start, end, DELETED_DAYS)
    covered = _covered(org, end)
    rows = org.store.db.execute(
        "SELECT id, MAX(at) FROM org_bin WHERE object = ? AND at >= ? AND at < ? GROUP BY id ORDER BY 2",
        [object_.name, stamp(start), stamp(end)],
    ).fetchall()
    return {
        "deletedRecords": [{"id": row[0], "deletedDate": row[1]} for row in rows],
        "earliestDateAvailable": _earliest(org, object_),
        "latestDateCovered": stamp(covered),
    }


def _span(org: State, start: datetime, end: datetime, days: int) -> tuple[datetime, datetime]:
    """Return the span without its seconds; one that is none, or too far back, is refused."""
    start, end = (at.replace(second=0, microsecond=0) for at in (start, end))
    now = org.clock.now()
    if end <= start:
        raise Refusal(
            400, "INVALID_REPLICATION_DATE", "startDate before endDate, or the two are the same"
        )
    if start > now:
        raise Refusal(400, "INVALID_REPLICATION_DATE", "startDate cannot be in the future")
    if start < now - timedelta(days=days):
        raise Refusal(
            400,
            "INVALID_REPLICATION_DATE",
            f"startDate cannot be more than {days} days ago",
        )
    return start, end


def _covered(org: State, end: datetime) -> datetime:
    """Return how far an answer is complete: never past the begin of what is still going on."""
    return min([end, org.clock.now().replace(second=0, microsecond=0), *org.begins])


def _earliest(org: State, object_: SObject) -> str:
    """Return since when the log of deleted records is complete.

    Source: REST API Developer Guide, "sObject Get Deleted" ("earliestDateAvailable"): the log is cut
    when it grows too long.
    """
    cut = org.settings.log_cut.get(object_.name)
    oldest = org.clock.now() - timedelta(days=DELETED_DAYS)
    first = org.store.value(
        "SELECT MIN(at) FROM org_bin WHERE object = ? AND at >= ?", [object_.name, stamp(oldest)]
    )
    if cut is not None:
        return stamp(cut)
    return stamp(moment(first)) if first else stamp(oldest)


def _must_replicate(object_: SObject) -> None:
    """Refuse an object whose changes are not followed."""
    if not object_.flags["replicateable"]:
        raise Refusal(400, "INVALID_TYPE", f"sObject type '{object_.name}' is not replicateable.")
