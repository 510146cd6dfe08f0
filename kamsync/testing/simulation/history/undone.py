"""Undo a round at the end of a history, and erase a record: what comes back, and what is gone for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from kamsync.engine import undo_round
from kamsync.model import EXISTS, Event, Golden
from kamsync.store import Store
from kamsync.testing.simulation.history.world import World
from kamsync.testing.simulation.schema import PARTS

__all__ = ["require_erased", "require_undo"]

Name: TypeAlias = tuple[str, str]
"""A record and a field."""


def require_undo(world: World) -> None:
    """27: undoing a round puts golden back where nobody said anything since, and nowhere else.

    All that it cannot put back is listed with the reason, and undoing twice changes nothing. In every
    other history, all that followed the round is undone with it.
    """
    rounds = [round_ for round_ in world.audit.of_round if round_]
    if not rounds:
        return
    store, hub = world.hub.store, world.hub.hub
    place, since = -1 - world.tape.seed % len(rounds), world.tape.seed % 2 == 1
    chosen = store.rounds.get(rounds[place])
    changes = _changes(world, rounds[place:] if since else [chosen.id])
    held = {(c.record, c.field) for c in store.reviews.open(limit=10_000)}
    before = _golden(store)
    undone = undo_round(hub, chosen, since=since)
    world.say(
        "undo",
        f"{chosen.id}{' and all since' if since else ''}",
        f"{len(undone.back)} back, {len(undone.left)} left",
    )
    wanted = {
        name: events[0].before
        for name, events in changes.items()
        if name in before
        and before[name].revision == events[-1].revision
        and not (events[0].first or name in held)
    }
    _compare(world, before, wanted)
    if not before.keys() >= {(each.record, each.field) for each in undone.back}:
        world.report(27, f"undoing {chosen.id} puts back what was no value")
    told = {(each.record, each.field) for each in (*undone.back, *undone.left)}
    if since:
        # What is again what it was before needs no undoing.
        told |= {name for name, value in wanted.items() if before[name].value == value}
    if told != changes.keys() or not all(each.refused for each in undone.left):
        world.report(27, f"undoing {chosen.id} says nothing of {changes.keys() - told}")
    if undo_round(hub, chosen, since=since).back:
        world.report(27, f"undoing {chosen.id} a second time changed something again")
    world.require()


def _compare(world: World, before: Mapping[Name, Golden], wanted: Mapping[Name, object]) -> None:
    """Report golden that is not what undoing should have made of it."""
    after = _golden(world.hub.store)
    for (record, field), golden in after.items():
        was = before[record, field].value if (record, field) in before else None
        value = wanted.get((record, field), was)
        if golden.value != value:
            text = f"undoing made {golden.value!r} of {record}.{field}"
            world.report(27, f"{text}, which was {was!r} and should be {value!r} now")


def _changes(world: World, rounds: Sequence[str]) -> dict[Name, list[Event]]:
    """Return the changes of some rounds by what they changed, oldest first.

    A round that only set what was blank is no change of what was changed after it.
    """
    found: dict[Name, list[Event]] = {}
    for round_ in reversed(rounds):
        for name, events in _by_name(world.audit.of_round[round_]).items():
            later = found.get(name, [])
            found[name] = later if later and events[0].first else [*events, *later]
    return found


def _by_name(events: Sequence[Event]) -> dict[Name, list[Event]]:
    """Return the changes of a round by what they changed, oldest first."""
    found: dict[Name, list[Event]] = {}
    for event in events:
        found.setdefault((event.record, event.field), []).append(event)
    return found


def _golden(store: Store) -> dict[Name, Golden]:
    """Return golden of every record that is not part of another one."""
    ids = [id_ for entity in PARTS for id_ in store.records.ids(entity, "", 10_000)]
    return {
        (id_, field): golden
        for id_, record in store.records.by_id(ids).items()
        if record.merged_into is None
        for field, golden in record.fields.items()
        if field != EXISTS
    }


def require_erased(world: World) -> None:
    """27: of whom is erased the journal tells nothing any more, while its chain holds and others stay."""
    store = world.hub.store
    subjects = [
        row[0] for row in store.database.rows("SELECT DISTINCT record FROM journal ORDER BY 1")
    ]
    if not subjects:
        return
    gone = subjects[world.tape.seed % len(subjects)]
    store.journal.forget(gone)
    for subject in subjects:
        entries = store.journal.of(subject)
        is_told = any(entry.events for entry in entries if entry.subject == gone)
        is_lost = any(entry.erased for entry in entries if entry.subject != gone)
        if is_told or is_lost:
            what = "can still be read" if is_told else "was lost"
            world.report(27, f"{gone} was erased, but what the journal tells of {subject} {what}")
    if (broken := store.journal.verify()) is not None:
        world.report(
            27, f"since {gone} was erased, the journal does not hold from entry {broken} on"
        )
    world.require()
