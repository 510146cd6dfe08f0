"""What a person wants of a running daemon: that it stops, or that it reads its configuration again."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from queue import SimpleQueue
from threading import Event, Thread
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

    A second SIGINT stops at once, as Ctrl-C does everywhere else. *heard* is told the name of a signal
    that asks to stop as soon as it comes, in a thread of its own: a step may take minutes to end.
    """

    def __init__(self, heard: Callable[[str], None]) -> None:
        self._heard = heard
        self._caught: SimpleQueue[int] = SimpleQueue()
        self._asked = False
        self._woken = Event()
        self._stops = False
        self._reloads = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch the signals of this process, and give them back."""
        Thread(target=self._listen, name="signals", daemon=True).start()
        before = {each: signal.signal(each, self._catch) for each in _CAUGHT}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
            self._caught.put(_NONE)

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
        """Pass a signal on. It interrupts anything, a line of the log as well, so it does no more."""
        if number == signal.SIGINT and self._asked:
            signal.default_int_handler(number, frame)
        self._asked = self._asked or number != signal.SIGHUP
        self._caught.put(number)

    def _listen(self) -> None:
        """Note each signal that was caught, until there are to be no more."""
        while (number := self._caught.get()) != _NONE:
            try:
                if number != signal.SIGHUP and not self._stops:
                    self._heard(signal.Signals(number).name)
            finally:
                self._note(number)

    def _note(self, number: int) -> None:
        """Note what is wished, and wake whoever waits for it."""
        if number == signal.SIGHUP:
            self._reloads = True
        else:
            self._stops = True
        self._woken.set()


_CAUGHT = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_NONE = 0
"""The number of no signal."""
