"""References that a system empties by itself, because what they led to is gone there.

A CRM that deletes a record empties what refers to it, often without a trace: nobody has entered that
blank. So a reference that turns blank is believed only if what it led to is still there; where that
is not known, it is asked for, since a record may go between the reading of two entities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kamsync.engine.context.ties import references_of
from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.passed_over import sweep
from kamsync.model import Entry, Fact, Intent, Link, Native, Reading
from kamsync.observe import ABSENT, is_gone, says_nothing

__all__ = ["Ended", "Ending", "ended_targets", "newly_referred", "reread_referring"]

Ended = Mapping[str, Mapping[str, frozenset[Native]]]
"""By native record and reference field, the native ids that it referred to and that are gone."""

Ending = frozenset[tuple[str, str]]
"""Native records that are being taken in as gone: the entity and the native id of each."""


def ended_targets(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    known: Mapping[str, Link],
    intents: Mapping[int, Mapping[str, Sequence[Intent]]],
    past: Mapping[str, Sequence[Entry]],
    ending: Ending,
) -> Ended:
    """Return what references led to that are blank in *readings*, or at their end, as far as it is gone.

    What is *ending* is being taken in as gone just now: nobody is asked about it once more.
    What was merged into another record is there under its id, and a system lets references follow;
    only a record into which its own parent was merged cannot refer to itself.
    """
    if hub.restored_at is not None:
        return {}
    fields = references_of(hub, entity, system.maps[entity])
    blank: list[tuple[str, str, frozenset[Native]]] = []
    for reading in readings if fields else ():
        link = known.get(reading.native_id)
        if link is None:
            continue
        entries = past.get(reading.native_id, ())
        shown = _told_last(entries) if reading.values is None else reading.values
        for name in _blank_fields(fields, system, entity, shown):
            sent = intents.get(link.id, {}).get(name, ())
            native = system.maps[entity].fields[name].native
            fact = link.facts.get(name)
            if not (sent or entries) and (fact is None or says_nothing(fact.observed)):
                continue
            before = frozenset(_before(fact, native, sent, entries))
            if before and fields[name] in system.maps:
                blank.append((reading.native_id, name, before))
    wanted: dict[str, set[Native]] = {}
    for _, name, before in blank:
        wanted.setdefault(fields[name], set()).update(before)
    gone = {to: _gone(hub, system, to, sorted(ids), ending) for to, ids in wanted.items()}
    ended: dict[str, dict[str, frozenset[Native]]] = {}
    for native_id, name, before in blank:
        into = gone[fields[name]]
        fell = frozenset(id_ for id_ in before if id_ in into and into[id_] in (None, native_id))
        ended.setdefault(native_id, {})[name] = fell
    return ended


def reread_referring(hub: Hub, system: System, entity: str) -> None:
    """Have what may refer to a record of *entity* read again that came back.

    Its system may have emptied references to it, or may fill them again, without a trace.
    """
    sweep(hub, system, list(_referring(hub, system, entity)))


def newly_referred(hub: Hub, system: System, entity: str) -> frozenset[Native]:
    """Read what refers to records of *entity*, and return the native ids that this brings up.

    A system that deletes a record empties what refers to it, or deletes that as well: what people
    have entered there meanwhile is heard, and merged, before.
    """
    from kamsync.engine.reading.pull import pull

    before = _claims(hub, system, entity)
    for name in _referring(hub, system, entity):
        pull(hub, system, name)
    return frozenset(claim[2] for claim in _claims(hub, system, entity) - before)


def _referring(hub: Hub, system: System, entity: str) -> dict[str, list[str]]:
    """Return the entities of *system* with the fields by which they refer to *entity*."""
    found = {}
    for each in hub.entities():
        map_ = system.maps.get(each.name)
        fields = references_of(hub, each.name, map_) if map_ is not None else {}
        names = [name for name, to in fields.items() if to == entity]
        if names:
            found[each.name] = names
    return found


def _claims(hub: Hub, system: System, entity: str) -> set[tuple[int, str, Native]]:
    """Return what links that are not dealt with refer to: link, field and native id."""
    claims: set[tuple[int, str, Native]] = set()
    for name, fields in _referring(hub, system, entity).items():
        after = ""
        while links := hub.store.links.unmerged(system.name, name, after, hub.batch):
            after = links[-1].native_id or ""
            claims |= {
                (link.id, field, cell)
                for link in links
                for field in fields
                for cell in (link.facts[field].observed if field in link.facts else ())
            }
    return claims


def _blank_fields(
    fields: Iterable[str], system: System, entity: str, shown: Mapping[str, Native]
) -> Iterator[str]:
    """Yield the references that are shown blank."""
    for name in fields:
        cells = system.maps[entity].fields[name].cells(shown)
        if cells is not None and says_nothing(cells):
            yield name


def _told_last(entries: Sequence[Entry]) -> Mapping[str, Native]:
    """Return what a history tells that a record held at its end: it is gone, and shows nothing itself."""
    return {name: cell for entry in entries for name, cell in entry.values.items()}


def _before(
    fact: Fact | None, native: Iterable[str], sent: Sequence[Intent], entries: Sequence[Entry]
) -> Iterator[Native]:
    """Yield what a reference may have led to before it was blank, as far as that is known."""
    told = [tuple(e.values[name] for name in native if name in e.values) for e in entries]
    for cells in (fact.observed if fact else (), *(intent.cells for intent in sent), *told):
        yield from (cell for cell in cells if cell not in (None, ""))


def _gone(
    hub: Hub, system: System, entity: str, ids: Sequence[str], ending: Ending
) -> dict[Native, str | None]:
    """Return those of *ids* that are gone, each with the record into which it was merged, if any.

    Of what is not known to be gone, the system is asked; what it answers is taken in.
    """
    from kamsync.engine.reading.hearing import hear

    links = hub.store.links.by_native(system.name, entity, ids)
    own = {id_ for id_, link in links.items() if link.native_id == id_}
    gone: dict[Native, str | None] = dict.fromkeys(id_ for id_ in own if is_gone(links[id_]))
    gone |= dict.fromkeys(id_ for id_ in ids if (entity, id_) in ending)
    asked = [id_ for id_ in ids if id_ not in gone]
    map_, limit = system.maps[entity], system.connector.batch_limit
    for start in range(0, len(asked), limit):
        wanted = asked[start : start + limit]
        seen = hub.store.current("revision")
        found = system.connector.fetch(map_.object, map_.names, wanted)
        readings = [found.get(id_, Reading(id_, None, version=ABSENT)) for id_ in wanted]
        dead = [each for each in readings if each.values is None]
        gone |= {each.native_id: each.merged_into for each in dead}
        plain = [each for each in dead if each.native_id in own and each.merged_into is None]
        hear(hub, system, entity, plain, seen, ending=ending)
    return gone
