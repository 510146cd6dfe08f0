"""Merging of two records into a new one that both old ids lead to.

Source: the changelog "Updated merge functionality for contacts and companies"
(developers.hubspot.com/changelog), in force since January 2025; deals did so before.
"""

from __future__ import annotations

from collections.abc import Mapping

from kamsync_hubspot.sandbox.changing.binning import bin_record
from kamsync_hubspot.sandbox.changing.uniqueness import take
from kamsync_hubspot.sandbox.changing.writing import store
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal, gone
from kamsync_hubspot.sandbox.state import links
from kamsync_hubspot.sandbox.state.association_types import PRIMARY
from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record, as_id, find, keep, unaliased

__all__ = ["merge"]

MOST_IDENTITIES = 250


def merge(portal: Portal, kind: Kind, primary: str, other: str, caller: Caller) -> Record:
    """Merge *other* into *primary*; what the primary has counts, and it cannot be undone."""
    if not kind.mergeable:
        raise Refusal(400, f"{kind.upper} objects cannot be merged.")
    one, two = _living(portal, kind, primary), _living(portal, kind, other)
    if one.id == two.id:
        raise Refusal(400, "Cannot merge a record with itself.")
    ids = _merged_ids(one, two)
    if len(ids) > MOST_IDENTITIES:
        raise Refusal(400, f"Cannot have more than {MOST_IDENTITIES} identities on a profile")
    with portal.atomically():
        values = _values(portal, kind, one, two)
        for each in (one, two):
            _move_away(portal, kind, each)
        record = store(portal, kind, portal.new_id(), values, caller)
        record.properties |= _told(portal, kind, one, two, ids)
        record.created = min(one.created, two.created)
        keep(portal, kind, record)
        take(portal, kind, record.id, record.properties)
        _lead(portal, kind, (one, two), record)
        _take_over(portal, kind, (one, two), record, caller)
        _tell(portal, kind, (one, two), record, (len(two.properties), caller))
    return find(portal, kind, record.id) or record


def _living(portal: Portal, kind: Kind, text: str) -> Record:
    """Return the record that is to be merged."""
    id_ = as_id(text)
    record = find(portal, kind, unaliased(portal, kind, id_)) if id_ is not None else None
    if record is None:
        raise gone()
    return record


def _merged_ids(one: Record, two: Record) -> list[str]:
    """Return all ids that will have gone into the new record."""
    texts = [each.properties.get("hs_merged_object_ids", "") for each in (one, two)]
    found = [part for text in texts for part in text.split(";") if part]
    return list(dict.fromkeys([*found, str(one.id), str(two.id)]))


def _values(portal: Portal, kind: Kind, one: Record, two: Record) -> dict[str, str]:
    """Return what can be set of both: the primary's, and the other's where that has none."""
    known = portal.catalogue.properties(kind)
    both = {**two.properties, **{name: text for name, text in one.properties.items() if text}}
    return {
        name: text
        for name, text in both.items()
        if text and name in known and not known[name].read_only
    }


def _told(
    portal: Portal, kind: Kind, one: Record, two: Record, ids: list[str]
) -> Mapping[str, str]:
    """Return what the new record says of the old ones."""
    told = {"hs_merged_object_ids": ";".join(ids), kind.created: one.properties[kind.created]}
    if kind.plural == "contacts":
        emails = [
            *one.properties.get("hs_additional_emails", "").split(";"),
            two.properties.get("email", ""),
            *two.properties.get("hs_additional_emails", "").split(";"),
        ]
        own = one.properties.get("email", "")
        others = [each for each in dict.fromkeys(emails) if each and each != own]
        told["hs_additional_emails"] = ";".join(others)
        told["hs_calculated_merged_vids"] = ";".join(f"{each}:{portal.now}" for each in ids)
    return told


def _move_away(portal: Portal, kind: Kind, record: Record) -> None:
    """Let a record be there no more; it is not in the bin either."""
    bin_record(portal, kind, record)
    portal.database.execute("DELETE FROM record WHERE type = ? AND id = ?", (kind.id, record.id))


def _lead(portal: Portal, kind: Kind, olds: tuple[Record, Record], new: Record) -> None:
    """Let every old id lead to the new record."""
    for old in olds:
        portal.database.execute(
            "UPDATE alias SET target = ? WHERE type = ? AND target = ?", (new.id, kind.id, old.id)
        )
        portal.database.execute(
            "INSERT OR REPLACE INTO alias VALUES (?, ?, ?)", (kind.id, old.id, new.id)
        )


def _take_over(
    portal: Portal, kind: Kind, olds: tuple[Record, Record], new: Record, caller: Caller
) -> None:
    """Give the new record the associations of both; where it has one primary, that is the primary's."""
    for to in portal.kinds:
        known = portal.association_types.between(kind.id, to.id)
        has_primary = False
        for old in olds:
            for end in links.ends(portal, kind, old.id, to):
                types = [known[key] for key in end.types]
                if has_primary and links.holds_one(kind, to):
                    types = [type_ for type_ in types if type_.label != PRIMARY]
                links.add_types(portal, (kind, new.id), (to, end.id), types, caller)
            has_primary = has_primary or any(
                known[key].label == PRIMARY
                for end in links.ends(portal, kind, new.id, to)
                for key in end.types
            )
    for old in olds:
        portal.database.execute(
            "DELETE FROM link WHERE (from_type = ?1 AND from_id = ?2)"
            " OR (to_type = ?1 AND to_id = ?2)",
            (kind.id, old.id),
        )


def _tell(
    portal: Portal,
    kind: Kind,
    olds: tuple[Record, Record],
    new: Record,
    what: tuple[int, Caller],
) -> None:
    """Tell of the merge, and of the records that are gone; not of values that it changed.

    Source: github.com/amp-labs/connectors/issues/3487.
    """
    moved, caller = what
    details = {
        "primaryObjectId": olds[0].id,
        "mergedObjectIds": [old.id for old in olds],
        "newObjectId": new.id,
        "numberOfPropertiesMoved": moved,
    }
    portal.announce(Event("merge", kind.id, olds[0].id, portal.now, caller.source, details))
    for old in olds:
        portal.announce(Event("deletion", kind.id, old.id, portal.now, caller.source))
