"""The hub of a history: its units of work, and how it dies and starts again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import structs

from kamsync.clock import SetClock
from kamsync.engine import Hub, Round, System, preview, pull, push, run_round, settle
from kamsync.engine.reading.pull import reread
from kamsync.engine.writing.give_up import give_up_creates
from kamsync.engine.writing.resolve import resolve
from kamsync.errors import (
    ApprovalMissing,
    FixConfiguration,
    GuardTripped,
    RetryLater,
    StoreUnusable,
)
from kamsync.merge import Note, spelled_out
from kamsync.model import Event
from kamsync.store import Store
from kamsync.testing.simulation.drawn.faults import Crash, Gremlin
from kamsync.testing.simulation.drawn.setting import Setting
from kamsync.testing.simulation.hub.stores import Opener
from kamsync.testing.simulation.mishaps.rival import intrude
from kamsync.testing.simulation.mishaps.troubles import HubClock
from kamsync.testing.simulation.observer.chronicle import Chronicle
from kamsync.testing.simulation.observer.discretion import require_discreet
from kamsync.testing.simulation.observer.landing import Landings
from kamsync.testing.simulation.observer.merged import require_followed
from kamsync.testing.simulation.observer.watermark import Watermark
from kamsync.testing.simulation.schema import SCHEMA
from kamsync.testing.simulation.systems.line import Line
from kamsync.testing.simulation.systems.town import Town

__all__ = ["HubSide"]


class HubSide:
    """A hub over a store that survives it. Every unit ends as done, stopped, down or crashed."""

    def __init__(
        self,
        setting: Setting,
        towns: dict[str, Town],
        clock: SetClock,
        opener: Opener,
        gremlin: Gremlin,
        landings: Landings,
        chronicle: Chronicle,
    ) -> None:
        self.setting = setting
        self.clock = HubClock(clock)
        self.gremlin = gremlin
        self.opener = opener
        self.landings = landings
        self.chronicle = chronicle
        self.sending = landings.sending
        self.audit = landings.audit
        self.plan = ""
        self.unit = ""
        self.approved = False
        self.crashes = 0
        self.rounding = False
        self.unread: set[str] = set()
        """The systems that were not read since an older store was put back; a round reads them first."""
        self.systems = {
            cast.name: System(
                name=cast.name,
                connector=towns[cast.name].connector(gremlin, landings.send),
                maps=cast.maps,
                team=cast.team,
                allow=cast.allow,
                clears_pay=cast.cleared,
            )
            for cast in setting.casts
        }
        self.watermarks = {name: Watermark(town, chronicle.report) for name, town in towns.items()}
        self.take(opener.open(self.clock))

    def confine(self, setting: Setting) -> None:
        """Go on with what the sections of another configuration allow, before anything has begun."""
        self.setting = setting
        for cast in setting.casts:
            self.systems[cast.name] = structs.replace(
                self.systems[cast.name], allow=cast.allow, clears_pay=cast.cleared
            )

    def take(self, store: Store) -> None:
        """Start with nothing but what is in *store*."""
        self.store = self.landings.store = store
        self.listen(store)
        self.hub = self.start()

    def listen(self, store: Store) -> None:
        """Hear what each transaction writes into the journal, once it is kept."""
        pending: list[tuple[str, str, Event]] = []
        journal: Any = store.journal
        append = journal.append

        def tapped(
            round_: str | None, notes: Sequence[Note], actor: str, *rest: Any, **named: Any
        ) -> None:
            append(round_, notes, actor, *rest, **named)
            pending.extend((round_ or journal.round, actor, each) for each in spelled_out(notes))

        def ended(kept: bool) -> None:  # noqa: FBT001 - the store's signature
            told = list(pending)
            pending.clear()
            if kept and told:
                events = [event for *_, event in told]
                self.chronicle.follow(store, events)
                self.audit.follow(store, told)
                require_followed(store, events, self.chronicle.report)

        self.sending.listen(store)
        journal.append = tapped
        store.database.at_end(ended)
        store.on_commit = self.gremlin.commit
        store.database.on_begin = self.gremlin.begin

    def start(self) -> Hub:
        """Return a hub that knows nothing but what is in the store."""
        setting = self.setting
        later = setting.later if self.crashes else None
        return Hub(
            schema=SCHEMA,
            systems=self.systems,
            policy=later or setting.policy,
            store=self.store,
            clock=self.clock,
            first_meeting=setting.first_meeting,
            limits=setting.limits,
            thresholds=setting.thresholds,
            batch=setting.batch,
            sweep_every=setting.sweep_every,
        )

    def run(self, unit: Callable[[], str]) -> str:
        """Run a unit of work; return how it ended."""
        self.landings.counting = True
        self._begin_calls()
        try:
            return unit()
        except Crash:
            self.gremlin.sleep()
            self.restart()
            return "crashed"
        except (RetryLater, FixConfiguration) as error:
            require_discreet(str(error), self.chronicle.report)
            return "down"
        except StoreUnusable:
            self.gremlin.sleep()
            self.restart()
            return "ended"
        except (ApprovalMissing, GuardTripped) as error:
            require_discreet(str(error), self.chronicle.report)
            return "stopped"
        finally:
            self.gremlin.sleep()
            self.landings.counting = False
            self._require_proportion()
            self._require_patience()

    def _begin_calls(self, rival: Callable[[], None] | None = None) -> None:
        """Begin a round or another unit of work: what is sent and called is counted anew."""
        self._require_patience()
        self.gremlin.begin_calls(rival)
        self.sending.begin()
        self.landings.begin()

    def _require_patience(self) -> None:
        """20: a system that allows no more calls is not called again in the same round."""
        for system in sorted(self.gremlin.pestered):
            text = f"{system} was called again in a round in which it had allowed no more calls"
            self.chronicle.report(20, text)
        self.gremlin.begin_calls()

    def restart(self) -> None:
        """Begin anew with what is in the store, and with the policy as it was changed meanwhile."""
        self.begin_with(lambda: self.opener.reopen(self.store, self.clock))

    def begin_with(self, opened: Callable[[], Store]) -> None:
        """Begin anew with a store that is opened while no hub is there."""
        self.crashes += 1
        self._renew()
        self.take(opened())
        self.verify()

    def another(self) -> str:
        """11: let a second hub begin a round on the store, which is refused while one runs."""
        if not self.rounding:
            return ""
        intrude(self.start, self.chronicle.report)
        return "refused"

    def _renew(self) -> None:
        """Forget what a connector knew: its process is gone."""
        for system in self.systems.values():
            if isinstance(system.connector, Line):
                system.connector.renew()

    def _require_proportion(self) -> None:
        """13: what was written of a plan that nobody approved is within the limits."""
        if self.approved:
            return
        for (system, entity, op), keys in self.landings.counts.items():
            count = len(keys)
            bound = getattr(self.setting.limits.of(system, entity), op.value)
            if count > bound.allows(self.store.links.counts().get((system, entity), 0) + count):
                text = f"{count} writes ({op}) of {entity} in {system} went past the guard"
                self.chronicle.report(13, text)

    def _plan_anew(self) -> None:
        """Count what is written from here on as another plan's."""
        self.approved = False
        self.landings.counts.clear()

    def verify(self) -> None:
        """10: the store is whole, whenever the process died."""
        for fault in self.store.verify():
            self.chronicle.report(22 if fault.startswith("The journal") else 10, fault)

    @property
    def met(self) -> bool:
        """Whether every system was met under an approved plan."""
        return self.hub.met_among(self.systems) == set(self.systems)

    def pull(self, name: str, *, alone: bool) -> str:
        """Read one system; *alone* leaves out the look at open writes, as a hint from outside would."""
        hub, system = self.hub, self.systems[name]
        self._begin("pull")
        there = self.watermarks[name].there()
        open_ = {entity for where, entity, _ in self.store.outbox.open_kinds() if where == name}
        for entity in hub.entities():
            if entity.name not in system.maps:
                continue
            is_open = entity.name in open_ and not alone
            if is_open:
                resolve(hub, system, entity.name)
            pull(hub, system, entity.name)
            if is_open:
                give_up_creates(hub, system, entity.name)
            if not alone:
                reread(hub, system, entity.name)
        self._was_read(name)
        self.watermarks[name].require(self.store, there)
        return self._end()

    def _was_read(self, name: str) -> None:
        """Note that a system was read since an older store was put back."""
        self.unread.discard(name)
        self.landings.made.was_read(name)

    def settle(self) -> str:
        """Match, merge and plan what was read; a plan out of proportion is not kept."""
        if not self.met or self.unread:
            return "not met"
        self._plan_anew()
        self._begin("settle")
        result = Round(self.unit)
        with self.store.transaction():
            settle(self.hub, result)
            if result.plan is not None and result.plan.alarms:
                raise GuardTripped("out of proportion")
        self.plan = result.id
        return self._end()

    def push(self, name: str) -> str:
        """Carry out what the last plan has for one system."""
        if not self.plan:
            return "no plan"
        self._begin("push")
        self.sending.carried = (self.plan,)
        push(self.hub, self.systems[name], self.plan)
        return self._end()

    def round(self, *, approve: bool) -> str:
        """Run a whole round; where it stops for want of a person, that person looks and approves."""
        self._plan_anew()
        self._begin_calls(self._intruder)
        self.rounding = True
        try:
            return self._round(approve=approve)
        finally:
            self.rounding = False

    def _round(self, *, approve: bool) -> str:
        there = {name: watermark.there() for name, watermark in self.watermarks.items()}
        try:
            result = run_round(self.hub)
        except (ApprovalMissing, GuardTripped) as error:
            if not approve:
                raise
            require_discreet(str(error), self.chronicle.report)
            result = self._approved_round()
        self.plan = result.id
        for name in self.unread - {each.system for each in result.down}:
            self._was_read(name)
        for name in there.keys() - {down.system for down in result.down}:
            self.watermarks[name].require(self.store, there[name])
        return "down" if result.down else "done"

    def _approved_round(self) -> Round:
        """Let a person look at the plan, and run the round that carries it out."""
        self._begin_calls()
        shown = preview(self.hub)
        assert shown.plan is not None
        self.approved = True
        self._begin_calls()
        result = run_round(self.hub, approve=shown.plan.id)
        self.sending.require_as_shown(shown.id, result.id)
        return result

    def _intruder(self) -> None:
        """Let another process try to begin a round while this one runs."""
        intrude(self.start, self.chronicle.report)

    def _begin(self, kind: str) -> None:
        self.unit = self.store.rounds.start(kind, self.hub.now())

    def _end(self) -> str:
        self.store.rounds.finish(self.unit, "done", {}, self.hub.now())
        return "done"
