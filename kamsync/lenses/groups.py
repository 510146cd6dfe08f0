"""Several cells that hold the parts of a group."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import Lens, Refs, empties
from kamsync.model import Cells, Native, Value
from kamsync.schema import Field
from kamsync.values import is_currency, says_nothing, shown

__all__ = ["Grouped", "Part"]


class Part(Struct, frozen=True, array_like=True):
    """One part of a group: which of the group's cells say it, through which lens."""

    name: str
    lens: Lens
    start: int
    stop: int

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return this part's cells: those of now if they say *value*; unreadable ones are replaced."""
        if cells is not None:
            try:
                if self.lens.get(cells, refs) == value:
                    return cells
            except (ValueInvalid, ReferenceMissing):
                pass
        return self.lens.put(value, cells, refs)


class Grouped(Struct, frozen=True):
    """Several cells that hold the parts of a group, each through a lens of its own.

    *constants* are parts that are the same for everything in this system, such as the currency of
    a company that has only one. A value with another is refused: a number of dollars is no number
    of euros.
    """

    field: Field
    parts: tuple[Part, ...]
    constants: Mapping[str, Value] = {}

    @property
    def empties(self) -> bool:
        """Whether that there is no value is written as blanks alone: a bare currency is read as none."""
        return all(empties(part.lens) for part in self.parts)

    def get(self, cells: Cells, refs: Refs) -> Value:
        """Return the parts that this system holds, or None if all of them are blank.

        A currency without a sum says nothing: systems show that of the company with every record.
        """
        # Most groups of most records are empty, and no lens makes something of nothing.
        if cells.count(None) == len(cells):
            return None
        held = {
            part.name: part.lens.get(cells[part.start : part.stop], refs) for part in self.parts
        }
        if says_nothing(self.field, held):
            return None
        return {**held, **self.constants} if self.constants else held

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the cells of all parts; those that say their part already stay as they are."""
        values = value or {}
        for name, constant in self.constants.items():
            if values.get(name) not in (None, constant):
                raise ValueInvalid(
                    f"{self.field.name} has the {name} {shown(self.field, values[name])}, and this "
                    f"system holds everything in {constant!r}. Change it, or do not map it here."
                )
        written: list[Native] = []
        for part in self.parts:
            now = None if cells is None else cells[part.start : part.stop]
            if value is None and now is not None and is_currency(self.field, part.name):
                written.extend(now)
            else:
                written.extend(part.put(values.get(part.name), now, refs))
        return tuple(written)
