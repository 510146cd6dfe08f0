"""Some records with everything that their merge, their plan and their writes need to know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct, structs

from kamsync.engine.context.ties import Ties, as_of_now, ties_of
from kamsync.engine.hub import Hub
from kamsync.mapping import FieldMap
from kamsync.model import Conflict, Fact, Golden, Link, Record
from kamsync.observe import is_gone
from kamsync.plan import Due, due

__all__ = ["Batch", "await_missing", "completed", "confirmed", "due_at", "held_of", "load"]


class Batch(Struct, frozen=True):
    """Some records of one entity with everything that their merge needs."""

    entity: str
    records: dict[str, Record]
    links: dict[str, list[Link]]
    conflicts: Mapping[tuple[str, str], Conflict]
    ties: Mapping[str, Ties]
    hidden: Mapping[str, frozenset[str]]
    """The fields that must never reach a system, by its name."""

    def held(self, record: str) -> frozenset[str]:
        """Return the fields of *record* that are under review."""
        return held_of(record, self.conflicts)


def held_of(record: str, conflicts: Collection[tuple[str, str]]) -> frozenset[str]:
    """Return the fields of *record* among those of *conflicts*."""
    if not conflicts:
        return frozenset()
    return frozenset(field for owner, field in conflicts if owner == record)


def load(
    hub: Hub,
    entity: str,
    ids: Collection[str],
    *,
    only: Iterable[Link] | None = None,
    plans: bool = True,
) -> Batch:
    """Load some records with their links, open conflicts and references.

    With *only*, what is due is asked at these links alone, which are known already: others are
    loaded no more than it takes to tell.
    """
    ids = sorted(ids)
    found = hub.store.records.by_id(ids)
    # In one order, whatever the store: links are made as the records are merged.
    records = as_of_now(hub, entity, {id_: found[id_] for id_ in ids if id_ in found})
    links = _all_links(hub, entity, ids) if only is None else _these(hub, entity, ids, only)
    conflicts = hub.store.reviews.open_for(ids)
    every = [link for each in links.values() for link in each]
    ties = ties_of(
        hub,
        hub.mapping(entity),
        entity,
        every,
        records.values(),
        conflicts.values(),
        plans=plans,
    )
    hidden = {system.name: hub.hidden(system, entity) for system in hub.mapping(entity)}
    return Batch(entity, records, links, conflicts, ties, hidden)


def _all_links(hub: Hub, entity: str, ids: Sequence[str]) -> dict[str, list[Link]]:
    """Return the links of each record, as far as their systems are still spoken to."""
    return {
        record: [link for link in each if hub.speaks_to(link.system, entity)]
        for record, each in hub.store.links.of_records(ids).items()
    }


def _these(
    hub: Hub, entity: str, ids: Collection[str], only: Iterable[Link]
) -> dict[str, list[Link]]:
    """Return those of *only* that belong to the records, in company where one is not there (yet)."""
    alone: dict[str, list[Link]] = {id_: [] for id_ in ids}
    absent: set[str] = set()
    for link in only:
        if link.record in alone and hub.speaks_to(link.system, entity):
            alone[link.record].append(link)
            if link.native_id is None or is_gone(link):
                absent.add(link.record)
    return {**alone, **(_all_links(hub, entity, sorted(absent)) if absent else {})}


def due_at(hub: Hub, batch: Batch, record: Record, link: Link, held: frozenset[str]) -> Due:
    """Return what is due at one link."""
    needs = hub.schema.entity(batch.entity).needs
    if _lives_on(batch, record, link) or _awaits_what_it_needs(batch, record, link, needs):
        return Due()
    system = hub.systems[link.system]
    return due(
        record,
        link,
        system.maps[batch.entity],
        batch.ties[link.system],
        held=held,
        can=system.connector.can,
        hidden=batch.hidden[link.system],
        needs=needs,
    )


def _awaits_what_it_needs(batch: Batch, record: Record, link: Link, needs: Collection[str]) -> bool:
    """Whether a record would be created without what it *needs*, because nobody knows yet what it is."""
    if link.native_id is not None:
        return False
    facts = [
        each.facts.get(name)
        for name in needs
        if name not in record.fields
        for each in batch.links.get(record.id, ())
    ]
    return any(fact is not None and fact.moved for fact in facts)


def _lives_on(batch: Batch, record: Record, link: Link) -> bool:
    """Whether a link shows no native record, and its record is in that system under another id.

    Where all of them are gone, the first one stands for the record, and alone may come back; where none
    was ever there, the first place alone may be filled.
    """
    if link.native_id is not None and not is_gone(link):
        return False
    return any(
        other.system == link.system and _precedes(other, link)
        for other in batch.links.get(record.id, ())
    )


def _precedes(other: Link, link: Link) -> bool:
    """Whether *other* stands for a record in its system rather than *link*, which shows nothing there."""
    if (other.native_id is None) != (link.native_id is None):
        return other.native_id is not None
    return other.id < link.id or (other.native_id is not None and not is_gone(other))


def await_missing(hub: Hub, link: Link, told: Due) -> None:
    """Let a link be asked again once the records that it refers to have come to its system."""
    for problem in told.problems:
        if problem.awaits:
            to = hub.schema.entity(link.entity).fields[problem.field].to
            hub.store.links.await_reference(link.id, link.system, to, problem.awaits)


def completed(fact: Fact, golden: Golden, map_: FieldMap | None) -> Fact:
    """Return *fact* with the golden value that it knows, where the system holds only a part of it."""
    if map_ is None or not map_.lacks:
        return fact
    if fact.knows == golden.revision or fact.known is None:
        return structs.replace(fact, known=golden.value)
    return fact


def confirmed(hub: Hub, link: Link, record: Record, told: Due) -> Link:
    """Return the link with the golden revisions that a later reading has shown it to hold."""
    map_ = hub.systems[link.system].maps[link.entity]
    lacking = [name for name in map_.lacking if name in link.facts]
    if not told.confirmed and not lacking:
        return link
    facts = dict(link.facts)
    for name in told.confirmed:
        revision = record.fields[name].revision
        facts[name] = structs.replace(facts[name], knows=revision, emptied=False)
    for name in lacking:
        facts[name] = completed(facts[name], record.fields.get(name, Golden()), map_.fields[name])
    return link if facts == link.facts else structs.replace(link, facts=facts)
