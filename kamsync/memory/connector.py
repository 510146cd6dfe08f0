"""The connector to a system in memory: the contract of `kamsync.connector`, with every capability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

from msgspec import structs

from kamsync.connector import Can, Connector, Finding, NativeEntity, NativeField
from kamsync.draft import Draft
from kamsync.errors import ConfigurationInvalid, SystemDown
from kamsync.memory.acts import Row
from kamsync.memory.faults import Faults
from kamsync.memory.landing import Landing
from kamsync.memory.options import can_of, natural, stamps_of
from kamsync.memory.system import MemorySystem
from kamsync.memory.views import View
from kamsync.memory.wholes import stopped
from kamsync.model import Author, Entry, Native, Op, Outcome, Page, Reading, Receipt, Write

__all__ = ["ALL", "Memory"]

ALL = ~Can.NOTHING
WRITES = Can.CREATE | Can.UPDATE | Can.DELETE
OPS = {Op.CREATE: Can.CREATE, Op.UPDATE: Can.UPDATE, Op.DELETE: Can.DELETE}
NO_FAULTS = Faults()


class Memory(Connector):
    """Speaks to a `MemorySystem`, with as many capabilities as it is told to have.

    Args:
        path: the file of acts; without one, the system is empty and forgotten at the end.
        can: the capabilities by name; all of them without it.
        stamps: whether versions are ``exact``, or as coarse as one ``second``; as *can* says.
        page: how many records one page of changes holds.
        batch: how many writes or ids one call may carry.
        user: the id of the user as whom kamsync writes.
        read_only: objects that may be read only.
    """

    kind: ClassVar[str] = "memory"

    def __init__(
        self,
        path: Path | None = None,
        can: Sequence[str] | None = None,
        stamps: Literal["exact", "second"] | None = None,
        page: int = 200,
        batch: int = 100,
        user: str = "kamsync",
        read_only: Sequence[str] = (),
    ) -> None:
        self.faults = NO_FAULTS
        self.calls: Counter[str] = Counter()
        """How often each call was made."""
        self.landed: Counter[Op] = Counter()
        """How many writes have changed something, by operation."""
        self._page = natural("page", page)
        self._batch = natural("batch", batch)
        self._user = Author(user, own=True)
        self._read_only = frozenset(read_only)
        self._can = stamps_of(ALL if can is None else can_of(can), stamps)
        self._path = path
        self._system: MemorySystem | None = None
        if path is None:
            self.connect(MemorySystem(), self._can)
        else:
            _require_place(path)

    @classmethod
    def draft(cls) -> Draft:
        """Return a section that leads to a file beside the configuration."""
        return Draft('# What people did there, act by act.\npath = "$SYSTEM.jsonl"')

    @classmethod
    def over(
        cls,
        system: MemorySystem,
        can: Can = ALL,
        *,
        page: int = 200,
        batch: int = 100,
        user: str = "kamsync",
        read_only: Sequence[str] = (),
        faults: Faults = NO_FAULTS,
    ) -> Memory:
        """Return a connector to *system*, which others may be connected to as well."""
        memory = cls(page=page, batch=batch, user=user, read_only=read_only)
        memory.connect(system, can)
        memory.faults = faults
        return memory

    def connect(self, system: MemorySystem, can: Can) -> None:
        """Speak to *system* from now on, with the capabilities *can*."""
        self._system = system
        self._can = can
        self._view = View(system, can)
        self._landing = Landing(system, can, self._user)

    @property
    def system(self) -> MemorySystem:
        """The system that this connector speaks to; its file is opened when it is first asked for."""
        if self._system is None:
            self.connect(MemorySystem(path=self._path), self._can)
        assert self._system is not None
        return self._system

    @property
    def can(self) -> Can:
        """What this system is told to be able to do."""
        return self._can

    @property
    def batch_limit(self) -> int:
        """How many writes or ids one call may carry."""
        return self._batch

    def identity(self) -> str | None:
        """Return what the system's file says it is; one without a file need not have an identity."""
        if self._path is None and self.system.identity is None:
            return None
        self._begin("identity", "")
        told = self.system.identity
        self.faults.after("identity", "")
        return told

    def describe(self) -> Mapping[str, NativeEntity]:
        """Return the objects that are described, else those in use, which take any other field."""
        self._begin("describe", "")
        described = {name: self._described(name) for name in self.system.names()}
        self.faults.after("describe", "")
        return described

    def read(self, object_: str, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield what changed since *cursor*, each record at the place of its last change.

        A record that changes again while pages are read is shown as it is by then, and once more
        after the last cursor that is given out here.
        """
        asked = tuple(names)
        self._begin("read", object_)
        changed = self._view.changed(object_, cursor)
        last = cursor or ""
        for start in range(0, max(len(changed), 1), self._page):
            if start:
                self._begin("read", object_)
            part = changed[start : start + self._page]
            shown = [row for row, _ in part if self._view.shows(row)]
            last = part[-1][1] if part else last
            page = Page(tuple(self._view.reading(row, asked) for row in shown), last)
            self.faults.after("read", object_)
            self._show(shown, asked)
            yield page

    def fetch(
        self, object_: str, names: Sequence[str], native_ids: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the present state of records; without TOMBSTONES, one that is gone is missing."""
        self._begin("fetch", object_, native_ids)
        known = self.system.table(object_).rows
        rows = [known[native_id] for native_id in native_ids if native_id in known]
        shown = {row.id: row for row in rows if self._view.shows(row)}
        return self._answer("fetch", object_, names, shown)

    def write(self, object_: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """Carry out writes one by one; nothing is done if one of them is beyond the capabilities.

        Where the system takes only a whole, the rows of one are carried out all or not at all.
        """
        self._begin("write", object_, writes)
        for write in writes:
            self._require_able(object_, write)
        with self.system.session():
            halted = self._halted(object_, writes)
            receipts = [
                halted.get(place) or self.faults.row(write, partial(self._land, object_, write))
                for place, write in enumerate(writes)
            ]
        self.faults.after("write", object_)
        rows = self.system.table(object_).rows
        for receipt in receipts:
            if receipt.reading is not None:
                row = rows[receipt.reading.native_id]
                self._show([row], tuple(self._view.names(row)))
        return receipts

    def history(
        self, object_: str, names: Sequence[str], since: Mapping[str, str]
    ) -> Mapping[str, Sequence[Entry]]:
        """Return the acts after each version that gave one of *names* a value."""
        self._require(Can.HISTORY, "history")
        self._begin("history", object_, since)
        known = self.system.table(object_).rows
        told = {
            native_id: self._view.acts_after(known[native_id], version)
            for native_id, version in since.items()
            if native_id in known and (object_, native_id) not in self.system.hidden_records
        }
        entries = {native_id: self._view.entries(acts, names) for native_id, acts in told.items()}
        self.faults.after("history", object_)
        for acts in told.values():
            self.system.watch.tell(acts)
        return entries

    def find(
        self, object_: str, names: Sequence[str], stamps: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the living records that keep one of *stamps*."""
        self._require(Can.STAMP, "find")
        self._begin("find", object_, stamps)
        table = self.system.table(object_)
        found = {stamp: row for stamp in stamps if (row := table.stamped(stamp)) is not None}
        rows = {stamp: row for stamp, row in found.items() if self._view.shows(row)}
        return self._answer("find", object_, names, rows)

    def search(
        self, object_: str, names: Sequence[str], values: Mapping[str, Native]
    ) -> Sequence[Reading]:
        """Return the living records that hold all of *values*, unless they changed just now."""
        self._require(Can.SEARCH, "search")
        self._begin("search", object_)
        indexed = self.system.now() - self.system.search_lag
        rows = {
            row.id: row
            for row in self.system.table(object_).living()
            if row.last.at <= indexed
            and self._view.shows(row)
            and all(row.values.get(name) == value for name, value in values.items())
        }
        return list(self._answer("search", object_, names, rows).values())

    def check(self) -> Sequence[Finding]:
        """Say that the system is there."""
        self._begin("check", "")
        return (Finding(ok=True, about="connection", text="The memory system answers."),)

    def close(self) -> None:
        """Close the system's file, if there is one that was opened."""
        if self._system is not None:
            self._system.close()

    def _begin(self, call: str, object_: str, carried: Iterable[object] = ()) -> None:
        """Let a call begin, unless the system is down or has no such object."""
        self.calls[call] += 1
        self.faults.before(call, object_)
        if not self.system.up:
            raise SystemDown("The memory system is down.", hint="It comes back by itself.")
        if object_ and self.system.objects is not None and object_ not in self.system.objects:
            raise self._unsupported(f"anything with {object_!r}, which is no object here")
        assert sum(1 for _ in carried) <= self._batch, f"{call} carries more than the batch limit"
        self.system.catch_up()

    def _answer(
        self, call: str, object_: str, names: Sequence[str], rows: Mapping[str, Row]
    ) -> dict[str, Reading]:
        """Return the readings of *rows*, once nothing can keep them from arriving."""
        asked = tuple(names)
        readings = {key: self._view.reading(row, asked) for key, row in rows.items()}
        self.faults.after(call, object_)
        self._show(rows.values(), asked)
        return readings

    def _show(self, rows: Iterable[Row], names: tuple[str, ...]) -> None:
        for row in rows:
            self.system.watch.show(row, names)

    def _land(self, object_: str, write: Write) -> Receipt:
        before = self.system.seq
        receipt = self._landing.land(object_, write)
        if receipt.outcome is Outcome.DONE and self.system.seq != before:
            self.landed[write.op] += 1
        return receipt

    def _halted(self, object_: str, writes: Sequence[Write]) -> Mapping[int, Receipt]:
        """Return the receipts of rows whose whole would not be right."""
        rule = self.system.shares.get(object_)
        if rule is None:
            return {}
        told = {p: self._landing.objection(object_, write) for p, write in enumerate(writes)}
        objections = {place: receipt for place, receipt in told.items() if receipt is not None}
        creates = {p: write for p, write in enumerate(writes) if write.op is Op.CREATE}
        repeats = {p for p, w in creates.items() if self._landing.repeated(object_, w) is not None}
        return stopped(self.system, object_, rule, writes, objections, repeats)

    def _require(self, can: Can, what: str) -> None:
        if can not in self._can:
            raise self._unsupported(what)

    def _require_able(self, object_: str, write: Write) -> None:
        """Raise `Unsupported` for a write that this system cannot do at all."""
        self._require(OPS[write.op], str(write.op))
        if object_ in self._read_only:
            raise self._unsupported(f"{write.op} of {object_}, which is read-only")
        described = (self.system.objects or {}).get(object_)
        if described is not None and OPS[write.op] not in described.can:
            raise self._unsupported(f"{write.op} of {object_}")
        if write.op is Op.CREATE and write.native_id is not None:
            self._require(Can.UNDELETE, "undelete")

    def _described(self, object_: str) -> NativeEntity:
        """Return what can be said of one object."""
        can = self._can & ~WRITES if object_ in self._read_only else self._can
        described = (self.system.objects or {}).get(object_)
        if described is not None:
            fields = {n: f for n, f in described.fields.items() if self.system.has(object_, n)}
            return structs.replace(described, can=described.can & can, fields=fields)
        rows = self.system.table(object_).rows.values()
        names = dict.fromkeys(name for row in rows for name in row.values)
        return NativeEntity(object_, {name: NativeField(name) for name in names}, can, open=True)


def _require_place(path: Path) -> None:
    """Refuse a path whose folder is not there, before anybody connects to it."""
    if not path.parent.is_dir():
        raise ConfigurationInvalid(
            f"The memory system's file {path} cannot be opened: No such file or directory. "
            "Give the path of a file in a folder that you may write to."
        )
