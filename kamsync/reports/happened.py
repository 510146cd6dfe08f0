"""What happened to a record, as the journal tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from kamsync.journal import JournalEntry
from kamsync.model import Event, Value
from kamsync.reports.sight import Sight

__all__ = ["Happening", "Loser", "happenings"]


class Loser(Struct, frozen=True):
    """A value that did not win, kept with who said it."""

    value: Value
    system: str = ""
    team: str = ""
    person: str = ""
    at: str = ""


class Happening(Struct, frozen=True):
    """One thing that happened.

    *act* is the journal's word for it. *system*, *team*, *person*, *said_at* and *evidence* tell
    whose value it was, *rule* by what it won, *losers* what it won against. Values of ``wrote`` are
    native cells. An *erased* entry says no more than that there was one.
    """

    entry: int
    at: str
    round: str
    actor: str
    act: str
    entity: str
    record: str
    field: str = ""
    before: Value = None
    value: Value = None
    system: str = ""
    team: str = ""
    person: str = ""
    said_at: str = ""
    evidence: str = ""
    rule: str = ""
    reason: str = ""
    revision: int = 0
    losers: tuple[Loser, ...] = ()
    erased: bool = False


def happenings(entries: Iterable[JournalEntry], sight: Sight) -> Iterator[Happening]:
    """Yield what *entries*, newest first, tell: the newest of each entry first."""
    for entry in entries:
        if entry.erased:
            yield Happening(
                entry=entry.seq,
                at=entry.at,
                round=entry.round,
                actor=entry.actor,
                act="erased",
                entity=entry.entity,
                record=entry.record,
                erased=True,
            )
        for event in reversed(entry.events):
            yield _happening(entry, sight.event(event))


def _happening(entry: JournalEntry, event: Event) -> Happening:
    """Return one event with its place in the journal."""
    winner = event.winner
    return Happening(
        entry=entry.seq,
        at=entry.at,
        round=entry.round,
        actor=entry.actor,
        act=event.act,
        entity=event.entity,
        record=event.record,
        field=event.field,
        before=event.before,
        value=event.value,
        system=event.system or (winner.system if winner else ""),
        team=(winner.team or "") if winner else "",
        person=winner.person if winner else "",
        said_at=winner.at if winner else "",
        evidence=winner.evidence.value if winner else "",
        rule=event.rule,
        reason=event.reason,
        revision=event.revision,
        losers=tuple(
            Loser(each.value, each.system, each.team or "", each.person, each.at)
            for each in event.losers
        ),
    )
