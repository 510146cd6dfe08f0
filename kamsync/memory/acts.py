"""What happens to a system in memory: acts, and the rows that they leave behind."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from kamsync.model import Native

__all__ = ["Act", "Deed", "Row"]


class Deed(StrEnum):
    """What an act does to its record."""

    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    UNDELETE = "undelete"
    MERGE = "merge"


class Act(Struct, frozen=True, omit_defaults=True):
    """One thing that somebody did to one record; the acts in order are the whole system.

    An act is complete: taking it again, by anybody, gives the same rows. *seq* is its place among
    all acts, *at* the time that the system stamps it with. *into* is the survivor of a merge.
    """

    seq: int
    deed: Deed
    object: str
    id: str
    at: datetime
    by: str
    name: str = ""
    own: bool = False
    values: dict[str, Native] = {}
    stamp: str | None = None
    key: str = ""
    into: str | None = None


class Row:
    """One native record as it is now, with all acts that made it so.

    *alone* says that one person did all of them. *latest* is, by field, the act that gave it its
    value. *shown* is, by the names that were asked for, the place of the last act that kamsync has
    been shown.
    """

    __slots__ = (
        "acts",
        "alive",
        "alone",
        "id",
        "latest",
        "merged_into",
        "object",
        "shown",
        "stamp",
        "values",
    )

    def __init__(self, object_: str, native_id: str) -> None:
        self.object = object_
        self.id = native_id
        self.values: dict[str, Native] = {}
        self.alive = False
        self.alone = True
        self.stamp: str | None = None
        self.merged_into: str | None = None
        self.acts: list[Act] = []
        self.latest: dict[str, Act] = {}
        self.shown: dict[tuple[str, ...], int] = {}

    @property
    def last(self) -> Act:
        """The act that changed the record last."""
        return self.acts[-1]

    def take(self, act: Act) -> None:
        """Change as *act* says."""
        self.alone = self.alone and (not self.acts or self.acts[-1].by == act.by)
        self.acts.append(act)
        self.alive = act.deed not in {Deed.DELETE, Deed.MERGE}
        self.merged_into = act.into
        self.stamp = act.stamp or self.stamp
        self.values.update(act.values)
        for name in act.values:
            self.latest[name] = act
