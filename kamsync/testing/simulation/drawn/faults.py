"""What goes wrong in one step: faults at counted places, drawn from the tape of faults."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeAlias

from kamsync.clock import Clock
from kamsync.connector import Can
from kamsync.errors import ConfigurationInvalid, QuotaSpent, StoreBusy, StoreUnusable, SystemDown
from kamsync.memory import Faults
from kamsync.model import Op, Outcome, Receipt, Write
from kamsync.testing.simulation.drawn.choices import Choices

__all__ = ["APART", "FAULTS", "LAST", "LATER", "SITES", "Crash", "Gremlin", "Wire"]

FAULTS = {
    "crash before a commit": "commit",
    "crash after a commit": "commit",
    "crash before a call": "call",
    "crash after a call": "call",
    "crash before a row": "row",
    "crash after a row": "row",
    "no answer, nothing done": "call",
    "no answer, all done": "call",
    "quota spent": "call",
    "row refused": "row",
    "row later": "row",
    "row unknown, not done": "row",
    "row unknown, done": "row",
    "row lands late": "row",
    "edit before a row": "row",
    "edit after a row": "row",
    "edit before a call": "call",
    "edit after a call": "call",
}
"""What can go wrong, and whether it strikes at a commit, a call or a row."""

LATER = {
    "token lost": "call",
    "clock jumps": "step",
    "search lags": "step",
    "permission lost": "step",
    "started again": "step",
    "store busy": "begin",
    "store full": "commit",
    "commit without an answer": "commit",
    "another hub": "call",
    "decision amid a call": "call",
    "store upgraded": "step",
    "store put back": "step",
    "system put back": "step",
    "records hidden": "step",
    "merge undone": "step",
}
"""The same, drawn at the end of a setting, so that older tapes still tell their story.

What strikes a step happens just before it, around the hub; what strikes at a begin, as a transaction
is to begin.
"""

LAST = frozenset({"store put back"})
"""What is drawn after all else of a setting, unless it is named."""

APART = frozenset({"system put back", "records hidden", "merge undone"})
"""What is drawn from a source of its own, so that histories without it are what they were."""

SITES = {**FAULTS, **LATER}

VISITS = frozenset({"another hub", "decision amid a call"})
"""What another process does with the store in the middle of a call."""

AFTER_COMMIT = frozenset({"crash after a commit", "commit without an answer"})

PLACES = (1, 2, 3, 4, 5, 7, 9, 12, 16, 22)
"""At the how many-th commit, call or row a fault may strike."""

FIRST_ROWS = (1, 1, 1, 2, 2, 3, 5)
"""The same of rows: few are written in one step."""

ROWS = 0.5
"""In which share of the steps that write it is a row that something happens to."""

Land: TypeAlias = Callable[[], Receipt]
Watched: TypeAlias = Callable[[str, Write, Land], Land]


class Crash(BaseException):
    """The process dies here; only what was committed is left."""


class Gremlin:
    """The faults of the step that runs. *meddle* lets somebody edit the record of a write, or any."""

    def __init__(self, meddle: Callable[[str, Write | None], None], clock: Clock) -> None:
        self.meddle = meddle
        self.clock = clock
        self.seen: dict[str, int] = {}
        self.late: list[tuple[Land, datetime]] = []
        self.visit: Callable[[str], None] = lambda _: None
        """What lets another process come to the store in the middle of a call."""
        self._due: dict[tuple[str, int], str] = {}
        self._after_commit = ""
        self._is_full = False
        self._counts = {"begin": 0, "commit": 0, "call": 0, "row": 0}
        self.awake = False
        self.slow: frozenset[str] = frozenset()
        """The systems in which what began before a call may be committed after it."""
        self.rival: Callable[[], None] | None = None
        """Who breaks in at the next call."""
        self._spent: set[str] = set()
        self.pestered: set[str] = set()
        """The systems that were called again in one round although their quota was spent."""

    def begin_calls(self, rival: Callable[[], None] | None = None) -> None:
        """Begin a round or another unit of work; whoever had no calls left may have some again."""
        self.rival = rival
        self._spent.clear()
        self.pestered.clear()

    def called(self, system: str) -> None:
        """Stand at a call of a system."""
        if self.rival is not None:
            rival, self.rival = self.rival, None
            rival()
        if system in self._spent:
            self.pestered.add(system)

    def spend(self, system: str) -> None:
        """Let the calls of a system be used up."""
        self._spent.add(system)

    def wake(
        self, choices: Choices, kinds: frozenset[str], rate: float, sites: Collection[str]
    ) -> None:
        """Draw the faults of a step, which has such *sites*: none, one, or two of *kinds*."""
        self._due.clear()
        self._counts = dict.fromkeys(self._counts, 0)
        self.awake = False
        known = [kind for kind, site in SITES.items() if kind in kinds and site in sites]
        rows = [kind for kind in known if SITES[kind] == "row"]
        for _ in range(2 if known else 0):
            if not choices.happens(rate):
                return
            among = rows if rows and choices.happens(ROWS) else known
            kind = choices.pick(among)
            places = FIRST_ROWS if SITES[kind] == "row" else PLACES
            self._due[SITES[kind], choices.pick(places)] = kind
            self.awake = True

    def wake_as_before(self, choices: Choices, kinds: frozenset[str], rate: float) -> None:
        """Draw the faults of a step from a tape of the first drawing: any place may be any site's."""
        self._due.clear()
        self._counts = dict.fromkeys(self._counts, 0)
        self.awake = False
        known = [kind for kind in FAULTS if kind in kinds]
        for _ in range(2 if known else 0):
            if not choices.happens(rate):
                return
            kind = choices.pick(known)
            self._due[SITES[kind], choices.pick(PLACES)] = kind
            self.awake = True

    def strike(self, kind: str, place: int) -> None:
        """Let a fault strike at that place of the step, whatever was drawn."""
        self._due[SITES[kind], place] = kind
        self.awake = True

    @property
    def counts(self) -> dict[str, int]:
        """How many commits, calls and rows there were in the step, as far as anything was due."""
        return dict(self._counts)

    def sleep(self) -> None:
        """Let nothing go wrong any more."""
        self._due.clear()
        self.awake = self._is_full = False

    @contextmanager
    def dozing(self) -> Iterator[None]:
        """Let nothing go wrong inside, and go on with what is due afterwards."""
        awake, self.awake = self.awake, False
        yield
        self.awake = awake

    def at(self, site: str) -> str:
        """Return what goes wrong at this place of the step, or nothing."""
        if not self.awake:
            return ""
        self._counts[site] += 1
        kind = self._due.pop((site, self._counts[site]), "")
        if kind:
            self.seen[kind] = self.seen.get(kind, 0) + 1
        return kind

    def begin(self) -> None:
        """Stand before a transaction: another process may be writing for longer than anybody waits."""
        if self.awake and self.at("begin"):
            raise StoreBusy("The store is being written by another process.")

    def commit(self, when: str) -> None:
        """Stand at a commit: what is due strikes before or after it."""
        if not self.awake:
            return
        if when == "before":
            self._before_commit()
        elif self._after_commit:
            due, self._after_commit = self._after_commit, ""
            raise Crash if due == "crash after a commit" else StoreBusy("The server is gone.")

    def _before_commit(self) -> None:
        due = self.at("commit")
        self._after_commit = due if due in AFTER_COMMIT else ""
        if due == "crash before a commit":
            raise Crash
        # A disk that is full stays so until somebody makes room.
        self._is_full = self._is_full or due == "store full"
        if self._is_full:
            raise StoreUnusable("The store cannot grow, because the disk is full.")


