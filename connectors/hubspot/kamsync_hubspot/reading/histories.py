"""The histories of records: each change of each property, when it was made and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime

from msgspec import Struct

from kamsync.model import Author, Entry, Evidence, Native
from kamsync_hubspot.client.objects import Shape
from kamsync_hubspot.client.records import HISTORIES, Records, chunks
from kamsync_hubspot.client.wire import Batch, Change, Thing, millis
from kamsync_hubspot.portal.ourselves import Ourselves
from kamsync_hubspot.portal.people import People
from kamsync_hubspot.portal.stages import STAGE, Stages
from kamsync_hubspot.reading.readings import is_id, native

__all__ = ["Histories"]

OURSELVES = Author("kamsync", own=True, evidence=Evidence.FIELD_HISTORY)


class Told(Struct, frozen=True):
    """One change of one property; *place* keeps the order of those that share their time."""

    at: int
    place: int
    name: str
    value: Native
    change: Change


class Histories:
    """Tells the histories of one portal, fifty records to a call."""

    def __init__(
        self,
        records: Records,
        people: People,
        ourselves: Ourselves,
        stages: Stages,
        pool: Executor,
    ) -> None:
        self._records = records
        self._people = people
        self._ourselves = ourselves
        self._stages = stages
        self._pool = pool

    def of(
        self, shape: Shape, names: Sequence[str], since: Mapping[str, str]
    ) -> dict[str, list[Entry]]:
        """Return the changes of each record from its version on, oldest first.

        What carries the very time of the version is told: it may have been made just after. A value
        that is kept as an association has no history. What is in the recycling bin has one still.
        """
        wanted = [each for each in since if is_id(each)]
        asked = [*shape.plain(names), self._records.stamp]
        things = self._things(shape, asked, wanted, archived=False)
        here = {thing.id for thing in things}
        missing = [each for each in wanted if each not in here]
        things += self._things(shape, asked, missing, archived=True)
        for thing in things:
            told = thing.properties_with_history or {}
            self._ourselves.learn(shape.name, thing.id, told, self._records.stamp)
        return {t.id: self._entries(shape, t, names, since[t.id]) for t in things if t.id in since}

    def _things(
        self, shape: Shape, names: Sequence[str], ids: Sequence[str], *, archived: bool
    ) -> list[Thing]:
        """Return records with their histories, in as many calls as it takes."""
        parts = self._pool.map(
            lambda part: self._told(shape, names, part, archived=archived),
            list(chunks(ids, HISTORIES)),
        )
        return [thing for part in parts for thing in part]

    def _told(
        self, shape: Shape, names: Sequence[str], ids: Sequence[str], *, archived: bool
    ) -> list[Thing]:
        """Ask for the histories of some records.

        The recycling bin is asked with `archived` (developers.hubspot.com, "CRM API | Objects").
        """
        body = {
            "properties": [],
            "propertiesWithHistory": list(dict.fromkeys(names)),
            "inputs": [{"id": each} for each in ids],
        }
        return self._records.batch(shape, body, archived=archived).as_(Batch).results

    def _entries(
        self, shape: Shape, thing: Thing, names: Sequence[str], version: str
    ) -> list[Entry]:
        """Return the changes of one record since *version*, those made at once in one entry."""
        since = int(version) if version.isdecimal() else 0
        told = [
            Told(at, -place, name, native(change.value), change)
            for name in shape.plain(names)
            for place, change in enumerate((thing.properties_with_history or {}).get(name, ()))
            if (at := millis(change.timestamp)) >= since
        ]
        told.sort(key=lambda each: (each.at, each.place))
        return [self._entry(shape, names, each) for each in _at_once(told)]

    def _entry(self, shape: Shape, names: Sequence[str], told: Sequence[Told]) -> Entry:
        """Return changes that were made at once as one entry, with what follows from them."""
        first = told[0]
        values = {each.name: each.value for each in told}
        derived = self._stages.derived(shape, names, values[STAGE]) if STAGE in values else {}
        return Entry(
            values={name: v for name, v in values.items() if name in names} | derived,
            author=self._author(first.change),
            at=datetime.fromtimestamp(first.at / 1000, UTC),
            version=str(first.at),
        )

    def _author(self, change: Change) -> Author:
        """Return who made a change."""
        return OURSELVES if self._ourselves.is_ours(change) else self._people.author(change)


def _at_once(told: Sequence[Told]) -> list[list[Told]]:
    """Return changes in groups: each of one moment and one author, and no property twice."""
    groups: list[list[Told]] = []
    for each in told:
        last = groups[-1] if groups else []
        if last and _goes_with(each, last):
            last.append(each)
        else:
            groups.append([each])
    return groups


def _goes_with(told: Told, group: Sequence[Told]) -> bool:
    """Whether a change belongs to a group."""
    first = group[0]
    same = (first.at, first.change.source_type, first.change.source_id)
    here = (told.at, told.change.source_type, told.change.source_id)
    return same == here and all(each.name != told.name for each in group)
