"""Follow the journal as an auditor would: that it is whole, and that nothing was done without an entry."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from msgspec import json

from kamsync.model import EXISTS, Event
from kamsync.store import Store
from kamsync.store.codec import intents_of
from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.chronicle import Report
from kamsync.testing.simulation.observer.truth import Truth

__all__ = ["Audit"]

SETTERS = frozenset({"set", "settled", "closed", "decided", "undone"})
"""The acts that change golden."""

HUB = "kamsync"
"""Who acts where no person does."""

_NEW = """
SELECT seq, at, round, actor, entity, record, subject, key, body, hash
FROM journal WHERE seq > ? ORDER BY seq
"""

_DONE = "SELECT link, system, record, fields FROM outbox WHERE state = 'done' ORDER BY id"


class Audit:
    """What the journal holds so far, entry by entry; *report* takes each breach."""

    def __init__(self, truth: Truth, report: Report) -> None:
        self.truth = truth
        self.report = report
        self.by_people = 0
        """How many entries a person stands for."""
        self.of_round: dict[str, list[Event]] = {}
        """What each round changed in golden."""
        self._seq = 0
        self._hash = bytes(32)
        self._told: set[tuple[str, str, str, int]] = set()
        self._landed: dict[tuple[Place, str], int] = {}

    def remembered(self) -> Callable[[], None]:
        """Return what lets the audit know again what it knows now, once the store of now is put back.

        Whether what has landed since is in the systems, nobody is asked then.
        """
        seq, hash_, told = self._seq, self._hash, set(self._told)
        of_round = {round_: list(events) for round_, events in self.of_round.items()}

        def recall() -> None:
            self._seq, self._hash, self._told, self.of_round = seq, hash_, told, of_round
            self._landed.clear()

        return recall

    def follow(self, store: Store, events: Sequence[tuple[str, str, Event]]) -> None:
        """Take in what one transaction has kept: events, each with its round and who stands for it."""
        self._require_chain(store)
        for round_, actor, event in events:
            self.by_people += actor != HUB
            if event.act == "wrote":
                self._told.add((event.record, event.system, event.field, event.revision))
            elif event.act in SETTERS and event.field != EXISTS:
                self.of_round.setdefault(round_, []).append(event)

    def _require_chain(self, store: Store) -> None:
        """22: every entry follows on the one before it, whatever came in between."""
        for *open_, body, said in store.database.rows(_NEW, (self._seq,)):
            text = self._hash + json.encode(open_) + bytes(body)
            self._hash = hashlib.sha256(text).digest()
            if open_[0] != self._seq + 1 or bytes(said) != self._hash:
                self.report(22, f"entry {open_[0]} of the journal does not follow on {self._seq}")
                self._hash = bytes(said)
            self._seq = open_[0]

    def landed(self, place: Place, field: str, revision: int) -> None:
        """Take in that a write of the hub stands in a system."""
        self._landed[place, field] = revision

    def replaced(self, place: Place, field: str) -> None:
        """Take in that somebody else has changed a field since: nobody can tell any more."""
        self._landed.pop((place, field), None)

    def went(self, place: Place) -> None:
        """Take in that somebody has deleted a native record: whoever brings it back stands for it."""
        for name in [name for name in self._landed if name[0] == place]:
            del self._landed[name]

    def require_act(self, before: int, what: str) -> None:
        """22: what a person does here is an entry in the journal, in their name."""
        if self.by_people == before:
            self.report(22, f"{what} is in the journal under nobody's name")

    def require_told(self, store: Store, knows: Callable[[Place, str], int]) -> None:
        """22: what kamsync has written is an entry in the journal, also where its answer was lost.

        *knows* says which revision of golden a field is known to hold. A create that was given up, and
        was then taken for somebody's newcomer, is nothing that anybody here knows to tell of.
        """
        told = {(self.truth.now(record), *rest) for record, *rest in self._told}
        for link, system, record, fields in store.database.rows(_DONE):
            place = self.truth.links.get(link)
            if place is None:
                continue
            for field, intent in intents_of(fields).items():
                revision = intent.revision
                is_there = self._landed.get((place, field)) == revision == knows(place, field)
                if is_there and (self.truth.now(record), system, field, revision) not in told:
                    text = (
                        f"{system} {place.native_id}.{field} holds what kamsync wrote for {record}"
                    )
                    self.report(22, f"{text}, and no entry of the journal tells of it")
