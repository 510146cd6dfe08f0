"""Carry out what a person decided about a conflict."""

from __future__ import annotations

from msgspec import structs

from kamsync.clock import minute
from kamsync.engine.context.places import fill_places, matched, release_places, relink
from kamsync.engine.hub import Hub
from kamsync.engine.matching.keying import keep_keys
from kamsync.engine.matching.match import make_record
from kamsync.errors import DecisionRefused, ValueInvalid
from kamsync.merge import Court, Topic, decide
from kamsync.model import Conflict, Decision, Event, Golden, Kind, Link, Record
from kamsync.observe import is_gone
from kamsync.schema import Field, Type
from kamsync.values import normalise

__all__ = ["CHOICES", "require_open", "resolve_conflict"]

CHOICES = {
    Kind.DELETE: ("delete", "restore", "detach"),
    Kind.MATCH: ("same", "new"),
    Kind.MERGE: ("keep",),
}
"""What a person may choose where a conflict is not about a value.

``delete`` ends the record everywhere, ``restore`` puts it back where it is gone, ``detach`` leaves it
gone there and alive elsewhere. ``same`` ties the native record to the record that the decision names
as its value, ``new`` makes a record of its own. ``keep`` leaves twins as they are.
"""


def resolve_conflict(hub: Hub, conflict_id: str, version: int, decision: Decision) -> Conflict:
    """Carry out *decision* on the conflict as it was shown at *version*; return it closed.

    Golden takes the decided value as a new revision that no rule overrules; the next round writes it
    everywhere. Nothing happens unless all of it does. A decision is a round of its own, so that it
    can be undone.

    Raises:
        DecisionRefused: the conflict is closed, or has changed since it was shown.
        ValueInvalid: the value is not of the field's type, or names no record.
    """
    with hub.store.transaction():
        conflict = hub.store.reviews.get(conflict_id)
        require_open(conflict, version)
        round_ = hub.store.rounds.start("decision", hub.now())
        closed = _decided(hub, conflict, decision)
        summary = {"conflict": closed.id, "person": decision.person}
        hub.store.rounds.finish(round_, "done", summary, hub.now())
    return closed


def _decided(hub: Hub, conflict: Conflict, decision: Decision) -> Conflict:
    """Carry out a decision, by the kind of its conflict."""
    if conflict.kind is Kind.VALUE:
        return _decide_value(hub, conflict, decision)
    _require_choice(conflict, decision)
    if conflict.kind is Kind.DELETE:
        return _decide_existence(hub, conflict, decision)
    if conflict.kind is Kind.MATCH:
        return _decide_match(hub, conflict, decision)
    return _close(hub, conflict, decision)


def require_open(conflict: Conflict, version: int | None = None) -> None:
    """Raise `DecisionRefused` if the question is not open, or not the one that was answered."""
    again = f"Look again with: kamsync conflicts show {conflict.id}."
    if conflict.closed:
        by = f" by {conflict.decision.person}" if conflict.decision else ""
        raise DecisionRefused(
            f"Conflict {conflict.id} was already settled{by}, {minute(conflict.closed)} UTC.",
            hint=again,
        )
    if version not in (None, conflict.version):
        raise DecisionRefused(
            f"Conflict {conflict.id} has changed since you saw it: you decided on version {version},"
            f" now it is version {conflict.version}. Nothing was changed.",
            hint=again,
        )


def _require_choice(conflict: Conflict, decision: Decision) -> None:
    """Raise `DecisionRefused` if that is not a choice for this kind of conflict."""
    choices = CHOICES.get(conflict.kind, ())
    if decision.choice not in choices:
        raise DecisionRefused(
            f"A {conflict.kind} conflict is decided with one of {', '.join(choices)}, not with"
            f" {decision.choice or 'a value'!r}."
        )


def _decide_value(hub: Hub, conflict: Conflict, decision: Decision) -> Conflict:
    """Make the decided value golden."""
    field = hub.schema.entity(conflict.entity).field(conflict.field)
    value = normalise(field, decision.value)
    if field.type is Type.REFERENCE and value is not None:
        value = _referred(hub, field, value)
    return _make_golden(hub, conflict, structs.replace(decision, value=value))


def _referred(hub: Hub, field: Field, id_: str) -> str:
    """Return the record that a decision names, or the one that took it over."""
    record = hub.store.records.by_id([id_]).get(id_)
    if record is None or record.entity != field.to:
        raise ValueInvalid(
            f"{field.name} must be the id of a record; there is no {field.to} {id_!r}."
        )
    return hub.store.records.merged([id_]).get(id_, id_)


