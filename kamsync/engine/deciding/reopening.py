"""Take a decision back before any round has acted on it: the question is open again, as it was."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from kamsync.engine.deciding.decide import resolve_conflict
from kamsync.engine.hub import Hub
from kamsync.engine.matching.keying import keep_keys
from kamsync.errors import DecisionRefused
from kamsync.model import Conflict, Decision, Event, Golden, Kind, Link, Record
from kamsync.store import RoundRow

__all__ = ["Answered", "answer_conflict", "reopen_conflict"]


QUIET = frozenset({"decision", "undo", "plan", "pause", "resume"})
"""The rounds that carry no decision out."""


class _Concerned(Struct, frozen=True):
    """What a decision may change, as it is at one time: the golden field of records, and links."""

    fields: dict[str, Golden | None]
    links: dict[int, Link]


class Answered(Struct, frozen=True):
    """A decision that can be taken back: the question and its answer, and what they concern.

    *round* is the round that the decision is, for `undo_round` once it is too late for this.
    """

    asked: Conflict
    closed: Conflict
    round: RoundRow
    before: _Concerned
    after: _Concerned


def answer_conflict(hub: Hub, conflict_id: str, version: int, decision: Decision) -> Answered:
    """Carry out *decision* as `resolve_conflict` does, and return what it takes to take it back."""
    with hub.store.transaction():
        asked = hub.store.reviews.get(conflict_id)
        ids = _concerned(asked, decision)
        before = _as_it_is(hub, asked, ids)
        closed = resolve_conflict(hub, asked.id, version, decision)
        after = _as_it_is(hub, closed, ids)
        return Answered(asked, closed, hub.store.rounds.list(1)[0], before, after)


def reopen_conflict(hub: Hub, answered: Answered, person: str) -> Conflict:
    """Ask the question of *answered* again, with golden and every link as they were; return it.

    The journal keeps the decision and says who took it back. Nothing was written meanwhile, so no
    system needs to hear of it. Nothing happens unless all of it does, and no round runs meanwhile.

    Raises:
        DecisionRefused: a round or a person has acted on the decision since.
        StoreBusy: a round runs now.
    """
    with hub.store.round_lock("undo"), hub.store.transaction():
        _require_untouched(hub, answered)
        opened = structs.replace(answered.asked, version=answered.asked.version + 1)
        round_ = hub.store.rounds.start("undo", hub.now())
        _put_back(hub, answered, opened)
        hub.note([_event(answered)], actor=person)
        summary = {"of": answered.round.id, "back": 1, "left": 0}
        hub.store.rounds.finish(round_, "done", summary, hub.now())
    return opened


def _concerned(conflict: Conflict, decision: Decision) -> list[str]:
    """Return the records that deciding a conflict may change; of a newcomer, those that it may be."""
    if conflict.kind is not Kind.MATCH:
        return [conflict.record]
    named = [decision.value, *(side.value for side in conflict.contenders)]
    return sorted({each for each in named if isinstance(each, str)})


def _as_it_is(hub: Hub, conflict: Conflict, ids: Iterable[str]) -> _Concerned:
    """Return those records with their links; of a newcomer, also what it belongs to by now."""
    links: dict[int, Link] = {}
    if conflict.kind is Kind.MATCH:
        newcomers = [side.link for side in conflict.contenders if side.link is not None]
        links = hub.store.links.by_id(newcomers)
    every = sorted({*ids, *(link.record for link in links.values() if link.record)})
    if conflict.kind is not Kind.VALUE:
        for own in hub.store.links.of_records(every).values():
            links |= {link.id: link for link in own}
    records = hub.store.records.by_id(every)
    return _Concerned(
        {id_: each.fields.get(conflict.field) for id_, each in records.items()}, links
    )


def _require_untouched(hub: Hub, answered: Answered) -> None:
    """Raise `DecisionRefused` unless everything is as the decision left it, and waits for a round."""
    before, after, id_ = answered.before, answered.after, answered.closed.id
    now = _as_it_is(hub, answered.closed, after.fields)
    changed = {id_ for id_, golden in after.fields.items() if before.fields.get(id_, ...) != golden}
    changed |= {
        link.record for link in after.links.values() if _is_new(link, before) and link.record
    }
    same = now == after and hub.store.reviews.get(id_) == answered.closed
    waits = hub.store.records.dirty(sorted(changed)) == changed
    if not (same and waits) or hub.store.rounds.has_run_since(answered.round, QUIET):
        raise DecisionRefused(
            f"The decision on conflict {id_} has been acted on since; the question cannot be asked"
            " again.",
            hint=f"Put its value back with: kamsync undo {answered.round.number}.",
        )


def _is_new(link: Link, before: _Concerned) -> bool:
    """Whether a link was not like that before."""
    return before.links.get(link.id) != link


def _put_back(hub: Hub, answered: Answered, opened: Conflict) -> None:
    """Make golden, links and the question what they were before the decision."""
    before, after = answered.before, answered.after
    hub.store.links.delete(sorted(after.links.keys() - before.links.keys()))
    hub.store.links.save([each for each in before.links.values() if _is_new(each, after)])
    hub.store.records.forget(sorted(after.fields.keys() - before.fields.keys()))
    hub.store.reviews.save([opened])
    ids = sorted(before.fields)
    records = [
        _with(each, opened.field, before.fields[each.id])
        for each in hub.store.records.by_id(ids).values()
    ]
    hub.store.records.save(records)
    hub.store.records.mark_dirty(ids)
    keep_keys(hub, opened.entity, records, hub.store.reviews.open_for(ids).values())
    if opened.kind is Kind.MATCH:
        _wait_again(hub, before, opened)


def _with(record: Record, field: str, golden: Golden | None) -> Record:
    """Return *record* with one golden field as it was."""
    fields = {**record.fields, field: golden or Golden()}
    if golden is None:
        del fields[field]
    return structs.replace(record, fields=fields)


def _wait_again(hub: Hub, before: _Concerned, opened: Conflict) -> None:
    """Let the newcomer and the places that it may take wait for the answer, as they did."""
    newcomer = opened.contenders[0]
    waiting = [
        link.id
        for link in before.links.values()
        if link.id == newcomer.link or (link.system == newcomer.system and link.native_id is None)
    ]
    hub.store.links.set_waiting(waiting, opened.id)


def _event(answered: Answered) -> Event:
    """Return what the journal is to say."""
    asked = answered.asked
    golden = answered.after.fields.get(asked.record) or Golden()
    was = answered.before.fields.get(asked.record) or Golden()
    return Event(
        "reopened",
        asked.entity,
        asked.record,
        asked.field,
        before=golden.value,
        value=was.value,
        revision=was.revision,
        reason=f"the decision of {answered.round.id.replace('-', ' ')} was taken back",
    )
