"""What is heard, and how: a reading of a native record, one field of it after the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from kamsync.connector import Can
from kamsync.mapping import EntityMap
from kamsync.model import EXISTS, Author, Cells, Entry, Intent, Link, Native

__all__ = ["ABSENT", "GONE", "HERE", "UNSENT", "Hearing", "Showing", "is_gone", "says_nothing"]

UNSENT = -1
"""The revision of a write of our own for which no intent is open any more."""

ABSENT = "never seen"
"""The version of a record that a system did not show when it was asked for: none at all."""

GONE: Cells = (False,)
HERE: Cells = (True,)


class Hearing(Struct, frozen=True):
    """How to hear one reading.

    *intents* are the open ones of this link by field, oldest first. *history* holds the changes
    since the link's version, where the system tells them. *attested* says that the reading is the
    answer to our own write. *restoring* says that an older store was put back: whoever wrote a
    value, it is only shown. *seen* is the store's revision when the reading began.
    """

    map: EntityMap
    can: Can
    seen: int
    read_at: str
    intents: Mapping[str, Sequence[Intent]] = {}
    history: Sequence[Entry] | None = None
    attested: bool = False
    restoring: bool = False
    told_again: str = ""
    """The version whose entries a history may tell again although a reading has shown them."""
    ended: Mapping[str, frozenset[Native]] = {}
    """By reference field, the native ids that it referred to and that are gone in this system."""
    digest: int | None = None
    """What tells this reading from any other."""
    references: Collection[str] = ()
    """The fields that refer to other records."""
    turned_back: bool = False
    """Whether the record is older than it was seen to be: its system was put back to what it was."""
    spent: Collection[str] = ()
    """The fields that the answer to our create may show as an earlier one has sent them."""
    awaited: bool = False
    """Whether this native record has come to a place that a record kept for it: by our stamp."""


class Showing(Struct, frozen=True):
    """One field of one reading: its cells, who stands for them, and whether the record changed.

    *returned* says that the record was gone before: whoever brought it back, what else it holds is
    from before it went. *aside* is shown with the cells, and follows from them.
    """

    name: str
    cells: Cells
    author: Author | None
    at: str
    changed: bool
    returned: bool = False
    aside: Cells = ()


def is_gone(link: Link) -> bool:
    """Whether the native record was last seen to be gone."""
    fact = link.facts.get(EXISTS)
    return fact is not None and fact.observed == GONE


def says_nothing(cells: Cells) -> bool:
    """Whether the cells of a reference refer to nothing."""
    for cell in cells:  # noqa: SIM110 - without the cost of a generator for each reference
        if cell is not None and cell != "":
            return False
    return True
