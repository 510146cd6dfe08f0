"""Lenses for what only Salesforce says in its own way."""

from __future__ import annotations

from msgspec import Struct

from kamsync.errors import ValueInvalid
from kamsync.mapping import Refs
from kamsync.model import Cells, Value

__all__ = ["Flag", "Outcome"]


class Flag(Struct, frozen=True):
    """A checkbox that stands for one of two words."""

    yes: str
    no: str

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the word."""
        if cells[0] is None:
            return None
        if not isinstance(cells[0], bool):
            raise ValueInvalid(f"A checkbox must be true or false; it is {cells[0]!r}.")
        return self.yes if cells[0] else self.no

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:  # noqa: ARG002
        """Return the checkbox; a word that it has no state for is refused."""
        if value is None:
            return (None,)
        if value not in (self.yes, self.no):
            raise ValueInvalid(f"Salesforce can only say {self.yes} or {self.no}; it is {value}.")
        return (value == self.yes,)


class Outcome(Struct, frozen=True):
    """``IsClosed`` and ``IsWon``: whether an opportunity is open, won or lost.

    The org derives both from the stage. The connector writes the stage if it says the same there.
    """

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the status."""
        closed, won = cells
        if closed is None:
            return None
        if not closed:
            return "open"
        return "won" if won else "lost"

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:  # noqa: ARG002
        """Return both checkboxes."""
        if value is None:
            return (None, None)
        return (value != "open", value == "won")
