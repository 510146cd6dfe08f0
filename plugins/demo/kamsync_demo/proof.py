"""The proof: counted in the systems themselves, by the answer key and in the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from kamsync.model import EXISTS, Cells, Link
from kamsync.testing.fates import Fate, Traces

if TYPE_CHECKING:
    from kamsync.engine import Hub
    from kamsync.sandbox.world import Answer
    from kamsync.store import Glimpse

__all__ = ["Fates", "Witness", "duplicates", "in_both", "records"]

COUNTED = ("account", "contact", "opportunity")
AWAITED_LIMIT = 1_000_000
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
        counts: Counter[Fate] = Counter()
        lost: list[str] = []
        fields: dict[int, list[str]] = {}
        waiting: dict[int, set[str]] = {}
        for row in self.hub.store.links.awaited(AWAITED_LIMIT):
            waiting.setdefault(row.link, set()).add(row.wanted)
        for link_id, field in self.seen:
            fields.setdefault(link_id, []).append(field)
        for part in _parts(sorted(fields)):
            for link in self.hub.store.links.by_id(part).values():
                maps = self.hub.systems[link.system].maps[link.entity].fields
                traces = Traces(self.hub, link, waiting.get(link.id, ()))
                for field in fields[link.id]:
                    for cells in self.seen[link.id, field]:
                        fate = traces.fate(maps[field], cells)
                        counts[fate] += 1
                        if fate is Fate.LOST:
                            lost.append(f"{link.system} {link.native_id}.{field} {cells}")
        return Fates(
            values=sum(counts.values()),
            golden=counts[Fate.GOLDEN],
            superseded=counts[Fate.SUPERSEDED],
            losers=counts[Fate.LOSER],
            waiting=counts[Fate.WAITING],
            lost=tuple(lost),
        )


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


def records(hub: Hub, counted: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Return how many records of each entity there are, in the hub and as each system *counted* them."""
    return {
        entity: {
            "golden": hub.store.records.count(entity),
            **{system: numbers[entity] for system, numbers in counted.items()},
        }
        for entity in COUNTED
    }


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
