"""Creates without an answer that people have changed beyond all by which a search knows them.

Where nothing but a search tells what became of a create, it is looked for by what was sent. What
people have made of it meanwhile may leave too little of that: then it is taken for somebody's own,
an exception that the promises state, and so it is where it is hidden. Or it leaves only a key that
several records share, and a person who is asked says that it is one of its own, or another one.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from kamsync.connector import Can
from kamsync.model import Native, Op
from kamsync.store.outbox import Outbox
from kamsync.testing.simulation.drawn.setting import Cast
from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.chronicle import Chronicle
from kamsync.testing.simulation.observer.truth import Truth
from kamsync.testing.simulation.schema import FIELDS, SCHEMA

__all__ = ["Created", "Strangers", "is_known_by"]

APART = 2
"""How many fields it takes to tell a record apart where nobody says who entered them."""


class Created(Struct, frozen=True):
    """What kamsync created in a system that can only be searched, as it was stored there."""

    cast: Cast
    record: str
    values: Mapping[str, Native]


class Strangers:
    """The native records that kamsync made and that nothing tells it any more."""

    def __init__(self, truth: Truth, chronicle: Chronicle) -> None:
        self.truth = truth
        self.chronicle = chronicle
        self._created: dict[Place, Created] = {}
        self._strange: set[Place] = set()
        self._counted: set[Place] = set()

    def created(
        self,
        cast: Cast,
        record: str,
        place: Place,
        sent: Mapping[str, Native],
        row: Mapping[str, Native],
    ) -> None:
        """Take in that a create has landed, and which *row* was made of what was *sent*."""
        others = Can.STAMP | Can.IDEMPOTENT_CREATE
        if Can.SEARCH in cast.can and not cast.can & others:
            self._created[place] = Created(cast, record, {name: row.get(name) for name in sent})

    def changed(self, outbox: Outbox, place: Place, row: Mapping[str, Native]) -> None:
        """Take in what a person has made of a native record, if it is still open what became of a create."""
        known = self._created.get(place)
        if known is None or not outbox.has_inflight(place.system, place.entity, Op.CREATE):
            return
        if not is_known_by(known, place.entity, row):
            self._strange.add(place)
        else:
            self._strange.discard(place)

    def hidden(self, outbox: Outbox, place: Place) -> None:
        """Take in that a native record is shown no more, if it is still open what became of a create."""
        if place in self._created and outbox.has_inflight(place.system, place.entity, Op.CREATE):
            self._strange.add(place)

    def excuses(self, place: Place) -> bool:
        """Whether a native record may be taken for another one than it was made for; it is counted."""
        if place not in self._created or self.truth.record_of(place) == self._record(place):
            return False
        by_person = self.chronicle.renewed | self.chronicle.recognised
        if place not in self._strange and place not in by_person:
            return False
        if place not in self._counted:
            self._counted.add(place)
            self.truth.excepted |= self.truth.bit(f"create {place.system} {place.native_id}")
        return True

    def _record(self, place: Place) -> str:
        """Return the record for which a native record was made, by now."""
        return self.truth.now(self._created[place].record)


def is_known_by(created: Created, entity: str, row: Mapping[str, Native]) -> bool:
    """Whether enough of a create is left to know it by.

    That is its key, by which any newcomer is known; all that was sent but for one field, if two are
    left; or any field at all where the history tells that we have entered it.
    """
    fields = FIELDS[entity]
    sent = {fields[name] for name in created.values}
    left = sent - {fields[name] for name, each in created.values.items() if row.get(name) != each}
    told = {field for field in left if (entity, field) not in created.cast.untold}
    if left.intersection(SCHEMA.entity(entity).keys) or (Can.HISTORY in created.cast.can and told):
        return True
    return left == sent or (len(sent - left) == 1 and len(left) >= APART)
