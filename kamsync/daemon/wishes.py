"""What a person wants of a running daemon: that it stops, or that it reads its configuration again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from threading import Event
from types import FrameType
from typing import Protocol

__all__ = ["Signals", "Wish", "Wishes"]


class Wish(Enum):
    """What is wanted."""

    STOP = "stop"
    RELOAD = "reload"


class Wishes(Protocol):
    """Where wishes come from."""

    def stops(self) -> bool:
        """Whether it is to stop as soon as that leaves everything whole."""

    def wait(self, seconds: float) -> Wish | None:
        """Wait for a wish, up to some *seconds*; return it, or None if nothing was wished."""


class Signals:
    """Wishes as signals: SIGTERM and SIGINT stop, SIGHUP reloads.

    A second SIGINT stops at once, as Ctrl-C does everywhere else.
    """

    def __init__(self) -> None:
        self._woken = Event()
        self._stops = False
        self._reloads = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch the signals of this process, and give them back."""
        before = {each: signal.signal(each, self._catch) for each in _CAUGHT}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def stops(self) -> bool:
        """Whether a signal asked to stop."""
        return self._stops

    def wait(self, seconds: float) -> Wish | None:
        """Wait for a signal; several of one kind are one wish."""
        self._woken.wait(seconds)
        self._woken.clear()
        if self._stops:
            return Wish.STOP
        if self._reloads:
            self._reloads = False
            return Wish.RELOAD
        return None

    def _catch(self, number: int, frame: FrameType | None) -> None:
        """Note a signal."""
        if number == signal.SIGINT and self._stops:
            signal.default_int_handler(number, frame)
        if number == signal.SIGHUP:
            self._reloads = True
        else:
            self._stops = True
        self._woken.set()


_CAUGHT = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
