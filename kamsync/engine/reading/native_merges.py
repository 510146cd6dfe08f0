"""Two records that turn out to be one, because their native records were merged in a system."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.engine.context.places import drop_questions, relink
from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.inherited import inherit
from kamsync.errors import RetryLater
from kamsync.mapping import EntityMap
from kamsync.model import (
    EXISTS,
    Conflict,
    Contender,
    Event,
    Golden,
    Kind,
    Link,
    Reading,
    Record,
)
from kamsync.observe import is_gone, says_nothing
from kamsync.values import is_blank

__all__ = ["follow_native_merge", "propose_merge", "twins_field"]


def follow_native_merge(hub: Hub, system: System, entity: str, reading: Reading) -> None:
    """Let what was tied to a merged-away native record follow its survivor.

    Both records become one here, links of other systems come along, and the same merge is proposed
    there. Nothing is written to the id that is gone. If the survivor was never read, and is gone as
    well, the link stands for it from now on: that is what may come back. If it is what a create of ours
    has made, whose answer was lost, it is that record which survives.
    """
    from kamsync.engine.reading.created import as_created

    survivor_id = reading.merged_into
    assert survivor_id is not None
    known = hub.store.links.by_native(system.name, entity, [reading.native_id, survivor_id])
    loser, survivor = known.get(reading.native_id), known.get(survivor_id)
    if loser is None or loser.native_id != reading.native_id:
        return
    if survivor is None:
        try:
            survivor = _read_survivor(hub, system, entity, survivor_id)
        except RetryLater:
            return
    if survivor is None:
        hub.store.links.save([_standing_for(loser, survivor_id)])
        hub.store.links.alias(system.name, entity, reading.native_id, survivor_id)
        return
    hub.store.links.delete([loser.id])
    hub.store.links.alias(system.name, entity, reading.native_id, survivor_id)
    if loser.record is None:
        drop_questions(hub, [loser])
        return
    if survivor.record is None:
        survivor = as_created(hub, system, survivor)
    if survivor.record is None:
        hub.store.links.save([structs.replace(survivor, record=loser.record)])
        hub.store.records.mark_dirty([loser.record])
    elif survivor.record != loser.record:
        _join(hub, entity, loser.record, survivor.record, reason=f"merged in {system.name}")
    elif hub.restored_at is None and _is_contradicted(survivor):
        hub.store.links.save([_insisting(survivor, system.maps[entity])])
    _close_twins(hub, survivor.record or loser.record, system.name)


def _is_contradicted(survivor: Link) -> bool:
    """Whether a survivor has just come along with a loser: they were merged the other way elsewhere."""
    return all(fact.knows == -1 for fact in survivor.facts.values())


def _insisting(survivor: Link, map_: EntityMap) -> Link:
    """Return the link of a survivor that speaks for what it holds, against what survived elsewhere."""
    facts = dict(survivor.facts)
    for name, field in map_.fields.items():
        fact = facts.get(name)
        if fact and field.direction.reads and not (fact.moved or says_nothing(fact.observed)):
            facts[name] = structs.replace(fact, merged=())
    return structs.replace(survivor, facts=facts)


def _standing_for(loser: Link, survivor_id: str) -> Link:
    """Return the link of a loser as that of its survivor, which nobody has read: whatever that shows is met.

    Of the loser no more is known by it than that it is gone.
    """
    facts = {name: fact for name, fact in loser.facts.items() if name == EXISTS}
    return structs.replace(loser, native_id=survivor_id, facts=facts, version="", digest=None)


def _read_survivor(hub: Hub, system: System, entity: str, native_id: str) -> Link | None:
    """Return the link of a survivor that was never read, after reading it now; None if it is gone."""
    from kamsync.engine.reading.hearing import hear

    map_ = system.maps[entity]
    seen = hub.store.current("revision")
    found = system.connector.fetch(map_.object, map_.names, [native_id])
    if native_id not in found or found[native_id].values is None:
        return None
    hear(hub, system, entity, [found[native_id]], seen)
    return hub.store.links.by_native(system.name, entity, [native_id]).get(native_id)


def _join(hub: Hub, entity: str, loser_id: str, survivor_id: str, *, reason: str) -> None:
    """Make the loser part of the survivor: its links come along and know nothing of the new golden.

    So does a place of it that a create without an answer may have filled, be the survivor there or not.
    A value that only the loser had fills a gap; one that differs is kept in the journal as a loser, and what
    contended there for itself contends for the survivor.
    """
    found = hub.store.records.by_id([loser_id, survivor_id])
    loser, survivor = found[loser_id], found[survivor_id]
    links = hub.store.links.of_records([loser_id, survivor_id])
    joined, events = _filled(hub, loser, survivor, reason)
    hub.store.records.save([structs.replace(loser, merged_into=survivor_id), joined])
    mine, theirs = links.get(survivor_id, []), links.get(loser_id, [])
    here = {link.system for link in mine if link.native_id is not None}
    vacant = _vacant(hub, [*mine, *theirs])
    moving = [link for link in theirs if link.id not in vacant]
    systems = {link.system for link in moving}
    empty = [link.id for link in mine if link.id in vacant and link.system in systems]
    hub.store.links.delete([*empty, *(link.id for link in theirs if link.id in vacant)])
    hub.store.records.move_keys(loser_id, survivor_id)
    hub.store.records.rename_in_keys(loser_id, survivor_id)
    opened = _close_conflicts(hub, loser_id)
    claims = frozenset((c.link, each.field) for each in opened for c in each.contenders if c.link)
    events += inherit(hub, opened, joined)
    joining = [_unsettled(relink(link, survivor_id), claims) for link in moving]
    hub.store.links.save([_at_rest(link) if link.system in here else link for link in joining])
    for park in hub.store.parks.of_records([loser_id]):
        hub.store.parks.clear(park.system, park.entity, [park.what])
    for system in hub.mapping(entity):
        # With the links of the loser, the survivor may have come to where it was awaited.
        hub.store.links.arrived(system.name, entity, [loser_id, survivor_id])
    for link in moving:
        if link.system in here and link.native_id is not None:
            propose_merge(hub, entity, survivor_id, link.system)
    hub.store.records.mark_dirty([survivor_id])
    hub.note(events)


def _vacant(hub: Hub, links: Sequence[Link]) -> frozenset[int]:
    """Return the places that no native record has, and that no create without an answer may have filled."""
    places = [link.id for link in links if link.native_id is None]
    return frozenset(places) - hub.store.outbox.inflight_of(places).keys()


def _filled(hub: Hub, loser: Record, survivor: Record, reason: str) -> tuple[Record, list[Event]]:
    """Return the survivor with the gaps filled, and the events that keep what lost."""
    fields = dict(survivor.fields)
    events = [
        Event("merged", survivor.entity, survivor.id, EXISTS, loser.id, survivor.id, reason=reason)
    ]
    for name, golden in loser.fields.items():
        if name == EXISTS or not golden.revision:
            continue
        kept = fields.get(name, Golden())
        if kept.revision == 0:
            revision = hub.store.take("revision")
            fields[name] = structs.replace(golden, revision=revision, recent=(), turns=0)
        elif kept.value != golden.value and not is_blank(golden.value):
            lost = Contender(
                value=golden.value, person=golden.origin.person if golden.origin else ""
            )
            events.append(
                Event(
                    "settled",
                    survivor.entity,
                    survivor.id,
                    name,
                    golden.value,
                    kept.value,
                    losers=(lost,),
                    rule="the surviving record keeps its values",
                    reason=reason,
                )
            )
    return structs.replace(survivor, fields=fields), events


def _close_conflicts(hub: Hub, record: str) -> list[Conflict]:
    """Close the conflicts of a record that is part of another one now; return what they were.

    Nobody has ruled on what was claimed in them.
    """
    opened = list(hub.store.reviews.open_for([record]).values())
    hub.store.reviews.save([structs.replace(c, closed=hub.now(), cause="merged") for c in opened])
    return opened


def _unsettled(link: Link, claims: frozenset[tuple[int, str]]) -> Link:
    """Return *link* with what was claimed there claimed again, in the record that it belongs to now.

    Nobody has ruled on that.
    """
    facts = {
        name: structs.replace(fact, merged=()) if (link.id, name) in claims else fact
        for name, fact in link.facts.items()
    }
    return structs.replace(link, facts=facts)


def _at_rest(link: Link) -> Link:
    """Return the link of a twin, left alone if it is gone: the survivor is not made again in its place."""
    dealt_with = is_gone(link) and not link.facts[EXISTS].moved
    return structs.replace(link, detached=True) if dealt_with else link


def twins_field(system: str) -> str:
    """Return what the conflict about two native twins of one record in *system* is filed under."""
    return f"twins in {system}"


def propose_merge(hub: Hub, entity: str, record: str, system: str) -> None:
    """Ask a person to merge the twins that a merge elsewhere has shown in *system*.

    A question that is open names those that have joined since as well.
    """
    field = twins_field(system)
    opened = hub.store.reviews.open_for([record]).get((record, field))
    links = hub.store.links.of_records([record]).get(record, [])
    contenders = tuple(
        Contender(value=link.native_id, link=link.id, system=system)
        for link in links
        if link.system == system and link.native_id is not None
    )
    if opened is not None:
        if {each.value for each in contenders} != {each.value for each in opened.contenders}:
            more = structs.replace(opened, contenders=contenders, version=opened.version + 1)
            hub.store.reviews.save([more])
        return
    conflict = Conflict(
        id=str(hub.store.take("conflict")),
        kind=Kind.MERGE,
        entity=entity,
        record=record,
        field=field,
        contenders=contenders,
        cause="merged in another system",
        opened=hub.now(),
    )
    hub.store.reviews.save([conflict])


def _close_twins(hub: Hub, record: str, system: str) -> None:
    """Close the proposal to merge twins once there is only one of them left."""
    links = hub.store.links.of_records([record]).get(record, [])
    alive = [link for link in links if link.system == system and link.native_id is not None]
    opened = hub.store.reviews.open_for([record]).get((record, twins_field(system)))
    if opened is not None and len(alive) <= 1:
        hub.store.reviews.save([structs.replace(opened, closed=hub.now())])
