"""The bin: records that were deleted and can be brought back, and those that cannot.

Source: knowledge.hubspot.com/records/restore-deleted-records (ninety days) and
developers.hubspot.com/docs/guides/api/crm/objects/contacts (GDPR delete).
"""

from __future__ import annotations

from kamsync_hubspot.sandbox.changing.checking import Invalid
from kamsync_hubspot.sandbox.changing.uniqueness import free, refuse_taken, take
from kamsync_hubspot.sandbox.changing.writing import stamp
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import DAY_MS
from kamsync_hubspot.sandbox.model.refusal import gone
from kamsync_hubspot.sandbox.model.values import Wrong
from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.lag import hide
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record, find, keep

__all__ = ["KEPT_MS", "archive", "bin_record", "empty", "forget", "purge", "restore"]

KEPT_MS = 90 * DAY_MS


def archive(portal: Portal, kind: Kind, id_: int, caller: Caller) -> None:
    """Put a record into the bin; one that is not there is passed over (not confirmed)."""
    record = find(portal, kind, id_)
    if record is not None:
        bin_record(portal, kind, record)
        portal.announce(Event("deletion", kind.id, id_, portal.now, caller.source))


def bin_record(portal: Portal, kind: Kind, record: Record) -> None:
    """Put a record into the bin, and say nothing of it; its associations stay with it."""
    hide(portal, kind, record.id, record)
    record.archived_at = portal.now
    free(portal, kind, record.id)
    keep(portal, kind, record)
    portal.writes += 1


def restore(portal: Portal, kind: Kind, id_: int, caller: Caller) -> Record:
    """Bring a record back, as somebody does at the screen: there is no call for it.

    Source: integrate.hubspot.com, "Restoring recently deleted contacts": it counts as a change of the
    record, by the time of its last one.
    """
    record = find(portal, kind, id_, archived=True)
    if record is None:
        raise gone()
    with portal.atomically():
        _refuse_taken(portal, kind, record)
        record.archived_at = None
        stamp(portal, kind, record, {}, caller)
        keep(portal, kind, record)
        take(portal, kind, id_, record.properties)
        hide(portal, kind, id_, None)
        portal.announce(Event("restore", kind.id, id_, portal.now, caller.source))
    return record


def _refuse_taken(portal: Portal, kind: Kind, record: Record) -> None:
    """Refuse to bring back what has a value that another record has got since."""
    try:
        refuse_taken(portal, kind, record.properties, record.id)
    except Wrong as error:
        raise Invalid([error]) from None


def forget(portal: Portal, kind: Kind, id_: int | None, email: str, caller: Caller) -> None:
    """Delete a contact for ever; its address cannot be used again, known or not."""
    record = None
    if id_ is not None:
        record = find(portal, kind, id_) or find(portal, kind, id_, archived=True)
    address = email or (record.properties.get("email", "") if record else "")
    with portal.atomically():
        if address:
            portal.database.execute(
                "INSERT OR IGNORE INTO blocklist VALUES (?)", (address.lower(),)
            )
        if record is not None:
            purge(portal, kind, record.id)
            for what in ("privacyDeletion", "deletion"):
                portal.announce(Event(what, kind.id, record.id, portal.now, caller.source))


def empty(portal: Portal) -> None:
    """Let go of what was in the bin for longer than it is kept."""
    rows = portal.database.execute(
        "SELECT type, id FROM record WHERE archived = 1 AND archived_at < ?",
        (portal.now - KEPT_MS,),
    )
    for type_, id_ in rows.fetchall():
        purge(portal, portal.kind(type_), id_)


def purge(portal: Portal, kind: Kind, id_: int) -> None:
    """Let nothing of a record remain."""
    for table in ("record", "version", "unique_value", "unseen"):
        portal.database.execute(f"DELETE FROM {table} WHERE type = ? AND id = ?", (kind.id, id_))
    portal.database.execute(
        "DELETE FROM link WHERE (from_type = ?1 AND from_id = ?2) OR (to_type = ?1 AND to_id = ?2)",
        (kind.id, id_),
    )
    portal.writes += 1
