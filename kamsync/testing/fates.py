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
from kamsync.model import Cells, Contender, Event, Golden, Link, Native, Value

__all__ = ["Entry", "Fate", "disagreements", "fate"]

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
    if link is None or link.record is None:
        return Fate.WAITING if link is not None and _is_asked(hub, link) else Fate.LOST
    says = _Says(field, entry, _Refs(hub, entry.system))
    golden = hub.store.records.by_id([link.record])[link.record].fields
    if says(golden.get(entry.field, Golden()).value):
        return Fate.GOLDEN
    open_ = hub.store.reviews.open_for([link.record]).get((link.record, entry.field))
    if open_ is not None and says.among(open_.contenders):
        return Fate.WAITING
    if not says.can_be_read() and _is_parked(hub, entry.system, link.record):
        return Fate.WAITING
    events = list(_events(hub, link.record, entry.field))
    if any(says.among(event.losers) for event in events):
        return Fate.LOSER
    told = [event for event in events if event.act != "wrote"]
    return (
        Fate.SUPERSEDED
        if any(says(value) for event in told for value in (event.before, event.value))
        else Fate.LOST
    )


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


class _Says:
    """Whether a canonical value is, in the words of one system, what a person entered there."""

    def __init__(self, field: FieldMap, entry: Entry, refs: _Refs) -> None:
        self._field = field
        self._entry = entry
        self._refs = refs

    def __call__(self, value: Value) -> bool:
        return _is(self._field, self._entry.cells, value, self._refs)

    def can_be_read(self) -> bool:
        """Whether it means anything in canonical words."""
        return _can_be_read(self._field, self._entry.cells, self._refs)

    def among(self, sides: Iterable[Contender]) -> bool:
        """Whether one of *sides* names it for its system."""
        return any(each.system == self._entry.system and self(each.value) for each in sides)


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


def _events(hub: Hub, record: str, field: str) -> Iterator[Event]:
    """Yield all that the journal tells of one field of a record."""
    for entry in hub.store.journal.of(record, None, ENTRIES_LIMIT):
        yield from (event for event in entry.events if event.field == field)
