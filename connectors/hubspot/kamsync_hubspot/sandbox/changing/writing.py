"""Creating and changing one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import json

from kamsync_hubspot.sandbox.admin.rules import refuse_unmet
from kamsync_hubspot.sandbox.changing import computed, linking
from kamsync_hubspot.sandbox.changing.checking import Invalid, checked, refuse_missing
from kamsync_hubspot.sandbox.changing.uniqueness import holder, refuse_taken, take
from kamsync_hubspot.sandbox.model.caller import CALCULATED, Caller, Source
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.model.refusal import Refusal, gone
from kamsync_hubspot.sandbox.model.values import Wrong
from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.history import remember
from kamsync_hubspot.sandbox.state.lag import hide
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record, add, find, keep, unaliased

__all__ = ["Stages", "change", "create", "identified", "refuse_closed", "store", "update"]

_ORDER = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
_SHOWN = {
    "domain",
    "hs_is_unworked",
    "hs_object_source",
    "hs_object_source_id",
    "hs_object_source_label",
    "hs_pipeline",
    "hs_task_label",
    "lifecyclestage",
}
"""What an answer to a change shows besides what was changed, as recorded ones do."""
Stages = _ORDER
"""The stages of a life, in the order in which they are gone through."""


def create(
    portal: Portal,
    kind: Kind,
    given: Mapping[str, Any],
    caller: Caller,
    associations: Sequence[Mapping[str, Any]] = (),
) -> Record:
    """Make a record, with its associations, or refuse and make nothing."""
    refuse_closed(kind)
    with portal.atomically():
        values = checked(portal, kind, given, {})
        values |= computed.at_birth(kind, values)
        refuse_missing(kind, values)
        if caller.held:
            refuse_unmet(portal, kind, values)
        refuse_blocked(portal, kind, values)
        _refuse_taken(portal, kind, values, None)
        record = store(portal, kind, portal.new_id(), values, caller)
        portal.announce(Event("creation", kind.id, record.id, record.created, caller.source))
        _tell(portal, kind, record.id, values, caller.source)
        linking.associate(portal, kind, record, associations, caller)
        return record


def store(
    portal: Portal, kind: Kind, id_: int, values: Mapping[str, str], caller: Caller
) -> Record:
    """Keep a new record whose values were checked, and tell nobody."""
    now = portal.now
    held = {name: value for name, value in values.items() if value}
    held |= _system(kind, id_, iso(now), caller)
    held |= computed.worked_out(portal, kind, held, held)
    record = Record(id_, held, now, now, None, json.encode(caller.source).decode())
    add(portal, kind, record)
    take(portal, kind, id_, held)
    hide(portal, kind, id_, None)
    portal.writes += 1
    return record


def update(
    portal: Portal, kind: Kind, id_: int, given: Mapping[str, Any], caller: Caller
) -> tuple[Record, set[str]]:
    """Change a record; return it, and the names of what an answer shows of it.

    An id that was merged away leads to the record that it became. Source:
    developers.hubspot.com/docs/guides/api/crm/using-object-apis (merged records).
    """
    refuse_closed(kind)
    if not given:
        raise Refusal(400, "No properties found to update, please provide at least one.")
    with portal.atomically():
        record = find(portal, kind, unaliased(portal, kind, id_))
        if record is None:
            raise gone()
        values = checked(portal, kind, given, record.properties)
        _refuse_taken(portal, kind, values, record.id)
        if caller.held:
            refuse_unmet(portal, kind, {**record.properties, **values})
        changed = change(portal, kind, record, values, caller)
    return record, {*given, *changed, *kind.always(), *(_SHOWN & record.properties.keys())}


def change(
    portal: Portal, kind: Kind, record: Record, values: Mapping[str, str], caller: Caller
) -> set[str]:
    """Set values that were checked; return the names of all that is different now.

    What is the same as before changes nothing, not even the time of the last change (observed in
    recorded answers, github.com/NangoHQ/integration-templates).
    """
    held = record.properties
    news = {name: value for name, value in values.items() if held.get(name, "") != value}
    _keep_stage(news, held)
    if not news:
        return set()
    derived = computed.worked_out(portal, kind, held | news, news)
    derived = {name: value for name, value in derived.items() if name not in news}
    hide(portal, kind, record.id, record)
    remember(portal, kind, record, news, caller.source)
    remember(portal, kind, record, derived, CALCULATED)
    stamp(portal, kind, record, {**news, **derived}, caller)
    keep(portal, kind, record)
    take(portal, kind, record.id, record.properties if "email" in news else news)
    linking.follow(portal, kind, record, news, caller)
    _tell(portal, kind, record.id, news, caller.source)
    return {*news, *derived}


def stamp(
    portal: Portal, kind: Kind, record: Record, values: Mapping[str, str], caller: Caller
) -> None:
    """Put *values* into a record, and the time of its last change."""
    record.modified = max(portal.now, record.modified)
    if caller.user_id is not None:
        values = {**values, "hs_updated_by_user_id": str(caller.user_id)}
    record.properties = {**record.properties, **values, kind.modified: iso(record.modified)}


def identified(portal: Portal, kind: Kind, name: str, value: str) -> int | None:
    """Return the id of the record that has this value of a unique property.

    Source: the refusal is quoted in github.com/segmentio/action-destinations/pull/3957.
    """
    if name not in portal.catalogue.unique(kind):
        raise Refusal(
            400,
            f"Unable to perform update/upsert by non-unique {kind.id} property {name} in portal"
            f" ID {portal.settings.portal_id}",
        )
    return holder(portal, kind, name, value)


def refuse_closed(kind: Kind) -> None:
    """Refuse to write what can only be read.

    Source: developers.hubspot.com/docs/guides/api/crm/objects/feedback-submissions.
    """
    if not kind.writable:
        raise Refusal(400, f"{kind.upper} objects are read-only.")


def refuse_blocked(portal: Portal, kind: Kind, values: Mapping[str, str]) -> None:
    """Refuse the e-mail address of somebody who was deleted for ever.

    Source: developers.hubspot.com/docs/guides/api/crm/objects/contacts (GDPR delete); the wording is
    not confirmed.
    """
    email = values.get("email", "")
    if kind.plural != "contacts" or not email:
        return
    if portal.database.execute("SELECT 1 FROM blocklist WHERE value = ?", (email,)).fetchone():
        message = f"{email} has been GDPR blocklisted"
        raise Invalid([Wrong("email", "INVALID_EMAIL", message)])


def _refuse_taken(portal: Portal, kind: Kind, values: Mapping[str, str], own: int | None) -> None:
    """Refuse values that another record has, as values that are not valid."""
    try:
        refuse_taken(portal, kind, values, own)
    except Wrong as error:
        raise Invalid([error]) from None


def _system(kind: Kind, id_: int, now: str, caller: Caller) -> dict[str, str]:
    """Return what the portal writes about a new record. Source: recorded creations, as above."""
    own = {
        kind.created: now,
        kind.modified: now,
        "hs_object_id": str(id_),
        "hs_object_source": caller.source.source_type,
        "hs_object_source_id": caller.source.source_id,
        "hs_object_source_label": caller.source.source_type,
        "hs_object_source_detail_1": caller.label,
    }
    if kind.plural == "tickets":
        own["hs_ticket_id"] = str(id_)
    if kind.plural == "contacts":
        own |= {"hs_is_contact": "true", "hs_all_contact_vids": str(id_)}
    if caller.user_id is not None:
        user = str(caller.user_id)
        own |= {
            "hs_created_by_user_id": user,
            "hs_updated_by_user_id": user,
            "hs_object_source_user_id": user,
        }
    return {name: value for name, value in own.items() if value}


def _keep_stage(news: dict[str, str], held: Mapping[str, str]) -> None:
    """Leave a stage of life where it is when it would go back; only a blank clears it.

    Source: developers.hubspot.com/docs/guides/api/crm/objects/contacts (lifecycle stages).
    """
    to, at = news.get("lifecyclestage"), held.get("lifecyclestage")
    if to in _ORDER and at in _ORDER and _ORDER.index(to) < _ORDER.index(at):
        del news["lifecyclestage"]


def _tell(portal: Portal, kind: Kind, id_: int, values: Mapping[str, str], source: Source) -> None:
    """Tell of each value that was set."""
    for name, value in values.items():
        details = {"propertyName": name, "propertyValue": value}
        portal.announce(Event("propertyChange", kind.id, id_, portal.now, source, details))
