"""A plan for people and scripts: what would be written where, who said it, what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from kamsync.engine import Hub, Round
from kamsync.engine.merging.counting import FieldCount
from kamsync.engine.reading.selecting import has_selected_nothing
from kamsync.model import EXISTS, Link, Value
from kamsync.plan import Barred, PlannedWrite
from kamsync.reports.finding import Names, native_label
from kamsync.reports.meaning import Meanings
from kamsync.reports.meeting import Difference, differences
from kamsync.reports.selecting import like
from kamsync.reports.sight import HIDDEN, Sight
from kamsync.reports.sources import Said, Sources

__all__ = ["Change", "FieldChange", "Overview", "Said", "Step", "overview"]


class FieldChange(Struct, frozen=True, omit_defaults=True):
    """One field of one write, in native cells; *names* say what records those cells refer to.

    *parts* are those of a group by their names, before and after, as the system holds them.
    *follows* are parts of the field that the system itself works out from what is written.
    """

    before: Any
    after: Any
    said: Said | None = None
    names: tuple[str, str] = ("", "")
    parts: tuple[Value, Value] = (None, None)
    follows: tuple[str, ...] = ()


class Change(Struct, frozen=True):
    """One write of a plan: to what, called what, and each field from what to what."""

    system: str
    entity: str
    op: str
    record: str
    native_id: str | None
    label: str
    fields: dict[str, FieldChange]


class Step(Struct, frozen=True):
    """What a plan does to one entity of one system; *alarms* say why a guard objects to it.

    *fields* counts the changed fields among the changes that the plan keeps to be shown.
    """

    system: str
    entity: str
    existing: int
    creates: int
    updates: int
    deletes: int
    blanks: int
    fields: dict[str, int]
    alarms: tuple[str, ...] = ()


class Overview(Struct, frozen=True):
    """One plan as a whole.

    *changes* are the first *kept* of all *writes*. *held* counts the conflicts that are open once
    the plan is carried out, *new* those of them that are not yet; *parked* the records that wait
    with a reason. *unmet* are systems whose first meeting was not approved yet, *first* the kinds of
    writes that are allowed since the last approval and that nobody has approved yet, *barred* those
    that would be needed as well and are not allowed. *fields* says what merging did or would do to each
    ``entity.field``: `acts` counts what became of it, `rules` the conflicts that each rule settled,
    `choices` by system how many values of others it would overwrite if it were preferred throughout.
    *pilot* counts the records of a pilot by entity; without one it is empty. *meeting* has the fields
    in which systems differ that meet for the first time, with the lines that choose otherwise.
    *unseen* are the mapped native fields that a system did not show, by system and entity. *like* is what
    could be selected instead, where what was selected is not there. *scope_is_empty* says that no account
    is in scope.
    """

    plan: str
    round: str
    read: int
    writes: int
    creates: int
    updates: int
    deletes: int
    kept: int
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    held: int
    new: int
    parked: int
    alarms: tuple[str, ...]
    unmet: tuple[str, ...]
    first: tuple[str, ...]
    barred: tuple[Barred, ...]
    down: tuple[dict[str, str], ...]
    resting: tuple[str, ...]
    fields: dict[str, FieldCount]
    pilot: dict[str, int]
    meeting: tuple[Difference, ...] = ()
    unseen: dict[str, dict[str, list[str]]] = {}
    like: tuple[str, ...] = ()
    scope_is_empty: bool = False


def overview(hub: Hub, round_: Round, sight: Sight, select: str = "") -> Overview:
    """Return the plan of *round_*; *select* keeps the changes of one system, entity, field or record.

    Selectors are ``SYSTEM``, ``ENTITY``, ``SYSTEM.ENTITY``, ``ENTITY.FIELD``,
    ``SYSTEM.ENTITY.FIELD``, and the id or the name of a record.
    """
    plan = round_.plan
    assert plan is not None
    order = {name: place for place, name in enumerate(hub.systems)}
    steps = tuple(sorted(_steps(round_), key=lambda step: order[step.system]))
    changes = _Changes(hub, sight, plan.shown).of(plan.shown)
    chosen = tuple(each for each in changes if not select or select in _selectors(each))
    return Overview(
        plan=plan.id,
        round=round_.id,
        read=sum(each.read for pulled in round_.pulled.values() for each in pulled.values()),
        writes=plan.writes,
        creates=sum(step.creates for step in steps),
        updates=sum(step.updates for step in steps),
        deletes=sum(step.deletes for step in steps),
        kept=len(plan.shown),
        steps=steps,
        changes=chosen,
        held=round_.held,
        new=max(round_.held - hub.store.reviews.count_open(), 0),
        parked=round_.parked,
        alarms=tuple(alarm.text for alarm in plan.alarms),
        unmet=plan.unmet,
        first=tuple(str(each) for each in plan.first),
        barred=plan.barred,
        down=tuple(
            {"system": each.system, "step": each.step, "reason": each.reason}
            for each in round_.down
        ),
        resting=tuple(round_.resting),
        fields=dict(sorted(round_.merged.fields.items())),
        pilot=round_.pilot,
        meeting=differences(round_.merged.fields) if plan.unmet else (),
        unseen=_unseen(round_),
        scope_is_empty=has_selected_nothing(hub),
        like=() if chosen else like(hub, select, (each.label for each in changes)),
    )


def _unseen(round_: Round) -> dict[str, dict[str, list[str]]]:
    """Return the mapped native fields that a record came without, by system and entity."""
    hidden = {
        system: {entity: sorted(each.unseen) for entity, each in pulled.items() if each.unseen}
        for system, pulled in round_.pulled.items()
    }
    return {system: entities for system, entities in hidden.items() if entities}


def _steps(round_: Round) -> Iterator[Step]:
    """Yield what the plan does to each entity of each system; nothing for those it leaves alone."""
    plan = round_.plan
    assert plan is not None
    for tally in plan.tallies:
        here = (tally.system, tally.entity)
        alarms = tuple(a.text for a in plan.alarms if (a.system, a.entity) == here)
        if alarms or tally.creates or tally.updates or tally.deletes:
            yield Step(
                system=tally.system,
                entity=tally.entity,
                existing=tally.existing,
                creates=tally.creates,
                updates=tally.updates,
                deletes=tally.deletes,
                blanks=tally.blanks,
                fields=_counted(w for w in plan.shown if (w.system, w.entity) == here),
                alarms=alarms,
            )


def _counted(writes: Iterable[PlannedWrite]) -> dict[str, int]:
    """Count the fields that updates change, the most frequent first."""
    counts: dict[str, int] = {}
    for write in writes:
        if write.op.value == "update":
            for name in write.fields:
                counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _selectors(change: Change) -> set[str]:
    """Return every text that selects *change*."""
    system, entity = change.system, change.entity
    words = {system, entity, f"{system}.{entity}", change.record, change.label}
    words |= {f"{entity}.{name}" for name in change.fields}
    words |= {f"{system}.{entity}.{name}" for name in change.fields}
    return words | {change.native_id or change.record}


class _Changes:
    """The writes of a plan with what people call things; looked up for all of them at once."""

    def __init__(self, hub: Hub, sight: Sight, writes: tuple[PlannedWrite, ...]) -> None:
        self.hub = hub
        self.sources = Sources(hub, writes)
        self.sight = sight
        self.names = Names(hub)
        self.targets: Mapping[int, Link] = {}
        self.meanings = Meanings(hub, sight, self.names)

    def of(self, writes: tuple[PlannedWrite, ...]) -> list[Change]:
        """Return *writes* as changes."""
        store = self.hub.store
        ids = sorted({write.record for write in writes})
        self.targets = store.links.by_id(sorted({write.link for write in writes}))
        self.names.load(ids)
        coming = {write.record: self._label(write) for write in writes if write.native_id is None}
        self.meanings = Meanings(self.hub, self.sight, self.names, coming)
        self.meanings.load(
            ((write.system, write.entity, name), each)
            for write in writes
            for name, cells in write.fields.items()
            for each in cells
        )
        return [self._change(write) for write in writes]

    def _change(self, write: PlannedWrite) -> Change:
        """Return one write as a change."""
        return Change(
            system=write.system,
            entity=write.entity,
            op=write.op.value,
            record=write.record,
            native_id=write.native_id,
            label=self._label(write),
            fields={
                name: self._field(write, name, cells)
                for name, cells in write.fields.items()
                if name != EXISTS
            },
        )

    def _label(self, write: PlannedWrite) -> str:
        """Return what the record is called: by golden, by the system, or by what would be written."""
        known = self.names.of(write.record)
        if known:
            return known
        entity = self.hub.schema.entity(write.entity)
        if self.sight.hides(entity.name, entity.label):
            return ""
        target = self.targets.get(write.link)
        shown = native_label(target, entity) if target else ""
        cells = write.fields.get(entity.label, ((), ()))[1]
        return shown or " ".join(str(cell) for cell in cells if cell not in (None, ""))

    def _field(self, write: PlannedWrite, name: str, cells: tuple[Any, Any]) -> FieldChange:
        """Return one field of a write."""
        before, after = (self.sight.cells(write.entity, name, each) for each in cells)
        was, is_ = (self.meanings.of((write.system, write.entity, name), each) for each in cells)
        said = None if after is HIDDEN else self.sources.said(write, name)
        map_ = self.hub.systems[write.system].maps[write.entity].fields.get(name)
        follows = map_.derived.parts if map_ is not None and map_.derived else ()
        return FieldChange(
            before, after, said, (was.name, is_.name), (was.parts, is_.parts), follows
        )
