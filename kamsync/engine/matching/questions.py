"""What a person is asked about newcomers: which record one is, if it is any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import structs

from kamsync.engine.context.places import newcomer_name, release_places
from kamsync.engine.hub import Hub, Numbers
from kamsync.engine.matching.candidates import Candidates
from kamsync.identity import Match
from kamsync.model import Conflict, Contender, Kind, Link
from kamsync.schema import Entity
from kamsync.store import Glimpse

__all__ = ["MATCH_FIELD", "Newcomer", "Questions"]

Newcomer: TypeAlias = Link | Glimpse
"""A link that belongs to no record yet."""

MATCH_FIELD = "match"
"""What a conflict about identity is filed under; its record is the name of the native record."""


class Questions:
    """What a person was asked about the newcomers of one batch, and what is to be asked now."""

    def __init__(
        self, hub: Hub, entity: Entity, known: Candidates, links: Sequence[Newcomer]
    ) -> None:
        self._hub = hub
        self._entity = entity
        self._known = known
        self._numbers = Numbers(hub.store, "link")
        names = [newcomer_name(link) for link in links]
        opened = hub.store.reviews.open_for(names) if names else {}
        self._open = {name: conflict for (name, _), conflict in opened.items()}
        self._asked: list[Conflict] = []
        self._answered: list[Conflict] = []

    def is_open(self, link: Newcomer) -> bool:
        """Whether a person is asked already which record this is."""
        return newcomer_name(link) in self._open

    def answer(self, link: Newcomer) -> None:
        """Ask no longer which record this is: that is known now."""
        known = self._open.get(newcomer_name(link))
        if known is not None:
            self._answered.append(known)

    def ask(self, link: Newcomer, found: Match) -> None:
        """Let a person say which record this is, if any."""
        newcomer = Contender(value=None, link=link.id, system=link.system, cells=(link.native_id,))
        candidates = tuple(
            Contender(value=id_, cells=(round(score.value, 3),)) for id_, score in found.candidates
        )
        known = self._open.get(newcomer_name(link))
        if known is not None and not _is_other(known, candidates):
            self._hub.store.links.set_waiting([link.id], known.id)
            return
        conflict = Conflict(
            id=known.id if known else str(self._hub.store.take("conflict")),
            kind=Kind.MATCH,
            entity=self._entity.name,
            record=newcomer_name(link),
            field=MATCH_FIELD,
            contenders=(newcomer, *candidates),
            version=known.version + 1 if known else 1,
            cause=found.reason,
            opened=known.opened if known else self._hub.now(),
            assignee=known.assignee if known else "",
            comments=known.comments if known else (),
        )
        if known is not None:
            release_places(self._hub, known)
        self._asked.append(conflict)
        self._hub.store.links.set_waiting([link.id], conflict.id)

    def save(self) -> None:
        """Keep what is asked and what is answered; what may be found in a system is not created there."""
        for conflict in self._asked:
            self._hold_places(conflict)
        for conflict in self._answered:
            self._hub.store.reviews.save([structs.replace(conflict, closed=self._hub.now())])
            release_places(self._hub, conflict)
        self._hub.store.reviews.save(self._asked)

    def _hold_places(self, conflict: Conflict) -> None:
        """Create no candidate in a system where a native record that may be it waits for a person."""
        system = conflict.contenders[0].system
        held = [self._place(str(c.value), system) for c in conflict.contenders[1:]]
        ids = [id_ for id_ in held if id_ is not None]
        self._hub.store.links.set_waiting(ids, conflict.id)

    def _place(self, record: str, system: str) -> int | None:
        """Return the place of a record in a system, made now if need be; none where it lives there."""
        known = self._known
        if (record, system) not in known.places and system not in known.systems.get(record, ()):
            place = Link(self._numbers(), system, self._entity.name, None, record, {})
            self._hub.store.links.save([place])
            known.places[record, system] = place.id
        return known.places.get((record, system))


def _is_other(asked: Conflict, candidates: Sequence[Contender]) -> bool:
    """Whether there are candidates, and others than a person was asked about."""
    before = {contender.value for contender in asked.contenders[1:]}
    return bool(candidates) and before != {contender.value for contender in candidates}
