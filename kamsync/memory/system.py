"""A system in memory: native records, people who act on them, and everything that ever happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path

from kamsync.clock import Clock, SystemClock
from kamsync.connector import NativeEntity
from kamsync.errors import RecordRefused, SystemDown, UnknownName
from kamsync.memory.acts import Act, Deed, Row
from kamsync.memory.log import Log
from kamsync.memory.people import Person
from kamsync.memory.rules import Derive, Rewrite, Shares, refusal, stored
from kamsync.memory.tables import Table
from kamsync.memory.watch import Clobber, Watch
from kamsync.model import Author, Native

__all__ = ["SOMEBODY", "MemorySystem"]

SOMEBODY = Author("somebody")

Values = Mapping[str, Native]


class MemorySystem:
    """The outside world of one system.

    Its state is the sequence of acts; with a *path*, the acts are kept in a file, which several
    systems in several processes may share. *objects* say which objects and fields there are; without
    them, any name will do. *rewrite* is applied to each value on its way in, as by a system that
    trims or rounds, and *derive* adds what follows; *truncates* shortens texts to a field's limit
    instead of refusing them. Acts may become visible up to *lateness* after the time that they are
    stamped with, and are not searched until *search_lag* after it. While *up* is False, no connector
    gets an answer; people go on working. *identity* is what a system without a file says it is; one
    with a file has its identity there, and a copy of the file has the same. *shares* are rules by
    object about what adds up; people keep them by their forms, so that only kamsync is held to them.
    """

    def __init__(  # noqa: PLR0913 - each is a way in which systems differ
        self,
        *,
        clock: Clock | None = None,
        path: str | PathLike[str] | None = None,
        objects: Mapping[str, NativeEntity] | None = None,
        rewrite: Rewrite | None = None,
        derive: Derive | None = None,
        truncates: bool = False,
        lateness: timedelta = timedelta(0),
        search_lag: timedelta = timedelta(0),
        identity: str | None = None,
        shares: Mapping[str, Shares] | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.objects = objects
        self.lateness = lateness
        self.shares = dict(shares or {})
        self.search_lag = search_lag
        self.up = True
        self.hidden: set[tuple[str, str]] = set()
        """Fields, by object and name, that kamsync's user has no permission to see."""
        self.hidden_records: set[tuple[str, str]] = set()
        """Records, by object and id, that kamsync's user has no permission to see: as if not there."""
        self.watch = Watch()
        self._rewrite = rewrite
        self._derive = derive
        self._truncates = truncates
        self._tables: dict[str, Table] = {}
        self._seq = 0
        self._now: datetime | None = None
        self._pending: list[Act] | None = None
        self._log = Log(Path(path)) if path is not None else None
        self.identity = self._log.identity if self._log is not None else identity
        self.catch_up()

    # What people do.

    def act(self, person: str, name: str = "") -> Person:
        """Return *person*, who can act here."""
        return Person(self, Author(person, name))

    def create(
        self, object_: str, values: Values, *, author: Author = SOMEBODY, at: datetime | None = None
    ) -> str:
        """Make a record and return its native id."""
        with self.session():
            return self.do(Deed.CREATE, object_, None, values, author, at=at).id

    def edit(
        self,
        object_: str,
        native_id: str,
        values: Values,
        *,
        author: Author = SOMEBODY,
        at: datetime | None = None,
    ) -> None:
        """Change fields of a living record."""
        with self.session():
            self.living(object_, native_id)
            self.do(Deed.EDIT, object_, native_id, values, author, at=at)

    def touch(self, object_: str, native_id: str, *, author: Author = SOMEBODY) -> None:
        """Save a record without changing anything: only its version and its editor change."""
        self.edit(object_, native_id, {}, author=author)

    def delete(self, object_: str, native_id: str, *, author: Author = SOMEBODY) -> None:
        """Delete a living record."""
        with self.session():
            self.living(object_, native_id)
            self.do(Deed.DELETE, object_, native_id, {}, author)

    def undelete(self, object_: str, native_id: str, *, author: Author = SOMEBODY) -> None:
        """Bring a deleted record back as it was, under its own id; also one that was merged away.

        What the survivor of a merge took over stays there as well.
        """
        with self.session():
            row = self.row(object_, native_id)
            if row is None or row.alive:
                raise UnknownName(f"No deleted {object_} {native_id!r} is here to be brought back.")
            self.do(Deed.UNDELETE, object_, native_id, {}, author)

    def merge(self, object_: str, loser: str, survivor: str, *, author: Author = SOMEBODY) -> None:
        """Let *survivor* take *loser* over: its blanks are filled, references to the loser follow."""
        with self.session():
            gone, kept = self.living(object_, loser), self.living(object_, survivor)
            filled = {
                name: value for name, value in gone.values.items() if kept.values.get(name) is None
            }
            self.do(Deed.MERGE, object_, loser, {}, author, into=survivor)
            self.do(Deed.EDIT, object_, survivor, filled, author)
            self._follow(loser, survivor, author)

    # What is there.

    def values(self, object_: str, native_id: str) -> dict[str, Native] | None:
        """Return what a living record holds, None if it is not there."""
        row = self.row(object_, native_id)
        return dict(row.values) if row is not None and row.alive else None

    def records(self, object_: str) -> dict[str, dict[str, Native]]:
        """Return all living records of one object, by native id."""
        self.catch_up()
        return {row.id: dict(row.values) for row in self.table(object_).living()}

    def acts(self, object_: str, native_id: str) -> tuple[Act, ...]:
        """Return everything that ever happened to one record, oldest first."""
        row = self.row(object_, native_id)
        return tuple(row.acts) if row is not None else ()

    @property
    def clobbered(self) -> list[Clobber]:
        """What kamsync replaced without having been shown it, and has not found in a history since.

        Only what this system itself has answered counts as shown: not what other processes read.
        """
        return self.watch.clobbered

    def row(self, object_: str, native_id: str) -> Row | None:
        """Return one row, gone or not, None if it was never there."""
        self.catch_up()
        return self.table(object_).rows.get(native_id)

    def living(self, object_: str, native_id: str) -> Row:
        """Return one row that is there; `UnknownName` if it is not."""
        row = self.row(object_, native_id)
        if row is None or not row.alive:
            raise UnknownName(f"There is no {object_} {native_id!r} here.")
        return row

    def table(self, object_: str) -> Table:
        """Return the rows of one object."""
        table = self._tables.get(object_)
        if table is None:
            table = self._tables[object_] = Table(object_)
        return table

    def names(self) -> list[str]:
        """Return the objects that are described or were ever used."""
        return sorted({*self._tables, *(self.objects or {})})

    def has(self, object_: str, name: str) -> bool:
        """Whether kamsync's user may see a field of this name."""
        if (object_, name) in self.hidden:
            return False
        described = (self.objects or {}).get(object_)
        return described is None or described.open or name in described.fields

    @property
    def seq(self) -> int:
        """The place of the last act among all that ever happened here."""
        return self._seq

    def now(self) -> datetime:
        """Return this system's time, which never falls."""
        now = self.clock.now()
        if self._now is not None and now < self._now:
            return self._now
        self._now = now
        return now

    # How it happens.

    @contextmanager
    def session(self) -> Iterator[None]:
        """Keep other processes out, and put all acts of this block on disk together at its end."""
        if self._log is None or self._pending is not None:
            yield
            return
        with self._log.locked():
            self.catch_up()
            self._pending = []
            try:
                yield
            finally:
                self._keep(self._log)

    def do(  # noqa: PLR0913 - an act has all these sides
        self,
        deed: Deed,
        object_: str,
        native_id: str | None,
        values: Values,
        author: Author,
        *,
        at: datetime | None = None,
        stamp: str | None = None,
        key: str = "",
        into: str | None = None,
    ) -> Act:
        """Let one act happen, within a session; `RecordRefused` if the system does not allow it."""
        reason = refusal(
            self.objects,
            object_,
            values,
            is_new=deed is Deed.CREATE,
            own=author.own,
            truncates=self._truncates,
        )
        if reason:
            raise RecordRefused(reason)
        kept = stored(self.objects, object_, values, self._rewrite)
        if self._derive is not None:
            kept |= self._derive(object_, kept)
        act = Act(
            seq=self._seq + 1,
            deed=deed,
            object=object_,
            id=native_id or f"{object_}-{self._seq + 1}",
            at=self._stamped(object_, native_id, at),
            by=author.id,
            name=author.name,
            own=author.own,
            values=kept,
            stamp=stamp,
            key=key,
            into=into,
        )
        self._happen(act)
        if self._pending is not None:
            self._pending.append(act)
        return act

    def put_back(self, seq: int) -> None:
        """Be what this was after the act at the place *seq*, as from a backup; only without a file.

        Versions and times are those of then. Ids and places that were given since are not given again.
        """
        assert self._log is None, "the file of a system holds all that ever happened there"
        self._seq += 1
        for name, before in self._tables.items():
            acts = [act for row in before.rows.values() for act in row.acts if act.seq <= seq]
            table = self._tables[name] = Table(name)
            for act in sorted(acts, key=lambda act: act.seq):
                table.take(act).shown = before.rows[act.id].shown

    def catch_up(self) -> None:
        """Take in what other processes did."""
        if self._log is not None and self._pending is None:
            for act in self._log.fresh():
                self._happen(act)

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._log is not None:
            self._log.close()

    def _keep(self, log: Log) -> None:
        """Put the session's acts on disk; if that fails, they never happened."""
        pending, self._pending = self._pending, None
        if not pending:
            return
        try:
            log.append(pending)
        except OSError as error:
            self._tables.clear()
            self._seq = 0
            log.rewind()
            raise SystemDown(
                f"{log.path} cannot be written: {error.strerror}. Make room, then try again."
            ) from error

    def _happen(self, act: Act) -> None:
        table = self.table(act.object)
        if act.own and act.id in table.rows:
            self.watch.notice(table.rows[act.id], act)
        self._seq = act.seq
        self._now = act.at if self._now is None else max(act.at, self._now)
        table.take(act)

    def _stamped(self, object_: str, native_id: str | None, at: datetime | None) -> datetime:
        """Return the time to stamp an act with: now, or the time at which a late one began."""
        now = self.now()
        if at is None:
            return now
        assert now - self.lateness <= at <= now, "an act is later than this system allows"
        row = self.table(object_).rows.get(native_id or "")
        return at if row is None else max(at, row.last.at)

    def _follow(self, loser: str, survivor: str, author: Author) -> None:
        """Let references to a merged record name its survivor, where they are described."""
        for object_, described in (self.objects or {}).items():
            names = [n for n, field in described.fields.items() if field.type == "reference"]
            for row in list(self.table(object_).living()) if names else ():
                moved = {name: survivor for name in names if row.values.get(name) == loser}
                if moved:
                    self.do(Deed.EDIT, object_, row.id, moved, author)
