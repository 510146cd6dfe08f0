"""Where a connector in memory lets things go wrong: around each call, and around each row."""

from __future__ import annotations

from collections.abc import Callable

from kamsync.model import Receipt, Write

__all__ = ["Faults"]


class Faults:
    """Nothing goes wrong. A subclass says otherwise; `kamsync.testing.faults` has ready ones."""

    def before(self, call: str, object_: str) -> None:
        """Raise what the call named *call* shall raise before anything has happened."""

    def after(self, call: str, object_: str) -> None:
        """Raise what the caller shall see although everything has happened: the answer is lost."""

    def row(self, write: Write, land: Callable[[], Receipt]) -> Receipt:  # noqa: ARG002
        """Return the answer for one row; *land* carries it out, now, or whenever it is called.

        An answer without landing is a row that was refused or lost, an act before landing is an
        edit that races the write, a *land* that is kept is a write that arrives late.
        """
        return land()
