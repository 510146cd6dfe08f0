"""Try a decision: what it would write where, found out by the engine itself and then undone."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from kamsync.engine import Hub, resolve_conflict
from kamsync.engine.context.batches import due_at, load
from kamsync.engine.merging.merge import merge_records
from kamsync.model import Conflict, Decision, Kind, Link, Op, Value
from kamsync.plan import Due
from kamsync.reports.finding import Names
from kamsync.reports.meaning import Meanings
from kamsync.reports.sight import Sight

__all__ = ["Effect", "effects"]

LINKS_LIMIT = 100


class Effect(Struct, frozen=True):
    """What a choice would write in one system, in native cells; *problem* says why it cannot.

    *names* say what records the cells refer to, *parts* are those of a group, before and after. *field* is
    named where the decision is not about one: *op* is ``ask`` where it is a question from then on.
    """

    system: str
    op: str
    native_id: str | None
    before: Value
    after: Value
    problem: str = ""
    names: tuple[str, str] = ("", "")
    parts: tuple[Value, Value] = (None, None)
    field: str = ""


def effects(
    hub: Hub, conflict: Conflict, decision: Decision, sight: Sight, *, version: int | None = None
) -> tuple[Effect, ...]:
    """Return what *decision* would write for the field it is about; it is tried and undone.

    Raises:
        KamsyncError: it would be refused, and why.
    """
    with hub.store.rehearsal():
        shown = conflict.version if version is None else version
        asked = _asked(hub, decision)
        resolve_conflict(hub, conflict.id, shown, decision)
        record = _concerned(hub, conflict)
        if record is None:
            return ()
        merge_records(hub, conflict.entity, [record])
        told = tuple(_due(hub, conflict, record, sight))
        return (*told, *(_question(name) for name in sorted(_asked(hub, decision) - asked)))


def _asked(hub: Hub, decision: Decision) -> frozenset[str]:
    """Return the fields under review of the record that a newcomer is said to be."""
    if decision.choice != "same":
        return frozenset()
    record = str(decision.value)
    return frozenset(field for _, field in hub.store.reviews.open_for([record]))


def _question(field: str) -> Effect:
    """Return that a field becomes a question of its own."""
    return Effect("", "ask", None, None, None, field=field)


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
    due = _Due(hub, conflict, sight)
    record = batch.records[id_]
    for link in batch.links.get(id_, [])[:LINKS_LIMIT]:
        yield from due.at(link, due_at(hub, batch, record, link, batch.held(id_)))


class _Due:
    """What a decision makes due at the links of its record: of its field, or of all if it is about none."""

    def __init__(self, hub: Hub, conflict: Conflict, sight: Sight) -> None:
        self._hub = hub
        self._conflict = conflict
        self._sight = sight
        self._meanings = Meanings(hub, sight, Names(hub))

    def at(self, link: Link, told: Due) -> Iterator[Effect]:
        """Yield what is due at one link."""
        conflict = self._conflict
        if conflict.kind is Kind.MATCH and told.op is Op.UPDATE:
            yield from (self._change(link, told, name) for name in sorted(told.fields))
        elif conflict.kind is not Kind.VALUE and told.op is not None:
            yield self._whole(link, told.op)
        elif told.op is not None and conflict.field in told.fields:
            yield structs.replace(self._change(link, told, conflict.field), field="")
        else:
            for problem in (p for p in told.problems if p.field == conflict.field):
                yield Effect(link.system, "update", link.native_id, None, None, problem.reason)
                return

    def _whole(self, link: Link, op: Op) -> Effect:
        """Return a write of which no single field is told."""
        problem = _forbidden(self._hub, link, op)
        return Effect(link.system, op.value, link.native_id, None, None, problem)

    def _change(self, link: Link, told: Due, name: str) -> Effect:
        """Return the write of one field: what is there, and what would be."""
        assert told.op is not None, "what is not sent changes nothing"
        fact, intent = link.facts.get(name), told.fields[name]
        entity, place = link.entity, (link.system, link.entity, name)
        was = self._meanings.of(place, fact.observed if fact else None)
        is_ = self._meanings.of(place, intent.cells)
        return Effect(
            system=link.system,
            op=told.op.value,
            native_id=link.native_id,
            before=self._sight.cells(entity, name, fact.observed) if fact else None,
            after=self._sight.cells(entity, name, intent.cells),
            problem=_forbidden(self._hub, link, told.op),
            names=(was.name, is_.name),
            parts=(was.parts, is_.parts),
            field=name,
        )


def _forbidden(hub: Hub, link: Link, op: Op) -> str:
    """Say that a write is not allowed, if so."""
    if hub.systems[link.system].allows(link.entity, op):
        return ""
    return f"the configuration does not allow {op} of {link.entity} there"
