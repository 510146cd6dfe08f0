"""The other side of a connector under test: its system, and the people who work in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from kamsync.connector import Connector
from kamsync.errors import Unsupported
from kamsync.model import Native

__all__ = ["World"]


class World(ABC):
    """One system, as its users see it: what the suite does behind the connector's back.

    The suite works on records of one object and writes two of its text fields. An author gives
    their names, says how people create and edit records, and as much of the rest as the system has.
    What people cannot do there stays `Unsupported`; a connector that declares the capability which
    goes with it fails the rule.
    """

    object: ClassVar[str]
    """The native object that the suite works on."""

    names: ClassVar[tuple[str, str]]
    """Two text fields of it that kamsync and people may write, of at least 100 characters each."""

    reference: ClassVar[tuple[str, str] | None] = None
    """A field of it that refers to a record, and the object of that record; None if there is none."""

    many: ClassVar[int] = 25
    """A number of records that surely fills several pages; give the connector small ones."""

    @abstractmethod
    def reconnect(self) -> Connector:
        """Return a new connector to this system, with nothing shared but the system."""

    @abstractmethod
    def create(self, values: Mapping[str, Native]) -> str:
        """Make a record as a person does, and return its native id."""

    @abstractmethod
    def edit(self, native_id: str, values: Mapping[str, Native]) -> None:
        """Change a record as a person does."""

    def delete(self, native_id: str) -> None:  # noqa: ARG002
        """Delete a record as a person does."""
        raise self._unsupported("delete")

    def undelete(self, native_id: str) -> None:  # noqa: ARG002
        """Bring a record back as a person does."""
        raise self._unsupported("undelete")

    def merge(self, loser: str, survivor: str) -> str | None:  # noqa: ARG002
        """Merge two records as a person does.

        Return the id of the record that took both over, where the system makes a new one for that;
        None where the survivor keeps its id.
        """
        raise self._unsupported("merge")

    def late_edit(self, native_id: str, values: Mapping[str, Native]) -> None:
        """Change a record with the oldest stamp that a change may still get here.

        Where a change is stamped before it can be seen, this is a change that was begun before
        those that can be seen already. Elsewhere it is an edit like any other.
        """
        self.edit(native_id, values)

    def other(self) -> str:
        """Make a record that `reference` may refer to, and return its native id."""
        raise self._unsupported("make a record to refer to")

    def extra(self) -> Mapping[str, Native]:
        """Return what a new record needs beside the two names."""
        return {}

    def refused(self) -> Mapping[str, Native]:
        """Return values that the system refuses in an update, by a rule of its own."""
        raise self._unsupported("refuse a value")

    def settle(self) -> None:
        """Let so much time pass that nothing from before can be confused with what comes after.

        What happens next is stamped later, and a cursor made then does not reach back to before.
        Move the system's clock; never sleep.
        """

    def _unsupported(self, what: str) -> Unsupported:
        return Unsupported(f"Nobody can {what} in this system.")
