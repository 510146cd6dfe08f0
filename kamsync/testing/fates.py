"""What became of what people entered: each value has a trace, or it is lost.

Whoever plays people against a hub notes what they enter, and asks here in the end. What a value may
have become is what kamsync promises: golden; golden once, until somebody changed it; named as a loser
in the journal; or waiting for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum

from msgspec import Struct

from kamsync.engine import Hub, System
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import FieldMap
from kamsync.model import Cells, Conflict, Contender, Event, Golden, Link, Native, Value

__all__ = ["Entry", "Fate", "Traces", "disagreements", "fate"]

ENTRIES_LIMIT = 10_000


class Fate(Enum):
    """What became of one value."""

    GOLDEN = "golden"
    SUPERSEDED = "superseded"
    LOSER = "loser"
    WAITING = "waiting"
    LOST = "lost"


class Entry(Struct, frozen=True):
    """One value that a person entered: where, and the cells as the system holds them."""

    system: str
    entity: str
    native_id: str
    field: str
    cells: Cells


def fate(hub: Hub, entry: Entry, field: FieldMap) -> Fate:
    """Return what became of *entry*; *field* is how its system said the field when it was entered."""
    links = hub.store.links.by_native(entry.system, entry.entity, [entry.native_id])
    link = links.get(entry.native_id)
    if link is None:
        return Fate.LOST
    traces = Traces(hub, link)
    found = traces.fate(field, entry.cells)
    if (
        found is Fate.LOST
        and link.record is not None
        and not traces.can_be_read(field, entry.cells)
    ):
        return Fate.WAITING if _is_parked(hub, entry.system, link.record) else Fate.LOST
    return found


class Traces:
    """What kamsync knows of one native record: its golden values, its story, its open questions.

    *awaited* are the native ids that it refers to, of which nobody has said yet which records they are.
    """

    def __init__(self, hub: Hub, link: Link, awaited: Collection[str] = ()) -> None:
        store = hub.store
        self._system = link.system
        self._record = link.record
        self._refs = _Refs(hub, link.system)
        self._awaited = frozenset(awaited)
        self._events: dict[str, list[Event]] = {}
        self._golden: Mapping[str, Golden] = {}
        self._open: Mapping[str, Conflict] = {}
        self._waits = bool(awaited) or (link.record is None and _is_asked(hub, link))
        if link.record is None:
            return
        self._golden = store.records.by_id([link.record])[link.record].fields
        held = store.reviews.open_for([link.record])
        self._open = {field: conflict for (_, field), conflict in held.items()}
        for entry in store.journal.of(link.record, None, ENTRIES_LIMIT):
            for event in entry.events:
                self._events.setdefault(event.field, []).append(event)

    def fate(self, field: FieldMap, cells: Cells) -> Fate:
        """Return what became of one value of it; *field* is how its system said the field then."""
        if self._record is None:
            return Fate.WAITING if self._waits else Fate.LOST
        if not self._awaited.isdisjoint(map(str, cells)):
            return Fate.WAITING
        if self._is(field, cells, self._golden.get(field.field, Golden()).value):
            return Fate.GOLDEN
        waiting = self._open.get(field.field)
        if waiting is not None and self._contends(field, cells, waiting.contenders):
            return Fate.WAITING
        events = self._events.get(field.field, [])
        if any(self._contends(field, cells, event.losers) for event in events):
            return Fate.LOSER
        told = [event for event in events if event.act != "wrote"]
        were = [value for event in told for value in (event.before, event.value)]
        is_told = any(self._is(field, cells, value) for value in were)
        return Fate.SUPERSEDED if is_told else Fate.LOST

    def can_be_read(self, field: FieldMap, cells: Cells) -> bool:
        """Whether *cells* mean anything in canonical words."""
        return _can_be_read(field, cells, self._refs)

    def _contends(self, field: FieldMap, cells: Cells, sides: Iterable[Contender]) -> bool:
        """Whether one of *sides* names them for this system."""
        return any(
            side.system == self._system and self._is(field, cells, side.value) for side in sides
        )

    def _is(self, field: FieldMap, cells: Cells, value: Value) -> bool:
        return _is(field, cells, value, self._refs)


def disagreements(
    hub: Hub,
    entity: str,
    fields: Collection[str],
    held: Mapping[str, Mapping[str, Mapping[str, Native]]],
) -> Iterator[str]:
    """Yield where a system does not hold golden in one of *fields*, and nothing says why.

    *held* is what each system holds, by name and native id. A conflict that is open and a record that
    waits with its reason say why. Not compared is what cannot be read in canonical words.
    """
    open_ = {(c.record, c.field) for c in hub.store.reviews.open(None, entity, limit=ENTRIES_LIMIT)}
    parked = {(park.system, park.record) for park in hub.store.parks.all(ENTRIES_LIMIT)}
    for name, rows in held.items():
        system = hub.systems[name]
        links = hub.store.links.by_native(name, entity, list(rows))
        for native_id, row in rows.items():
            link = links.get(native_id)
            if link is None or link.record is None:
                yield f"{name} {native_id} is not known"
            elif (name, link.record) not in parked:
                yield from _unlike(hub, system, link, row, fields, open_)


def _unlike(
    hub: Hub,
    system: System,
    link: Link,
    row: Mapping[str, Native],
    fields: Collection[str],
    open_: set[tuple[str, str]],
) -> Iterator[str]:
    """Yield each field of a native record that does not hold golden, and is not asked about."""
    record = link.record or ""
    golden = hub.store.records.by_id([record])[record].fields
    refs = _Refs(hub, system.name)
    maps = system.maps[link.entity].fields
    for field in (maps[name] for name in fields if name in maps):
        cells = tuple(row.get(name) for name in field.native)
        value = golden.get(field.field, Golden()).value
        if (record, field.field) in open_ or not all(name in row for name in field.native):
            continue
        if _can_be_read(field, cells, refs) and not _is(field, cells, value, refs):
            yield f"{system.name} {link.native_id}.{field.field} holds {cells}, golden is {value!r}"


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


def _can_be_read(field: FieldMap, cells: Cells, refs: _Refs) -> bool:
    """Whether *cells* mean anything in canonical words."""
    try:
        field.get(cells, refs)
    except (ReferenceMissing, ValueInvalid):
        return False
    return True


def _is(field: FieldMap, cells: Cells, value: Value, refs: _Refs) -> bool:
    """Whether *cells* are how a system says *value*."""
    try:
        return field.says(cells, value, refs)
    except (ReferenceMissing, ValueInvalid):
        return False


def _is_parked(hub: Hub, system: str, record: str) -> bool:
    """Whether something of a record waits with its reason in this system."""
    parked = hub.store.parks.all(ENTRIES_LIMIT)
    return any((each.system, each.record) == (system, record) for each in parked)


def _is_asked(hub: Hub, link: Link) -> bool:
    """Whether a person is asked which record a native record is."""
    asked = hub.store.reviews.open("match", link.entity, limit=ENTRIES_LIMIT)
    return any(each.link == link.id for conflict in asked for each in conflict.contenders)
