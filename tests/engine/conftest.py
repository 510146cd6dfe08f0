"""Systems in memory with people in them, a hub among them, and rounds: what a story is told with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from kamsync.clock import Clock, SetClock, instant
from kamsync.connector import Can
from kamsync.engine import Hub, Round, System, preview, resolve_conflict, run_round, undo_round
from kamsync.entities import core_schema
from kamsync.errors import SystemDown
from kamsync.guards import Limits
from kamsync.lenses import identity_map
from kamsync.mapping import EntityMap
from kamsync.memory import ALL, Faults, Memory, MemorySystem
from kamsync.model import Conflict, Decision, Event, Golden, Kind, Link, Op, Outcome, Receipt, Write
from kamsync.policy import RuleMaker, parse_policy
from kamsync.scope import Scope
from kamsync.store import Park, Store, open_store

SCHEMA = core_schema()
KEY = bytes(range(32))
EVERY_OP = frozenset(Op)


class Trouble(Faults):
    """What goes wrong in one system, as a story asks for it; nothing by default."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        """Calls that are not served."""
        self.deaf: set[str] = set()
        """Calls that are carried out but whose answer is lost, once each."""
        self.rows: Callable[[Write, Callable[[], Receipt]], Receipt] | None = None
        """What becomes of each row."""

    def before(self, call: str, object_: str) -> None:
        if call in self.down:
            raise SystemDown(f"No answer to {call} {object_}.")

    def after(self, call: str, object_: str) -> None:
        if call in self.deaf:
            self.deaf.discard(call)
            raise SystemDown(f"The answer to {call} {object_} was lost.")

    def row(self, write: Write, land: Callable[[], Receipt]) -> Receipt:
        return land() if self.rows is None else self.rows(write, land)

    def refuse(self, reason: str) -> None:
        """Refuse every row from now on."""
        self.rows = lambda write, _: Receipt(Outcome.REFUSED, write.native_id, reason=reason)


class Desk:
    """One system, and the people who work in it; each act takes a second."""

    def __init__(self, name: str, world: MemorySystem, memory: Memory, trouble: Trouble) -> None:
        self.name = name
        self.world = world
        self.memory = memory
        self.trouble = trouble

    def create(self, object_: str = "account", *, by: str = "ann", **values: Any) -> str:
        self._pass_time()
        return self.world.act(by).create(object_, values)

    def edit(self, native_id: str, *, by: str = "ann", **values: Any) -> None:
        self._pass_time()
        self.world.act(by).edit(_object(native_id), native_id, values)

    def delete(self, native_id: str, *, by: str = "ann") -> None:
        self._pass_time()
        self.world.act(by).delete(_object(native_id), native_id)

    def undelete(self, native_id: str, *, by: str = "ann") -> None:
        self._pass_time()
        self.world.act(by).undelete(_object(native_id), native_id)

    def merge(self, loser: str, survivor: str, *, by: str = "ann") -> None:
        self._pass_time()
        self.world.act(by).merge(_object(loser), loser, survivor)

    def get(self, native_id: str, field: str) -> Any:
        """What a living record holds."""
        return self.values(native_id)[field]

    def values(self, native_id: str) -> dict[str, Any]:
        values = self.world.values(_object(native_id), native_id)
        assert values is not None, f"{native_id} is not in {self.name}"
        return values

    def exists(self, native_id: str) -> bool:
        return self.world.values(_object(native_id), native_id) is not None

    def ids(self, object_: str = "account") -> list[str]:
        """The living records."""
        return list(self.world.records(object_))

    def all(self, field: str, object_: str = "account") -> list[Any]:
        """One field of all living records, sorted."""
        return sorted(values[field] for values in self.world.records(object_).values())

    def acts_of_ours(self, native_id: str) -> int:
        """How often kamsync wrote a record."""
        return sum(act.own for act in self.world.acts(_object(native_id), native_id))

    def _pass_time(self) -> None:
        self.world.clock.wait(1)


class Stage:
    """The systems, the store and the hub of one story."""

    key = KEY

    def __init__(self, desks: Mapping[str, Desk], hub: Hub, clock: SetClock) -> None:
        self.desks = desks
        self.hub = hub
        self.clock = clock

    def __getitem__(self, system: str) -> Desk:
        return self.desks[system]

    @property
    def store(self) -> Store:
        return self.hub.store

    # Rounds.

    def preview(self, **options: Any) -> Round:
        self.clock.wait(10)
        return preview(self.hub, **options)

    def round(self, **options: Any) -> Round:
        """One round, ten seconds later."""
        self.clock.wait(10)
        return run_round(self.hub, **options)

    def meet(self) -> Round:
        """The first round: look at its plan and approve it."""
        plan = self.preview().plan
        assert plan is not None
        return self.round(approve=plan.id)

    def settle(self) -> None:
        """Run rounds until nothing is written any more."""
        for _ in range(10):
            if not self.round().written:
                return
        pytest.fail("The rounds go on writing.")

    # What is known.

    def record(self, entity: str = "account") -> str:
        """The only record of an entity."""
        ids = self.records(entity)
        assert 1 == len(ids)
        return ids[0]

    def records(self, entity: str = "account") -> list[str]:
        return self.store.records.ids(entity, "", 100)

    def of(self, system: str, native_id: str) -> str:
        """The record behind a native id."""
        record = self.link(system, native_id).record
        assert record is not None
        return record

    def link(self, system: str, native_id: str) -> Link:
        entity = _object(native_id)
        return self.store.links.by_native(system, entity, [native_id])[native_id]

    def native(self, system: str, record: str) -> str:
        """The native id of a record in a system."""
        return self.store.links.natives(system, [record])[record]

    def golden(self, field: str, record: str | None = None) -> Any:
        """The golden value of a field, of the only account if no record is named."""
        id_ = record or self.record()
        return self.store.records.by_id([id_])[id_].fields.get(field, Golden()).value

    def parked(self) -> list[Park]:
        return self.store.parks.all(100)

    def reasons(self) -> list[str]:
        return [park.reason for park in self.parked()]

    def events(self, record: str | None = None, field: str | None = None) -> list[Event]:
        """What the journal tells of a record, newest first."""
        entries = self.store.journal.of(record or self.record(), field)
        return [event for entry in entries for event in reversed(entry.events)]

    def last_round(self) -> str:
        return self.store.rounds.list(1)[0].id

    # People who decide.

    def conflicts(self, kind: Kind | None = None) -> list[Conflict]:
        return self.store.reviews.open(kind)

    def conflict(self) -> Conflict:
        """The only open conflict."""
        (conflict,) = self.conflicts()
        return conflict

    def decide(self, conflict: Conflict, value: Any = None, choice: str = "") -> Conflict:
        decision = Decision("rita", instant(self.clock.now()), value, choice)
        return resolve_conflict(self.hub, conflict.id, conflict.version, decision)

    def undo(self, round_id: str, **options: Any) -> Any:
        return undo_round(self.hub, self.store.rounds.get(round_id), **options)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def stage(clock: SetClock) -> Iterator[Callable[..., Stage]]:
    """Make a hub among the systems named; options may be given for all of them or by system."""
    stages: list[Stage] = []

    def make(
        *systems: str,
        entities: Sequence[str] = ("account",),
        can: Can | Mapping[str, Can] = ALL,
        allow: Any = None,
        policy: Mapping[str, Any] | None = None,
        rules: Mapping[str, RuleMaker] | None = None,
        first_meeting: Mapping[str, Any] | None = None,
        teams: Mapping[str, str] | None = None,
        clears_pay: Sequence[str] = (),
        world: Mapping[str, Mapping[str, Any]] | None = None,
        maps: Mapping[str, Mapping[str, EntityMap]] | None = None,
        scope: Scope | None = None,
        limits: Limits | None = None,
        batch: int = 500,
        url: str = "sqlite://",
    ) -> Stage:
        names = systems or ("sales", "success")
        desks = {
            name: _desk(
                name, clock, can[name] if isinstance(can, Mapping) else can, (world or {}).get(name)
            )
            for name in names
        }
        hub = Hub(
            schema=SCHEMA,
            systems={
                name: System(
                    name=name,
                    connector=desk.memory,
                    maps={**_maps(entities), **(maps or {}).get(name, {})},
                    team=(teams or {}).get(name),
                    allow=_allow(allow, name, entities),
                    clears_pay=name in clears_pay,
                )
                for name, desk in desks.items()
            },
            policy=parse_policy(policy or {}, SCHEMA, rules or {}),
            first_meeting=parse_policy(first_meeting or {}, SCHEMA, {}),
            store=open_store(url, clock=clock, key=KEY),
            clock=clock,
            scope=scope or Scope(),
            limits=limits or Limits(),
            batch=batch,
            sweep_every=timedelta(days=1),
        )
        stages.append(Stage(desks, hub, clock))
        return stages[-1]

    yield make
    for each in stages:
        each.store.close()


@pytest.fixture
def met(stage: Callable[..., Stage]) -> Callable[..., tuple[Any, ...]]:
    """Make a hub whose systems have met: one account, Acme, in all of them; and its native ids."""

    def make(*systems: str, values: Mapping[str, Any] | None = None, **options: Any) -> Any:
        made = stage(*systems, **options)
        first, *others = made.desks
        held = {"name": "Acme", "domains": ["acme.com"], **(values or {})}
        ids = {name: made[name].create(**held) for name in (first, *others)}
        made.meet()
        assert [] == made.conflicts()
        return (made, *ids.values())

    return make


@pytest.fixture
def renamed() -> Callable[..., dict[str, EntityMap]]:
    """Make a system's own map of accounts, with some fields mapped otherwise."""

    def make(entity: str = "account", **fields: Any) -> dict[str, EntityMap]:
        map_ = identity_map(SCHEMA.entity(entity), entity)
        changed = {
            name: structs.replace(map_.fields[name], **options) for name, options in fields.items()
        }
        return {entity: structs.replace(map_, fields={**map_.fields, **changed})}

    return make


def _desk(name: str, clock: Clock, can: Can, options: Mapping[str, Any] | None = None) -> Desk:
    world, trouble = MemorySystem(clock=clock, **(options or {})), Trouble()
    return Desk(name, world, Memory.over(world, can, faults=trouble), trouble)


def _maps(entities: Sequence[str]) -> dict[str, EntityMap]:
    return {name: identity_map(SCHEMA.entity(name), name) for name in entities}


def _allow(allow: Any, system: str, entities: Sequence[str]) -> Mapping[str, frozenset[Op]]:
    """What may be written: everything, or by system what each entity allows."""
    if allow is None:
        return dict.fromkeys(entities, EVERY_OP)
    return {entity: frozenset(ops) for entity, ops in allow.get(system, {}).items()}


def _object(native_id: str) -> str:
    return native_id.partition("-")[0]
