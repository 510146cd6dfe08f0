"""Which readings and records the hub is for: accounts in scope and what follows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kamsync.engine.hidden import hidden_fields
from kamsync.engine.hub import Hub, System
from kamsync.engine.ties import Ties, as_of_now
from kamsync.errors import ConfigurationInvalid, ReferenceMissing, ValueInvalid
from kamsync.model import Golden, Reading, Record, Value
from kamsync.schema import Type

__all__ = [
    "has_selected_nothing",
    "in_scope",
    "records_in_scope",
    "require_told",
    "untold",
    "values_of",
]


def in_scope(hub: Hub, system: System, entity: str, readings: Sequence[Reading]) -> list[Reading]:
    """Return those of *readings* that may be stored: accounts in scope, and what follows one."""
    if hub.scope.is_open or not readings:
        return list(readings)
    if entity == hub.scope.root:
        return [
            reading
            for reading in readings
            if hub.scope.takes(
                values_of(system, entity, reading, hub.scope.values), system.name, reading.native_id
            )
        ]
    parent = hub.scope.follows(hub.schema.entity(entity))
    if not parent or parent not in system.maps[entity].fields:
        return list(readings)
    return _followers(hub, system, entity, readings, parent)


def _followers(
    hub: Hub, system: System, entity: str, readings: Sequence[Reading], parent: str
) -> list[Reading]:
    """Return the readings whose account is linked in this system."""
    map_ = system.maps[entity].fields[parent]
    accounts = {}
    for reading in readings:
        cells = map_.cells(reading.values or {})
        if cells and cells[0] not in (None, ""):
            accounts[reading.native_id] = str(cells[0])
    linked = hub.store.links.by_native(system.name, hub.scope.root, sorted(set(accounts.values())))
    return [r for r in readings if accounts.get(r.native_id) in linked]


def values_of(
    system: System, entity: str, reading: Reading, names: Iterable[str]
) -> dict[str, Value]:
    """Return the canonical values of the fields called *names*, as far as they can be read."""
    values: dict[str, Value] = {}
    ties = Ties(system.name, {}, {})
    for name in names:
        map_ = system.maps[entity].fields.get(name)
        cells = map_.cells(reading.values or {}) if map_ else None
        if map_ is None or cells is None:
            continue
        try:
            values[name] = map_.get(cells, ties, aside=map_.aside(reading.values or {}))
        except (ValueInvalid, ReferenceMissing):
            continue
    return values


def records_in_scope(hub: Hub, entity: str, records: Mapping[str, Record]) -> frozenset[str]:
    """Return the ids of those *records* that may be written: leaving the scope stops writes."""
    if hub.scope.is_open:
        return frozenset(records)
    if entity == hub.scope.root:
        return frozenset(id_ for id_, record in records.items() if _is_in(hub, record))
    parent = hub.scope.follows(hub.schema.entity(entity))
    if not parent:
        return frozenset(records)
    now = as_of_now(hub, entity, dict(records))
    parents = {id_: record.fields.get(parent, Golden()).value for id_, record in now.items()}
    accounts = hub.store.records.by_id(sorted({p for p in parents.values() if p}))
    return frozenset(
        id_ for id_, p in parents.items() if p in accounts and _is_in(hub, accounts[p])
    )


def _is_in(hub: Hub, record: Record) -> bool:
    """Whether an account is in scope by its golden values, or by one of its native ids."""
    values = {name: golden.value for name, golden in record.fields.items()}
    if hub.scope.takes(values):
        return True
    if not hub.scope.listed:
        return False
    links = hub.store.links.of_records([record.id]).get(record.id, [])
    return any(link.native_id in hub.scope.listed.get(link.system, frozenset()) for link in links)


def require_told(hub: Hub) -> None:
    """Refuse a scope that can select nothing, so that nobody approves what is left without its accounts.

    A field that a system hides selects nothing there. Once some account is in scope, what was known
    goes on instead.

    Raises:
        ConfigurationInvalid: it selects by a field that no system tells, or that is hidden.
    """
    for text, hint in untold(hub):
        raise ConfigurationInvalid(f"{text} Nothing was merged or written.", hint=hint)
    if not has_selected_nothing(hub):
        return
    root = hub.scope.root
    for name in hub.scope.values:
        hidden = [
            f"{system.name} does not show {native}"
            for system in hub.mapping(root)
            for native in _hidden_of(hub, system, name)
        ]
        if hidden:
            raise ConfigurationInvalid(
                f"[scope.{root}] selects by {name}, and {', '.join(hidden)}: it selects nothing."
                " Nothing was merged or written.",
                hint="See what is wrong with: kamsync check.",
            )


def has_selected_nothing(hub: Hub) -> bool:
    """Whether accounts were read, and none of them is in scope."""
    root = hub.scope.root
    if hub.scope.is_open or any(entity == root for _, entity in hub.store.links.counts()):
        return False
    return any(entity == root for _, entity in hub.store.cursors.all())


def untold(hub: Hub) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with each field of the scope that no system maps, and what to do about it."""
    maps = [system.maps[hub.scope.root] for system in hub.mapping(hub.scope.root)]
    mapped = {name for map_ in maps for name in map_.fields}
    fields = hub.schema.entity(hub.scope.root).fields
    known = ", ".join(sorted(name for name in mapped if fields[name].type is not Type.GROUP))
    for name in hub.scope.values:
        if maps and name not in mapped:
            yield (
                f"[scope.{hub.scope.root}] selects by {name}, which no system tells: it selects nothing.",
                f"Map {name} in a system, list the accounts, or select by what is mapped: {known}.",
            )


def _hidden_of(hub: Hub, system: System, name: str) -> list[str]:
    """Return what a system hides of the native fields to which a field of the root is mapped."""
    root = hub.scope.root
    map_ = system.maps[root].fields.get(name)
    hidden = hidden_fields(hub, system, root)
    return [native for native in map_.native if native in hidden] if map_ else []
