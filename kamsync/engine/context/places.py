"""The places kept for records in systems that do not hold them yet, and who may take them.

A place is a link without a native record: it is what a create will fill. While a person is asked
whether a native record is one that has a place there, that place waits with the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from kamsync.engine.hub import Hub, Numbers, System
from kamsync.model import Conflict, Event, Kind, Link
from kamsync.store import Glimpse

__all__ = [
    "await_match",
    "drop_questions",
    "fill_places",
    "give_up_places",
    "matched",
    "newcomer_name",
    "release_places",
    "relink",
]


def relink(link: Link, record: str | None) -> Link:
    """Return *link* tied to another record, of which it knows nothing yet.

    What knew of no record before has the same facts, and not only equal ones.
    """
    if all(fact.knows == -1 and fact.known is None for fact in link.facts.values()):
        return structs.replace(link, record=record)
    facts = {name: structs.replace(fact, knows=-1, known=None) for name, fact in link.facts.items()}
    return structs.replace(link, record=record, facts=facts)


def fill_places(hub: Hub, entity: str, ids: Iterable[str]) -> None:
    """Keep a place for each record in each system that maps its entity and does not hold it yet."""
    wanted = list(ids)
    links = hub.store.links.of_records(wanted)
    missing = [
        (id_, system.name)
        for id_ in wanted
        for system in hub.mapping(entity)
        if all(link.system != system.name for link in links.get(id_, []))
    ]
    numbers = Numbers(hub.store, "link")
    hub.store.links.save(
        [Link(numbers(), system, entity, None, id_, {}) for id_, system in missing]
    )
    hub.store.records.mark_dirty(sorted({id_ for id_, _ in missing}))


def give_up_places(hub: Hub, places: Iterable[int]) -> None:
    """Keep no place for a record that is, or has another place, in the same system.

    It was two records when its creates were sent. What it is owed there is asked again: the place that
    is left may have waited for the other one.
    """
    links = hub.store.links
    for place in links.by_id(sorted(set(places))).values():
        if place.native_id is None and place.record is not None:
            others = links.of_records([place.record])[place.record]
            if any(link.system == place.system and link.id != place.id for link in others):
                links.delete([place.id])
                hub.store.records.mark_dirty([place.record])


def matched(link: Link | Glimpse, record: str, reason: str) -> Event:
    """Return the journal's event of a native record that was tied to *record*."""
    return Event(
        "matched", link.entity, record, value=link.native_id, system=link.system, reason=reason
    )


def drop_questions(hub: Hub, links: Sequence[Link]) -> None:
    """Ask no longer who native records are that are gone; what waited for the answer goes on."""
    names = [newcomer_name(link) for link in links if link.record is None]
    for conflict in hub.store.reviews.open_for(names).values() if names else ():
        hub.store.reviews.save([structs.replace(conflict, closed=hub.now())])
        release_places(hub, conflict)


def release_places(hub: Hub, conflict: Conflict) -> None:
    """Let the candidates of a decided match be created again, unless another match still waits."""
    hub.store.links.release(conflict.id)
    system = conflict.contenders[0].system
    candidates = {contender.value for contender in conflict.contenders[1:]}
    places = {
        link.record: link.id
        for links in hub.store.links.of_records(sorted(candidates)).values()
        for link in links
        if link.system == system and link.native_id is None
    }
    for other in _open_matches(hub, conflict.entity):
        if other.id != conflict.id and other.contenders[0].system == system:
            held = [places[c.value] for c in other.contenders[1:] if c.value in places]
            hub.store.links.set_waiting(held, other.id)


def await_match(hub: Hub, system: System, entity: str, links: Sequence[Link]) -> frozenset[int]:
    """Let *links* wait whose record an open match may find in *system*; return their ids."""
    awaited: dict[str, str] = {}
    for conflict in _open_matches(hub, entity) if links else ():
        if conflict.contenders[0].system == system.name:
            awaited |= {str(c.value): conflict.id for c in conflict.contenders[1:]}
    found = {link.id: awaited[link.record] for link in links if link.record in awaited}
    for link, conflict_id in found.items():
        hub.store.links.set_waiting([link], conflict_id)
    return frozenset(found)


def _open_matches(hub: Hub, entity: str) -> Iterator[Conflict]:
    """Yield the open questions of identity about one entity."""
    after = ""
    while found := hub.store.reviews.open(Kind.MATCH, entity, after, hub.batch):
        yield from found
        after = found[-1].id


def newcomer_name(link: Link | Glimpse) -> str:
    """Return what a conflict calls a native record that belongs to no record yet."""
    return f"{link.system}:{link.native_id}"
