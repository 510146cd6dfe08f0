"""kamsync's own command line, in a process that tells how far it is and stops where it is told to.

    python child.py PIPE PLACE STEP sync -c kamsync.toml

Everything that is done goes on as it would. Each place that is entered, such as ``pull`` or ``between
send and receipt``, is written to the file descriptor PIPE as one line. At the STEP-th step within
PLACE the process writes ``stopped`` and stays there, until it is killed or continued. A step is a statement that
is about to run, a moment before or after a commit, or a moment before or after a connector's call or
one of its rows. At its end the process writes how many steps it took in each place.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from kamsync.cli.root import root
from kamsync.engine import assemble
from kamsync.engine.rounds import run
from kamsync.memory import Faults

PULL, SETTLE, PUSH = "pull", "settle", "push"
SENDING = "between intent and send"
SENT = "between send and receipt"


class Watch:
    """Counts the steps in each place, tells of each place, and stops at the one that was asked for."""

    def __init__(self, pipe: int, place: str, step: int) -> None:
        self.pipe = pipe
        self.place = ""
        self.wanted = (place, step)
        self.steps: Counter[str] = Counter()

    def enter(self, place: str) -> None:
        self.place = place
        self.tell(place)

    def step(self) -> None:
        if not self.place:
            return
        self.steps[self.place] += 1
        if (self.place, self.steps[self.place]) == self.wanted:
            self.tell("stopped")
            signal.sigwait([signal.SIGCONT])

    def commit(self, when: str) -> None:
        self.step()
        if when == "after" and self.place == SENT:
            self.enter(PUSH)

    def tell(self, line: str) -> None:
        os.write(self.pipe, f"{line}\n".encode())

    def steps_before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return *call* with a step before it."""

        def stepping(*args: Any, **options: Any) -> Any:
            self.step()
            return call(*args, **options)

        return stepping

    def within(self, place: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return *call* as a place of its own."""

        def placed(*args: Any, **options: Any) -> Any:
            self.enter(place)
            return call(*args, **options)

        return placed


class Steps(Faults):
    """A step before and after each call of a connector and each row; a send is a place of its own."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def before(self, call: str, object_: str) -> None:  # noqa: ARG002
        if call == "write":
            self.watch.enter(SENDING)
        self.watch.step()

    def after(self, call: str, object_: str) -> None:  # noqa: ARG002
        if call == "write":
            self.watch.enter(SENT)
        self.watch.step()

    def row(self, write: Any, land: Callable[[], Any]) -> Any:  # noqa: ARG002
        self.watch.step()
        receipt = land()
        self.watch.step()
        return receipt


def watch_store(watch: Watch, open_: Callable[..., Any]) -> Callable[..., Any]:
    """Return what opens a store whose statements and commits are steps."""

    def opened(*args: Any) -> Any:
        store = open_(*args)
        store.on_commit = watch.commit
        for name in ("rows", "_run", "_many"):
            setattr(store.database, name, watch.steps_before(getattr(store.database, name)))
        return store

    return opened


def watch_systems(watch: Watch, assemble_: Callable[..., Any]) -> Callable[..., Any]:
    """Return what assembles a hub whose connectors' calls are steps."""

    def assembled(*args: Any) -> Any:
        hub = assemble_(*args)
        for system in hub.systems.values():
            system.connector.faults = Steps(watch)
        return hub

    return assembled


def main() -> None:
    """Run the command line under watch."""
    pipe, place, step, *args = sys.argv[1:]
    watch = Watch(int(pipe), place, int(step))
    for phase, name in ((PULL, "take_in"), (SETTLE, "settle"), (PUSH, "deliver")):
        setattr(run, name, watch.within(phase, getattr(run, name)))
    assemble.open_configured_store = watch_store(watch, assemble.open_configured_store)
    assemble.assemble = watch_systems(watch, assemble.assemble)
    # Without this, a signal to continue is forgotten before it is waited for.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCONT])
    try:
        root.main(args)
    finally:
        watch.tell(json.dumps(watch.steps))


if __name__ == "__main__":
    main()
