"""Who is told what the daemon does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from kamsync.daemon.outcome import Outcome
from kamsync.daemon.standing import Standing

__all__ = ["Teller", "Tellers"]


class Teller(Protocol):
    """A log, or a page of metrics."""

    def round_ended(self, outcome: Outcome) -> None:
        """Hear what became of a round."""

    def systems_are(self, standing: Standing) -> None:
        """Hear how each system stands now."""

    def happened(self, what: str, *, wrong: bool, **details: Any) -> None:
        """Hear of anything else, such as a configuration that was read again."""


class Tellers:
    """Several as one."""

    def __init__(self, tellers: Sequence[Teller]) -> None:
        self._tellers = tellers

    def round_ended(self, outcome: Outcome) -> None:
        """Tell all of them."""
        for each in self._tellers:
            each.round_ended(outcome)

    def systems_are(self, standing: Standing) -> None:
        """Tell all of them."""
        for each in self._tellers:
            each.systems_are(standing)

    def happened(self, what: str, *, wrong: bool, **details: Any) -> None:
        """Tell all of them."""
        for each in self._tellers:
            each.happened(what, wrong=wrong, **details)
