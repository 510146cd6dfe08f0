"""Take readings in: the facts of known links, new links, records that were merged away.

Whatever brings a reading (a pull, a read-back, a look at an open intent), it comes through here, so
that there is one place where the store learns what a system holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from kamsync.connector import Can
from kamsync.engine.hub import Hub, System
from kamsync.engine.joining import follow_native_merge
from kamsync.engine.match import drop_questions
from kamsync.engine.passing import admit
from kamsync.errors import ValueInvalid
from kamsync.model import EXISTS, Entry, Fact, Intent, Link, Reading
from kamsync.observe import GONE, Hearing, observe
from kamsync.store import OutboxRow
from kamsync.values.storable import require_storable

__all__ = ["Heard", "hear", "histories", "intents_of"]


class Heard(Struct, frozen=True):
    """What came of taking readings in: links that changed, and records that went missing."""

    changed: int = 0
    gone: int = 0


def hear(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    seen: int,
    *,
    attested: frozenset[str] = frozenset(),
    invited: frozenset[str] = frozenset(),
) -> Heard:
    """Take *readings* in, in one transaction; hearing them again changes nothing.

    *seen* is the store's revision when the reading began. *attested* are the native ids whose
    reading is the answer to our own write, *invited* those that are in scope whatever they hold. A
    row that cannot be stored is parked with its reason.
    """
    readings = _latest(readings)
    known = _by_own_id(hub, system, entity, readings)
    rows = hub.store.outbox.inflight_of([link.id for link in known.values()])
    past = histories(hub, system, entity, readings, known, rows)
    with hub.store.transaction():
        restoring = hub.store.meta("restored_at") is not None
        fits = [r for r in readings if _is_storable(hub, system, entity, r)]
        known |= _placeholders(hub, system, entity, fits, known)
        known |= _new_links(hub, system, entity, fits, known, invited)
        heard: list[tuple[Link, Link]] = []
        for reading in fits:
            link = known.get(reading.native_id)
            if link is None:
                continue
            open_rows = rows.get(link.id) or hub.store.outbox.inflight_of([link.id]).get(
                link.id, []
            )
            hearing = Hearing(
                map=system.maps[entity],
                can=system.connector.can,
                seen=seen,
                read_at=hub.now(),
                intents=intents_of(open_rows),
                history=past.get(reading.native_id),
                attested=reading.native_id in attested,
                restoring=restoring,
            )
            heard.append((link, observe(link, reading, hearing)))
            if open_rows and reading.version != link.version:
                hub.store.outbox.finish([row.id for row in open_rows], "done")
        changed = [after for before, after in heard if _differs(before, after)]
        same = [after.id for before, after in heard if not _differs(before, after)]
        hub.store.links.save(changed)
        hub.store.links.touch(same, seen, hub.now())
        _release(hub, system, entity, fits, heard)
        for reading in fits:
            if reading.merged_into is not None:
                follow_native_merge(hub, system, entity, reading)
        gone = [after for before, after in heard if _went(before, after)]
        drop_questions(hub, gone)
    return Heard(len(changed), len(gone))


def _by_own_id(
    hub: Hub, system: System, entity: str, readings: Sequence[Reading]
) -> dict[str, Link]:
    """Return the links of native records; one that was merged away says nothing about its survivor."""
    ids = [reading.native_id for reading in readings]
    found = hub.store.links.by_native(system.name, entity, ids)
    return {native_id: link for native_id, link in found.items() if link.native_id == native_id}


def _release(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    heard: Sequence[tuple[Link, Link]],
) -> None:
    """Let what is parked go on where the native record is not what it was."""
    if hub.store.parks.count():
        same = {after.native_id for before, after in heard if not _differs(before, after)}
        ids = [reading.native_id for reading in readings if reading.native_id not in same]
        hub.store.parks.clear(system.name, entity, ids)


def _latest(readings: Sequence[Reading]) -> list[Reading]:
    """Return the last reading of each native record, in the order of their first appearance."""
    return list({reading.native_id: reading for reading in readings}.values())


def intents_of(rows: Sequence[OutboxRow]) -> dict[str, list[Intent]]:
    """Return the open intents by field, oldest first."""
    intents: dict[str, list[Intent]] = {}
    for row in rows:
        for name, intent in row.fields.items():
            intents.setdefault(name, []).append(intent)
    return intents


def histories(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    known: Mapping[str, Link],
    rows: Mapping[int, Sequence[OutboxRow]],
) -> Mapping[str, Sequence[Entry]]:
    """Return the history since our last reading, for records where a write of ours may be in it."""
    if Can.HISTORY not in system.connector.can:
        return {}
    restoring = hub.store.meta("restored_at") is not None
    since = {}
    for reading in readings:
        link = known.get(reading.native_id)
        if link is None or reading.values is None or reading.version == link.version:
            continue
        ours = reading.author is None or reading.author.own
        if ours or link.id in rows or restoring:
            since[reading.native_id] = link.version
    if not since:
        return {}
    map_ = system.maps[entity]
    told: dict[str, Sequence[Entry]] = {}
    ids, limit = list(since), system.connector.batch_limit
    for start in range(0, len(ids), limit):
        asked = {native_id: since[native_id] for native_id in ids[start : start + limit]}
        told.update(system.connector.history(map_.object, map_.names, asked))
    return told


def _is_storable(hub: Hub, system: System, entity: str, reading: Reading) -> bool:
    """Whether a reading can be kept at all; if not, it is parked with the reason."""
    try:
        require_storable(reading.values)
    except ValueInvalid as invalid:
        hub.park(system.name, entity, reading.native_id, None, invalid.message)
        return False
    return True


def _placeholders(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    known: Mapping[str, Link],
) -> dict[str, Link]:
    """Return the links that were waiting for a native record which now shows our stamp."""
    stamps = {
        reading.stamp: reading
        for reading in readings
        if reading.stamp and reading.values is not None and reading.native_id not in known
    }
    if not stamps:
        return {}
    found: dict[str, Link] = {}
    for record, links in hub.store.links.of_records(sorted(stamps)).items():
        for link in links:
            if (link.system, link.entity, link.native_id) == (system.name, entity, None):
                native_id = stamps[record].native_id
                found[native_id] = structs.replace(link, native_id=native_id)
                hub.store.links.arrived(system.name, entity, [native_id, record])
    return found


def _new_links(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    known: Mapping[str, Link],
    invited: frozenset[str],
) -> dict[str, Link]:
    """Return links for native records that were never seen, as far as they are in scope."""
    fresh = [r for r in readings if r.native_id not in known and r.values is not None]
    wanted = admit(hub, system, entity, fresh, invited)
    if not wanted:
        return {}
    first = hub.store.take("link", len(wanted))
    return {
        reading.native_id: Link(first + i, system.name, entity, reading.native_id, None, {})
        for i, reading in enumerate(wanted)
    }


def _differs(before: Link, after: Link) -> bool:
    """Whether anything but the time of reading has changed."""
    return not before.facts or (
        before.facts,
        before.version,
        before.settled,
        before.native_id,
        before.stamp,
    ) != (after.facts, after.version, after.settled, after.native_id, after.stamp)


def _went(before: Link, after: Link) -> bool:
    """Whether the record was here before and is gone now."""
    was, now = before.facts.get(EXISTS), after.facts.get(EXISTS, Fact(()))
    return was is not None and was.observed != GONE and now.observed == GONE
