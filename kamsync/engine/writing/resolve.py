"""Find out what became of writes whose answer was lost: by reading back, never by sending blindly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kamsync.connector import Can
from kamsync.engine.context.open_writes import in_flight, sent
from kamsync.engine.context.parking import park_refused
from kamsync.engine.context.places import give_up_places
from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.created import fill
from kamsync.engine.reading.hearing import hear
from kamsync.engine.reading.pull import look_again
from kamsync.engine.writing.lookup import lookup
from kamsync.model import Link, Op, Outcome, Reading, Receipt, Write
from kamsync.observe import is_gone
from kamsync.store import OutboxRow

__all__ = ["makes_new", "mark_dirty", "resolve", "still_missing"]

NO_ANSWER = frozenset({Outcome.UNKNOWN, Outcome.LATER, Outcome.REFUSED})
"""What says of a create that was sent again nothing about the one before it: it may be refused only now."""


def resolve(hub: Hub, system: System, entity: str) -> int:
    """Look at each record with a write in flight; return how many writes are still open.

    A create is found by its stamp, by sending it again where that makes nothing new, or by its
    values where the system can search; any other stays open until the next pull is over. One that was
    sent again without an answer stays open until there is one. None is sent again whose record has
    come to be there under another id: it may never have been sent.
    """
    count = 0
    for rows in in_flight(hub, system, entity):
        links = hub.store.links.by_id(sorted({row.link for row in rows}))
        creates = [row for row in rows if makes_new(system, row, links)]
        others = [row for row in rows if row not in creates]
        if creates:
            _find(hub, system, entity, creates)
        wanted = {row.link for row in others}
        links = {id_: link for id_, link in links.items() if id_ in wanted}
        look_again(hub, system, entity, [link for link in links.values() if link.native_id])
        orphans = [row.id for row in others if row.link not in links]
        hub.store.outbox.finish(orphans, "dropped")
        count += len(rows)
    return count


def makes_new(system: System, row: OutboxRow, links: Mapping[int, Link]) -> bool:
    """Whether a write makes a native record that was not there before under the same id."""
    link = links.get(row.link)
    returns = Can.UNDELETE in system.connector.can and link is not None and link.native_id
    return row.op is Op.CREATE and not returns


def mark_dirty(hub: Hub, rows: Sequence[OutboxRow]) -> None:
    """Let the records be merged whose places some writes went to: they may have become part of others."""
    places = hub.store.links.by_id([row.link for row in rows])
    hub.store.records.mark_dirty(sorted({p.record for p in places.values() if p.record}))


def _find(hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]) -> None:
    """Look for records that may have been created."""
    can = system.connector.can
    seen = hub.store.current("revision")
    certain, found = _asked_for(hub, system, entity, rows)
    if Can.SEARCH in can:
        others = [row for row in rows if row not in certain]
        found += [(row, each) for row in others for each in lookup(hub, system, entity, row)]
    with hub.store.transaction():
        taken = [row for row, reading in found if not fill(hub, row, reading)]
        hub.store.outbox.finish([row.id for row in taken], "refused")
        hear(hub, system, entity, [reading for _, reading in found], seen)
        # What has become of the record meanwhile is due there too: it may have ended.
        mark_dirty(hub, [row for row, _ in found])
        settled = {row.id for row, _ in found}
        never = [row for row in certain if row.id not in settled]
        hub.store.outbox.finish([row.id for row in never], "dropped")
        give_up_places(hub, (row.link for row in never))


def _asked_for(
    hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]
) -> tuple[Sequence[OutboxRow], list[tuple[OutboxRow, Reading]]]:
    """Return the creates of which the system itself can say what became, and those that it has made."""
    if Can.STAMP in system.connector.can:
        map_ = system.maps[entity]
        stamps = [row.record for row in rows]
        readings = system.connector.find(map_.object, map_.names, stamps)
        return rows, [(row, readings[row.record]) for row in rows if row.record in readings]
    if Can.IDEMPOTENT_CREATE in system.connector.can:
        missing = _one_of_each(hub, still_missing(hub, rows))
        return _repeat(hub, system, entity, missing) if missing else ([], [])
    return [], []


def still_missing(hub: Hub, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """Return the creates whose records are not in their system, as far as that is known.

    Two records may have become one meanwhile, of which the other one has always been there. Where that
    one is gone by now, making this one again would bring it back.
    """
    places = hub.store.links.by_id([row.link for row in rows])
    records = sorted({place.record for place in places.values() if place.record})
    there = {
        (record, link.system)
        for record, links in hub.store.links.of_records(records).items()
        for link in links
        if link.native_id is not None and not (link.id in places and is_gone(link))
    }
    return [
        row
        for row in rows
        if row.link in places and (places[row.link].record, row.system) not in there
    ]


def _one_of_each(hub: Hub, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """Return the oldest create of each record: two records may have become one that is still missing.

    Once that one is there, the other one is not sent again either.
    """
    places = hub.store.links.by_id([row.link for row in rows])
    oldest: dict[str | None, OutboxRow] = {}
    for row in rows:
        oldest.setdefault(places[row.link].record, row)
    return list(oldest.values())


def _repeat(
    hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]
) -> tuple[list[OutboxRow], list[tuple[OutboxRow, Reading]]]:
    """Send each create again under its own key; return those that were answered, and what was created.

    That makes nothing new, and it happens before anything else is read: what we created ourselves
    must not be taken for somebody's newcomer.
    """
    map_ = system.maps[entity]
    writes = [Write(Op.CREATE, None, sent(map_, row), row.key, None, None) for row in rows]
    receipts = system.connector.write(map_.object, writes)
    every = list(zip(rows, receipts, strict=True))
    _park_refused(hub, [(row, r) for row, r in every if r.outcome is Outcome.REFUSED])
    told = [(row, receipt) for row, receipt in every if receipt.outcome not in NO_ANSWER]
    answered = [row for row, _ in told]
    made = {
        receipt.native_id: row
        for row, receipt in told
        if receipt.outcome is Outcome.DONE and receipt.native_id is not None
    }
    if not made:
        return answered, []
    readings = system.connector.fetch(map_.object, map_.names, list(made))
    return answered, [(made[native_id], reading) for native_id, reading in readings.items()]


def _park_refused(hub: Hub, refused: Sequence[tuple[OutboxRow, Receipt]]) -> None:
    """Say why it is not known what became of some creates."""
    links = hub.store.links.by_id([row.link for row, _ in refused]) if refused else {}
    with hub.store.transaction():
        for row, receipt in refused:
            if row.link in links:
                park_refused(hub, row, links[row.link], receipt.reason)
