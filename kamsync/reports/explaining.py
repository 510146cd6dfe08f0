"""Explain a record: each golden value, where it came from, why it won, and who knows it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.engine.context.batches import Batch, load
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import FieldMap
from kamsync.model import EXISTS, Conflict, Fact, Golden, Link, Op, Record, Value
from kamsync.observe import is_gone
from kamsync.reports.finding import Names, label
from kamsync.reports.happened import Happening, happenings
from kamsync.reports.sight import HIDDEN, Sight
from kamsync.schema import Entity, Type

__all__ = ["Explained", "FieldExplained", "Held", "Place", "explain"]

ENTRIES_LIMIT = 100
"""How many entries of the journal are told at most."""


class Held(Struct, frozen=True):
    """What one system holds of one field; *state* says how that stands to the golden value.

    *value* is canonical where it can be read, else the native cells. *knows* says that the system
    is known to hold golden.
    """

    system: str
    native_id: str | None
    value: Value
    name: str
    knows: bool
    state: str


class FieldExplained(Struct, frozen=True):
    """One golden value and where it came from.

    *since* is when it became golden, *said_at* when somebody entered it. *rule* is what it won by,
    *policy* what would settle the next conflict. *conflict* is the open one, if the field is held.
    """

    field: str
    value: Value
    name: str
    since: str
    said_at: str
    system: str
    team: str
    person: str
    rule: str
    pinned: bool
    revision: int
    conflict: str
    policy: str
    holds: tuple[Held, ...] = ()
    told: tuple[Happening, ...] = ()


class Place(Struct, frozen=True):
    """One native record that is this record, or the place that is kept for one."""

    system: str
    native_id: str | None
    state: str
    read_at: str


class Explained(Struct, frozen=True):
    """A record with its golden values, the systems that hold it, and its open conflicts."""

    record: str
    entity: str
    label: str
    places: tuple[Place, ...]
    fields: tuple[FieldExplained, ...]
    conflicts: tuple[str, ...]


def explain(hub: Hub, record: Record, sight: Sight, field: str = "") -> Explained:
    """Return what is known of *record*; with *field*, of that alone and with its whole story.

    Raises:
        UnknownName: its entity has no such field.
    """
    entity = hub.schema.entity(record.entity)
    if field and field != EXISTS:
        entity.field(field)
    batch = load(hub, record.entity, [record.id], plans=False)
    told = _Telling(hub, sight, batch, record, entity)
    names = [field] if field else [name for name in entity.fields if name in record.fields]
    open_ = {each.field: each.id for each in batch.conflicts.values()}
    return Explained(
        record=record.id,
        entity=record.entity,
        label=label(entity, record) or told.names.of(record.id),
        places=tuple(told.places()),
        fields=tuple(told.field(name, whole=bool(field)) for name in names),
        conflicts=tuple(sorted(open_.values())),
    )


class _Telling:
    """One record, while it is explained."""

    def __init__(
        self, hub: Hub, sight: Sight, batch: Batch, record: Record, entity: Entity
    ) -> None:
        self.hub = hub
        self.sight = sight
        self.batch = batch
        self.record = record
        self.entity = entity
        self.names = Names(hub)
        self.links = [each for each in batch.links.get(record.id, []) if each.system in hub.systems]

    def places(self) -> Iterator[Place]:
        """Yield where the record is."""
        for link in self.links:
            yield Place(link.system, link.native_id, _presence(link), link.read_at)

    def field(self, name: str, *, whole: bool) -> FieldExplained:
        """Return one field; with its story, if it is to be *whole*."""
        golden = self.record.fields.get(name, Golden())
        entries = self.hub.store.journal.of(self.record.id, name, ENTRIES_LIMIT) if whole else ()
        story = tuple(happenings(entries, self.sight))
        origin = golden.origin
        value = self.sight.value(self.entity.name, name, golden.value)
        conflict = self._conflict(name)
        return FieldExplained(
            field=name,
            value=value,
            name=self._name(name, value),
            since=_since(story, golden),
            said_at=origin.at if origin else "",
            system=origin.system if origin else "",
            team=(origin.team or "") if origin else "",
            person=origin.person if origin else "",
            rule=origin.rule if origin else "",
            pinned=golden.pinned,
            revision=golden.revision,
            conflict=conflict.id if conflict else "",
            policy=self._policy(name),
            holds=tuple(self._held(name, golden, conflict)) if whole else (),
            told=story,
        )

    def _conflict(self, name: str) -> Conflict | None:
        """Return the open conflict of one field."""
        return self.batch.conflicts.get((self.record.id, name))

    def _policy(self, name: str) -> str:
        """Return in words what would settle a conflict of this field."""
        if name == EXISTS:
            return f"deletes: {self.hub.policy.deletes(self.entity.name)}"
        return self.hub.policy.rule_for(self.entity.name, name).text

    def _name(self, field: str, value: Value) -> str:
        """Return the name of the record that a value refers to."""
        known = self.entity.fields.get(field)
        refers = known is not None and known.type is Type.REFERENCE and isinstance(value, str)
        return self.names.of(value) if refers else ""

    def _held(self, name: str, golden: Golden, conflict: Conflict | None) -> Iterator[Held]:
        """Yield what each system that maps the field holds."""
        for link in self.links:
            system = self.hub.systems[link.system]
            map_ = system.maps[link.entity].fields.get(name) if name != EXISTS else None
            if name != EXISTS and map_ is None:
                continue
            fact = link.facts.get(name)
            value = self._value(link, name, map_, fact)
            knows = fact is not None and not fact.moved and fact.knows == golden.revision
            state = _presence(link)
            if state == "there" and fact is not None:
                state = self._state(link, name, map_, golden, held=conflict is not None)
            yield Held(link.system, link.native_id, value, self._name(name, value), knows, state)

    def _value(self, link: Link, name: str, map_: FieldMap | None, fact: Fact | None) -> Value:
        """Return what a link holds, in the words of the schema where it can be read."""
        if fact is None:
            return None
        if self.sight.hides(self.entity.name, name):
            return HIDDEN
        if map_ is None:
            return fact.observed[0]
        try:
            ties = self.batch.ties[link.system]
            value = map_.shown(fact.observed, ties, fact.known, fact.aside)
        except (ReferenceMissing, ValueInvalid):
            return self.sight.cells(self.entity.name, name, fact.observed)
        return self.sight.value(self.entity.name, name, value)

    def _state(
        self, link: Link, name: str, map_: FieldMap | None, golden: Golden, *, held: bool
    ) -> str:
        """Say how what a living link holds stands to the golden value."""
        fact = link.facts[name]
        if fact.doubt:
            return "a write there is open"
        if fact.moved:
            return "edited there, not merged yet"
        agrees = self._agrees(link, map_, fact, golden)
        if fact.knows == golden.revision:
            return f"holds it{_but(map_) if agrees else ''}"
        if agrees:
            return f"holds it, as far as it was read{_but(map_)}"
        return "under review, not written" if held else self._way_there(link, name, map_)

    def _way_there(self, link: Link, name: str, map_: FieldMap | None) -> str:
        """Say whether a system that does not hold the golden value will be told of it."""
        system = self.hub.systems[link.system]
        writes = map_ is None or map_.direction.writes
        hidden = name in self.hub.hidden(system, self.entity.name)
        if not writes or hidden or not system.allows(self.entity.name, Op.UPDATE):
            return "differs, and may not be written"
        return "will be told"

    def _agrees(self, link: Link, map_: FieldMap | None, fact: Fact, golden: Golden) -> bool:
        """Whether a link holds the golden value in its own words."""
        if map_ is None:
            return bool(fact.observed[0] == golden.value)
        try:
            return map_.says(fact.observed, golden.value, self.batch.ties[link.system])
        except (ReferenceMissing, ValueInvalid):
            return False


def _but(map_: FieldMap | None) -> str:
    """Say which parts of a field follow by themselves where it is held."""
    if map_ is None or map_.derived is None:
        return ""
    return f"; {', '.join(map_.derived.parts)} follows there"


def _presence(link: Link) -> str:
    """Say whether the record is in a system."""
    if link.detached:
        return "does without it"
    if link.native_id is None:
        return "not there"
    return "gone" if is_gone(link) else "there"


def _since(story: tuple[Happening, ...], golden: Golden) -> str:
    """Return when the value became golden: the entry that first gave it its revision."""
    return next(
        (
            each.at
            for each in reversed(story)
            if golden.revision
            and each.revision == golden.revision
            and each.act not in {"wrote", "agreed", "held"}
        ),
        "",
    )
