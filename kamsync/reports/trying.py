"""Try a decision: what it would write where, found out by the engine itself and then undone."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kamsync.engine import Hub, resolve_conflict
from kamsync.engine.batches import due_at, load
from kamsync.engine.merging import merge_records
from kamsync.model import EXISTS, Conflict, Decision, Kind, Link, Op, Value
from kamsync.reports.finding import Names
from kamsync.reports.meaning import Meanings
from kamsync.reports.sight import Sight

__all__ = ["Effect", "effects"]

LINKS_LIMIT = 100


class Effect(Struct, frozen=True):
    """What a choice would write in one system, in native cells; *problem* says why it cannot.

    *names* say what records the cells refer to, *parts* are those of a group, before and after.
    """

    system: str
    op: str
    native_id: str | None
    before: Value
    after: Value
    problem: str = ""
    names: tuple[str, str] = ("", "")
    parts: tuple[Value, Value] = (None, None)


def effects(
    hub: Hub, conflict: Conflict, decision: Decision, sight: Sight, *, version: int | None = None
) -> tuple[Effect, ...]:
    """Return what *decision* would write for the field it is about; it is tried and undone.

    Raises:
        KamsyncError: it would be refused, and why.
    """
    with hub.store.rehearsal():
        shown = conflict.version if version is None else version
        resolve_conflict(hub, conflict.id, shown, decision)
        record = _concerned(hub, conflict)
        if record is None:
            return ()
        merge_records(hub, conflict.entity, [record])
        return tuple(_due(hub, conflict, record, sight))


def _concerned(hub: Hub, conflict: Conflict) -> str | None:
    """Return the record that a decision changes."""
    if conflict.kind is not Kind.MATCH:
        return conflict.record
    newcomer = next((c.link for c in conflict.contenders if c.link is not None), -1)
    link = hub.store.links.by_id([newcomer]).get(newcomer)
    return link.record if link else None


def _due(hub: Hub, conflict: Conflict, id_: str, sight: Sight) -> Iterator[Effect]:
    """Yield what would be due at each link of a record."""
    batch = load(hub, conflict.entity, [id_])
    meanings = Meanings(hub, sight, Names(hub))
    record = batch.records[id_]
    for link in batch.links.get(id_, [])[:LINKS_LIMIT]:
        told = due_at(hub, batch, record, link, batch.held(id_))
        problems = [p.reason for p in told.problems if p.field == conflict.field]
        wanted = conflict.field if conflict.kind is Kind.VALUE else None
        if told.op is None or (wanted and wanted not in told.fields):
            if problems:
                yield Effect(link.system, "update", link.native_id, None, None, problems[0])
            continue
        fact = link.facts.get(wanted or EXISTS)
        intent = told.fields.get(wanted or EXISTS)
        field = conflict.field if wanted else EXISTS
        place = (link.system, conflict.entity, field)
        was = meanings.of(place, fact.observed if fact and wanted else None)
        is_ = meanings.of(place, intent.cells if intent and wanted else None)
        yield Effect(
            system=link.system,
            op=told.op.value,
            native_id=link.native_id,
            before=sight.cells(conflict.entity, field, fact.observed) if fact and wanted else None,
            after=sight.cells(conflict.entity, field, intent.cells) if intent and wanted else None,
            problem=_forbidden(hub, link, told.op),
            names=(was.name, is_.name),
            parts=(was.parts, is_.parts),
        )


def _forbidden(hub: Hub, link: Link, op: Op) -> str:
    """Say that a write is not allowed, if so."""
    if hub.systems[link.system].allows(link.entity, op):
        return ""
    return f"the configuration does not allow {op} of {link.entity} there"
