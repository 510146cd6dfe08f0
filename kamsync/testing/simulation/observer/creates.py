"""What the hub has made for which record, and what of that a store that was put back cannot know again."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.idents import Ident, is_alike
from kamsync.testing.simulation.observer.truth import Truth
from kamsync.testing.simulation.schema import SCHEMA
from kamsync.testing.simulation.systems.town import Town

__all__ = ["Made"]


class Made:
    """The native records that the hub has made, by system and record, with what told them apart then."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.towns: Mapping[str, Town] = {}
        self._places: dict[tuple[str, str], list[Place]] = {}
        self._made_as: dict[Place, dict[str, Ident]] = {}
        self._forgotten: dict[Place, tuple[Place, ...]] = {}
        """What a store that was put back has not met again yet, with all that it was one with."""
        self._unmet: frozenset[Place] = frozenset()
        self._passing: set[Place] = set()
        """What passes for another record, since that was merged into it before it was met again."""
        self._taken: list[tuple[Place, Place]] = []
        """What was merged into another record, and into which."""

    def of(self, system: str, record: str) -> list[Place]:
        """Return what was made in a system for a record, as far as that must be known."""
        return self._places.get((system, record), [])

    def is_of_another(self, place: Place, record: str) -> bool:
        """Whether a native record was made for another one than *record*, as far as that must be known."""
        made = (of for (_, of), places in self._places.items() if place in places)
        return any(self.truth.now(of) != record for of in made)

    def add(self, record: str, place: Place) -> None:
        """Take in that a native record was made."""
        self._places.setdefault((place.system, record), []).append(place)
        self._made_as[place] = self._key_of(place)

    def forget(self, known: Collection[Place]) -> None:
        """Note that an older store is put back, which knows what is *known* and has made nothing since.

        Where it cannot know what it made, a second one is excused until its system was read: what nothing
        tells apart, what is told to be another than it was made as, or than it is said to be elsewhere, and
        what has taken over a record that the store knows before it was met itself.
        """
        places = self.truth.of_record
        self._forgotten = {
            place: tuple(places.get(record, ()))
            for (_, record), made in self._places.items()
            for place in made
        }
        self._unmet = frozenset(self._forgotten).difference(known)
        self._passing |= {
            over for lost, over in self._taken if lost in known and over in self._unmet
        }

    def took_over(self, place: Place, lost: Place) -> None:
        """Note that *lost* was merged into a native record, which may not have been met again yet."""
        self._taken.append((lost, place))
        if place in self._unmet and place not in self.truth.owner:
            self._passing.add(place)

    def was_read(self, system: str) -> None:
        """Note that a store that was put back has met what is in a system."""
        met = {place for place in self._forgotten if place.system == system}
        for places in self._places.values():
            places[:] = [place for place in places if place not in met or self.is_known(place)]
        for place in met:
            del self._forgotten[place]

    def is_known(self, place: Place) -> bool:
        """Whether an older store can know what it made: by its key, the same everywhere, and its alone."""
        if place in self._passing or self._is_hidden(place):
            return False
        if place not in self._forgotten or not self._is_alive(place):
            return True
        key, others = self._key_of(place), [p for p in self._forgotten[place] if self._is_alive(p)]
        is_whole = all(part != self.truth.cell(place, n).blank for n, part in key.items())
        is_shown = not any((place.entity, n) in t.hidden for t in self.towns.values() for n in key)
        as_made = is_whole and is_shown and key == self._made_as[place]
        return (
            as_made
            and all(is_alike(self._key_of(p), key) for p in others)
            and self._is_alone(key, place)
        )

    def _is_alive(self, place: Place) -> bool:
        row = self.towns[place.system].row(place.entity, place.native_id)
        return row is not None and row.alive

    def _is_hidden(self, place: Place) -> bool:
        """Whether an older store, which does not know whose record it is, is not shown it either."""
        hidden = self.towns[place.system].hidden_records
        unmet = place in self._forgotten or place not in self.truth.owner
        return unmet and place in self._unmet and (place.entity, place.native_id) in hidden

    def _is_alone(self, key: dict[str, Ident], place: Place) -> bool:
        """Whether no system holds two records that are told apart by the same."""
        for name, town in self.towns.items():
            rows = town.table(place.entity).living()
            there = (self._key_of(Place(name, place.entity, row.id)) for row in rows)
            if sum(is_alike(each, key) for each in there) > 1:
                return False
        return True

    def _key_of(self, place: Place) -> dict[str, Ident]:
        """Return what tells a native record apart, by field."""
        entity, of_natives = SCHEMA.entity(place.entity), self.truth.nodes.of_natives
        values = self.towns[place.system].table(place.entity).rows[place.native_id].values
        names = entity.keys or entity.unique
        return {name: of_natives(place.system, place.entity, name, values) for name in names}
