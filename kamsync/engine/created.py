"""What took over another record, and was never read before: a create of ours may have made it.

While its answer is lost, nobody is told apart from a newcomer by name. Somebody may have merged a record
into it before anything could ask what became of the create.
"""

from __future__ import annotations

from kamsync.engine.hearing import hear
from kamsync.engine.hub import Hub, System
from kamsync.engine.resolve import fill, in_flight
from kamsync.model import EXISTS, Link, Op
from kamsync.store import OutboxRow

__all__ = ["as_created"]


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
