"""The proof: counted in the systems themselves and in the journal, not taken from what was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from kamsync.engine import Hub, System
from kamsync.errors import ReferenceMissing
from kamsync.identity import exact_keys
from kamsync.mapping import FieldMap
from kamsync.memory.acts import Deed, Row
from kamsync.model import Cells, Conflict, Contender, Event, Golden, Native, Value
from kamsync_demo.stage import Stage

__all__ = ["Fates", "clobbers", "created_twice", "fates", "own_writes"]

GOLDEN, SUPERSEDED, LOSER, WAITING, LOST = "golden", "superseded", "loser", "waiting", "lost"
CONFLICTS_LIMIT = 10_000
ENTRIES_LIMIT = 10_000


class Fates(Struct, frozen=True):
    """What became of every value that people entered; *lost* are those without a trace."""

    values: int
    golden: int
    superseded: int
    losers: int
    waiting: int
    lost: tuple[str, ...]


def fates(stage: Stage) -> Fates:
    """Return what became of each value that a person entered anywhere, field by field."""
    counts: Counter[str] = Counter()
    lost: list[str] = []
    for system in stage.hub.systems.values():
        for entity, map_ in system.maps.items():
            rows = stage.worlds[system.name].table(map_.object).rows
            for row in rows.values():
                told = _Told(stage.hub, system, entity, row.id)
                for field, cells in _entered(row, map_.fields.values()):
                    fate = told.fate(field, cells)
                    counts[fate] += 1
                    if fate == LOST:
                        lost.append(f"{system.name} {row.id}.{field.field} {cells}")
    return Fates(
        values=sum(counts.values()),
        golden=counts[GOLDEN],
        superseded=counts[SUPERSEDED],
        losers=counts[LOSER],
        waiting=counts[WAITING],
        lost=tuple(lost),
    )


def _entered(row: Row, fields: Iterable[FieldMap]) -> Iterator[tuple[FieldMap, Cells]]:
    """Yield each value that a person left in a field of *row*, as it stood after their act."""
    maps = list(fields)
    held: dict[str, Native] = {}
    for act in row.acts:
        before = dict(held)
        held.update(act.values)
        if act.own:
            continue
        for field in maps:
            cells = tuple(held.get(name) for name in field.native)
            same = cells == tuple(before.get(name) for name in field.native)
            if not same and any(name in act.values for name in field.native):
                yield field, cells


class _Told:
    """What kamsync knows of one native record: its golden values, its story, its open questions."""

    def __init__(self, hub: Hub, system: System, entity: str, native_id: str) -> None:
        store = hub.store
        self.system = system.name
        self.refs = _Refs(hub, system.name)
        self.events: dict[str, list[Event]] = {}
        self.golden: Mapping[str, Golden] = {}
        self.open: Mapping[str, Conflict] = {}
        link = store.links.by_native(system.name, entity, [native_id]).get(native_id)
        self.record = link.record if link else None
        asked = store.reviews.open("match", entity, limit=CONFLICTS_LIMIT) if link else []
        self.is_asked = any(c.link == link.id for each in asked for c in each.contenders if link)
        if self.record is None:
            return
        self.golden = store.records.by_id([self.record])[self.record].fields
        held = store.reviews.open_for([self.record])
        self.open = {field: conflict for (_, field), conflict in held.items()}
        for entry in store.journal.of(self.record, None, ENTRIES_LIMIT):
            for event in entry.events:
                self.events.setdefault(event.field, []).append(event)

    def fate(self, field: FieldMap, cells: Cells) -> str:
        """Return what became of one value."""
        if self.record is None:
            return WAITING if self.is_asked else LOST
        golden = self.golden.get(field.field, Golden())
        if self._is(field, cells, golden.value):
            return GOLDEN
        waiting = self.open.get(field.field)
        if waiting is not None and self._contends(field, cells, waiting.contenders):
            return WAITING
        events = self.events.get(field.field, [])
        if any(self._contends(field, cells, event.losers) for event in events):
            return LOSER
        told = [event for event in events if event.act != "wrote"]
        were = [value for event in told for value in (event.before, event.value)]
        return SUPERSEDED if any(self._is(field, cells, value) for value in were) else LOST

    def _contends(self, field: FieldMap, cells: Cells, sides: Iterable[Contender]) -> bool:
        """Whether one of *sides* names this system's value."""
        return any(
            side.system == self.system and self._is(field, cells, side.value) for side in sides
        )

    def _is(self, field: FieldMap, cells: Cells, value: Value) -> bool:
        """Whether *cells* are how this system says *value*."""
        try:
            return field.says(cells, value, self.refs)
        except ReferenceMissing:
            return False


class _Refs:
    """What ties native ids to records in one system, looked up one by one."""

    def __init__(self, hub: Hub, system: str) -> None:
        self._links = hub.store.links
        self._system = system

    def record(self, entity: str, native_id: str) -> str:
        """Return the record behind a native id."""
        found = self._links.records(self._system, entity, [native_id])
        if native_id not in found:
            raise ReferenceMissing(f"{self._system} {native_id} is not linked.")
        return found[native_id]

    def native(self, entity: str, record: str) -> str:
        """Return the native id of a record."""
        found = self._links.natives(self._system, [record])
        if record not in found:
            raise ReferenceMissing(f"{entity} {record} is not linked in {self._system}.")
        return found[record]


def created_twice(stage: Stage) -> int:
    """Return how many records kamsync created that were there already, by key or by content."""
    return sum(
        _doubles(stage, system, entity)
        for system in stage.hub.systems.values()
        for entity in system.maps
    )


def _doubles(stage: Stage, system: System, entity: str) -> int:
    """Return how many living records of one system kamsync created although they were there."""
    map_ = system.maps[entity]
    refs = _Refs(stage.hub, system.name)
    seen: Counter[str] = Counter()
    ours: list[tuple[str, ...]] = []
    for row in stage.worlds[system.name].table(map_.object).living():
        held = {
            name: field.get(tuple(row.values.get(cell) for cell in field.native), refs)
            for name, field in map_.fields.items()
        }
        said = {name: value for name, value in held.items() if value is not None}
        keys = (*exact_keys(stage.hub.schema.entity(entity), said), repr(sorted(said.items())))
        seen.update(keys)
        if row.acts[0].own and row.acts[0].deed is Deed.CREATE:
            ours.append(keys)
    return sum(any(seen[key] > 1 for key in keys) for keys in ours)


def own_writes(stage: Stage) -> int:
    """Return how many writes of kamsync the systems have taken, ever."""
    return sum(
        act.own
        for world in stage.worlds.values()
        for object_ in world.names()
        for row in world.table(object_).rows.values()
        for act in row.acts
    )


def clobbers(stage: Stage) -> tuple[int, int]:
    """Return how many edits kamsync overwrote and never saw, and how many it found afterwards."""
    worlds = stage.worlds.values()
    return sum(len(each.clobbered) for each in worlds), sum(
        len(each.watch.found) for each in worlds
    )
