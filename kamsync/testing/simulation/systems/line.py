"""The line between the hub and a site: where calls and rows go wrong, and what the hub is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from msgspec import structs

from kamsync.connector import Can, Connector, Finding, NativeEntity, Upcoming
from kamsync.errors import SystemDown
from kamsync.model import Entry, Native, Op, Outcome, Page, Reading, Receipt, Write
from kamsync.testing.simulation.drawn.faults import Crash, Gremlin, Land, Watched, Wire
from kamsync.testing.simulation.site import Change, Verdict, Words

if TYPE_CHECKING:
    from kamsync.testing.simulation.systems.staged import StagedTown

__all__ = ["Line"]

T = TypeVar("T")

VERDICTS = {
    "row refused": Verdict.REFUSE,
    "row later": Verdict.BUSY,
    "row unknown, not done": Verdict.BREAK,
    "row lands late": Verdict.BREAK,
}
"""What becomes of a row to which this happens, before it lands."""


class _Row:
    """One row on its way to a site: as it was sent, and how the observer takes it in."""

    def __init__(self, write: Write, watched: Watched, system: str) -> None:
        self.write = write
        self._take: Callable[[], None] = lambda: None
        self._landing: Land = watched(system, write, self._land)

    def landed(self, take: Callable[[], None]) -> None:
        """Let the observer take in that it has landed."""
        self._take = take
        self._landing()

    def _land(self) -> Receipt:
        self._take()
        return Receipt(Outcome.DONE)


class Line(Connector):
    """The line to a site: a connector of its own kind, and all that goes wrong between it and the hub."""

    kind: ClassVar[str] = "line"

    def __init__(self, town: StagedTown, gremlin: Gremlin, watched: Watched) -> None:
        self.town = town
        self._gremlin = gremlin
        self._watched = watched
        self._wire = Wire(town.cast.name, town.cast.can, gremlin, watched)
        self._rows: list[_Row] = []
        self._crashed = False
        self._entity = ""
        town.site.gate = self
        town.own = self._landing
        self._inner = town.site.connect()

    def renew(self) -> None:
        """Begin anew, as a process does that knows nothing."""
        self._inner.close()
        self._inner = self.town.site.connect()

    @property
    def can(self) -> Can:
        """What the site is able to do."""
        return self._inner.can

    @property
    def batch_limit(self) -> int:
        """As many as the history says, so that there are several batches."""
        return min(self._inner.batch_limit, self.town.cast.batch)

    def identity(self) -> str | None:
        """Return what the site says it is."""
        return self._inner.identity()

    def foresee(self, reads: Sequence[Upcoming]) -> None:
        """Hand on which reads follow."""
        self._inner.foresee(reads)

    def describe(self) -> Mapping[str, NativeEntity]:
        """Return what the site shows."""
        return self._inner.describe()

    def read(self, object_: str, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield what changed, page by page; each page may be the last one that arrives."""
        pages = self._inner.read(object_, names, cursor)
        while True:
            page = self._call("read", object_, lambda: next(pages, None))
            if page is None:
                return
            self._show(object_, names, page.readings)
            yield page

    def fetch(
        self, object_: str, names: Sequence[str], native_ids: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the present state of records."""
        found = self._call("fetch", object_, lambda: self._inner.fetch(object_, names, native_ids))
        self._show(object_, names, found.values())
        return found

    def find(
        self, object_: str, names: Sequence[str], stamps: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the living records that keep one of *stamps*."""
        found = self._call("find", object_, lambda: self._inner.find(object_, names, stamps))
        self._show(object_, names, found.values())
        return found

    def search(
        self, object_: str, names: Sequence[str], values: Mapping[str, Native]
    ) -> Sequence[Reading]:
        """Return the living records that hold all of *values*."""
        found = self._call("search", object_, lambda: self._inner.search(object_, names, values))
        self._show(object_, names, found)
        return found

    def history(
        self, object_: str, names: Sequence[str], since: Mapping[str, str]
    ) -> Mapping[str, Sequence[Entry]]:
        """Return what the site tells of its past."""
        told = self._call("history", object_, lambda: self._inner.history(object_, names, since))
        table = self.town.table(self.town.entities[object_])
        words = self.town.words[self.town.entities[object_]]
        for native_id, entries in told.items():
            row = table.rows.get(native_id)
            said = {pair for entry in entries for pair in words.ours(entry.values).items()}
            acts = row.acts if row is not None else ()
            self.town.watch.tell(act for act in acts if said & set(act.values.items()))
        return told

    def write(self, object_: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """Send rows; what is asked at the gate decides what becomes of each."""
        return self._call("write", object_, partial(self._sent, object_, writes))

    def check(self) -> Sequence[Finding]:
        """Say what the site says."""
        return self._inner.check()

    def before(self, object_: str, native_id: str | None, stamp: str | None) -> Verdict:
        """Say what becomes of a row that is about to land."""
        row = self._row(object_, native_id, stamp)
        if self._crashed:
            return Verdict.BREAK
        due = self._due = self._gremlin.at("row")
        if due == "edit before a row":
            self._gremlin.meddle(self.town.cast.name, row.write)
        if due == "crash before a row":
            self._crashed = True
            return Verdict.BREAK
        return VERDICTS.get(due, Verdict.GO)

    def after(self, object_: str, native_id: str | None, stamp: str | None) -> Verdict:
        """Say whether anybody hears of a row that has landed."""
        if self._due == "edit after a row":
            row = self._row(object_, native_id, stamp)
            self._gremlin.meddle(self.town.cast.name, row.write)
        if self._due == "crash after a row":
            self._crashed = True
        broken = self._crashed or self._due == "row unknown, done"
        return Verdict.BREAK if broken else Verdict.GO

    def _sent(self, object_: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        words = self.town.words[self.town.entities[object_]]
        self._rows = [
            _Row(part, self._watched, self.town.cast.name)
            for write in writes
            for part in _parts(structs.replace(write, values=words.ours(write.values)), words)
        ]
        return self._inner.write(object_, writes)

    def _call(self, call: str, object_: str, answered: Callable[[], T]) -> T:
        """Let one call go through, struck by what goes wrong around it."""
        self._wire.before(call, object_)
        if not self.town.up:
            raise SystemDown(f"{self.town.cast.name} is down.", hint="It comes back by itself.")
        try:
            with self.town.calling():
                answer = answered()
        finally:
            if self._crashed:
                self._crashed = False
                raise Crash
        self._wire.after(call, object_)
        return answer

    def _row(
        self, object_: str, native_id: str | None, stamp: str | None, names: Iterable[str] = ()
    ) -> _Row:
        """Return the row that lands: by its id, or by its stamp where it makes a record.

        Of one that lands in parts, it is the part with what it changes.
        """
        found = [row for row in self._rows if native_id and row.write.native_id == native_id]
        for row in found:
            if row.write.values.keys() >= set(names):
                return row
        if found:
            return found[0]
        # Twins are one record, and so what is written to them has one stamp.
        for row in self._rows:
            if stamp and row.write.stamp == stamp and row.write.op is Op.CREATE:
                return row
        raise AssertionError(f"kamsync never sent anything to {object_} {native_id or stamp}")

    def _landing(self, change: Change) -> Callable[[Callable[[], None]], None]:
        words = self.town.words[self.town.entities[change.object]]
        names = words.ours(change.values)
        return self._row(change.object, change.id, change.stamp, names).landed

    def _show(self, object_: str, names: Sequence[str], readings: object) -> None:
        """Note what the hub has been shown, in our words."""
        entity = self.town.entities[object_]
        asked = tuple(self.town.words[entity].ours(dict.fromkeys(names)))
        rows = self.town.table(entity).rows
        for reading in readings:  # type: ignore[attr-defined]
            if reading.native_id in rows:
                self.town.watch.show(rows[reading.native_id], asked)


def _parts(write: Write, words: Words) -> list[Write]:
    """Return the parts in which a write lands: what a site keeps beside a record is one of its own."""
    beside = {name: value for name, value in write.values.items() if name in words.beside}
    rest = {name: value for name, value in write.values.items() if name not in words.beside}
    if write.op is not Op.UPDATE or not beside or not rest:
        return [write]
    return [structs.replace(write, values=part) for part in (rest, beside)]