def _make_golden(hub: Hub, conflict: Conflict, decision: Decision) -> Conflict:
    """Make ``decision.value`` golden for the field of *conflict*, and close it."""
    record = _record(hub, conflict)
    topic = Topic(conflict.entity, conflict.record, conflict.field, conflict.kind)
    court = Court(
        settle=lambda _: None,
        revision=lambda: hub.store.take("revision"),
        conflict_id=lambda: conflict.id,
        at=decision.at,
    )
    golden = record.fields.get(conflict.field, Golden())
    merged = decide(topic, golden, conflict, decision, court)
    fields = {**record.fields, conflict.field: merged.golden}
    record = structs.replace(record, fields=fields)
    hub.store.records.save([record])
    keep_keys(hub, record.entity, [record])
    hub.store.records.mark_dirty([record.id])
    hub.store.reviews.save(merged.conflicts)
    events = [structs.replace(event, reason=decision.reason) for event in merged.events]
    hub.note(events, actor=decision.person)
    return merged.conflicts[0]


def _record(hub: Hub, conflict: Conflict) -> Record:
    """Return the record of a conflict."""
    found = hub.store.records.by_id([conflict.record])
    if conflict.record not in found:
        raise DecisionRefused(
            f"Record {conflict.record} of conflict {conflict.id} is not there.",
            hint="Is the store whole? See: kamsync verify",
        )
    return found[conflict.record]


def _decide_existence(hub: Hub, conflict: Conflict, decision: Decision) -> Conflict:
    """End a record everywhere, put it back, or leave it gone where it is gone."""
    if decision.choice != "detach":
        value = decision.choice == "restore"
        return _make_golden(hub, conflict, structs.replace(decision, value=value))
    links = hub.store.links.of_records([conflict.record]).get(conflict.record, [])
    gone = [link for link in links if is_gone(link)]
    hub.store.links.save([structs.replace(link, detached=True) for link in gone])
    hub.store.links.set_owed([(link.id, None) for link in gone])
    hub.store.records.mark_dirty([conflict.record])
    if conflict.agreed is False and len(gone) < sum(1 for each in links if each.native_id):
        # It had ended, and somebody brought it back in one system: there it is to live.
        return _make_golden(hub, conflict, structs.replace(decision, value=True))
    return _close(hub, conflict, decision)


def _decide_match(hub: Hub, conflict: Conflict, decision: Decision) -> Conflict:
    """Tie the newcomer to the record that it is, or let it become a record of its own."""
    link = _newcomer(hub, conflict)
    release_places(hub, conflict)
    if decision.choice == "new":
        make_record(hub, hub.schema.entity(conflict.entity), link)
        return _close(hub, conflict, decision)
    named = decision.value or _only_candidate(conflict)
    record = hub.store.records.by_id([str(named)]).get(str(named))
    if record is None or record.entity != conflict.entity:
        known = ", ".join(str(c.value) for c in conflict.contenders if c.value)
        raise ValueInvalid(
            f"{named!r} is not one of the records that {conflict.record} may be: {known}."
        )
    now = hub.store.records.merged([record.id]).get(record.id, record.id)
    _tie(hub, link, now, f"decided by {decision.person}")
    return _close(hub, conflict, decision)


def _newcomer(hub: Hub, conflict: Conflict) -> Link:
    """Return the link that a match conflict is about."""
    link_id = next((c.link for c in conflict.contenders if c.link is not None), -1)
    link = hub.store.links.by_id([link_id]).get(link_id)
    if link is None or link.record is not None:
        raise DecisionRefused(
            f"Conflict {conflict.id} is out of date: {conflict.record} is tied already.",
            hint="The next round asks what is still open: kamsync sync",
        )
    return link


def _only_candidate(conflict: Conflict) -> str:
    """Return the only record that a newcomer may be."""
    candidates = [str(c.value) for c in conflict.contenders if c.value]
    if len(candidates) != 1:
        raise ValueInvalid(
            f"Say which record it is: {', '.join(candidates)}.", hint="Use --value RECORD."
        )
    return candidates[0]


def _tie(hub: Hub, link: Link, record: str, reason: str) -> None:
    """Tie a native record to *record*; a place that was kept for it there is filled by it."""
    links = hub.store.links
    places = [
        place.id
        for place in links.of_records([record]).get(record, [])
        if place.system == link.system and place.native_id is None
    ]
    links.delete(places)
    links.save([relink(link, record)])
    links.arrived(link.system, link.entity, [link.native_id or "", record])
    fill_places(hub, link.entity, [record])
    hub.store.records.mark_dirty([record])
    hub.note([matched(link, record, reason)])


def _close(hub: Hub, conflict: Conflict, decision: Decision) -> Conflict:
    """Close a conflict that is not about a value."""
    closed = structs.replace(conflict, closed=decision.at, decision=decision)
    hub.store.reviews.save([closed])
    event = Event(
        "decided",
        conflict.entity,
        conflict.record,
        conflict.field,
        value=decision.choice,
        losers=conflict.contenders,
        reason=decision.reason,
    )
    hub.note([event], actor=decision.person)
    return closed
