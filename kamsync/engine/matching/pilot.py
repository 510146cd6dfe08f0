"""A pilot: a round for some records and what belongs to them, as the whole round would see them.

Who is who can only be told among all records. So all are matched in a rehearsal of which nothing is
kept; what is found there says which native records the pilot ties, and no other is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from kamsync.engine.context.canonical import canonical
from kamsync.engine.context.places import newcomer_name
from kamsync.engine.hub import Hub
from kamsync.engine.matching.match import match_links
from kamsync.model import Golden, Kind
from kamsync.schema import Entity
from kamsync.store import Glimpse

__all__ = ["Choice", "Pilot", "by_id", "pilot_of"]


def by_id(_hub: Hub, text: str) -> str:
    """Take a text for the id of a record."""
    return text


class Choice(Struct, frozen=True):
    """The records that a person names; *find* returns the id of what is called so.

    It is asked when everything was read and matched, so that it finds what no round has met yet.
    """

    names: tuple[str, ...]
    find: Callable[[Hub, str], str] = by_id


class Pilot(Struct, frozen=True):
    """The records that were *chosen*, all *records* that go with them by entity, and their links.

    *links* are the native records that may be tied: those of the records, and those of which a person
    has to be asked whether they are one of them, with the other candidates. *known* is the last link, by
    system and entity, up to which every native record was told apart from the records.
    """

    chosen: tuple[str, ...]
    records: Mapping[str, tuple[str, ...]]
    links: frozenset[int]
    known: Mapping[str, Mapping[str, int]] = {}

    def of(self, entity: str) -> tuple[str, ...]:
        """Return the records of one entity, in the order of their ids."""
        return self.records.get(entity, ())


def pilot_of(hub: Hub, choice: Choice) -> Pilot:
    """Return the pilot for a choice: to an account belong its contacts, its opportunities and so on.

    The people that these refer to go along, since nobody could be told whose a record is without
    them. Nothing is kept.

    Raises:
        UnknownName: nothing, or more than one record, is called so.
    """
    with hub.store.rehearsal():
        for entity in hub.entities():
            match_links(hub, entity)
        chosen = tuple(sorted({choice.find(hub, name) for name in choice.names}))
        records = _Company(hub, chosen).gathered()
        ids = [id_ for each in records.values() for id_ in each]
        return Pilot(chosen, records, frozenset(_links(hub, ids)), _known(hub))


class _Company:
    """The records that go with some, found from the top of the schema down, then sideways to people."""

    def __init__(self, hub: Hub, chosen: Collection[str]) -> None:
        self.hub = hub
        known = hub.store.records.by_id(sorted(chosen))
        self.of: dict[str, set[str]] = {}
        for id_, record in known.items():
            self.of.setdefault(record.entity, set()).add(id_)

    def gathered(self) -> dict[str, tuple[str, ...]]:
        """Return all of them, by entity."""
        for entity in self.hub.entities():
            parent = entity.fields.get(entity.parent)
            wanted = self.of.get(parent.to, set()) if parent and parent.to else set()
            if wanted:
                self.of.setdefault(entity.name, set()).update(self._children(entity, wanted))
        fresh = {name: set(ids) for name, ids in self.of.items()}
        while any(fresh.values()):
            fresh = self._people(fresh)
        return {name: tuple(sorted(ids)) for name, ids in self.of.items()}

    def _children(self, entity: Entity, wanted: Collection[str]) -> Iterator[str]:
        """Yield the records that refer to one of *wanted* as what they belong to."""
        after = ""
        while ids := self.hub.store.records.ids(entity.name, after, self.hub.batch):
            after = ids[-1]
            for record, parents in self._said(entity, ids, [entity.parent]):
                if not parents.isdisjoint(wanted):
                    yield record

    def _people(self, fresh: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
        """Add what *fresh* records refer to and what belongs to nobody; return what was added."""
        added: dict[str, set[str]] = {}
        for name, ids in fresh.items():
            entity = self.hub.schema.entity(name)
            for target, fields in self._alone(entity).items():
                found = {
                    each for _, said in self._said(entity, sorted(ids), fields) for each in said
                }
                added.setdefault(target, set()).update(found - self.of.get(target, set()))
        for target, found in added.items():
            self.of.setdefault(target, set()).update(found)
        return added

    def _alone(self, entity: Entity) -> dict[str, list[str]]:
        """Return the fields that refer to entities which stand alone, by these."""
        found: dict[str, list[str]] = {}
        for field in entity.fields.values():
            if field.to and field.to != self.hub.scope.root:
                target = self.hub.schema.entity(field.to)
                if not target.parent:
                    found.setdefault(target.name, []).append(field.name)
        return found

    def _said(
        self, entity: Entity, ids: Sequence[str], names: Sequence[str]
    ) -> Iterator[tuple[str, set[str]]]:
        """Yield what each record refers to in some fields, by golden or by any system."""
        records = self.hub.store.records.by_id(ids)
        links = self.hub.store.links.of_records(ids)
        said = canonical(self.hub, entity, [link for each in links.values() for link in each])
        for id_ in ids:
            golden = [records[id_].fields.get(name, Golden()).value for name in names]
            heard = [
                said[link.id].get(name)
                for link in links.get(id_, ())
                if link.id in said
                for name in names
            ]
            yield id_, {str(value) for value in (*golden, *heard) if value}


def _links(hub: Hub, ids: Sequence[str]) -> Iterator[int]:
    """Yield the links of the records, and those of every question that is about one of them."""
    asked = list(_asked(hub, frozenset(ids)))
    others = {id_ for _, candidates in asked for id_ in candidates}
    for links in hub.store.links.of_records(sorted({*ids, *others})).values():
        yield from (link.id for link in links)
    yield from (link.id for link, _ in asked)


def _known(hub: Hub) -> dict[str, dict[str, int]]:
    """Return the last link of each system and entity of which all native records are identified."""
    last = hub.store.current("link")
    return {
        system.name: {
            entity: last
            for entity in system.maps
            if not hub.store.links.has_unmatched(system.name, entity)
        }
        for system in hub.systems.values()
    }


def _asked(hub: Hub, ids: frozenset[str]) -> Iterator[tuple[Glimpse, list[str]]]:
    """Yield the native records that may be one of the records, each with all that it may be."""
    for entity in hub.entities():
        for links in _batches(hub, entity.name):
            names = {newcomer_name(link): link for link in links}
            for (name, _), conflict in hub.store.reviews.open_for(list(names)).items():
                candidates = [str(each.value) for each in conflict.contenders[1:]]
                if conflict.kind is Kind.MATCH and not ids.isdisjoint(candidates):
                    yield names[name], candidates


def _batches(hub: Hub, entity: str) -> Iterator[Iterable[Glimpse]]:
    """Yield the native records that wait for a person to say who they are."""
    after = 0
    while links := hub.store.links.asked(entity, after, hub.batch):
        after = links[-1].id
        yield links
