"""The proof: counted in the systems themselves, by the answer key and in the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import FieldMap
from kamsync.model import EXISTS, Cells, Conflict, Contender, Event, Golden, Link, Value

if TYPE_CHECKING:
    from kamsync.engine import Hub
    from kamsync.sandbox.world import Answer
    from kamsync.store import Glimpse

__all__ = ["Fates", "Witness", "duplicates", "in_both", "records"]

GOLDEN, SUPERSEDED, LOSER, WAITING, LOST = "golden", "superseded", "loser", "waiting", "lost"
COUNTED = ("account", "contact", "opportunity")
AWAITED_LIMIT = 1_000_000
ENTRIES_LIMIT = 10_000
PAGE = 500

Seen: TypeAlias = dict[tuple[int, str], set[Cells]]
"""The cells that people left in each field of each link."""


class Fates(Struct, frozen=True):
    """What became of every value that people entered; *lost* are those without a trace."""

    values: int
    golden: int
    superseded: int
    losers: int
    waiting: int
    lost: tuple[str, ...]


class Witness:
    """Remembers what the systems held before kamsync wrote there, and says what became of it."""

    def __init__(self, hub: Hub, answers: Mapping[str, Sequence[Answer]]) -> None:
        self.hub = hub
        self.seen: Seen = {}
        self.edited: set[tuple[int, str]] = set()
        """The fields that people edited of records that kamsync may have made."""
        self._entered = {(each.system, each.id) for all_ in answers.values() for each in all_}

    def look(self) -> None:
        """Remember every value that people have entered so far, as it was read last."""
        for link in _links(self.hub):
            entered = (link.system, link.native_id or "") in self._entered
            for field, fact in link.facts.items():
                if field == EXISTS or all(cell is None for cell in fact.observed):
                    continue
                if entered or (link.id, field) in self.edited:
                    self.seen.setdefault((link.id, field), set()).add(fact.observed)

    def fates(self) -> Fates:
        """Return what became of each value that was ever seen, field by field."""
        counts: Counter[str] = Counter()
        lost: list[str] = []
        fields: dict[int, list[str]] = {}
        waiting: dict[int, set[str]] = {}
        for row in self.hub.store.links.awaited(AWAITED_LIMIT):
            waiting.setdefault(row.link, set()).add(row.wanted)
        for link_id, field in self.seen:
            fields.setdefault(link_id, []).append(field)
        for part in _parts(sorted(fields)):
            for link in self.hub.store.links.by_id(part).values():
                told = _Told(self.hub, link, waiting.get(link.id, set()))
                for field in fields[link.id]:
                    for cells in self.seen[link.id, field]:
                        fate = told.fate(field, cells)
                        counts[fate] += 1
                        if fate == LOST:
                            lost.append(f"{link.system} {link.native_id}.{field} {cells}")
        return Fates(
            values=sum(counts.values()),
            golden=counts[GOLDEN],
            superseded=counts[SUPERSEDED],
            losers=counts[LOSER],
            waiting=counts[WAITING],
            lost=tuple(lost),
        )


class _Told:
    """What kamsync knows of one native record: its golden values, its story, its open questions."""

    def __init__(self, hub: Hub, link: Link, awaited: set[str]) -> None:
        store = hub.store
        self.system = link.system
        self.maps = hub.systems[link.system].maps[link.entity].fields
        self.refs = _Refs(hub, link.system)
        self.events: dict[str, list[Event]] = {}
        self.golden: Mapping[str, Golden] = {}
        self.open: Mapping[str, Conflict] = {}
        self.record = link.record
        self.awaited = awaited
        """The native ids that it refers to, of which nobody has said yet which records they are."""
        self.waits = bool(awaited) or bool(store.links.waiting([link.id]))
        if self.record is None:
            return
        self.golden = store.records.by_id([self.record])[self.record].fields
        held = store.reviews.open_for([self.record])
        self.open = {field: conflict for (_, field), conflict in held.items()}
        for entry in store.journal.of(self.record, None, ENTRIES_LIMIT):
            for event in entry.events:
                self.events.setdefault(event.field, []).append(event)

    def fate(self, name: str, cells: Cells) -> str:
        """Return what became of one value."""
        if self.record is None:
            return WAITING if self.waits else LOST
        if not self.awaited.isdisjoint(map(str, cells)):
            return WAITING
        field = self.maps[name]
        if self._is(field, cells, self.golden.get(name, Golden()).value):
            return GOLDEN
        waiting = self.open.get(name)
        if waiting is not None and self._contends(field, cells, waiting.contenders):
            return WAITING
        events = self.events.get(name, [])
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
        except (ReferenceMissing, ValueInvalid):
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


def duplicates(hub: Hub, answers: Mapping[str, Sequence[Answer]]) -> int:
    """Return how many records stand for a thing that their system had already, and had not twice before.

    What a record stands for is said by the answer key; one that kamsync made stands for what the
    records stand for that it was made from.
    """
    truths = {(each.system, each.id): each.truth for all_ in answers.values() for each in all_}
    before = Counter((system, truth) for (system, _), truth in truths.items())
    stands: dict[str, str] = {}
    links = [link for link in _links(hub) if link.native_id is not None and link.entity in COUNTED]
    for link in links:
        truth = truths.get((link.system, link.native_id or ""))
        if link.record is not None and truth is not None:
            stands.setdefault(link.record, truth)
    after: Counter[tuple[str, str]] = Counter()
    for link in links:
        known = truths.get((link.system, link.native_id or ""))
        after[link.system, known or stands.get(link.record or "", link.record or "")] += 1
    return sum(max(0, count - max(1, before[key])) for key, count in after.items())


def in_both(hub: Hub, answers: Mapping[str, Sequence[Answer]]) -> int:
    """Return how many records stand for something that both systems had already."""
    had = {(each.system, each.id) for all_ in answers.values() for each in all_}
    systems: dict[str, set[str]] = {}
    for link in _links(hub):
        if link.record is not None and (link.system, link.native_id or "") in had:
            systems.setdefault(link.record, set()).add(link.system)
    return sum(len(each) > 1 for each in systems.values())


def records(hub: Hub, count: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """Return how many records of each entity there are, in the hub and as each system *counted* them."""
    found = {entity: {"golden": hub.store.records.count(entity)} for entity in COUNTED}
    for system, entity, number in count:
        found[entity][system] = number
    return found


def _links(hub: Hub) -> Iterator[Link | Glimpse]:
    """Yield every link that is tied to a record, and those that wait for a person to say to which."""
    for entity in hub.entities():
        after = ""
        while ids := hub.store.records.ids(entity.name, after, PAGE):
            after = ids[-1]
            for links in hub.store.links.of_records(ids).values():
                yield from (each for each in links if hub.speaks_to(each.system, each.entity))
        last = 0
        while asked := hub.store.links.asked(entity.name, last, PAGE):
            last = asked[-1].id
            yield from asked
        last = 0
        while new := hub.store.links.unmatched(entity.name, last, PAGE):
            last = new[-1].id
            yield from new


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), PAGE):
        yield ids[first : first + PAGE]
