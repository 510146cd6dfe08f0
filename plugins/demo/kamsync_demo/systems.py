"""The two systems of the demo: a Salesforce org and a HubSpot portal on this machine, and who works there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, cast

from kamsync.extensions import Sandbox, SandboxOptions
from kamsync.plugins import load_plugins
from kamsync.sandbox import chosen, hosted
from kamsync.sandbox.calls import Call, CallLog
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.faults import Fault, Faults
from kamsync.sandbox.world import STAFF, Answer, read_answers

__all__ = ["SYSTEMS", "Systems", "started"]

SYSTEMS = ("salesforce", "hubspot")
AGO = timedelta(minutes=30)
"""How long ago the story happens: whoever goes on after it must not come before it."""

COUNTING = STAFF[0].email
WRITES = ("/composite/", "/sobjects/", "/batch/create", "/batch/update", "/batch/upsert", "/upsert")
READS = ("/read", "/search", "/query")


class Running(Protocol):
    """A sandbox as its server shows it to this process."""

    url: str
    clock: VirtualClock
    calls: CallLog
    faults: Faults

    @property
    def options(self) -> dict[str, Any]:
        """The options of a system that connects to it."""

    @property
    def details(self) -> dict[str, Any]:
        """What else a client needs."""

    def act(self, person: str, verb: str, **options: Any) -> Any:
        """Let a person work."""


class Systems:
    """Both systems while they answer, with the key that says which of their records are one thing.

    *filled* is when they were filled: which clients they hold depends on the day.
    """

    def __init__(self, running: Mapping[str, Running], answers: Mapping[str, list[Answer]]) -> None:
        self.running = running
        self.answers = answers
        self.clock = Clock(running)
        self.filled = self.clock.now()

    def count(self, system: str, object_: str) -> int:
        """Return how many living records a system has of an object, as it says itself."""
        return int(self.running[system].act(COUNTING, "count", object=object_))

    def calls(self) -> dict[str, int]:
        """Return how many calls each system has answered."""
        return {name: len(each.calls) for name, each in self.running.items()}

    def writing_calls(self) -> int:
        """Return how many of all these calls wrote something."""
        return sum(_writes(call) for each in self.running.values() for call in each.calls)

    def act(self, system: str, person: str, verb: str, **options: Any) -> Any:
        """Let a *person* work in a system by hand."""
        return self.running[system].act(person, verb, **options)

    def strike(self, system: str, fault: Fault) -> None:
        """Let something go wrong in a system."""
        self.running[system].faults.add(fault)


class Clock:
    """The clocks of both systems, which the hub of the demo goes by as well."""

    def __init__(self, running: Mapping[str, Running]) -> None:
        self._clocks = [each.clock for each in running.values()]

    def now(self) -> datetime:
        """Return the time."""
        return self._clocks[0].now()

    def wait(self, wait_s: float) -> None:
        """Move on instead of waiting."""
        for each in self._clocks:
            each.forward(wait_s)


@contextmanager
def started(options: SandboxOptions, answers: Path) -> Iterator[Systems]:
    """Start both systems, full of the clients that *options* ask for; they answer inside of the block."""
    plugins = load_plugins([*SYSTEMS])
    running: dict[str, Running] = {}

    def kept(sandbox: Sandbox) -> Sandbox:
        """Return a sandbox that shows its server, which lives in this process."""

        def start(asked: SandboxOptions) -> Any:
            running[sandbox.name] = cast("Running", sandbox.start(asked))
            return running[sandbox.name]

        return Sandbox(sandbox.name, sandbox.help, start)

    found = [kept(each) for each in chosen(plugins.sandboxes(), SYSTEMS)]
    with hosted(found, options):
        systems = Systems(running, {name: read_answers(answers, name) for name in SYSTEMS})
        for each in running.values():
            each.clock.forward(-AGO.total_seconds())
        yield systems


def _writes(call: Call) -> bool:
    """Whether a call wrote something: not a read that is put as a POST."""
    path = call.path.split("?")[0]
    if call.method == "GET" or path.endswith(READS):
        return False
    return any(part in path for part in WRITES)
