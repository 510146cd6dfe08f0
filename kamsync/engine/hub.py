"""What a round works with: the systems, the rules and the store, all handed in."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec import Struct

from kamsync.clock import Clock, instant
from kamsync.connector import Connector
from kamsync.errors import UnknownName
from kamsync.extensions import Notice
from kamsync.guards import Limits
from kamsync.identity import KeyMaker, Thresholds
from kamsync.mapping import EntityMap
from kamsync.merge import FIRST_MEETING, Note
from kamsync.model import Conflict, Op
from kamsync.policy import Policy
from kamsync.schema import DataClass, Entity, Schema
from kamsync.scope import Scope
from kamsync.store import FORGOTTEN, RESTORED, Store
from kamsync.wording import did_you_mean, there_are

__all__ = ["Hub", "Numbers", "System", "record_id"]

LONGEST_BLOCK = 4096
"""How many numbers are taken from the store at once, at most."""

BATCH = 500
"""How many records one unit of work holds in memory."""


class System(Struct, frozen=True):
    """One outside place that holds records, with the team that it speaks for.

    *allow* names the operations that may be carried out there, by entity; nothing by default.
    *clears_pay* says that fields of class *pay* may be written there. It is read as a whole as often
    as *sweep_every* says, else as often as the hub reads every system so.
    """

    name: str
    connector: Connector
    maps: Mapping[str, EntityMap]
    team: str | None = None
    allow: Mapping[str, frozenset[Op]] = {}
    clears_pay: bool = False
    sweep_every: timedelta | None = None

    def allows(self, entity: str, op: Op) -> bool:
        """Whether the configuration lets kamsync do this here."""
        return op in self.allow.get(entity, frozenset())


@dataclass
class Hub:
    """Everything that a round needs to know; its only state is the store.

    *marked* are the maps of each system that the store has been told of, so that it is told once.
    """

    schema: Schema
    systems: Mapping[str, System]
    policy: Policy
    store: Store
    clock: Clock
    first_meeting: Policy = field(default_factory=Policy)
    scope: Scope = field(default_factory=Scope)
    limits: Limits = field(default_factory=Limits)
    thresholds: Thresholds = field(default_factory=Thresholds)
    key_makers: tuple[KeyMaker, ...] = ()
    notify: Callable[[Sequence[Notice]], None] | None = None
    batch: int = BATCH
    sweep_every: timedelta = timedelta(days=1)
    marked: dict[str, Mapping[str, EntityMap]] = field(default_factory=dict)

    def now(self) -> str:
        """Return the time the way it is stored."""
        return instant(self.clock.now())

    @property
    def restored_at(self) -> str | None:
        """When an older store was put back; None once every link was read again since."""
        return self.store.meta(RESTORED)

    @property
    def forgotten_below(self) -> int:
        """The revision below which a create may have been sent that an older store forgot; 0 for none."""
        return int(self.store.meta(FORGOTTEN) or 0)

    def has_met(self, system: str) -> bool:
        """Whether a plan for *system* was ever approved."""
        return self.store.meta(f"met:{system}") is not None

    def met_among(self, systems: Collection[str]) -> set[str]:
        """Return those of *systems* for which a plan was ever approved."""
        met = self.store.metas([f"met:{system}" for system in systems])
        return {system for system in systems if f"met:{system}" in met}

    def meet(self, system: str) -> None:
        """Remember that a plan for *system* was approved."""
        self.store.set_meta(f"met:{system}", self.now())

    def part(self, system: str) -> None:
        """Forget that a plan for *system* was approved: it is to be met again."""
        self.store.set_meta(f"met:{system}", None)

    def system(self, name: str) -> System:
        """Return the system called *name*; `UnknownName` says which ones there are."""
        try:
            return self.systems[name]
        except KeyError:
            known = there_are(sorted(self.systems))
            near = did_you_mean(name, self.systems)
            raise UnknownName(f"There is no system {name!r}; {known}.", hint=near) from None

    def entities(self) -> list[Entity]:
        """Return the entities that at least one system maps, each after those it refers to."""
        mapped = {name for system in self.systems.values() for name in system.maps}
        return [entity for entity in self.schema.in_order() if entity.name in mapped]

    def mapping(self, entity: str) -> list[System]:
        """Return the systems that map *entity*, in the order of the configuration."""
        return [system for system in self.systems.values() if entity in system.maps]

    def policy_for(self, conflict: Conflict) -> Policy:
        """Return the policy whose rules settle *conflict*: that of first meetings, where it has some."""
        first = self.first_meeting
        if conflict.cause == FIRST_MEETING and first.names(conflict.entity, conflict.field):
            return first
        return self.policy

    def speaks_to(self, system: str, entity: str) -> bool:
        """Whether *system* is still configured, with a map of *entity*."""
        return system in self.systems and entity in self.systems[system].maps

    def note(self, notes: Sequence[Note], actor: str = "kamsync") -> None:
        """Write *notes* into the journal, as part of the round that runs."""
        self.store.journal.append(None, notes, actor)

    def park(
        self,
        system: str,
        entity: str,
        what: str,
        record: str | None,
        reason: str,
        *,
        wait: timedelta = timedelta(0),
    ) -> None:
        """Let one native record, or one field of it, wait with its reason; try again after *wait*."""
        retry_at = instant(self.clock.now() + wait)
        self.store.parks.park(system, entity, what, record, reason, self.now(), retry_at)

    def hidden(self, system: System, entity: str) -> frozenset[str]:
        """Return the fields of *entity* that must never reach *system*."""
        if system.clears_pay:
            return frozenset()
        fields = self.schema.entity(entity).fields.values()
        return frozenset(field.name for field in fields if field.data_class is DataClass.PAY)


class Numbers:
    """Fresh numbers of one counter, taken from the store by the block within one transaction.

    Each block is twice as long as the one before. Numbers that are not used are skipped; a rollback
    gives them back with the block, so that an instance must not outlive its transaction.
    """

    def __init__(self, store: Store, counter: str, block: int = 32) -> None:
        self._store = store
        self._counter = counter
        self._block = block
        self._next = self._end = 0

    def __call__(self) -> int:
        """Return the next number."""
        if self._next == self._end:
            self._next = self._store.take(self._counter, self._block)
            self._end = self._next + self._block
            self._block = min(2 * self._block, LONGEST_BLOCK)
        self._next += 1
        return self._next - 1


def record_id(entity: str, system: str, native_id: str, attempt: int = 0) -> str:
    """Return the canonical id of a record first met as *native_id*: the same on every try.

    A preview and the round that follows it name new records alike. *attempt* counts up when an
    earlier record of that native id was merged away.
    """
    seed = "\0".join((entity, system, native_id, str(attempt)))
    digest = hashlib.blake2b(seed.encode(), digest_size=10).digest()
    return f"{entity}-{b32encode(digest).decode().lower()[:12]}"
