"""Transactions that began and are not finished: what they change is seen later than it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.state import State

__all__ = ["Late"]


class Open(Struct, frozen=True):
    """A change that began and shows once the clock is past its end."""

    begin: datetime
    end: datetime
    change: Callable[[], Any]


class Late:
    """The open transactions of an org.

    Source: SOAP API Developer Guide, "getUpdated()": latestDateCovered lies before the begin of the
    oldest transaction that is still running.
    """

    def __init__(self, org: State) -> None:
        self._org = org
        self._open: list[Open] = []
        # What a change was refused for when its time had come; a person would have seen it.
        self.refused: list[Refusal] = []

    def begin(self, delay_s: float, change: Callable[[], Any]) -> None:
        """Let *change* be stamped now and be seen after *delay_s* seconds."""
        now = self._org.now()
        self._open.append(Open(now, now + timedelta(seconds=delay_s), change))
        self._org.begins.append(now)

    def settle(self) -> None:
        """Carry out what has come to its end, with the stamp of its begin."""
        if not self._open:
            return
        now = self._org.clock.now()
        due = sorted((each for each in self._open if each.end <= now), key=lambda each: each.end)
        self._open = [each for each in self._open if each.end > now]
        for each in due:
            self._org.begins.remove(each.begin)
            with self._org.stamped(each.begin):
                try:
                    each.change()
                except Refusal as refusal:
                    self.refused.append(refusal)
