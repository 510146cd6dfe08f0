"""What the observer remembers: the versions of every cell and of golden, each with its past."""

from __future__ import annotations

from msgspec import Struct

from kamsync.testing.simulation.observer.idents import Ident

__all__ = ["Breach", "Cell", "Entered", "Place", "Subject", "Version"]


class Place(Struct, frozen=True, order=True):
    """One native record."""

    system: str
    entity: str
    native_id: str


class Entered(Struct, frozen=True):
    """One act by which a person entered something.

    *seq* is its place in its system, *shown* that of the last act on this record that the hub was
    shown, *base* what golden has dealt with there, None if it never met the field.
    """

    word: str
    seq: int
    shown: int
    base: Ident | None


class Version(Struct):
    """A value that a cell held or that golden had: who knew what when it was entered.

    *head* are the bits of the edits that entered it, *user* whether a person did so in this cell. *lost*
    are those that whoever looks here sees no more, since the system was put back.
    """

    ident: Ident
    past: int
    head: int
    user: bool = True
    revision: int = 0
    seq: int = 0
    lost: int = 0


class Cell:
    """One field of one native record, with all that it ever held."""

    __slots__ = ("blank", "field", "place", "versions")

    def __init__(self, place: Place, field: str, blank: Ident, birth: int) -> None:
        self.place = place
        self.field = field
        self.blank = blank
        self.versions = [Version(self.blank, birth, birth)]

    @property
    def now(self) -> Version:
        """What it holds."""
        return self.versions[-1]

    def begin_anew(self) -> None:
        """Let nothing depend any more on who entered what here, as if nobody had claimed any of it."""
        birth = self.versions[0].head
        for version in self.versions:
            version.past = version.head = birth


class Subject:
    """One field of one record: golden's versions, and the bits that are accounted for by name."""

    __slots__ = ("contending", "named", "pinned", "same", "versions")

    def __init__(self, blank: Ident) -> None:
        self.versions = [Version(blank, 0, 0)]
        self.named = 0
        self.contending = 0
        self.pinned = False
        self.same: list[tuple[int, int]] = []

    @property
    def now(self) -> Version:
        """What golden is."""
        return self.versions[-1]

    @property
    def settled(self) -> int:
        """The bits that are golden, were knowingly replaced, or lost by name."""
        return self.seen(self.now.past) | self.named

    def seen(self, past: int) -> int:
        """Return *past* with what equal values stand for: who saw the one has seen the other."""
        for _ in range(2):
            for head, more in self.same:
                if head & past:
                    past |= more
        return past


class Breach(Struct, frozen=True):
    """An invariant that does not hold: its number, and a sentence that says where."""

    number: int
    text: str
