"""Undo a round, or it and all after it: put golden back to what it was, where nobody said anything since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import islice
from typing import TypeAlias

from msgspec import Struct, structs

from kamsync.engine.hub import Hub
from kamsync.engine.matching.keying import keep_keys
from kamsync.engine.matching.questions import MATCH_FIELD
from kamsync.model import EXISTS, Event, Golden, Origin, Value
from kamsync.store import RoundRow

__all__ = ["FROM_BEFORE", "Undo", "Undone", "can_undo", "undo_round"]

FROM_BEFORE = "it is from before that system was met"
"""Why what a first meeting set is left: a blank would take away what people had entered."""

WHO_IS_WHO = "it says who is who, which no undo takes back"
"""Why the answer to a question about newcomers or twins is left: it is no value that could be put back."""

LOOKED_AT = 100
"""How many of the newest changes of a round are looked at, to say whether any of them can be undone."""

SETTERS = frozenset({"set", "settled", "closed", "decided", "undone"})
"""The journal's acts that change golden."""


Name: TypeAlias = tuple[str, str]
"""A record and a field."""


class Undone(Struct, frozen=True):
    """One field of one record: what golden is to be again, and why not, if it cannot be."""

    entity: str
    record: str
    field: str
    now: Value
    before: Value
    refused: str = ""


class Undo(Struct, frozen=True):
    """What undoing a round changes, and what it leaves because it changed since.

    *until* is the last round that is undone with it, where that is another one.
    """

    round: str
    back: tuple[Undone, ...]
    left: tuple[Undone, ...]
    until: str = ""


def undo_round(hub: Hub, round_: RoundRow, *, since: bool = False, dry: bool = False) -> Undo:
    """Put every golden value that *round_* made back to the one before, as a new revision.

    With *since*, all rounds after it are undone with it, decisions and earlier undoings among them: what
    several of them changed becomes what it was before the first one.

    The next round writes it wherever the system still holds what we wrote; where somebody edited in
    the meantime, that edit did not know of the undoing and becomes a conflict. A value that golden
    no longer has is left alone and listed, and so is one from before its system was met: there is
    nothing to go back to. Undoing twice changes nothing the second time. Records that the round created stay.
    """
    last = hub.store.rounds.list(1)[0] if since else round_
    changes = _changes(hub, hub.store.rounds.since(round_) if since else [round_.id])
    undone = partial(_undone, hub, round_, last, changes)
    if dry:
        with hub.store.rehearsal():
            return undone()
    with hub.store.round_lock("undo"), hub.store.transaction():
        return undone()


def _changes(hub: Hub, rounds: Iterable[str]) -> dict[Name, list[Event]]:
    """Return what changed golden in *rounds*, which come newest first, as the changes of each field do.

    Where a value was changed after it was first set, it goes back to that, and not to nothing.
    """
    changes: dict[Name, list[Event]] = {}
    for round_ in rounds:
        for name, events in _changes_of(hub, round_).items():
            later = changes.setdefault(name, [])
            if not (later and events[-1].first):
                later += events
    return changes


def _changes_of(hub: Hub, round_: str) -> dict[Name, list[Event]]:
    """Return what changed golden in one round, newest first."""
    changes: dict[Name, list[Event]] = {}
    for entry in hub.store.journal.of_round(round_):
        for event in reversed(entry.events):
            if event.act in SETTERS and event.field != EXISTS:
                changes.setdefault((event.record, event.field), []).append(event)
    return changes


def can_undo(hub: Hub, round_id: str) -> bool:
    """Whether a round changed what was golden before it, as far as its newest changes tell.

    A first meeting did not: it only set what was blank.
    """
    entries = islice(hub.store.journal.of_round(round_id), LOOKED_AT)
    return any(
        event.act in SETTERS and event.field != EXISTS and not event.first
        for entry in entries
        for event in entry.events
    )


def _undone(
    hub: Hub, round_: RoundRow, last: RoundRow, changes: Mapping[Name, list[Event]]
) -> Undo:
    """Put back what can be, as a round of its own; what is again what it was needs nothing."""
    back: list[Undone] = []
    left: list[Undone] = []
    for (record, field), events in sorted(changes.items()):
        change = _change(hub, record, field, events)
        if change.refused:
            left.append(change)
        elif change.now != change.before or last is round_:
            back.append(change)
    undo = hub.store.rounds.start("undo", hub.now())
    for change in back:
        _put_back(hub, change)
    until = "" if last.id == round_.id else last.id
    summary = {"of": round_.id, "back": len(back), "left": len(left)}
    summary |= {"until": until} if until else {}
    hub.store.rounds.finish(undo, "done", summary, hub.now())
    return Undo(round_.id, tuple(back), tuple(left), until)


def _change(hub: Hub, record_id: str, field: str, events: list[Event]) -> Undone:
    """Return what undoing means for one field; *events* are newest first."""
    newest, oldest = events[0], events[-1]
    record = hub.store.records.by_id([record_id]).get(record_id)
    golden = record.fields.get(field, Golden()) if record else Golden()
    refused = ""
    if field == MATCH_FIELD:
        refused = WHO_IS_WHO
    elif record is None or record.merged_into:
        refused = "the record is part of another one now"
    elif field not in record.fields:
        refused = WHO_IS_WHO
    elif oldest.first:
        refused = FROM_BEFORE
    elif golden.revision != newest.revision:
        refused = "it was changed again since"
    elif (record_id, field) in hub.store.reviews.open_for([record_id]):
        refused = "it is under review"
    return Undone(newest.entity, record_id, field, golden.value, oldest.before, refused)


def _put_back(hub: Hub, change: Undone) -> None:
    """Make the value from before golden again."""
    record = hub.store.records.by_id([change.record])[change.record]
    revision = hub.store.take("revision")
    golden = Golden(change.before, revision, origin=Origin(at=hub.now(), rule="undo"))
    fields = {**record.fields, change.field: golden}
    record = structs.replace(record, fields=fields)
    hub.store.records.save([record])
    keep_keys(hub, record.entity, [record])
    hub.store.records.mark_dirty([record.id])
    event = Event(
        "undone",
        change.entity,
        change.record,
        change.field,
        before=change.now,
        value=change.before,
        revision=revision,
    )
    hub.note([event])
