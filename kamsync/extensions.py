"""The small values that plugins hand over: notices, reports and sandboxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from kamsync.schema import DataClass

__all__ = [
    "Column",
    "Notice",
    "Report",
    "ReportMaker",
    "RunningSandbox",
    "Sandbox",
    "SandboxOptions",
    "StageMaker",
]


class Notice(Struct, frozen=True, omit_defaults=True):
    """Something that a person should hear of: what happened and where to look.

    A notice names systems, entities, records and fields and never carries a value of them, so it
    may leave for a chat or a mailbox whatever the class of the field. *about* is ``conflict``,
    ``guard``, ``approval``, ``parked``, ``system``, ``freshness``, ``fields``, ``quota`` or ``plugin``;
    *id* is what a command takes.
    """

    about: str
    text: str
    at: str
    id: str = ""
    system: str = ""
    entity: str = ""
    record: str = ""
    field: str = ""
    team: str = ""
    urgent: bool = False


class Column(Struct, frozen=True):
    """One column of a report.

    Whoever is not cleared for *data_class* sees that the column is there, not what it holds: a
    report never shows what a column of class pay holds. *unit* is the unit of all its numbers, or
    *unit_in* names the column that has the unit of each, such as its currency. *summary* is told of
    each group: the ``sum`` of the numbers, apart for each unit, or the ``highest``. *detail* marks what
    programs want and people would rather not read: a spreadsheet, CSV and JSON have it.
    """

    name: str
    meaning: str = ""
    unit: str = ""
    data_class: DataClass = DataClass.INTERNAL
    unit_in: str = ""
    summary: Literal["", "sum", "highest"] = ""
    detail: bool = False


class Report(Struct, frozen=True):
    """A table to read, print or export: each row has one plain value for each column.

    A value is None for blank, text, a number (`decimal.Decimal` for money), true or false, a date, or
    a time with its zone; where it is written, it stays what it is. Rows with equal values in the columns
    *group_by* stand under one heading, in the order in which the groups first occur.

    A thing that takes several rows, such as a conflict with a row for each side, has them one after
    the other. *shared* are the columns that hold the same on all rows of a thing: people read them
    once, programs on each row. *thing* is what is counted; without *shared*, each row is a thing.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    group_by: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    thing: str = "row"


ReportMaker: TypeAlias = Callable[[Any], Report]
"""What makes a report from the open `kamsync.store.Store`.

The store stands on a higher floor than this module, so its type is not named here.
"""


StageMaker: TypeAlias = Callable[[], Any]
"""What returns a `kamsync.testing.simulation.Stage`, which stands on a higher floor as well."""


class SandboxOptions(Struct, frozen=True):
    """What ``kamsync sandbox`` was asked for; port 0 means any free one.

    *accounts* is how many made-up key accounts it has to begin with, made from the *seed*; *data* is a
    folder of real ones to have instead, and *answers* a folder to write into, as ``NAME.json``, which
    record stands for which of them. *load* is a folder of records in the system's own words, *faults* a
    file of what goes wrong, and *credentials* a file that sets the credentials, for clients that have
    theirs already.
    """

    port: int = 0
    seed: int = 0
    load: Path | None = None
    faults: Path | None = None
    credentials: Path | None = None
    accounts: int = 0
    data: Path | None = None
    answers: Path | None = None


class RunningSandbox(Protocol):
    """A sandbox that answers on the loopback address until it is closed.

    It may have ``details`` too, a mapping of what else a client needs to know: made-up credentials
    for each way to log in, and the names of what a setup has made. They are printed as they are.
    """

    @property
    def url(self) -> str:
        """Where it answers."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of a ``[system.NAME]`` section that connects to it."""

    def close(self) -> None:
        """Stop answering and give back the port; a second call does nothing."""


class Sandbox(Struct, frozen=True):
    """A local server that speaks a system's wire protocol: *start* returns once it answers.

    *stage* returns the `kamsync.testing.simulation.Stage` on which ``kamsync simulate --systems`` plays
    histories on it. It is called when it is asked for, and imports what it needs by then.
    """

    name: str
    help: str
    start: Callable[[SandboxOptions], RunningSandbox]
    stage: StageMaker | None = None
