"""Cases, tasks, events and contracts: what follows from their status and their dates."""

from __future__ import annotations

from datetime import date, timedelta

from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.stamps import moment, stamp
from kamsync_salesforce.sandbox.state import State

__all__ = ["derive_activity", "derive_contract"]

DAY_MINUTES = 24 * 60


def derive_activity(org: State, write: Write) -> None:
    """Fill in what an org works out itself for cases, tasks and events.

    Source: Object Reference, "Case", "Task" and "Event" (IsClosed, ClosedDate, IsHighPriority,
    AccountId, EndDateTime).
    """
    name = write.object.name
    if name == "Case":
        _follow_case(org, write)
    if name == "Task":
        write.set("IsClosed", int(write.after.get("Status") == "Completed"))
        write.set("IsHighPriority", int(write.after.get("Priority") == "High"))
        if write.sets("Status"):
            write.set("CompletedDateTime", write.at if write.after["IsClosed"] else None)
    if name == "Event":
        _follow_times(write)
    if name in {"Task", "Event"}:
        write.set("AccountId", _account_of(org, write))


def _follow_case(org: State, write: Write) -> None:
    """Close a case, or open it again, and show how its contact is reached."""
    closed = write.after.get("Status") == "Closed"
    write.set("IsClosed", int(closed))
    if write.sets("Status"):
        write.set("ClosedDate", write.at if closed else None)
    if write.is_new or write.sets("ContactId"):
        contact = org.store.row("Contact", str(write.after.get("ContactId"))) or {}
        write.set("ContactEmail", contact.get("Email"))
        write.set("ContactPhone", contact.get("Phone"))
        write.set("ContactMobile", contact.get("MobilePhone"))
        if contact and write.after.get("AccountId") is None:
            write.set("AccountId", contact.get("AccountId"))


def _follow_times(write: Write) -> None:
    """Work out the end of an event from its length, or the length from its end."""
    start = write.after.get("StartDateTime") or write.after.get("ActivityDateTime")
    if start is None and write.after.get("ActivityDate"):
        start = f"{write.after['ActivityDate']}T00:00:00.000+0000"
        write.after.setdefault("DurationInMinutes", DAY_MINUTES)
    if start is None:
        raise Refusal(
            400,
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [StartDateTime]",
            ["StartDateTime"],
        )
    write.set("StartDateTime", start)
    write.set("ActivityDateTime", start)
    write.set("ActivityDate", start[:10])
    end, length = write.after.get("EndDateTime"), write.after.get("DurationInMinutes")
    if end is not None and (write.sets("EndDateTime") or length is None):
        length = int((moment(end) - moment(start)).total_seconds() // 60)
    elif length is not None:
        end = stamp(moment(start) + timedelta(minutes=length))
    else:
        raise Refusal(
            400,
            "FIELD_INTEGRITY_EXCEPTION",
            "Event duration and end date-time cannot both be empty",
            ["DurationInMinutes", "EndDateTime"],
        )
    write.set("EndDateTime", end)
    write.set("DurationInMinutes", length)
    write.set("EndDate", end[:10])


def _account_of(org: State, write: Write) -> str | None:
    """Return the account that an activity counts for: what it is about, or whom."""
    for name in ("WhatId", "WhoId"):
        id_ = write.after.get(name)
        object_ = org.schema.of_id(id_) if id_ else None
        if object_ is None or id_ is None:
            continue
        if object_.name == "Account":
            return str(id_)
        row = org.store.row(object_.name, id_)
        if row and row.get("AccountId"):
            return str(row["AccountId"])
    return None


def derive_contract(_: State, write: Write) -> None:
    """Work out when a contract ends, and what stands behind its status.

    Source: Object Reference, "Contract" (EndDate, StatusCode, ActivatedDate) and "Order".
    """
    if write.object.name not in {"Contract", "Order"}:
        return
    codes = {"In Approval Process": "InApproval"}
    status = str(write.after.get("Status") or "Draft")
    write.set("StatusCode", codes.get(status, status))
    if write.sets("Status") and status == "Activated":
        write.set("ActivatedDate", write.at)
        write.set("ActivatedById", write.who.id)
    if write.object.name == "Order":
        if write.is_new:
            write.set("TotalAmount", 0.0)
        return
    start, term = write.after.get("StartDate"), write.after.get("ContractTerm")
    write.set("EndDate", _after_months(date.fromisoformat(start), term) if start and term else None)


def _after_months(start: date, months: int) -> str:
    """Return the last day of so many months from *start*."""
    month = start.year * 12 + start.month - 1 + months
    year, place = divmod(month, 12)
    for day in range(start.day, 0, -1):
        try:
            return (date(year, place + 1, day) - timedelta(days=1)).isoformat()
        except ValueError:
            continue
    return start.isoformat()
