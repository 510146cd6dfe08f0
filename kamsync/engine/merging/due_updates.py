"""The writes that a merge has worked out already, so that the plan that follows need not ask again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from kamsync.engine.hub import Hub
from kamsync.model import Intent, Link, Op
from kamsync.plan import Due, PlannedWrite
from kamsync.schema import Type

__all__ = [
    "DueUpdate",
    "planned_write",
    "referring",
    "remember",
    "remembered",
    "stands_alone",
    "updated_singly",
]


class DueUpdate(Struct, frozen=True, gc=False):
    """An update that was due when a record was merged, while *held* of its fields were under review."""

    write: PlannedWrite
    fields: Mapping[str, Intent]
    held: frozenset[str]


def referring(hub: Hub, entity: str) -> frozenset[str]:
    """Return the fields of an entity whose cells depend on where other records are by now."""
    return frozenset(
        name
        for name, field in hub.schema.entity(entity).fields.items()
        if any(part.type is Type.REFERENCE for part in (field, *field.parts))
    )


def updated_singly(hub: Hub, entity: str) -> frozenset[str]:
    """Return the systems in which records of an entity may be updated, each by itself."""
    if hub.schema.entity(entity).together:
        return frozenset()
    return frozenset(each.name for each in hub.mapping(entity) if each.allows(entity, Op.UPDATE))


def stands_alone(told: Due, tied: Collection[str]) -> bool:
    """Whether only what the rows of a link and its record say can change what is due at the link.

    *tied* are the fields that refer to other records. A create awaits other creates of the plan, and
    an end waits for edits.
    """
    return told.op is Op.UPDATE and not told.problems and told.fields.keys().isdisjoint(tied)


def remember(hub: Hub, ahead: Iterable[DueUpdate]) -> None:
    """Keep what is due for the plan that is made in this transaction, if one is."""
    for each in ahead:
        hub.store.remembered.keep(each.write.link, each.write.record, each)


def remembered(hub: Hub, links: Iterable[int]) -> dict[int, DueUpdate]:
    """Return what is known to be due at some of *links*, as far as it still is."""
    known = {link: each for link in links if (each := hub.store.remembered.of(link))}
    if not known:
        return {}
    records = sorted({each.write.record for each in known.values()})
    held: dict[str, set[str]] = {}
    for record, field in hub.store.reviews.open_for(records):
        held.setdefault(record, set()).add(field)
    return {
        link: each
        for link, each in known.items()
        if each.held == held.get(each.write.record, frozenset())
    }


def planned_write(link: Link, told: Due) -> PlannedWrite:
    """Return what is due at a link as a person reads it: from what to what."""
    assert told.op is not None
    shown = {}
    for name, intent in told.fields.items():
        fact = link.facts.get(name)
        shown[name] = (fact.observed if fact and told.op is not Op.CREATE else (), intent.cells)
    return PlannedWrite(
        system=link.system,
        entity=link.entity,
        op=told.op,
        link=link.id,
        record=link.record or "",
        native_id=link.native_id,
        fields=shown,
        blanks=told.blanks,
    )
