"""Play histories: one from a tape, or many from seeds on several processes."""

from __future__ import annotations

import gc
import pickle
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import starmap
from typing import Any

from msgspec import Struct, field

from kamsync.errors import ConfigurationInvalid
from kamsync.policy import Policy
from kamsync.testing.simulation.drawn.choices import Tape
from kamsync.testing.simulation.history.reordering import require_any_order, require_full_reading
from kamsync.testing.simulation.history.winddown import wind_down
from kamsync.testing.simulation.history.world import Violation, World
from kamsync.testing.simulation.hub.stores import store_opener
from kamsync.testing.simulation.observer.cells import Breach
from kamsync.testing.simulation.planted import planted
from kamsync.testing.simulation.site import Stage

__all__ = ["BROKEN", "Order", "Played", "Total", "play", "play_seeds"]

BROKEN = 0
"""The number of a breach that is an error which escaped from the hub."""

ORDER_EVERY = 4
"""In one of how many histories the order of reading is tried out as well."""

COLLECTED_AFTER = 20_000
"""After how many new objects Python looks for those that nobody can reach: few are in a circle here."""

TWICE_EVERY = 100
"""One of how many histories is played a second time, from its tape."""


class Played(Struct):
    """What one history came to: *breach* if an invariant does not hold, and the tape that shows it."""

    tape: Tape
    steps: int
    trace: str
    breach: Breach | None = None
    excepted: int = 0
    done: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    idle: list[int] = field(default_factory=list)
    """The steps of which nothing came."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many commits, calls and rows the last step had, if a fault was due in it."""


class Total(Struct):
    """What many histories came to."""

    seeds: int = 0
    steps: int = 0
    cpu_s: float = 0.0
    excepted: int = 0
    failed: list[Played] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)

    def add(self, played: Played) -> None:
        """Count one history in."""
        self.seeds += 1
        self.steps += played.steps
        self.excepted += played.excepted
        self.done.update(played.done)
        self.faults.update(played.faults)
        self.states.update(played.states)
        if played.breach is not None:
            self.failed.append(played)

    def join(self, other: Total) -> None:
        """Count other histories in."""
        self.seeds += other.seeds
        self.steps += other.steps
        self.cpu_s += other.cpu_s
        self.excepted += other.excepted
        self.failed += other.failed
        self.done.update(other.done)
        self.faults.update(other.faults)
        self.states.update(other.states)


def play(
    tape: Tape,
    steps: int,
    *,
    replay: bool = False,
    store: str = "sqlite",
    stages: Mapping[str, Stage] | None = None,
    policy: Policy | None = None,
    tell: Callable[[str], None] | None = None,
) -> Played:
    """Play one history of *steps* steps and its end; whatever is wrong is the breach that is returned.

    *stages* say which of its systems, by name, are not played in memory, *policy* what holds instead of
    one that is drawn.
    """
    world: World | None = None
    breach = None
    with _seldom_collected(), planted(tape.canary), store_opener(store) as opener:
        try:
            world = World(
                tape, replay=replay, opener=opener, stages=stages, policy=policy, tell=tell
            )
            for place in range(steps):
                world.step(place)
            if tape.seed % ORDER_EVERY == 0:
                require_any_order(world)
                require_full_reading(world)
            wind_down(world)
            world.hub.verify()
            world.require()
        except Violation as violation:
            breach = violation.breach
        except Exception as error:  # noqa: BLE001 - an error that escapes is what is looked for
            where = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {error} in {where.name} at {where.filename}:{where.lineno}"
            breach = Breach(BROKEN, what)
        finally:
            if world is not None:
                world.close()
    if world is None:
        return Played(tape, 0, "", breach)
    return Played(
        tape=tape,
        steps=world.steps,
        trace=world.trace.hexdigest(),
        breach=breach,
        excepted=world.truth.excepted.bit_count(),
        done=dict(world.done),
        faults=dict(world.gremlin.seen),
        states=dict(world.states),
        idle=world.idle,
        counts=world.counts,
    )


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let Python look for what nobody can reach less often than by itself."""
    before = gc.get_threshold()
    gc.set_threshold(COLLECTED_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Order(Struct, frozen=True):
    """How histories are played: of how many steps, on what, with which faults, by which policy."""

    steps: int
    store: str = "sqlite"
    canary: str = ""
    stages: Mapping[str, Stage] = {}
    faults: tuple[str, ...] | None = None
    policy: Policy | None = None
    tables: Mapping[str, Mapping[str, Any]] = {}
    """What the policy was read from."""

    def tape(self, seed: int) -> Tape:
        """Return the tape of a history that is yet to be played."""
        systems = {name: stage.name for name, stage in self.stages.items()}
        tables = {name: dict(table) for name, table in self.tables.items()}
        return Tape(seed, canary=self.canary, systems=systems, faults=self.faults, policy=tables)

    def play(
        self, tape: Tape, *, replay: bool = False, tell: Callable[[str], None] | None = None
    ) -> Played:
        """Play one history, or play it again."""
        return play(
            tape,
            self.steps,
            replay=replay,
            store=self.store,
            stages=self.stages,
            policy=self.policy,
            tell=tell,
        )


def play_seeds(start: int, seeds: int, order: Order, *, jobs: int = 1) -> Iterator[Total]:
    """Yield what more and more histories came to, the last one all of them.

    Raises:
        ConfigurationInvalid: what they are played with cannot be handed to another process.
    """
    if jobs > 1:
        _require_portable(order)
    total = Total()
    end = start + seeds
    parts = ((first, min(CHUNK, end - first), order) for first in range(start, end, CHUNK))
    for part in starmap(_chunk, parts) if jobs <= 1 else _side_by_side(parts, jobs):
        total.join(part)
        yield total


def _require_portable(order: Order) -> None:
    """Refuse a rule, or a stage, of a class that other processes cannot find."""
    try:
        pickle.dumps(order)
    except (AttributeError, TypeError, pickle.PicklingError) as error:
        raise ConfigurationInvalid(
            f"What a plugin brings cannot be handed to another process: {error}.",
            hint="Define its class at the top of its module, or play with --jobs 1.",
        ) from error


def _side_by_side(parts: Iterable[tuple[int, int, Order]], jobs: int) -> Iterator[Total]:
    """Play parts on several processes, and yield them in order; few wait at a time."""
    waiting: deque[Future[Total]] = deque()
    pool = ProcessPoolExecutor(jobs)
    try:
        for part in parts:
            waiting.append(pool.submit(_chunk, *part))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


CHUNK = 25
"""How many histories one process plays before it reports."""


def _require_same(played: Played, again: Played) -> None:
    """28: what a tape tells is the same each time."""
    if again.trace != played.trace:
        text = f"history {played.tape.seed} was another one when its tape was played again"
        played.breach = Breach(28, text)


def _chunk(start: int, seeds: int, order: Order) -> Total:
    total = Total()
    before = time.process_time()
    for seed in range(start, start + seeds):
        played = order.play(order.tape(seed))
        if seed % TWICE_EVERY == 0 and played.breach is None:
            _require_same(played, order.play(played.tape, replay=True))
        total.add(played)
    total.cpu_s = time.process_time() - before
    return total
