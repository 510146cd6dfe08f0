"""Look for what a create may have made where a system can do no more than search by values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs

from kamsync.engine.context.open_writes import sent
from kamsync.engine.hub import Hub, System
from kamsync.model import EXISTS, Native, Reading
from kamsync.store import OutboxRow

__all__ = ["lookup"]


def lookup(hub: Hub, system: System, entity: str, row: OutboxRow) -> list[Reading]:
    """Return the one record that may be what was sent and belongs to nobody, if there is one.

    A system may store what it is sent in its own spelling. Where it tells who wrote, the one record
    of our own that holds the keys that were sent is found as well. Somebody may have edited it since:
    so is the one that holds all that was sent but for one field. Where several hold all of it, the one
    that holds nothing else is what we made.
    """
    map_ = system.maps[entity]
    values = sent(map_, row)
    free = _holding(hub, system, entity, values)
    if len(free) > 1:
        free = [each for each in free if _holds_no_more(each, values)] or free
    if not free:
        keys = hub.schema.entity(entity).keys
        held = {name: intent for name, intent in row.fields.items() if name in keys}
        found = _holding(hub, system, entity, sent(map_, structs.replace(row, fields=held)))
        free = [r for r in found if r.author is not None and r.author.own]
    if not free:
        free = _nearly_holding(hub, system, entity, row)
    return free if len(free) == 1 else []


def _holds_no_more(reading: Reading, values: Mapping[str, Native]) -> bool:
    """Whether a record holds nothing but *values*."""
    shown = reading.values or {}
    return all(cell in (None, "") or name in values for name, cell in shown.items())


def _nearly_holding(hub: Hub, system: System, entity: str, row: OutboxRow) -> list[Reading]:
    """Return the records that belong to nobody and hold a part of what was sent that tells them apart.

    That is all but one field that is no key, and not one field alone: a reference to an account is
    what many hold. Where the system tells who entered a field, a single one that we did is enough.
    """
    keys = hub.schema.entity(entity).keys
    names = [name for name in row.fields if name != EXISTS]
    rests = [[each for each in names if each != name] for name in names if name not in keys]
    found: dict[str, Reading] = {}
    for part in [rest for rest in rests if len(rest) > 1] + [[name] for name in names]:
        fields = {name: row.fields[name] for name in part}
        values = sent(system.maps[entity], structs.replace(row, fields=fields))
        for reading in _holding(hub, system, entity, values):
            if len(part) > 1 or _is_of_ours(reading, values):
                found[reading.native_id] = reading
    return list(found.values())


def _is_of_ours(reading: Reading, names: Iterable[str]) -> bool:
    """Whether it is told that we ourselves entered one of *names* in a record."""
    told = reading.authors or {}
    return any(name in told and told[name].own for name in names)


def _holding(hub: Hub, system: System, entity: str, values: Mapping[str, Native]) -> list[Reading]:
    """Return the records that hold all of *values* and belong to nobody; none where nothing is asked."""
    if not values:
        return []
    map_ = system.maps[entity]
    readings = system.connector.search(map_.object, map_.names, values)
    ids = [reading.native_id for reading in readings]
    known = hub.store.links.by_native(system.name, entity, ids)
    return [r for r in readings if r.native_id not in known or known[r.native_id].record is None]
