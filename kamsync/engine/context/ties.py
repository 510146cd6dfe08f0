"""What one batch needs to know of others: which native id is which record, and who is in which team."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import structs

from kamsync.engine.hub import Hub, System
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import EntityMap, FieldMap
from kamsync.merge import Speaker
from kamsync.model import (
    Author,
    Cells,
    Conflict,
    Evidence,
    Fact,
    Golden,
    Link,
    Op,
    Record,
    Value,
)
from kamsync.schema import Type
from kamsync.store import Glimpse, Seen

__all__ = [
    "Ties",
    "Voice",
    "as_of_now",
    "people_of",
    "references_of",
    "speaker_of",
    "ties_of",
]

EMPLOYEE = "employee"
BLANK: Cells = (None,)


class Ties:
    """The native and canonical ids of one system that a batch refers to, loaded at once.

    *coming* are records that will be created in this system by the same plan; they stand for
    themselves until they are.
    """

    def __init__(
        self,
        system: str,
        records: Mapping[tuple[str, str], str],
        natives: Mapping[str, str],
        coming: frozenset[str] = frozenset(),
    ) -> None:
        self.system = system
        self._records = records
        self._natives = natives
        self._coming = coming

    def record(self, entity: str, native_id: str) -> str:
        """Return the canonical id behind *native_id*."""
        try:
            return self._records[entity, native_id]
        except KeyError:
            raise ReferenceMissing(
                f"{self.system} refers to {entity} {native_id}, which is not linked."
            ) from None

    def native(self, entity: str, record: str) -> str:
        """Return the native id of *record*, or the record itself if it is coming."""
        if record in self._natives:
            return self._natives[record]
        if record in self._coming:
            return record
        raise ReferenceMissing(f"{entity} {record} is not linked in {self.system}.")


class Voice:
    """One link's part in the merge of one field."""

    __slots__ = ("_map", "_people", "_read", "_team", "_ties", "fact", "link", "system")

    def __init__(
        self,
        link: Link,
        fact: Fact,
        map_: FieldMap | None,
        ties: Ties,
        system: System,
        people: Mapping[tuple[str, str], Speaker],
    ) -> None:
        self.link = link.id
        self.system = link.system
        self.fact = fact
        self._map = map_
        self._ties = ties
        self._team = system.team
        self._people = people
        self._read: tuple[Cells, Value] | None = None

    def value(self, cells: Cells, known: Value, aside: Cells = ()) -> Value:
        """Return the canonical value of *cells*; existence is said as it is."""
        if self._map is None:
            return cells[0]
        if self._map.lacks:
            return self._map.get(cells, self._ties, known, aside)
        if self._read is None or self._read[0] is not cells:
            self._read = (cells, self._map.get(cells, self._ties))
        return self._read[1]

    def says(self, cells: Cells, value: Value) -> bool:
        """Whether this system, made to say *value*, would hold exactly *cells*."""
        if self._map is None:
            return bool(cells[0] == value)
        try:
            if self._map.lacks:
                return self._map.put(value, cells, self._ties) == cells
            if self.value(cells, None) == value:
                return True
            return self._map.lens.put(value, cells, self._ties) == cells
        except (ReferenceMissing, ValueInvalid):
            return False

    def speaker(self, author: Author | None) -> Speaker:
        """Return who stands for an edit by *author*."""
        return speaker_of(self.system, self._team, author, self._people)


def speaker_of(
    system: str, team: str | None, author: Author | None, people: Mapping[tuple[str, str], Speaker]
) -> Speaker:
    """Return who stands for an edit by *author*: an ambiguous editor speaks for no team, and is nobody."""
    if author is None:
        return Speaker(team)
    known = people.get((system, author.id))
    if known is None:
        return Speaker(team, author.name or author.id)
    name = author.name or known.person
    sure = author.evidence is Evidence.FIELD_HISTORY or author.alone
    # As whom we write ourselves, others may work too.
    employee = known.employee if sure and not author.own else ""
    if known.team is None:
        return Speaker(team, name, Evidence.SYSTEM, employee)
    said_for = known.team if sure or known.team == team else None
    return Speaker(said_for, name, author.evidence, employee)


def ties_of(
    hub: Hub,
    systems: Sequence[System],
    entity: str,
    links: Sequence[Link | Glimpse],
    records: Iterable[Record] = (),
    conflicts: Iterable[Conflict] = (),
    *,
    plans: bool = False,
) -> dict[str, Ties]:
    """Load what *links* and *records* of one entity refer to, in each of *systems*.

    What one system refers to is looked up in all of them, since all of them may be told of it. With
    *plans*, records that are about to be created count as coming.
    """
    references = {
        system.name: references_of(hub, entity, system.maps[entity]) for system in systems
    }
    known: dict[str, dict[tuple[str, str], str]] = {}
    wanted = _referred({name for each in references.values() for name in each}, records, conflicts)
    for name, fields in references.items():
        known[name] = _known(hub, name, fields, links)
        wanted.update(known[name].values())
    homes = hub.store.links.homes(sorted(wanted)) if wanted else {}
    ties = {}
    for system in systems:
        fields = references[system.name]
        held = homes.get(system.name, {}) if fields else {}
        missing = wanted - set(held) if plans and fields else set()
        coming = _coming(hub, system, missing) if missing else frozenset()
        ties[system.name] = Ties(system.name, known[system.name], held, coming)
    return ties


