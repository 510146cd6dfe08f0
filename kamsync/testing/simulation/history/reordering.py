"""Read the same changes in several ways, in copies of the store, and compare what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from msgspec import structs

from kamsync.connector import Can
from kamsync.engine import Hub, Round, pull, settle
from kamsync.errors import RetryLater
from kamsync.seal import MasterKey
from kamsync.store import Store
from kamsync.store.sqlite import SqliteDatabase, connect_sqlite
from kamsync.testing.simulation.history.world import World
from kamsync.testing.simulation.hub.stores import KEY

__all__ = ["require_any_order", "require_full_reading"]

Outcome = tuple[set[Any], set[Any]]

_MERGED = "SELECT id, merged_into FROM record WHERE merged_into IS NOT NULL"


def require_any_order(world: World) -> None:
    """16: pull all systems forwards and backwards; golden and the open conflicts must be the same.

    Where two systems have merged the same records in opposite directions, what differs is in question, and
    golden is what was heard first until that is answered: the question alone must be the same.
    """
    if not isinstance(world.hub.store.database, SqliteDatabase) or not world.hub.met:
        return
    names = list(world.towns)
    with _unwatched(world):
        forwards, backwards = (
            _outcome(world, order, joined=False) for order in (names, names[::-1])
        )
    for what, one, other in zip(("golden", "conflicts"), forwards, backwards, strict=True):
        if one != other:
            world.report(16, f"{what} depends on the order: {one - other} or {other - one}")
    world.require()


def require_full_reading(world: World) -> None:
    """9: read on, and read everything anew; golden and the open conflicts must be the same.

    Where a system does not tell what is gone, or keeps something beside its records, only a full
    reading finds it; so it is with what is hidden, or was and is shown again.
    """
    tells = Can.TOMBSTONES | Can.MERGES
    if not isinstance(world.hub.store.database, SqliteDatabase) or not world.hub.met:
        return
    if any(tells not in cast.can or cast.untold for cast in world.setting.casts):
        return
    if any(town.hidden_records or town.untold for town in world.towns.values()):
        return
    names = list(world.towns)
    with _unwatched(world):
        on, anew = (_outcome(world, names, sweep=sweep) for sweep in (False, True))
    for what, one, other in zip(("golden", "conflicts"), on, anew, strict=True):
        if one != other:
            world.report(9, f"a full reading changes {what}: {one - other} or {other - one}")
    world.require()


def _outcome(
    world: World, order: list[str], *, sweep: bool = False, joined: bool = True
) -> Outcome:
    """Return what comes of reading the systems in this order, in a copy of the store.

    Without *joined*, golden is none of it where it is in question for a record that has just become one.
    """
    store = _copy(world.hub.store, world)
    hub = _hub(world, store)
    round_ = store.rounds.start("order", hub.now())
    for name in order:
        for entity in hub.entities():
            if entity.name in hub.systems[name].maps:
                with suppress(RetryLater):
                    pull(hub, hub.systems[name], entity.name, sweep=sweep)
    settle(hub, Round(round_))
    asked = set() if joined else _asked(store, world.hub.store)
    found = {each for each in _golden(store) if each[:2] not in asked}, _conflicts(store)
    store.close()
    return found


def _copy(store: Store, world: World) -> Store:
    assert isinstance(store.database, SqliteDatabase)
    database = connect_sqlite("", 0)
    store.database.connection.backup(database.connection)
    return Store(database, world.clock, MasterKey(KEY))


def _hub(world: World, store: Store) -> Hub:
    """Return a hub over a copy, whose calls never fail."""
    systems = {
        cast.name: structs.replace(
            world.hub.systems[cast.name], connector=world.towns[cast.name].calm()
        )
        for cast in world.setting.casts
    }
    hub = world.hub.start()
    hub.systems, hub.store = systems, store
    return hub


@contextmanager
def _unwatched(world: World) -> Iterator[None]:
    """Leave no trace of these readings in the systems' memory of what they have shown."""
    rows = [
        row
        for town in world.towns.values()
        for name in town.cast.maps
        for row in town.table(name).rows.values()
    ]
    shown = [dict(row.shown) for row in rows]
    watched = {
        name: (list(t.watch.clobbered), list(t.watch.found)) for name, t in world.towns.items()
    }
    yield
    for row, known in zip(rows, shown, strict=True):
        row.shown = known
    for name, (clobbered, found) in watched.items():
        world.towns[name].watch.clobbered, world.towns[name].watch.found = clobbered, found


def _names(store: Store) -> dict[str, tuple[Any, ...]]:
    """Return each record by the native records that it is: its id depends on which came first."""
    names: dict[str, list[Any]] = {}
    for system, native_id, record in store.database.rows(
        "SELECT system, native_id, record FROM link WHERE record IS NOT NULL AND native_id IS NOT NULL"
    ):
        names.setdefault(record, []).append((system, native_id))
    return {record: tuple(sorted(places)) for record, places in names.items()}


def _asked(store: Store, before: Store) -> set[Any]:
    """Return the fields that are in question of records that were not one *before*."""
    names = _names(store)
    merged = set(store.database.rows(_MERGED)) - set(before.database.rows(_MERGED))
    survivors = {survivor for _, survivor in merged}
    opened = store.reviews.open(limit=10_000)
    return {(names.get(c.record), c.field) for c in opened if c.record in survivors}


def _golden(store: Store) -> set[Any]:
    names = _names(store)
    found = set()
    for id_, record in store.records.by_id(sorted(names)).items():
        if record.merged_into is None:
            for field, golden in record.fields.items():
                value = _value(golden.value, names)
                if golden.revision and value != "None":
                    found.add((names[id_], field, value))
    return found


def _conflicts(store: Store) -> set[Any]:
    names = _names(store)
    return {
        (
            str(c.kind),
            names.get(c.record, c.record),
            c.field,
            tuple(sorted(_value(side.value, names) for side in c.contenders)),
        )
        for c in store.reviews.open(limit=10_000)
    }


def _value(value: Any, names: dict[str, tuple[Any, ...]]) -> str:
    """Return a value as text; a reference by the native records that it leads to."""
    return repr(names.get(value, value) if isinstance(value, str) else value)
