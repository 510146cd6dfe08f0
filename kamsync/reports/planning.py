"""A plan for people and scripts: what would be written where, who said it, what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from kamsync.engine import Hub, Round
from kamsync.engine.counting import FieldCount
from kamsync.model import EXISTS, Link, Op
from kamsync.plan import Barred, PlannedWrite
from kamsync.reports.finding import Names
from kamsync.reports.sight import HIDDEN, Sight
from kamsync.reports.sources import Said, Sources
from kamsync.schema import Type

__all__ = ["Change", "FieldChange", "Overview", "Said", "Step", "overview"]


class FieldChange(Struct, frozen=True, omit_defaults=True):
    """One field of one write, in native cells; *names* say what records those cells refer to.

    *follows* are parts of the field that the system itself works out from what is written. *native*
    is what the system calls each of several cells.
    """

    before: Any
    after: Any
    said: Said | None = None
    names: tuple[str, str] = ("", "")
    follows: tuple[str, ...] = ()
    native: tuple[str, ...] = ()


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
        changes=tuple(each for each in changes if not select or select in _selectors(each)),
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
    )


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
        self.tied: dict[tuple[str, str, str], str] = {}
        self.seen: dict[tuple[str, str, str], str] = {}
        """What a system calls the records that writes refer to there, tied to a record or not."""
        self.made: dict[str, str] = {}
        """What the records are called that are made on the way."""

    def of(self, writes: tuple[PlannedWrite, ...]) -> list[Change]:
        """Return *writes* as changes."""
        store = self.hub.store
        ids = sorted({write.record for write in writes})
        self.targets = store.links.by_id(sorted({write.link for write in writes}))
        self.tied = self._references(writes)
        self.names.load([*ids, *self.tied.values()])
        made = [write for write in writes if write.op is Op.CREATE]
        self.made = {write.record: self._label(write) for write in made}
        return [self._change(write) for write in writes]

    def _references(self, writes: Iterable[PlannedWrite]) -> dict[tuple[str, str, str], str]:
        """Return the records behind the native ids that *writes* refer to, and note their names there."""
        asked: dict[tuple[str, str], set[str]] = {}
        for write in writes:
            for name, cells in write.fields.items():
                to = self._to(write.entity, name)
                if to:
                    ids = {str(cell) for each in cells for cell in each if cell not in (None, "")}
                    asked.setdefault((write.system, to), set()).update(ids)
        links = self.hub.store.links
        self.seen = {
            (system, to, native_id): self.names.shown(link, self.hub.schema.entity(to))
            for (system, to), ids in asked.items()
            for native_id, link in links.by_native(system, to, sorted(ids)).items()
        }
        return {
            (system, to, native_id): record
            for (system, to), ids in asked.items()
            for native_id, record in links.records(system, to, sorted(ids)).items()
        }

    def _to(self, entity: str, name: str) -> str:
        """Return the entity that a field refers to, ``""`` if it refers to none."""
        field = self.sight.field(entity, name)
        return field.to if field and field.type is Type.REFERENCE else ""

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
        shown = self.names.shown(target, entity) if target else ""
        cells = write.fields.get(entity.label, ((), ()))[1]
        return shown or " ".join(str(cell) for cell in cells if cell not in (None, ""))

    def _field(self, write: PlannedWrite, name: str, cells: tuple[Any, Any]) -> FieldChange:
        """Return one field of a write."""
        before, after = (self.sight.cells(write.entity, name, each) for each in cells)
        to = self._to(write.entity, name)
        called = [self._called(write.system, to, each) for each in cells] if to else ["", ""]
        said = None if after is HIDDEN else self.sources.said(write, name)
        map_ = self.hub.systems[write.system].maps[write.entity].fields.get(name)
        follows = map_.derived.parts if map_ is not None and map_.derived else ()
        native = map_.native if map_ is not None and len(map_.native) > 1 else ()
        return FieldChange(before, after, said, (called[0], called[1]), follows, native)

    def _called(self, system: str, to: str, cells: tuple[Any, ...]) -> str:
        """Return the name of the record that *cells* refer to."""
        native_id = next((str(cell) for cell in cells if cell not in (None, "")), "")
        if not native_id:
            return ""
        record = self.tied.get((system, to, native_id), native_id)
        return (
            self.names.of(record)
            or self.made.get(record)
            or self.seen.get((system, to, native_id), "")
        )