def _known(
    hub: Hub, system: str, references: Mapping[str, str], links: Iterable[Link | Glimpse]
) -> dict[tuple[str, str], str]:
    """Return the records behind the native ids that *links* of one system refer to."""
    natives: dict[str, set[str]] = {}
    for link in links if references else ():
        if link.system == system:
            for field, to in references.items():
                fact = link.facts.get(field)
                if fact is not None and not _names_nothing(fact):
                    natives.setdefault(to, set()).update(_native_ids(fact))
    return {
        (to, native_id): record
        for to, ids in natives.items()
        if ids
        for native_id, record in hub.store.links.records(system, to, sorted(ids)).items()
    }


def _referred(
    fields: Collection[str], records: Iterable[Record], conflicts: Iterable[Conflict]
) -> set[str]:
    """Return the records that golden values and open conflicts name in *fields*."""
    if not fields:
        return set()
    wanted: set[str] = set()
    for record in records:
        for field in fields:
            wanted.update(_record_ids(record.fields.get(field)))
    for conflict in conflicts:
        if conflict.field in fields:
            wanted.update(c.value for c in conflict.contenders if isinstance(c.value, str))
    return wanted


def as_of_now(hub: Hub, entity: str, records: dict[str, Record]) -> dict[str, Record]:
    """Return *records* with references to what was merged away leading to what took it over."""
    fields = [f.name for f in hub.schema.entity(entity).fields.values() if f.type is Type.REFERENCE]
    named = _referred(fields, records.values(), ())
    merged = hub.store.records.merged(sorted(named)) if named else {}
    if not merged:
        return records
    return {id_: _following(record, fields, merged) for id_, record in records.items()}


def _following(record: Record, fields: Iterable[str], merged: Mapping[str, str]) -> Record:
    """Return *record* with those of *fields* led on that name a key of *merged*."""
    led = {
        field: structs.replace(golden, value=merged[golden.value])
        for field in fields
        if (golden := record.fields.get(field)) and golden.value in merged
    }
    return structs.replace(record, fields={**record.fields, **led}) if led else record


def people_of(hub: Hub, links: Sequence[Link]) -> dict[tuple[str, str], Speaker]:
    """Return who the authors behind *links* are, through the employee that their user is linked to."""
    authors: dict[str, set[str]] = {}
    telling = {system.name for system in hub.mapping(EMPLOYEE)}
    for link in links:
        if link.system not in telling:
            continue
        named = authors.setdefault(link.system, set())
        for fact in link.facts.values():
            if fact.author is not None and not fact.author.own:
                named.add(fact.author.id)
            for step in fact.trail:
                if step.author is not None and not step.author.own:
                    named.add(step.author.id)
    people: dict[tuple[str, str], Speaker] = {}
    for system, ids in authors.items():
        tied = hub.store.links.records(system, EMPLOYEE, sorted(ids)) if ids else {}
        employees = hub.store.records.by_id(sorted(set(tied.values())))
        for author_id, record in tied.items():
            if record in employees:
                people[system, author_id] = _speaker(employees[record])
    return people


def _speaker(employee: Record) -> Speaker:
    """Return an employee as the one who stands for what the employee's user does."""
    team = employee.fields.get("team", Golden()).value
    name = employee.fields.get("name", Golden()).value or {}
    person = " ".join(part for part in name.values() if part) if isinstance(name, dict) else name
    return Speaker(team, person, employee=employee.id)


def references_of(hub: Hub, entity: str, map_: EntityMap) -> dict[str, str]:
    """Return the mapped reference fields of *entity* with the entities that they point to."""
    fields = hub.schema.entity(entity).fields
    return {
        name: fields[name].to
        for name in map_.fields
        if name in fields and fields[name].type is Type.REFERENCE
    }


def _names_nothing(fact: Fact | Seen) -> bool:
    """Whether a reference fact is blank, and was so when it was last dealt with."""
    return fact.observed == BLANK and fact.merged in (None, BLANK) and not fact.trail


def _native_ids(fact: Fact | Seen) -> set[str]:
    """Return the native ids that a reference fact names."""
    cells = [fact.observed, fact.merged or (), *(step.cells for step in fact.trail)]
    return {str(cell) for each in cells for cell in each if cell not in (None, "")}


def _record_ids(golden: Golden | None) -> set[str]:
    """Return the records that a golden reference names."""
    return {golden.value} if golden and isinstance(golden.value, str) else set()


def _coming(hub: Hub, system: System, missing: set[str]) -> frozenset[str]:
    """Return those of *missing* that a create in *system* is owed for, allowed and in scope."""
    from kamsync.engine.context.scoping import records_in_scope

    owed = hub.store.links.owed_records(system.name, Op.CREATE.value, sorted(missing))
    records: dict[str, dict[str, Record]] = {}
    for id_, record in hub.store.records.by_id(owed).items() if owed else ():
        if system.allows(record.entity, Op.CREATE):
            records.setdefault(record.entity, {})[id_] = record
    return frozenset(
        id_ for entity, each in records.items() for id_ in records_in_scope(hub, entity, each)
    )
