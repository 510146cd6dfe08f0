"""What is kept of each round and of each plan, for history, approval and undo."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from kamsync.errors import UnknownName
from kamsync.journal import Journal
from kamsync.store.codec import object_of, written
from kamsync.store.counters import Counters
from kamsync.store.database import Database, Row

__all__ = ["INTERRUPTED", "RUNNING", "PlanRow", "Plans", "RoundRow", "Rounds"]


RUNNING = "running"
INTERRUPTED = "interrupted"


class PlanRow(Struct, frozen=True):
    """One plan: of which round, when made, what it amounts to, and what became of it.

    *state* is ``open``, ``approved``, ``dropped`` or ``done``.
    """

    id: str
    round: str
    made: str
    summary: dict[str, Any] = {}
    state: str = "open"


class RoundRow(Struct, frozen=True):
    """One round: of what kind, when, how it ended and what it amounted to.

    *state* is ``running`` until it has ended; of one whose process died before, the next round notes
    that it was ``interrupted``. *approved* names the plan that a person let it carry out.
    """

    id: str
    number: int
    kind: str
    started: str
    finished: str = ""
    state: str = RUNNING
    approved: str = ""
    summary: dict[str, Any] = {}


_PLAN = "SELECT id, round, made, summary, state FROM plan"
_ROUND = "SELECT id, number, kind, started, finished, state, approved, summary FROM round"
_LAST_CHARACTER = "\U0010ffff"


class Plans:
    """The plans of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, plan: PlanRow) -> None:
        """Insert a plan, or keep what it is now: another round may come to the same plan."""
        self._database.run(
            "INSERT INTO plan (id, round, made, summary, state) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET round = excluded.round, made = excluded.made,"
            " summary = excluded.summary, state = excluded.state",
            (plan.id, plan.round, plan.made, written(plan.summary, plan.id), plan.state),
        )

    def get(self, id_or_prefix: str) -> PlanRow:
        """Return the plan with that id, or the only one whose id begins so; else `UnknownName`.

        No id at all, as from a variable that was never set, names no plan.
        """
        end = id_or_prefix and id_or_prefix + _LAST_CHARACTER
        rows = self._database.rows(
            f"{_PLAN} WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", (id_or_prefix, end)
        )
        if rows and (len(rows) == 1 or rows[0][0] == id_or_prefix):
            return _plan(rows[0])
        if rows:
            raise UnknownName(f"Several plans begin with {id_or_prefix!r}; give more of the id.")
        raise UnknownName(f"There is no plan {id_or_prefix!r}; `kamsync plan` makes a new one.")

    def latest(self) -> PlanRow | None:
        """Return the plan that was made last."""
        row = self._database.row(f"{_PLAN} ORDER BY made DESC, id DESC LIMIT 1")
        return _plan(row) if row else None


class Rounds:
    """The rounds of a store, numbered from 1."""

    def __init__(self, database: Database, counters: Counters, journal: Journal) -> None:
        self._database = database
        self._counters = counters
        self._journal = journal

    def start(self, kind: str, at: str) -> str:
        """Note that a round began and return its id; the journal counts what follows as a part of it."""
        with self._database.transaction():
            number = self._counters.take("round")
            self._database.run(
                "INSERT INTO round (id, number, kind, started, finished, state, approved, summary)"
                " VALUES (?, ?, ?, ?, '', 'running', '', '{}')",
                (f"round-{number}", number, kind, at),
            )
        self._journal.round = f"round-{number}"
        return self._journal.round

    def finish(self, id_: str, state: str, summary: Mapping[str, Any], at: str = "") -> None:
        """Note how a round ended; one that was killed stays ``running`` until the next one begins."""
        self._journal.round = ""
        self._database.run(
            "UPDATE round SET state = ?, summary = ?, finished = ? WHERE id = ?",
            (state, written(dict(summary), id_), at, id_),
        )

    def approve(self, id_: str, plan: str) -> None:
        """Note that a person let this round carry out *plan*: what it writes was asked for."""
        self._database.run("UPDATE round SET approved = ? WHERE id = ?", (plan, id_))

    def break_off(self) -> None:
        """Note of every round that still runs that it was interrupted. Needs the round lock."""
        self._database.run("UPDATE round SET state = ? WHERE state = ?", (INTERRUPTED, RUNNING))

    def list(self, limit: int) -> list[RoundRow]:
        """Return the last rounds, newest first."""
        rows = self._database.rows(f"{_ROUND} ORDER BY number DESC LIMIT ?", (limit,))
        return [_round(row) for row in rows]

    def since(self, round_: RoundRow) -> Iterator[str]:
        """Yield the ids of a round and of all after it, newest first."""
        sql = "SELECT id FROM round WHERE number >= ? ORDER BY number DESC"
        return (row[0] for row in self._database.rows(sql, (round_.number,)))

    def has_run_since(self, round_: RoundRow, quiet: Collection[str]) -> bool:
        """Whether a round of another kind than the *quiet* ones ran after *round_* began.

        Such rounds run one at a time, so the newest of them tells; one that was killed may have.
        """
        row = self._database.row(
            f"{_ROUND} WHERE kind NOT IN ({', '.join('?' * len(quiet))}) ORDER BY number DESC LIMIT 1",
            tuple(sorted(quiet)),
        )
        if row is None:
            return False
        newest = _round(row)
        is_later = newest.number > round_.number or newest.finished > round_.started
        return is_later or newest.state == RUNNING

    def get(self, id_: str) -> RoundRow:
        """Return a round by its id or number; `UnknownName` if there is none."""
        name = f"round-{id_}" if id_.isdecimal() else id_
        row = self._database.row(f"{_ROUND} WHERE id = ?", (name,))
        if row is None:
            raise UnknownName(f"There is no round {id_!r}; `kamsync history` lists them.")
        return _round(row)


def _plan(row: Row) -> PlanRow:
    return PlanRow(row[0], row[1], row[2], object_of(row[3]), row[4])


def _round(row: Row) -> RoundRow:
    return RoundRow(*(*row[:7], object_of(row[7])))
