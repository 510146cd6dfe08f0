"""Plan: turn what is owed into an ordered list of writes, weighed by the guards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, to_builtins

from kamsync.engine.context.batches import await_missing, due_at, load
from kamsync.engine.context.parking import waiting
from kamsync.engine.context.scoping import records_in_scope
from kamsync.engine.hub import Hub, System
from kamsync.engine.matching.pilot import Pilot
from kamsync.engine.merging.due_updates import DueUpdate, planned_write, remembered
from kamsync.engine.planning.barred import barred_writes
from kamsync.engine.planning.consent import first_writes, unapproved
from kamsync.engine.planning.together import wholes
from kamsync.guards import Alarm, Tally, weigh
from kamsync.model import EXISTS, Intent, Link, Op
from kamsync.plan import Barred, Due, FirstWrite, PlanName, PlannedWrite
from kamsync.store import Cursor, OutboxRow

__all__ = ["Plan", "make_plan"]

SHOWN_LIMIT = 1_000
"""How many writes a plan keeps to be shown; all of them count for its name and its guards."""


class Plan(Struct, frozen=True):
    """The writes that would make every system agree, by name, in numbers, and the first of them.

    *tallies* count per system and entity; *alarms* are what the guards object to; *unmet* are the
    systems among those planned for that no approved plan has met yet, *first* the writes of kinds that
    nobody has approved in the systems that were met. *barred* are the writes that it would need, too,
    and that the configuration does not allow. *only* are the records that a pilot is for.
    """

    id: str
    writes: int
    tallies: tuple[Tally, ...]
    shown: tuple[PlannedWrite, ...]
    alarms: tuple[Alarm, ...] = ()
    unmet: tuple[str, ...] = ()
    first: tuple[FirstWrite, ...] = ()
    barred: tuple[Barred, ...] = ()
    only: tuple[str, ...] = ()

    @property
    def needs_approval(self) -> bool:
        """Whether a person must approve this plan before anything of it is merged or written."""
        return bool(self.alarms or self.unmet or self.first)

    def summary(self) -> dict[str, Any]:
        """Return the plan as plain JSON."""
        return dict(to_builtins(self))


def make_plan(
    hub: Hub,
    round_id: str,
    systems: Collection[str],
    *,
    only: Pilot | None = None,
) -> Plan:
    """Plan all writes that are owed to *systems* and allowed, and put them in the outbox.

    Memory is bounded by the batch and by what is shown. Call it in the transaction that merged.
    """
    name = PlanName()
    shown: list[PlannedWrite] = []
    counts = _counts(hub, systems)
    owed = hub.store.links.owed_kinds()
    for entity_name, op in _order(hub):
        for system in hub.mapping(entity_name):
            if system.name not in systems:
                continue
            if op is not None and (system.name, entity_name, op.value) not in owed:
                continue
            for batch in _planned(hub, system, entity_name, op, only):
                hub.store.outbox.add(round_id, [row for row, _ in batch])
                for _, write in batch:
                    name.add(write)
                    counts[system.name, entity_name].add(write)
                    if len(shown) < SHOWN_LIMIT:
                        shown.append(write)
    tallies = tuple(count.tally() for count in counts.values())
    alarms = weigh(tallies, hub.limits)
    if alarms:
        alarms = weigh(unapproved(hub, round_id, tallies), hub.limits)
    unmet = tuple(sorted(set(systems) - hub.met_among(systems)))
    first = tuple(first_writes(hub, [tally for tally in tallies if tally.system not in unmet]))
    id_ = name.text([each for each in (alarms, unmet, first) if each])
    barred = tuple(barred_writes(hub, systems)) if only is None else ()
    chosen = only.chosen if only is not None else ()
    return Plan(id_, name.count, tallies, tuple(shown), alarms, unmet, first, barred, chosen)


def _order(hub: Hub) -> list[tuple[str, Op | None]]:
    """Return what is done first: parents are made before their children, and end after them.

    What is only right together is done at once, whatever the operation.
    """
    order: list[tuple[str, Op | None]] = []
    ends: list[tuple[str, Op | None]] = []
    for entity in hub.entities():
        if entity.together:
            order.append((entity.name, None))
        else:
            order += [(entity.name, Op.CREATE), (entity.name, Op.UPDATE)]
            ends.append((entity.name, Op.DELETE))
    return [*order, *reversed(ends)]


def _planned(
    hub: Hub, system: System, entity: str, op: Op | None, only: Pilot | None
) -> Iterator[list[tuple[OutboxRow, PlannedWrite]]]:
    """Yield the writes of one kind for one entity of one system, batch by batch or set by set."""
    if op is None:
        if any(system.allows(entity, each) for each in Op):
            for whole in wholes(hub, system, entity, only.of(entity) if only is not None else None):
                yield [_both(link, told) for link, told in whole.due]
        return
    if not system.allows(entity, op):
        return
    chosen = _links_of(hub, system, only.of(entity)) if only is not None else None
    after, owed_ids, more = 0, hub.store.links.owed_ids, True
    while more and (links := owed_ids(system.name, entity, op.value, after, hub.batch)):
        after, more = links[-1], len(links) == hub.batch
        asked = links if chosen is None else [link for link in links if link in chosen]
        waits = hub.store.links.waiting(asked)
        if free := [link for link in asked if link not in waits]:
            yield _batch(hub, entity, free, op)


def _links_of(hub: Hub, system: System, records: Sequence[str]) -> frozenset[int]:
    """Return the links of some records in a system."""
    places = hub.store.links.places_of(records)
    return frozenset(place.link for place in places if place.system == system.name)


def _batch(
    hub: Hub, entity: str, links: Sequence[int], op: Op
) -> list[tuple[OutboxRow, PlannedWrite]]:
    """Return what is still due at some links, in their order."""
    known = remembered(hub, links) if op is Op.UPDATE else {}
    planned = {
        link: (_row(each.write, each.fields), each.write)
        for link, each in _free(hub, entity, known).items()
    }
    planned |= _asked(hub, entity, [link for link in links if link not in known], op)
    return [planned[link] for link in links if link in planned]


def _free(hub: Hub, entity: str, known: Mapping[int, DueUpdate]) -> dict[int, DueUpdate]:
    """Return what is in scope of what is due, and waits for no later time."""
    records = sorted({each.write.record for each in known.values()})
    scope: Collection[str] = records
    if not hub.scope.is_open:
        scope = records_in_scope(hub, entity, hub.store.records.by_id(records))
    later = waiting(hub, records)
    return {
        link: each
        for link, each in known.items()
        if each.write.record in scope and (each.write.system, each.write.native_id) not in later
    }


def _asked(
    hub: Hub, entity: str, ids: Sequence[int], op: Op
) -> dict[int, tuple[OutboxRow, PlannedWrite]]:
    """Return what is still due at some links, as outbox rows and as a person reads it."""
    if not ids:
        return {}
    links = hub.store.links.by_id(ids)
    records = sorted({link.record for link in links.values() if link.record})
    batch = load(hub, entity, records, only=links.values())
    scope = records_in_scope(hub, entity, batch.records)
    later = waiting(hub, records)
    planned = {}
    outdated = []
    for link in links.values():
        record = batch.records.get(link.record or "")
        if record is None or record.id not in scope:
            continue
        if (link.system, link.native_id or record.id) in later:
            continue
        told = due_at(hub, batch, record, link, batch.held(record.id))
        if told.op is not op:
            outdated.append((link.id, told.word))
            await_missing(hub, link, told)
            continue
        planned[link.id] = _both(link, told)
    # A write whose answer was found later left behind that it was owed.
    hub.store.links.set_owed(outdated)
    return planned


def _both(link: Link, told: Due) -> tuple[OutboxRow, PlannedWrite]:
    """Return what is due at a link as an outbox row and as a person reads it."""
    write = planned_write(link, told)
    return _row(write, told.fields), write


def _row(write: PlannedWrite, fields: Mapping[str, Intent]) -> OutboxRow:
    """Return one write as the outbox keeps it; the store numbers it."""
    return OutboxRow(
        id=0,
        plan="",
        system=write.system,
        entity=write.entity,
        link=write.link,
        record=write.record,
        op=write.op,
        fields=dict(fields),
        key=_key(write, fields),
    )


def _key(write: PlannedWrite, fields: Mapping[str, Intent]) -> str:
    """Return what is the same for every attempt at one write.

    A create keeps its key whatever golden becomes before it succeeds; only one that takes the place
    of a record that is gone is another create.
    """
    if write.op is Op.CREATE:
        return f"{write.link}.{write.op}.{fields[EXISTS].revision}.{write.native_id or ''}"
    revision = max(intent.revision for intent in fields.values())
    return f"{write.link}.{write.op}.{revision}"


class _Count:
    """The tally of one entity of one system, as its writes go by."""

    def __init__(self, system: str, entity: str, shown: int, before: int) -> None:
        self.system = system
        self.entity = entity
        self.shown = shown
        self.before = before
        self.ops = dict.fromkeys(Op, 0)
        self.blanks = 0

    def add(self, write: PlannedWrite) -> None:
        """Count one write."""
        self.ops[write.op] += 1
        self.blanks += len(write.blanks)

    def tally(self) -> Tally:
        """Return what was counted."""
        return Tally(
            system=self.system,
            entity=self.entity,
            existing=max(self.shown, self.before),
            creates=self.ops[Op.CREATE],
            updates=self.ops[Op.UPDATE],
            deletes=self.ops[Op.DELETE],
            blanks=self.blanks,
            shown=self.shown,
            shown_before=self.before,
        )


def _counts(hub: Hub, systems: Collection[str]) -> dict[tuple[str, str], _Count]:
    """Return the tallies of *systems* before anything is planned, by system and entity."""
    shown, places = hub.store.links.counts(), hub.store.cursors.all()
    return {
        key: _Count(*key, shown.get(key, 0), places.get(key, Cursor()).seen_count)
        for entity in hub.entities()
        for system in hub.mapping(entity.name)
        if (key := (system.name, entity.name))[0] in systems
    }
