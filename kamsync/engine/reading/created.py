"""What a create of ours may have made, and the place that it fills.

While the answer is lost, nobody is told apart from a newcomer by name. What took over another record, and
was never read before, may be it: somebody may have merged that record into it before anything could ask
what became of the create.
"""

from __future__ import annotations

from msgspec import structs

from kamsync.engine.context.open_writes import in_flight
from kamsync.engine.context.parking import park_taken
from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.emptied_references import reread_referring
from kamsync.engine.reading.hearing import hear
from kamsync.engine.reading.native_merges import propose_merge
from kamsync.model import EXISTS, Link, Op, Reading
from kamsync.observe import is_gone
from kamsync.store import OutboxRow

__all__ = ["as_created", "fill"]


def as_created(hub: Hub, system: System, newcomer: Link) -> Link:
    """Return the link of a newcomer: that of the record whose create has made it, if one has.

    That is the only open create that sent the keys which it shows, or all that it shows where none was
    sent. What it says is then heard as the answer to that create: our own values are nobody's edit.
    """
    made = [row for row in _creates(hub, newcomer) if _shows(newcomer, row, hub)]
    if len(made) != 1 or newcomer.native_id is None:
        return newcomer
    map_, seen = system.maps[newcomer.entity], hub.store.current("revision")
    found = system.connector.fetch(map_.object, map_.names, [newcomer.native_id])
    reading = found.get(newcomer.native_id)
    if reading is None or reading.values is None or not fill(hub, made[0], reading):
        return newcomer
    hear(hub, system, newcomer.entity, [reading], seen)
    links = hub.store.links.by_native(newcomer.system, newcomer.entity, [newcomer.native_id])
    return links.get(newcomer.native_id, newcomer)


def _creates(hub: Hub, newcomer: Link) -> list[OutboxRow]:
    """Return the open creates whose places nothing has come to yet."""
    system = hub.systems[newcomer.system]
    rows = [row for rows in in_flight(hub, system, newcomer.entity) for row in rows]
    places = hub.store.links.by_id([row.link for row in rows])
    vacant = {id_ for id_, place in places.items() if place.native_id is None and place.record}
    return [row for row in rows if row.op is Op.CREATE and row.link in vacant]


def _shows(newcomer: Link, row: OutboxRow, hub: Hub) -> bool:
    """Whether a newcomer holds the keys that a create has sent, or all of it where it sent none."""
    keys = hub.schema.entity(row.entity).keys
    sent = row.fields.keys() - {EXISTS}
    facts = newcomer.facts
    return bool(sent) and all(
        name in facts and facts[name].observed == row.fields[name].cells
        for name in sent & set(keys) or sent
    )


def fill(hub: Hub, row: OutboxRow, reading: Reading) -> bool:
    """Let the place of a record be filled by the native record that was found to be its create.

    That record may have taken over the one that was sent. Return whether it may be filled: an older
    store may have met what was found as another record by now.
    """
    links = hub.store.links
    place = links.by_id([row.link]).get(row.link)
    record = place.record if place is not None else None
    if place is None or record is None or (place.native_id is not None and not is_gone(place)):
        return True
    if place.native_id == reading.native_id:
        # It was not gone but hidden: what was known of it is known.
        return True
    if place.native_id is not None:
        reread_referring(hub, hub.systems[row.system], row.entity)
    place = structs.replace(place, facts={}, version="", settled=True)
    known = links.by_native(row.system, row.entity, [reading.native_id]).get(reading.native_id)
    if known is not None and known.record not in (None, record):
        park_taken(hub, row, place, reading.native_id)
        return False
    if known is not None:
        links.delete([known.id])
    links.save([structs.replace(place, native_id=reading.native_id)])
    hub.store.parks.clear(row.system, row.entity, [record])
    links.arrived(row.system, row.entity, [reading.native_id, record])
    _show_twins(hub, place, record)
    return True


def _show_twins(hub: Hub, place: Link, record: str) -> None:
    """Ask a person to merge what was found with what is there of a record that was two before."""
    others = hub.store.links.of_records([record])[record]
    alive = [each for each in others if each.native_id is not None and not is_gone(each)]
    if any(each.system == place.system and each.id != place.id for each in alive):
        propose_merge(hub, place.entity, record, place.system)
