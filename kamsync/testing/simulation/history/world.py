"""One history: people, systems and the hub, step by step, with everything that goes wrong."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random

from msgspec import structs

from kamsync.clock import SetClock
from kamsync.engine.context.open_writes import LATE_LIMIT
from kamsync.memory.acts import Act, Row
from kamsync.model import Write
from kamsync.policy import Policy
from kamsync.testing.simulation.coverage.states import state_of
from kamsync.testing.simulation.drawn.bounds import bounded
from kamsync.testing.simulation.drawn.choices import Choices, Strip, Tape
from kamsync.testing.simulation.drawn.faults import APART, FAULTS, LAST, LATER, Gremlin
from kamsync.testing.simulation.drawn.setting import Cast, draw_setting
from kamsync.testing.simulation.hub.hubside import HubSide
from kamsync.testing.simulation.hub.rescue import RESCUES, Rescue
from kamsync.testing.simulation.hub.reviewer import Reviewer
from kamsync.testing.simulation.hub.stores import MEMORY, Opener
from kamsync.testing.simulation.mishaps.setback import SET_BACK, Setback
from kamsync.testing.simulation.mishaps.troubles import SHARE, SKEW_LIMIT, Troubles
from kamsync.testing.simulation.mishaps.unmerged import UNMERGED, unmerge
from kamsync.testing.simulation.mishaps.unshown import UNSHOWN, Unshown
from kamsync.testing.simulation.observer.audit import Audit
from kamsync.testing.simulation.observer.cells import Breach, Place
from kamsync.testing.simulation.observer.chronicle import Chronicle
from kamsync.testing.simulation.observer.landing import Landings
from kamsync.testing.simulation.observer.truth import Truth
from kamsync.testing.simulation.schema import PARTS
from kamsync.testing.simulation.site import Stage
from kamsync.testing.simulation.systems.people import People
from kamsync.testing.simulation.systems.staged import StagedTown
from kamsync.testing.simulation.systems.town import Falls, Town

__all__ = ["ACTS", "Violation", "World"]

ACTS = {
    "edit": 30,
    "pull": 14,
    "settle": 8,
    "push": 10,
    "round": 5,
    "create": 6,
    "touch": 2,
    "delete": 2,
    "undelete": 2,
    "merge": 2,
    "outage": 4,
    "decide": 8,
    "look": 4,
    "hint": 2,
    "wait": 4,
    "arrive": 4,
}
"""Every step with its weight."""

DECIDING = ("begin", "commit")

READING = (*DECIDING, "call")

SITES_OF = {
    "decide": DECIDING,
    "settle": DECIDING,
    "pull": READING,
    "hint": READING,
    "push": (*READING, "row"),
    "round": (*READING, "row"),
}
"""The steps in which the hub acts, and at what something may go wrong in them."""

RARE = frozenset({"delete", "undelete", "merge", "outage", "decide", "create", "touch"})

PAUSES_S = (0.2, 0.0, 0.05, 0.7, 1.5, 30.0)

STATES_EVERY = 10
"""In one of how many histories it is noted in which state an act met its record."""

OPENING = 4
"""How many records people may have made before the hub first looks."""


FALLS = ((Falls.NOT, 6), (Falls.SILENT, 2), (Falls.STAMPED, 2))
"""How often a system does what with references to what is deleted."""


class Violation(Exception):
    """An invariant does not hold."""

    def __init__(self, breach: Breach) -> None:
        super().__init__(f"invariant {breach.number}: {breach.text}")
        self.breach = breach


class World:
    """A history, drawn from a seed or replayed from a tape; *tell* is told what happens.

    The same tape gives the same history, act by act: `trace` is the same.
    """

    def __init__(
        self,
        tape: Tape,
        *,
        replay: bool = False,
        opener: Opener | None = None,
        stages: Mapping[str, Stage] | None = None,
        policy: Policy | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.tape = tape
        self.tell = tell
        self._replay = replay
        self._random = None if replay else Random(2 * tape.seed)
        self._trouble = None if replay else Random(2 * tape.seed + 1)
        self.clock = SetClock()
        self.trace = hashlib.blake2b(digest_size=12)
        self.done: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.breaches: list[Breach] = []
        self.idle: list[int] = []
        """The steps of which nothing came."""
        self.counts: dict[str, int] = {}
        """How many commits, calls and rows the last step had, if a fault was due in it."""
        self.steps = 0
        work, faults = self._sources(tape.setting)
        stages = stages or {}
        possible = tuple(f for f in FAULTS if tape.faults is None or f in tape.faults)
        self.setting = draw_setting(work, ACTS, RARE, possible, stages)
        if policy is not None:
            self.setting = structs.replace(self.setting, policy=policy, later=None)
        self.drawn = len(tape.setting.work)
        """How many numbers of its strip the setting took: what people have made comes after them."""
        self.truth = Truth()
        self.truth.nodes.derived = {cast.name: cast.derived for cast in self.setting.casts}
        self.chronicle = Chronicle(self.truth, self.report)
        self.audit = Audit(self.truth, self.report)
        self.landings = Landings(self.truth, self.chronicle, self.audit, self.report)
        self.towns = {
            cast.name: self._town(cast, stages.get(cast.name)) for cast in self.setting.casts
        }
        self.landings.towns = self.landings.made.towns = self.towns
        self.chronicle.hidden = self._is_hidden
        self.people = People(self.setting, self.towns, self.clock, self._note)
        self.gremlin = Gremlin(self._meddle, self.clock)
        self._faults = faults
        self.hub = HubSide(
            self.setting,
            self.towns,
            self.clock,
            opener or Opener(MEMORY),
            self.gremlin,
            self.landings,
            self.chronicle,
        )
        self.reviewer = Reviewer(self.hub, self.truth, self.people, self.report)
        self._say_setting()
        for _ in range(work.below(OPENING + 1)):
            self.say("create", self.people.act("create", work))
        for name, town in self.towns.items():
            town.falls = work.weighted(FALLS)
            if name not in stages:
                self.say("system", name, town.falls)
        self.troubles = Troubles(self.towns, self.hub.clock)
        self.gremlin.visit = self._visit
        self.setback = Setback(self.towns, self.landings)
        self.unshown = Unshown(self.towns, self.landings)
        self.rescue = Rescue(self.hub, self.truth, self.chronicle)
        self._beside: tuple[str, ...] = ()
        self._draw_later(work)
        self._confine(bounded(self.setting.casts, work, stages))
        self._draw_last(work)

    def _confine(self, casts: tuple[Cast, ...]) -> None:
        """Go on with what the systems allow, and as late as they are."""
        drawn = {cast.name: cast.lateness for cast in self.setting.casts}
        slow = (cast.name for cast in casts if cast.lateness != drawn[cast.name])
        self.gremlin.slow = frozenset(slow)
        self.setting = structs.replace(self.setting, casts=casts)
        self.hub.confine(self.setting)
        for cast in casts:
            self.towns[cast.name].cast = cast
            self.towns[cast.name].lateness = cast.lateness

    def _draw_later(self, work: Choices) -> None:
        """Draw which of the faults that came later may happen, and which of them beside a step."""
        named = self.tape.faults
        # Where none of the first is asked for, that none is drawn does not mean that all is well.
        early = named is None or any(kind in FAULTS for kind in named)
        if early and not self.setting.faults:
            return
        kinds = [k for k in LATER if k not in LAST | APART]
        self._may_happen(kinds if named is None else [k for k in LATER if k in named], work)

    def _draw_last(self, work: Choices) -> None:
        """Draw the same of those that came last of all."""
        if self.tape.faults is None and self.setting.faults:
            self._may_happen([kind for kind in LATER if kind in LAST], work)
            random = Random(f"apart {self.tape.seed}")
            apart = work if self._replay else Choices(random, self.tape.setting.work)
            self._may_happen([kind for kind in LATER if kind in APART], apart)

    def _may_happen(self, kinds: Sequence[str], work: Choices) -> None:
        """Draw which of *kinds* may happen."""
        drawn = [kind for kind in kinds if work.happens(0.4)]
        self._beside += tuple(kind for kind in drawn if LATER[kind] == "step")
        self.setting = structs.replace(self.setting, faults=self.setting.faults | {*drawn})

    def close(self) -> None:
        """End the store, and every site."""
        self.rescue.close()
        self.hub.store.close()
        for town in self.towns.values():
            town.close()

    def _town(self, cast: Cast, stage: Stage | None) -> Town:
        if stage is None:
            return Town(cast, self.clock, self._happened)
        return StagedTown(cast, self.clock, self._happened, stage)

    def report(self, number: int, text: str) -> None:
        """Note that an invariant does not hold."""
        self.breaches.append(Breach(number, text))

    def step(self, place: int) -> None:
        """Take one step, then let every breach come to light."""
        if place == len(self.tape.steps):
            self.tape.steps.append(Strip())
        work, self._faults = self._sources(self.tape.steps[place])
        self.clock.wait(work.pick(PAUSES_S))
        act = work.weighted(tuple(self.setting.acts.items()))
        self._wake(act)
        for stroke in self.tape.struck:
            if stroke.step == place:
                self.gremlin.strike(stroke.kind, stroke.place)
        self._trouble_beside()
        self._do(act, work)
        self.counts = self.gremlin.counts
        self.gremlin.sleep()
        self.steps += 1
        self.require()

    def _wake(self, act: str) -> None:
        """Draw what goes wrong in a step, as its tape was drawn."""
        drawn = self._faults, self.setting.faults, self.setting.fault_rate
        if self.tape.drawing == 0:
            self.gremlin.wake_as_before(*drawn)
        else:
            self.gremlin.wake(*drawn, SITES_OF.get(act, ()))

    def _is_hidden(self, place: Place, field: str) -> bool:
        """Whether a system does not show a part of a field."""
        hidden = self.towns[place.system].hidden
        return any((place.entity, part) in hidden for part in PARTS[place.entity][field])

    def _trouble_beside(self) -> None:
        """Let something go wrong around the hub, now and then."""
        if not self._beside or not self._faults.happens(SHARE):
            return
        kind = self._faults.pick(self._beside)
        if self.rescue.is_over(kind) or (kind == SET_BACK and self.setback.is_over):
            return
        self.gremlin.seen[kind] = self.gremlin.seen.get(kind, 0) + 1
        if kind == "started again":
            self.hub.restart()
            self.say(kind, "the hub")
        elif kind == SET_BACK:
            self._arrive_all()
            self.say(kind, self.setback.strike(self._faults))
        elif kind == UNSHOWN:
            self.say(kind, self.unshown.strike(self._faults))
        elif kind == UNMERGED:
            self.say(kind, unmerge(self.towns, self.landings, self._faults))
        elif kind in RESCUES:
            self._rescue(kind)
        else:
            self.say(kind, self.troubles.strike(kind, self._faults))

    def _rescue(self, kind: str) -> None:
        """Let the store be upgraded, or an older one be put back, with nothing on its way meanwhile."""
        self._arrive_all()
        self.reviewer.page = None
        self.say(kind, self.rescue.strike(kind))

    def _visit(self, kind: str) -> None:
        """Let another process come to the store in the middle of a call."""
        if self.hub.store.database.in_transaction:
            return
        with self.gremlin.dozing():
            if kind == "another hub":
                self.say(kind, self.hub.another() or "not needed")
            else:
                self.say(kind, self.reviewer.decide(self._faults) or "nothing to decide")

    def require(self) -> None:
        """Raise `Violation` for the first breach."""
        if self.breaches:
            raise Violation(self.breaches[0])

    def _do(self, act: str, work: Choices) -> None:
        """Carry out one step."""
        self.done[act] += 1
        if act in {"edit", "create", "touch", "delete", "undelete", "merge"}:
            self.say(act, self.people.act(act, work))
        elif act in {"pull", "hint", "push"}:
            name = work.pick(list(self.towns))
            self.say(act, name, self._unit(act, name))
        elif act == "settle":
            self.say(act, self.hub.run(self.hub.settle))
        elif act == "round":
            approve = work.happens(0.7)
            self.say(act, self.hub.run(lambda: self.hub.round(approve=approve)))
        elif act == "outage":
            town = work.pick(list(self.towns.values()))
            town.up = not town.up
            self.say(act, town.cast.name, "up" if town.up else "down")
        elif act == "wait":
            self.clock.wait(work.pick((3.0, 60.0, 90_000.0)))
        elif act == "look":
            self.say(act, self.reviewer.look(work))
        elif act == "decide":
            self.say(act, self.hub.run(lambda: self.reviewer.decide(work)))
        elif act == "arrive" and self.gremlin.late:
            self.arrive(work.below(len(self.gremlin.late)))

    def _unit(self, act: str, name: str) -> str:
        if act == "push":
            return self.hub.run(lambda: self.hub.push(name))
        return self.hub.run(lambda: self.hub.pull(name, alone=act == "hint"))

    def _arrive_all(self) -> None:
        """Let nothing be on its way any more."""
        while self.gremlin.late:
            self.arrive(0)

    def arrive(self, place: int) -> None:
        """Let a write arrive that was sent long ago, unless no request is on its way for so long."""
        land, sent = self.gremlin.late.pop(place)
        limit = LATE_LIMIT - SKEW_LIMIT if "clock jumps" in self._beside else LATE_LIMIT
        if self.clock.now() - sent < limit:
            self.say("arrive", str(land().outcome))

    def _note(self, act: str, town: Town, row: Row) -> None:
        """Note in which state an act met its record, in some of the histories."""
        if self.tape.seed % STATES_EVERY == 0:
            self.states[f"{act} | {state_of(self.hub.store, town.cast.name, row)}"] += 1

    def _meddle(self, system: str, write: Write | None) -> None:
        """Let somebody be quicker than the hub."""
        self.say(
            "race", self.people.meddle(system, write, self._faults, keen=self.tape.drawing > 0)
        )

    def _happened(self, cast: Cast, act: Act) -> None:
        self.trace.update(repr((cast.name, act.seq, act.deed, act.id, act.by, act.values)).encode())
        if self.tell is not None and act.own:
            self.tell(f"      kamsync {act.deed}s {cast.name} {act.id} {act.values}")
        self.landings.happened(cast, act)

    def _sources(self, strip: Strip) -> tuple[Choices, Choices]:
        """Return the two sources of one step."""
        return Choices(self._random, strip.work), Choices(self._trouble, strip.faults)

    def say(self, *words: str) -> None:
        """Tell of something that happened, if anybody listens; note where nothing came of a step."""
        if not any(words[1:]):
            self.idle.append(self.steps)
        if self.tell is not None and any(words[1:]):
            at = self.clock.now().strftime("%H:%M:%S.%f")[:-4]
            self.tell(f"{self.steps:4} {at} {' '.join(words)}")

    def _say_setting(self) -> None:
        if self.tell is None:
            return
        for cast in self.setting.casts:
            odd = [
                word
                for word, is_so in (
                    ("rewrites", cast.rewrites),
                    ("cuts", cast.limit),
                    ("derives", cast.derives),
                )
                if is_so
            ]
            self.tell(
                f"{cast.name}: {cast.kind}, {cast.can}, page {cast.page}, batch {cast.batch}, {odd}"
            )
        self.tell(
            f"batch {self.setting.batch}, faults {self.setting.fault_rate} {sorted(self.setting.faults)}"
        )
