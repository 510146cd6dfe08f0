"""Reading: everything at first, then what changed; and single records by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct, structs

from kamsync.model import Native, Page, Reading
from kamsync_hubspot.client.associations import References
from kamsync_hubspot.client.objects import Shape
from kamsync_hubspot.client.records import BATCH, LISTED, SEARCHED, Found, Records, chunks
from kamsync_hubspot.client.wire import Thing, millis
from kamsync_hubspot.portal.stages import STAGE, Stages
from kamsync_hubspot.reading.cursors import Cursor, Range, cursor_from, remembered
from kamsync_hubspot.reading.listing import Lister
from kamsync_hubspot.reading.readings import (
    gone,
    into,
    is_id,
    merged_away,
    merged_ids,
    reading_of,
)
from kamsync_hubspot.reading.sharing import Sharing

__all__ = ["LATE_MS", "Reader", "Schedule"]

Tied: TypeAlias = Mapping[str, Mapping[str, Native]]

LATE_MS = 10_000
"""How long a change may be on its way into what a listing reads."""

SEARCHES_EACH = 5
"""How many pages of a search are read before the records are: a thousand, as one call takes."""


class Schedule(Struct, frozen=True):
    """How far back a search looks again, and how often the archive is looked through.

    *lag_ms* is how long the index of the search may be behind; *archive_ms* how long a deletion may
    wait to be told. *page* is how many records one call brings at most.
    """

    lag_ms: int = 15 * 60 * 1000
    archive_ms: int = 60 * 60 * 1000
    page: int = LISTED

    @property
    def searched(self) -> int:
        """How many records one search brings."""
        return SEARCHED if self.page >= LISTED else self.page


class Reader:
    """Reads the records of one portal."""

    def __init__(
        self,
        records: Records,
        references: References,
        stages: Stages,
        schedule: Schedule,
        pool: Executor,
        parallel: int,
    ) -> None:
        self._records = records
        self._references = references
        self._stages = stages
        self._schedule = schedule
        self._pool = pool
        self._parallel = parallel
        self.sharing = Sharing()

    def foresee(self, reads: Sequence[tuple[str, str | None]]) -> None:
        """Hear which objects are read next, so that those who read the same one search it once."""
        places = [(name, cursor_from(text)) for name, text in reads]
        self.sharing.announce([(n, at) for n, at in places if at and at.ranges is None])

    def read(
        self, shape: Shape, names: Sequence[str], cursor: str | None, *, deleted: bool = True
    ) -> Iterator[Page]:
        """Yield what changed since *cursor*, everything without one; *deleted* says if that as well.

        Everything is listed by id, from what is stored. What changed is searched, and then read from
        what is stored: the index of the search may be behind, so it says which records to look at
        and nothing else, and each search looks back over what the index may not have known before.
        """
        at = cursor_from(cursor)
        if at is None or at.ranges is not None:
            yield from self._everything(shape, names, at)
            return
        yield from self._changes(shape, names, at, deleted=deleted)

    def fetch(
        self, shape: Shape, names: Sequence[str], native_ids: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return records by their ids; what was merged away is gone into its survivor."""
        wanted = [each for each in dict.fromkeys(native_ids) if is_id(each)]
        found = self._records.read(shape, names, wanted)
        readings = {
            r.native_id: r
            for r in self._readings(shape, names, found, keep=True)
            if r.native_id in wanted
        }
        readings |= _taken_over(found.things, wanted)
        missing = [each for each in wanted if each not in readings]
        if missing:
            archived = self._records.read(shape, [], missing, archived=True)
            readings |= {t.id: gone(t) for t in archived.things if t.id in missing}
        lost = [each for each in missing if each not in readings]
        for native_id, thing in zip(lost, self._alone(shape, names, lost), strict=True):
            if thing is not None and thing.id != native_id:
                readings[native_id] = into(native_id, thing)
        return {each: readings[each] for each in wanted if each in readings}

    def find(self, shape: Shape, names: Sequence[str], stamps: Sequence[str]) -> dict[str, Reading]:
        """Return the living records that keep one of *stamps*, by stamp."""
        found = self._records.read(shape, names, stamps, by=self._records.stamp)
        readings = self._readings(shape, names, found)
        return {r.stamp: r for r in readings if r.stamp in set(stamps)}

    def _alone(self, shape: Shape, names: Sequence[str], ids: Sequence[str]) -> list[Thing | None]:
        """Ask for each of *ids* by itself, which is how a merged record answers."""
        return list(self._pool.map(lambda each: self._records.one(shape, names, each), ids))

    def _readings(
        self, shape: Shape, names: Sequence[str], found: Found, *, keep: bool = False
    ) -> list[Reading]:
        """Return records as readings, with their references."""
        ids = [thing.id for thing in found.things]
        tied = self._references.of(shape, names, ids, keep=keep)
        return [self._reading(shape, names, thing, found.at, tied) for thing in found.things]

    def _reading(
        self, shape: Shape, names: Sequence[str], thing: Thing, at: datetime | None, tied: Tied
    ) -> Reading:
        """Return one record as a reading, with what is not among its properties."""
        beside = {
            **tied.get(thing.id, {}),
            **self._stages.derived(shape, names, thing.properties.get(STAGE)),
        }
        return reading_of(thing, names, at, self._records.stamp, beside)

    def _page(self, readings: Sequence[Reading], things: Sequence[Thing], cursor: Cursor) -> Page:
        """Return a page, oldest change first, with what its records took over."""
        ordered = sorted(readings, key=lambda reading: int(reading.version))
        return Page((*ordered, *merged_away(things)), cursor.text())

    def _everything(
        self, shape: Shape, names: Sequence[str], cursor: Cursor | None
    ) -> Iterator[Page]:
        """List what there is; a cursor in the middle of that knows which ranges are left."""
        lister = Lister(
            self._records, shape, names, self._schedule.page, self._pool, self._parallel
        )
        ranges = (cursor.ranges if cursor else None) or (Range(),)
        for block in lister.blocks(ranges):
            cursor = cursor or self._first(block.at)
            things = [thing for page in block.pages for thing in page]
            readings = self._readings(shape, names, Found(things, block.at))
            seen = {**cursor.seen, **_settled(readings)}
            cursor = structs.replace(cursor, seen=remembered(seen, cursor.since))
            left = block.left or None
            yield self._page(readings, things, structs.replace(cursor, ranges=left))

    def _first(self, at: datetime | None) -> Cursor:
        """Return the cursor of a first reading that began *at*."""
        now_ms = self._now_ms(at)
        return Cursor(since=now_ms - LATE_MS, swept=now_ms - LATE_MS, ranges=())

    def _changes(
        self, shape: Shape, names: Sequence[str], cursor: Cursor, *, deleted: bool
    ) -> Iterator[Page]:
        """Search what changed, and read it."""
        seen = dict(cursor.seen)
        is_over = False
        while not is_over:
            hits, cursor, is_over = self._searched(shape, cursor, seen)
            parts = list(chunks(hits, BATCH))
            answers = list(
                self._pool.map(lambda part: self._records.read(shape, names, part), parts)
            )
            things = [thing for found in answers for thing in found.things]
            tied = self._references.of(shape, names, [thing.id for thing in things])
            for part, found in zip(parts, answers, strict=True):
                readings = [self._reading(shape, names, t, found.at, tied) for t in found.things]
                seen |= _settled(readings)
                here = structs.replace(cursor, last=part[-1], seen=remembered(seen, cursor.since))
                yield self._page(readings, found.things, here)
        since = max(cursor.since, cursor.begun - self._schedule.lag_ms)
        cursor = Cursor(since, seen=remembered(seen, since), swept=cursor.swept, begun=cursor.begun)
        yield from self._archived(shape, cursor, wanted=deleted)

    def _searched(
        self, shape: Shape, cursor: Cursor, seen: Mapping[str, int]
    ) -> tuple[list[str], Cursor, bool]:
        """Return the ids of some records that changed and were not read as they are now.

        The pages are told apart by the last id, and never by their number, which ends at 10,000, nor
        by the time alone, which ten thousand records may share.
        """
        hits: list[str] = []
        for _ in range(SEARCHES_EACH):
            found = self._after(shape, cursor)
            oldest = cursor.since - 1
            hits += [t.id for t in found.things if millis(t.updated_at) > seen.get(t.id, oldest)]
            last = str(max((int(t.id) for t in found.things), default=cursor.last or ""))
            begun = cursor.begun if cursor.last else self._now_ms(found.at)
            cursor = structs.replace(cursor, last=last, begun=begun)
            if not found.after or not found.things:
                return hits, cursor, True
        return hits, cursor, False

    def _after(self, shape: Shape, cursor: Cursor) -> Found:
        """Return the next page of a search, or what another reading of this round found there."""
        held = self.sharing.take(shape.name, cursor.last)
        if held is not None:
            return held
        since = self.sharing.since(shape.name, cursor.since)
        filters = [_filter(shape.modified, "GTE", str(since))]
        filters += [_filter("hs_object_id", "GT", cursor.last)] if cursor.last else []
        found = self._records.searched(shape, filters, self._schedule.searched)
        self.sharing.hold(shape.name, cursor.last, found)
        return found

    def _archived(self, shape: Shape, cursor: Cursor, *, wanted: bool) -> Iterator[Page]:
        """Tell what was deleted since the archive was last looked through, if *wanted* and due."""
        due = wanted and cursor.begun - cursor.swept >= self._schedule.archive_ms
        later = structs.replace(cursor, begun=0, swept=cursor.begun if due else cursor.swept)
        after = ""
        while due:
            found = self._records.listed(shape, [], after, self._schedule.page, archived=True)
            told = [gone(t) for t in found.things if _deleted_ms(t) >= cursor.swept - LATE_MS]
            after, due = found.after, bool(found.after)
            if told:
                yield Page(tuple(told), structs.replace(cursor, begun=0).text())
        yield Page((), later.text())

    def _now_ms(self, at: datetime | None) -> int:
        """Return the time of HubSpot, or ours less what a search looks back, where it tells none."""
        if at is not None:
            return int(at.timestamp() * 1000)
        return int(self._records.transport.clock.now().timestamp() * 1000) - self._schedule.lag_ms


def _filter(name: str, operator: str, value: str) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": value}


def _settled(readings: Sequence[Reading]) -> dict[str, int]:
    """Return the versions of the readings that hide no later change."""
    return {reading.native_id: int(reading.version) for reading in readings if reading.settled}


def _deleted_ms(thing: Thing) -> int:
    return millis(thing.archived_at or thing.updated_at)


def _taken_over(things: Sequence[Thing], wanted: Sequence[str]) -> dict[str, Reading]:
    """Return those of *wanted* that one of *things* took over."""
    asked = frozenset(wanted)
    return {
        native_id: into(native_id, thing)
        for thing in things
        for native_id in merged_ids(thing)
        if native_id in asked
    }
