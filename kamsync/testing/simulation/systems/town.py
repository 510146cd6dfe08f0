"""A system in memory as people meet it: it tells of every act, and empties what refers to the gone."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import structs

from kamsync.clock import Clock
from kamsync.connector import Connector
from kamsync.memory import Memory, MemorySystem
from kamsync.memory.acts import Act, Deed
from kamsync.memory.rules import Shares
from kamsync.model import Author
from kamsync.testing.simulation.drawn.faults import Gremlin, Watched, Wire
from kamsync.testing.simulation.drawn.setting import Cast
from kamsync.testing.simulation.schema import REFERS

__all__ = ["ITSELF", "Falls", "Town"]

ITSELF = Author("the system itself")
"""Who empties a reference to a record that was deleted."""


class Falls(StrEnum):
    """What becomes of references to a record that is deleted: they stay, or the system empties them.

    It does so without a trace, or as a change like any other; what comes back is referred to again.
    """

    NOT = "keeps references"
    SILENT = "empties references in silence"
    STAMPED = "empties references"


class Town(MemorySystem):
    """A system in memory that tells of every act."""

    def __init__(self, cast: Cast, clock: Clock, told: Callable[[Cast, Act], None]) -> None:
        self.cast = cast
        self.told = told
        self.falls = Falls.NOT
        self.was_hidden: set[tuple[str, str]] = set()
        """The native fields, each with its object, that kamsync's user could not see at some time."""
        self.untold: dict[tuple[str, str], int] = {}
        """The last act on records that no cursor tells of: they were put back, or shown again."""
        self._fallen: dict[tuple[str, str], tuple[int, list[tuple[str, str, str]]]] = {}
        """What each record has emptied as it went, and the act by which it did."""
        super().__init__(
            clock=clock,
            objects=cast.objects,
            rewrite=cast.rewritten if cast.rewrites else None,
            derive=cast.following if cast.derives else None,
            shares={"share": Shares("account", "part")},
            truncates=True,
            lateness=cast.lateness,
        )

    def connector(self, gremlin: Gremlin, watched: Watched) -> Connector:
        """Return the line to this system, where calls and rows go wrong."""
        wire = Wire(self.cast.name, self.cast.can, gremlin, watched)
        return Memory.over(
            self, self.cast.can, page=self.cast.page, batch=self.cast.batch, faults=wire
        )

    def calm(self) -> Connector:
        """Return a line on which nothing goes wrong."""
        return Memory.over(self, self.cast.can, page=self.cast.page, batch=self.cast.batch)

    def do(self, *what: object, **how: object) -> Act:
        """Let one act happen, and tell of it."""
        act = super().do(*what, **how)  # type: ignore[arg-type]
        self.told(self.cast, act)
        if act.deed is Deed.DELETE and self.falls is not Falls.NOT:
            self._empty(act)
        elif act.deed is Deed.UNDELETE:
            self._refill(act)
        return act

    def go_back(self, seq: int) -> None:
        """Be what this was after the act *seq*."""
        self.put_back(seq)
        self._fallen.clear()
        self.untold = {
            (name, row.id): row.last.seq
            for name in self.names()
            for row in self.table(name).rows.values()
        }

    def _empty(self, gone: Act) -> None:
        """Empty what refers to a record that has just been deleted."""
        fallen = [
            (entity, row.id, field)
            for (entity, field), to in REFERS.items()
            for row in self.table(entity).living()
            if to == gone.object and row.values.get(field) == gone.id
        ]
        self._fallen[gone.object, gone.id] = gone.seq, fallen
        for entity, native_id, field in fallen:
            self._fall(entity, native_id, field, None)

    def _refill(self, back: Act) -> None:
        """Let what was emptied, and was not filled since, refer again to a record that came back."""
        went, fallen = self._fallen.pop((back.object, back.id), (0, []))
        for entity, native_id, field in fallen:
            row = self.row(entity, native_id)
            if row is None or not row.alive or row.values.get(field) is not None:
                continue
            since = (act for act in row.acts if act.seq > went and field in act.values)
            if all(act.by == ITSELF.id for act in since):
                self._fall(entity, native_id, field, back.id)

    def _fall(self, entity: str, native_id: str, field: str, value: str | None) -> None:
        """Change a reference as nobody's deed."""
        if self.falls is Falls.STAMPED:
            act = super().do(Deed.EDIT, entity, native_id, {field: value}, ITSELF)
        else:
            row = self.table(entity).rows[native_id]
            row.values[field] = value
            act = structs.replace(row.last, by=ITSELF.id, own=False, values={field: value})
        self.told(self.cast, act)
