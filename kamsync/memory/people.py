"""The people who work in a system in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from kamsync.model import Author, Native

if TYPE_CHECKING:
    from kamsync.memory.system import MemorySystem

__all__ = ["Person"]

Values = Mapping[str, Native]


class Person:
    """Somebody who works in one system."""

    def __init__(self, system: MemorySystem, author: Author) -> None:
        self.author = author
        self._system = system

    def create(self, object_: str, values: Values, *, at: datetime | None = None) -> str:
        """Make a record and return its native id."""
        return self._system.create(object_, values, author=self.author, at=at)

    def edit(
        self, object_: str, native_id: str, values: Values, *, at: datetime | None = None
    ) -> None:
        """Change fields of a living record."""
        self._system.edit(object_, native_id, values, author=self.author, at=at)

    def touch(self, object_: str, native_id: str) -> None:
        """Save a record without changing anything."""
        self._system.touch(object_, native_id, author=self.author)

    def delete(self, object_: str, native_id: str) -> None:
        """Delete a living record."""
        self._system.delete(object_, native_id, author=self.author)

    def undelete(self, object_: str, native_id: str) -> None:
        """Bring a deleted record back."""
        self._system.undelete(object_, native_id, author=self.author)

    def merge(self, object_: str, loser: str, survivor: str) -> None:
        """Let one record take another over."""
        self._system.merge(object_, loser, survivor, author=self.author)
