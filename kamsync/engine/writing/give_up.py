"""Give up creates that no reading has shown, so that they are due again: everything was read since."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from kamsync.connector import Can
from kamsync.engine.context.open_writes import in_flight, may_land, sent
from kamsync.engine.context.places import give_up_places
from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.created import fill
from kamsync.engine.reading.hearing import hear
from kamsync.engine.reading.hidden import hidden_fields
from kamsync.engine.writing.resolve import makes_new, mark_dirty, still_missing
from kamsync.model import Op
from kamsync.store import Glimpse, OutboxRow

__all__ = ["give_up_creates"]


def give_up_creates(hub: Hub, system: System, entity: str) -> None:
    """Let creates that no reading has shown be due again: everything was read since they were sent.

    One of which the system itself is still to say what became stays open: what was read may be it. Where
    it refuses to say, or where the record has become one with another that is there, that is so for as
    long as the request may be on its way: until then all that is new there waits.
    """
    for rows in in_flight(hub, system, entity):
        links = hub.store.links.by_id(sorted({row.link for row in rows}))
        creates = [row for row in rows if row.link in links and makes_new(system, row, links)]
        missing = still_missing(hub, creates)
        beside = [row for row in creates if row not in missing]
        unsaid = _unsaid(hub, system, missing)
        # A search may lag behind what is listed.
        unseen = creates if Can.SEARCH in system.connector.can else beside
        found = _read_already(hub, system, entity, [row for row in unseen if row.id not in unsaid])
        known = unsaid | found | {row.id for row in beside if may_land(hub, row)}
        given_up = [row for row in rows if row.op is Op.CREATE and row.id not in known]
        with hub.store.transaction():
            hub.store.outbox.finish([row.id for row in given_up], "dropped")
            give_up_places(hub, (row.link for row in given_up))


def _read_already(
    hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]
) -> frozenset[int]:
    """Find creates among what was read, although nothing that was asked for showed them; return those found.

    What was two records when it was sent, and was merged since, would come back as a newcomer.
    """
    found = _newcomers(hub, rows)
    if not found:
        return frozenset()
    map_, seen = system.maps[entity], hub.store.current("revision")
    readings = system.connector.fetch(map_.object, map_.names, [*found])
    shown = [(found[id_], reading) for id_, reading in readings.items()]
    with hub.store.transaction():
        filled = [(row, reading) for row, reading in shown if fill(hub, row, reading)]
        hear(hub, system, entity, [reading for _, reading in filled], seen)
        mark_dirty(hub, [row for row, _ in filled])
    return frozenset(row.id for row, _ in filled)


def _newcomers(hub: Hub, rows: Sequence[OutboxRow]) -> dict[str, OutboxRow]:
    """Return the creates of which one newcomer alone holds all that was sent, by its native id."""
    held: dict[int, list[str]] = {row.id: [] for row in rows}
    after = 0
    while rows and (links := hub.store.links.unmatched(rows[0].entity, after, hub.batch)):
        after = links[-1].id
        for link, row in product(links, rows):
            if link.native_id and link.system == row.system and _holds(link, row):
                held[row.id].append(link.native_id)
    return {held[row.id][0]: row for row in rows if len(held[row.id]) == 1}


def _holds(link: Glimpse, row: OutboxRow) -> bool:
    """Whether a native record shows just what a create has sent."""
    facts, fields = link.facts, row.fields
    return all(name in facts and facts[name].observed == fields[name].cells for name in fields)


def _unsaid(hub: Hub, system: System, missing: Sequence[OutboxRow]) -> frozenset[int]:
    """Return the creates that are sent again until the system says what became of them."""
    can = system.connector.can
    if Can.STAMP in can or Can.IDEMPOTENT_CREATE not in can:
        return frozenset()
    return frozenset(row.id for row in missing) - _refused_for_good(hub, system, missing)


def _refused_for_good(hub: Hub, system: System, rows: Sequence[OutboxRow]) -> frozenset[int]:
    """Return the creates that the system refuses to make again, and that can be on their way no more.

    What hides a field of them may be why it refuses: then it says so once that is shown again.
    """
    places = hub.store.links.by_id([row.link for row in rows])
    records = {link: place.record for link, place in places.items() if place.record}
    parks = hub.store.parks.of_records(sorted(set(records.values())))
    refused = {park.what for park in parks if park.system == system.name}
    if not refused:
        return frozenset()
    return frozenset(
        row.id
        for row in rows
        if records.get(row.link) in refused and not (may_land(hub, row) or _hides(hub, system, row))
    )


def _hides(hub: Hub, system: System, row: OutboxRow) -> bool:
    """Whether a system does not show some of what a write sent."""
    names = sent(system.maps[row.entity], row)
    return not hidden_fields(hub, system, row.entity).keys().isdisjoint(names)