class Wire(Faults):
    """The line to one system, where calls and rows go wrong."""

    def __init__(
        self,
        system: str,
        can: Can,
        gremlin: Gremlin,
        watched: Watched,
    ) -> None:
        self._system = system
        self._can = can
        self._gremlin = gremlin
        self._watched = watched
        self._due = ""

    def before(self, call: str, _: str) -> None:
        """Let a call fail before anything has happened."""
        if call == "describe":
            self._due = ""
            return
        self._gremlin.called(self._system)
        if not self._gremlin.awake:
            self._due = ""
            return
        self._due = due = self._gremlin.at("call")
        if due == "crash before a call":
            raise Crash
        if due == "no answer, nothing done":
            raise SystemDown(f"{self._system} does not answer.")
        if due == "token lost":
            raise ConfigurationInvalid(f"{self._system} does not take the token any more.")
        if due == "quota spent":
            self._gremlin.spend(self._system)
            raise QuotaSpent(f"{self._system} allows no more calls.")
        if due == "edit before a call":
            self._gremlin.meddle(self._system, None)
        if due in VISITS:
            self._gremlin.visit(due)

    def after(self, call: str, _: str) -> None:
        """Let the answer of a call be lost, or let somebody be quicker than it."""
        due, self._due = self._due, ""
        if not due or call == "describe":
            return
        if due == "crash after a call":
            raise Crash
        if due == "no answer, all done":
            raise SystemDown(f"{self._system} broke off.")
        begun = due == "edit before a call" and self._system in self._gremlin.slow
        if due == "edit after a call" or begun:
            self._gremlin.meddle(self._system, None)

    def row(self, write: Write, land: Land) -> Receipt:
        """Let one row of a write go wrong."""
        watched = self._watched(self._system, write, land)
        due = self._gremlin.at("row")
        if due == "crash before a row":
            raise Crash
        if due == "edit before a row":
            self._gremlin.meddle(self._system, write)
        if due == "row refused":
            return Receipt(Outcome.REFUSED, write.native_id, reason="a rule of the system objects")
        if due == "row later":
            return Receipt(Outcome.LATER, write.native_id, reason="the record is locked")
        if due == "row unknown, not done":
            return Receipt(Outcome.UNKNOWN, write.native_id)
        if due == "row lands late" and self._may_be_late(write):
            self._gremlin.late.append((watched, self._gremlin.clock.now()))
            return Receipt(Outcome.UNKNOWN, write.native_id)
        receipt = watched()
        if due == "crash after a row":
            raise Crash
        if due == "edit after a row":
            self._gremlin.meddle(self._system, write)
        if due == "row unknown, done":
            return Receipt(Outcome.UNKNOWN, write.native_id)
        return receipt

    def _may_be_late(self, write: Write) -> bool:
        """Whether a write that arrives after all can be told from somebody's edit, or does no harm."""
        if write.op is Op.CREATE:
            return bool(self._can & (Can.STAMP | Can.IDEMPOTENT_CREATE)) and bool(
                self._can & (Can.WHO_EDITED | Can.HISTORY)
            )
        return bool(self._can & (Can.REFUSE_STALE | Can.HISTORY))
