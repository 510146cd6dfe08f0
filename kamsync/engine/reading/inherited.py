"""What contends for a record that becomes part of another one, although no link speaks for it any more."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from kamsync.engine.hub import Hub
from kamsync.merge import as_contender
from kamsync.model import Conflict, Contender, Event, Golden, Kind, Record

__all__ = ["inherit"]

CAUSE = "it was in question when its record was merged"


def inherit(hub: Hub, opened: Iterable[Conflict], survivor: Record) -> list[Event]:
    """Let what nobody says any more go on contending for *survivor*; return the events that tell of it.

    A write of ours has covered it where it was entered, so that no reading would ever bring it back.
    """
    known = hub.store.reviews.open_for([survivor.id])
    events = []
    for conflict in opened:
        golden = survivor.fields.get(conflict.field, Golden())
        lone = _lone(conflict, golden)
        if lone:
            mine = known.get((survivor.id, conflict.field))
            mine = mine or _asked(hub, conflict, survivor.id, golden)
            contenders = (*mine.contenders, *(each for each in lone if each not in mine.contenders))
            mine = structs.replace(mine, contenders=contenders, version=mine.version + 1)
            hub.store.reviews.save([mine])
            events.append(_held(mine, golden))
    return events


def _lone(conflict: Conflict, golden: Golden) -> list[Contender]:
    """Return what contends for no link and is golden neither there nor here."""
    if conflict.kind is not Kind.VALUE:
        return []
    said = (conflict.agreed, golden.value)
    return [each for each in conflict.contenders if each.link is None and each.value not in said]


def _asked(hub: Hub, conflict: Conflict, survivor: str, golden: Golden) -> Conflict:
    """Return the question about a field of a survivor that was not asked there yet."""
    return Conflict(
        id=str(hub.store.take("conflict")),
        kind=Kind.VALUE,
        entity=conflict.entity,
        record=survivor,
        field=conflict.field,
        contenders=(as_contender(golden),),
        version=0,
        cause=CAUSE,
        agreed=golden.value,
        opened=hub.now(),
        assignee=conflict.assignee,
        comments=conflict.comments,
    )


def _held(conflict: Conflict, golden: Golden) -> Event:
    """Return the event that names what contends."""
    return Event(
        "held",
        conflict.entity,
        conflict.record,
        conflict.field,
        value=golden.value,
        losers=conflict.contenders,
        revision=golden.revision,
        reason=conflict.cause,
    )
