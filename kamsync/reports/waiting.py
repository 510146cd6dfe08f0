"""What waits for another record: a reference that leads nowhere yet, and all that waits with it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.model import EXISTS, Fact, Golden, Link, Op, Record
from kamsync.observe import is_gone
from kamsync.reports.finding import Names
from kamsync.schema import Field
from kamsync.store import Awaited

__all__ = ["Wait", "waits"]


class Wait(Struct, frozen=True):
    """One field of one link that waits: *what* waits, since when, why, and what helps."""

    system: str
    entity: str
    what: str
    at: str
    reason: str
    hint: str
    record: str = ""


def waits(hub: Hub, limit: int) -> Iterator[Wait]:
    """Yield what waits for another record, longest first, as far as *limit* goes."""
    rows = hub.store.links.awaited(limit)
    links = hub.store.links.by_id(sorted({row.link for row in rows}))
    records = hub.store.records.by_id(sorted({e.record for e in links.values() if e.record}))
    names = Names(hub)
    for row in rows:
        link = links[row.link]
        record = records.get(link.record or "")
        if not hub.speaks_to(link.system, link.entity):
            continue
        if record is not None:
            yield from _of(hub, row, link, record, names)
        elif link.record is None:
            yield from _of_newcomer(hub, row, link)


def _of(hub: Hub, row: Awaited, link: Link, record: Record, names: Names) -> Iterator[Wait]:
    """Yield what one link waits for, unless it says something else by now."""
    for field in hub.schema.entity(link.entity).fields.values():
        if field.to != row.entity:
            continue
        fact = link.facts.get(field.name)
        golden = record.fields.get(field.name, Golden())
        if fact is not None and fact.moved and row.wanted in _named(fact):
            yield _unread(hub, row, link, record, field)
        elif golden.value == row.wanted and _is_written(hub, link):
            yield _unsent(hub, row, link, field, names)


def _named(fact: Fact) -> set[str]:
    """Return the native ids that a fact names, or named before what it led to was gone."""
    return {
        str(cell) for cells in (fact.observed, *(s.cells for s in fact.trail)) for cell in cells
    }


def _of_newcomer(hub: Hub, row: Awaited, link: Link) -> Iterator[Wait]:
    """Yield what keeps a native record from being matched: what it is known by, or belongs to."""
    entity = hub.schema.entity(link.entity)
    for name in dict.fromkeys((*entity.unique, *filter(None, [entity.parent]))):
        field, fact = entity.fields[name], link.facts.get(name)
        if field.to == row.entity and fact is not None and row.wanted in _named(fact):
            reason, hint = _unknown(hub, row, link, field)
            yield Wait(link.system, link.entity, link.native_id or "", row.at, reason, hint)


def _is_written(hub: Hub, link: Link) -> bool:
    """Whether the link may be written at all, so that anything waits."""
    op = Op.CREATE if link.native_id is None else Op.UPDATE
    return hub.systems[link.system].allows(link.entity, op)


def _unread(hub: Hub, row: Awaited, link: Link, record: Record, field: Field) -> Wait:
    """Return the wait of an edit that names a native record which nobody knows."""
    reason, hint = _unknown(hub, row, link, field)
    if not record.fields.get(EXISTS, Golden(value=True)).value and not is_gone(link):
        reason += "; that it ended elsewhere waits for this as well"
    what = link.native_id or record.id
    return Wait(link.system, link.entity, what, row.at, reason, hint, record.id)


def _unknown(hub: Hub, row: Awaited, link: Link, field: Field) -> tuple[str, str]:
    """Return why a native record that a link refers to is not known, and what helps."""
    known = hub.store.links.by_native(link.system, row.entity, [row.wanted])
    if row.wanted in known:
        why = "which is not matched to a record yet"
        hint = "If a person is asked who it is, decide it: kamsync conflicts list --kind match."
    else:
        why = f"which {link.system} has never shown"
        hint = f"Correct {field.name} there, or let kamsync's user see {row.wanted}, in scope."
    return f"its {field.name} is {row.entity} {row.wanted}, {why}", hint


def _unsent(hub: Hub, row: Awaited, link: Link, field: Field, names: Names) -> Wait:
    """Return the wait of a write that names a record which is not in the system."""
    name = names.of(row.wanted) or row.wanted
    reason = f"its {field.name} is to be {name}, which is not in {link.system}"
    hint = "It is written once that is there; nothing to do."
    if not hub.systems[link.system].allows(row.entity, Op.CREATE):
        hint = f"Create {row.entity} there by hand, or allow it in [system.{link.system}]."
    what = link.native_id or link.record or ""
    return Wait(link.system, link.entity, what, row.at, reason, hint, link.record or "")
