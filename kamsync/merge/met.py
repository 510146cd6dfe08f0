"""What systems say that meet, told at once: nearly every field of nearly every new record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from msgspec import Struct, structs

from kamsync.merge.words import SAID_ALIKE
from kamsync.model import Cells, Contender, Event, Value

__all__ = ["Met", "Note", "Said", "spelled_out"]


class Said(Struct, frozen=True, gc=False, array_like=True):
    """The first value of one field: in which *cells* it was said, and by which of the sides.

    *alike* says that other systems said the same.
    """

    field: str
    value: Value
    cells: Cells
    revision: int
    side: int
    alike: bool


class Met(NamedTuple):
    """First values of one record, each of which stands for an event; *sides* are who said them.

    As JSON it is a list, and an event an object, so that neither is read as the other.
    """

    entity: str
    record: str
    sides: tuple[Contender, ...]
    said: tuple[Said, ...]

    def events(self) -> Iterator[Event]:
        """Yield the event of each value, in the order in which they were said."""
        for said in self.said:
            side = self.sides[said.side]
            yield Event(
                "set",
                self.entity,
                self.record,
                said.field,
                value=said.value,
                winner=structs.replace(side, value=said.value, cells=said.cells),
                reason=SAID_ALIKE if said.alike else "",
                revision=said.revision,
                first=True,
            )


Note: TypeAlias = Event | Met
"""What a merge has to tell: one event, or many at once."""


def spelled_out(notes: Iterable[Note]) -> Iterator[Event]:
    """Yield the events that *notes* stand for, in their order."""
    for note in notes:
        if isinstance(note, Met):
            yield from note.events()
        else:
            yield note
