"""Find what was passed over again, once it is in scope: accounts, and all that follows them.

Of an account outside the scope nothing is kept but its native id and a digest of each of its exact
keys. They tell that an account which enters the scope was read before, so that what follows it has to
be read once more; and that another system's own record of a key account is there, although nothing
that this system says of it is in scope.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from kamsync.engine.context.canonical import canonical
from kamsync.engine.context.scoping import in_scope, records_in_scope, values_of
from kamsync.engine.hub import Hub, System
from kamsync.identity import exact_keys
from kamsync.mapping import EntityMap
from kamsync.model import EXISTS, Op, Reading, Record, Value
from kamsync.store import OutboxRow

__all__ = ["admit", "forget", "mark_scope", "sought", "sweep"]


def admit(
    hub: Hub, system: System, entity: str, readings: Sequence[Reading], invited: frozenset[str]
) -> list[Reading]:
    """Return those of new *readings* that may be stored, and remember the rest as passed over.

    In scope are also those *invited*, those that share an exact key with a record in scope which is
    not in this system yet, and what may be a create of ours whose answer was lost.
    """
    if hub.scope.is_open or not readings:
        return list(readings)
    fits = in_scope(hub, system, entity, readings)
    inside = {reading.native_id for reading in fits}
    outside = [reading for reading in readings if reading.native_id not in inside]
    if entity != hub.scope.root:
        if outside:
            _pass_account_of(hub, system, entity, outside)
        return fits
    keys = {reading.native_id: _keys(hub, system, reading) for reading in outside}
    inside |= invited & set(keys) | _claimed(hub, system, outside, keys)
    _enter(hub, system, sorted(inside))
    passed = {id_: found for id_, found in keys.items() if id_ not in inside}
    hub.store.records.save_keys(
        _index(hub, system),
        {id_: [_id_key(id_), *map(_digest, found)] for id_, found in passed.items()},
    )
    return [reading for reading in readings if reading.native_id in inside]


def sought(hub: Hub, system: System) -> list[str]:
    """Return the native ids of accounts that were passed over here, and may be one in scope now.

    It is asked for accounts that other systems have just shown, and for those that are to be created.
    """
    if hub.scope.is_open or hub.scope.root not in system.maps:
        return []
    found: set[str] = set()
    for keys in _wanted_keys(hub, system):
        for ids in hub.store.records.with_keys(_index(hub, system), sorted(keys)).values():
            found.update(ids)
    return sorted(found)


def forget(hub: Hub, system: System, native_ids: Iterable[str]) -> None:
    """Remember no longer that these accounts were passed over."""
    hub.store.records.save_keys(_index(hub, system), {native_id: [] for native_id in native_ids})


def mark_scope(hub: Hub) -> None:
    """Have everything read again in full if the scope is not the one of the last round."""
    scope = hub.scope
    said = repr(
        (
            scope.root,
            sorted((name, sorted(each)) for name, each in scope.values.items()),
            sorted((name, sorted(each)) for name, each in scope.listed.items()),
        )
    )
    digest = _digest(said)
    before = hub.store.meta("scope")
    if before == digest:
        return
    with hub.store.transaction():
        if before is not None:
            for system in hub.systems.values():
                sweep(hub, system, [scope.root, *_followers(hub, system)])
        hub.store.set_meta("scope", digest)


def _wanted_keys(hub: Hub, system: System) -> Iterator[set[str]]:
    """Yield the digests of keys of accounts that *system* does not hold, batch by batch."""
    entity = hub.schema.entity(hub.scope.root)
    links, after = hub.store.links, 0
    while fresh := links.unmatched(entity.name, after, hub.batch):
        after = fresh[-1].id
        others = [link for link in fresh if link.system != system.name]
        yield _digests(hub, canonical(hub, entity, others).values())
    if not system.allows(entity.name, Op.CREATE):
        return
    after = 0
    while owed := links.owed(system.name, entity.name, Op.CREATE.value, after, hub.batch):
        after = owed[-1].id
        records = hub.store.records.by_id(sorted({link.record for link in owed if link.record}))
        yield _digests(hub, map(_golden, records.values()))


def _golden(record: Record) -> Mapping[str, Value]:
    """Return the golden values of a record."""
    return {name: golden.value for name, golden in record.fields.items() if name != EXISTS}


def _digests(hub: Hub, values: Iterable[Mapping[str, Value]]) -> set[str]:
    """Return the digests of the exact keys of some accounts."""
    entity = hub.schema.entity(hub.scope.root)
    return {_digest(key) for each in values for key in exact_keys(entity, each, hub.key_makers)}


def _keys(hub: Hub, system: System, reading: Reading) -> Sequence[str]:
    """Return the exact keys of an account as it was read."""
    entity = hub.schema.entity(hub.scope.root)
    names = system.maps[entity.name].fields if hub.key_makers else entity.keys
    return exact_keys(entity, values_of(system, entity.name, reading, names), hub.key_makers)


def _claimed(
    hub: Hub, system: System, readings: Sequence[Reading], keys: Mapping[str, Sequence[str]]
) -> set[str]:
    """Return the native ids that a record in scope may be waiting for in this system."""
    root, records = hub.scope.root, hub.store.records
    owners = records.with_keys(root, sorted({key for found in keys.values() for key in found}))
    candidates = {
        reading.native_id: {id_ for key in keys[reading.native_id] for id_ in owners.get(key, ())}
        | ({reading.stamp} if reading.stamp else set())
        for reading in readings
    }
    ids = sorted({id_ for found in candidates.values() for id_ in found})
    known = {id_: r for id_, r in records.by_id(ids).items() if r.merged_into is None}
    awaiting = records_in_scope(hub, root, known) - set(hub.store.links.natives(system.name, ids))
    claimed = {native_id for native_id, found in candidates.items() if found & awaiting}
    map_ = system.maps[root]
    ours = {r.native_id for row in _creates(hub, system) for r in readings if _is_of(r, row, map_)}
    return claimed | ours


def _creates(hub: Hub, system: System) -> Iterator[OutboxRow]:
    """Yield the creates of accounts whose answer is still open."""
    after = 0
    while rows := hub.store.outbox.inflight(system.name, hub.scope.root, after, hub.batch):
        after = rows[-1].id
        yield from (row for row in rows if row.op is Op.CREATE)


def _is_of(reading: Reading, row: OutboxRow, map_: EntityMap) -> bool:
    """Whether a reading holds all that a create has sent."""
    return all(
        map_.fields[name].cells(reading.values or {}) == intent.cells
        for name, intent in row.fields.items()
        if name in map_.fields
    )


def _enter(hub: Hub, system: System, native_ids: Sequence[str]) -> None:
    """Have what follows these accounts read again, where it was passed over with them."""
    index = _index(hub, system)
    known = hub.store.records.with_keys(index, [_id_key(id_) for id_ in native_ids])
    if known:
        forget(hub, system, [ids[0] for ids in known.values()])
        sweep(hub, system, _followers(hub, system))


def _pass_account_of(hub: Hub, system: System, entity: str, readings: Sequence[Reading]) -> None:
    """Remember the accounts whose followers were passed over, though they may never have been read."""
    map_ = system.maps[entity].fields[hub.scope.follows(hub.schema.entity(entity))]
    cells = [map_.cells(reading.values or {}) for reading in readings]
    ids = sorted({str(each[0]) for each in cells if each and each[0] not in (None, "")})
    index = _index(hub, system)
    known = hub.store.records.with_keys(index, [_id_key(id_) for id_ in ids])
    missing = [id_ for id_ in ids if _id_key(id_) not in known]
    hub.store.records.save_keys(index, {id_: [_id_key(id_)] for id_ in missing})


def _followers(hub: Hub, system: System) -> list[str]:
    """Return the entities of *system* that follow an account."""
    return [name for name in system.maps if hub.scope.follows(hub.schema.entity(name))]


def sweep(hub: Hub, system: System, entities: Iterable[str]) -> None:
    """Have these entities read again in full."""
    for entity in entities:
        place = hub.store.cursors.get(system.name, entity)
        if entity in system.maps and place.cursor is not None and not place.sweep_due:
            hub.store.cursors.put(system.name, entity, structs.replace(place, sweep_due=True))


def _index(hub: Hub, system: System) -> str:
    """Return the name under which the accounts are kept that were passed over in a system."""
    return f"passed over: {system.name}.{hub.scope.root}"


def _id_key(native_id: str) -> str:
    """Return the key of a native id."""
    return f"id:{native_id}"


def _digest(text: str) -> str:
    """Return a digest from which the text cannot be read."""
    return f"digest:{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"
