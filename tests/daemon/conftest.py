"""A daemon over systems in memory, on a clock that only it moves, and a note of all that it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from kamsync.clock import SetClock
from kamsync.connector import Budget
from kamsync.daemon import Daemon, Metrics, Pace, Tellers, Wish, Work
from kamsync.engine import Hub, System, preview, run_round
from kamsync.entities import core_schema
from kamsync.errors import SystemDown
from kamsync.lenses import identity_map
from kamsync.memory import ALL, Faults, Memory, MemorySystem
from kamsync.model import Op
from kamsync.policy import Policy
from kamsync.store import open_store

SCHEMA = core_schema()


class Counted(Memory):
    """A connector whose system tells how many calls of the day are left."""

    budget_left = None

    def budget(self):
        return self.budget_left


class Outage(Faults):
    """A system that does not answer while it is down."""

    def __init__(self):
        self.down = False
        self.wait_s = None
        self.error = None
        self.clock = None
        self.takes_s = 0

    def before(self, call, object_):
        if self.takes_s:
            self.clock.wait(self.takes_s)
        if self.error is not None:
            raise self.error
        if self.down:
            raise SystemDown(f"No answer to {call} {object_}.", wait_s=self.wait_s)

    def after(self, call, object_):
        pass

    def row(self, _write, land):
        return land()


class Wishes:
    """Time passes in here; at given times somebody wishes something."""

    def __init__(self, clock):
        self.clock = clock
        self.at = []
        self.between = None
        """What happens in each wait, called with the clock."""
        self.stopped = False

    def wish(self, after_s, wish):
        self.at.append((self.clock.now() + timedelta(seconds=after_s), wish))
        self.at.sort(key=lambda each: each[0])

    def stops(self):
        return self.stopped

    def wait(self, seconds):
        until = self.clock.now() + timedelta(seconds=max(seconds, 0.001))
        if self.at and self.at[0][0] <= until:
            at, wish = self.at.pop(0)
            self.clock.time = max(self.clock.now(), at)
            return wish
        self.clock.time = until
        if self.between is not None:
            self.between()
        return None


class Told:
    """Everything that the daemon told."""

    def __init__(self):
        self.rounds = []
        self.events = []

    def round_ended(self, outcome):
        self.rounds.append(outcome)

    def systems_are(self, standing):
        self.standing = standing

    def happened(self, what, *, wrong, **details):
        self.events.append((what, wrong, details))


class Place:
    """Systems, a hub, a daemon, and the people who wish things of it."""

    def __init__(self, paces, url="sqlite://"):
        self.clock = SetClock()
        self.worlds = {name: MemorySystem(clock=self.clock) for name in paces}
        self.outages = {name: Outage() for name in paces}
        for outage in self.outages.values():
            outage.clock = self.clock
        self.notices = []
        self.store = open_store(url, clock=self.clock, key=bytes(range(32)))
        self.paces = paces
        self.loaded = []
        self.load_error = None
        self.wishes = Wishes(self.clock)
        self.told = Told()
        self.metrics = Metrics(self.clock)
        self.daemon = Daemon(
            self.work(paces),
            self._load,
            self.clock,
            self.wishes,
            Tellers((self.told, self.metrics)),
        )
        self.meet()

    def work(self, paces):
        systems = {name: self._system(name) for name in paces}
        hub = Hub(
            schema=SCHEMA,
            systems=systems,
            policy=Policy(),
            store=self.store,
            clock=self.clock,
            notify=self.notices.extend,
        )
        return Work(hub, paces)

    def meet(self):
        """Approve the first meeting of the systems, which is that of nothing with nothing."""
        plan = preview(self.hub).plan
        run_round(self.hub, approve=plan.id)

    @property
    def hub(self):
        return self.daemon.work.hub

    def left(self, name, calls, limit=100):
        """Let a system tell how many calls are left, by the connector of now."""
        self.hub.systems[name].connector.budget_left = Budget(calls, limit)

    def alarms(self):
        """What was raised and lifted, in order."""
        return [(what, details.get("system", "")) for what, _, details in self.told.events]

    def run(self, seconds, wish=Wish.STOP):
        """Let the daemon run for a while."""
        self.wishes.wish(seconds, wish)
        self.daemon.run()

    def _system(self, name):
        memory = Counted.over(self.worlds[name], ALL, faults=self.outages[name])
        entity = SCHEMA.entity("account")
        every = {"account": frozenset(Op)}
        maps = {"account": identity_map(entity, "account", stamp="kamsync_id")}
        return System(name, memory, maps, team=name, allow=every)

    def _load(self):
        if self.load_error is not None:
            raise self.load_error
        self.loaded.append(self.work(self.paces))
        return self.loaded[-1]


@pytest.fixture
def place() -> Iterator[Callable[..., Place]]:
    """Make a place with two systems, or with systems of the paces given."""
    places = []

    def make(url: str = "sqlite://", **paces: Pace) -> Place:
        minute = Pace(timedelta(minutes=1))
        places.append(Place(paces or {"sales": minute, "success": minute}, url))
        return places[-1]

    yield make
    for each in places:
        each.daemon.work.close()
        each.store.close()
