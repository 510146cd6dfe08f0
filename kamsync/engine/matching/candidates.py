"""The records that newcomers may be, loaded as they are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from kamsync.engine.context.canonical import canonical
from kamsync.engine.hub import Hub
from kamsync.model import EXISTS, Record, Value
from kamsync.schema import Entity

__all__ = ["Candidates"]

COMPARED_LIMIT = 100
"""With how many records that share blocks with it a newcomer is compared at most."""


class Candidates:
    """The records that share a key or an id with newcomers, and those that newcomers became.

    *systems* says where each record lives, *places* which link keeps a place for it where it does
    not, *merged* which record took over one that was merged away.
    """

    def __init__(self, hub: Hub, entity: Entity) -> None:
        self._hub = hub
        self._entity = entity
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        self._values: dict[str, Mapping[str, Value]] = {}
        self.systems: dict[str, set[str]] = {}
        self.places: dict[tuple[str, str], int] = {}
        self.merged: dict[str, str] = {}

    def find(self, keys: Iterable[str], ids: Iterable[str]) -> None:
        """Load every record that has one of *keys* or *ids*, with what took it over."""
        asked = sorted(set(keys))
        found = self._hub.store.records.with_keys(self._entity.name, asked) if asked else {}
        wanted = set(ids)
        for key, owners in found.items():
            self._owners[key].update(owners)
            wanted.update(owners)
        while wanted := {id_ for id_ in wanted if id_ not in self.systems}:
            records = self._hub.store.records.by_id(sorted(wanted))
            self._take(records)
            wanted = {record.merged_into for record in records.values() if record.merged_into}

    def _take(self, records: Mapping[str, Record]) -> None:
        """Take in records with where they live and what they say."""
        for id_, record in records.items():
            if record.merged_into:
                self.merged[id_] = record.merged_into
            self.systems[id_] = set()
            self._values[id_] = {
                name: g.value for name, g in record.fields.items() if name != EXISTS
            }
        first: dict[str, int] = {}
        for place in self._hub.store.links.places_of(sorted(records)):
            # Who makes a record again where it is gone has brought it back.
            if place.native_id is None or not place.alive:
                self.places[place.record, place.system] = place.link
            else:
                self.systems[place.record].add(place.system)
            if place.native_id is not None and self._hub.speaks_to(place.system, self._entity.name):
                first.setdefault(place.record, place.link)
        self._take_unmerged({id_: link for id_, link in first.items() if not self._values[id_]})

    def _take_unmerged(self, first: Mapping[str, int]) -> None:
        """Take the values of records that were made but not merged yet from what shows them first."""
        shown = self._hub.store.links.glimpses(sorted(first.values()))
        said = canonical(self._hub, self._entity, list(shown.values()))
        self._values.update({id_: said[link] for id_, link in first.items()})

    def add(self, id_: str, system: str, keys: Iterable[str], said: Mapping[str, Value]) -> None:
        """Count a record in that was made just now for what a native record of *system* says."""
        for key in keys:
            self._owners[key].add(id_)
        self._values[id_] = said
        self.systems[id_] = {system}

    def now(self, id_: str) -> str:
        """Return the record that holds a record now: itself, unless it was merged away."""
        while id_ in self.merged:
            id_ = self.merged[id_]
        return id_

    def values(self, id_: str) -> Mapping[str, Value]:
        """Return what a record says."""
        return self._values.get(id_, {})

    def having(self, key: str) -> Collection[str]:
        """Return the records that have a key, merged away or not."""
        return self._owners.get(key, ())

    def sharing(self, keys: Iterable[str]) -> set[str]:
        """Return the records that have one of *keys*."""
        found = {id_ for key in keys for id_ in self.having(key)}
        return found.difference(self.merged) if self.merged else found

    def near(self, blocks: Iterable[str]) -> set[str]:
        """Return the records that share most of *blocks*.

        Where many are called nearly the same, all of them share a block: to compare each with each
        would take for ever, and what is the same shares more than that one.
        """
        sharing: defaultdict[str, int] = defaultdict(int)
        for key in blocks:
            for id_ in self.having(key):
                sharing[id_] += 1
        near = sorted(sharing, key=lambda id_: (-sharing[id_], id_))[:COMPARED_LIMIT]
        return {id_ for id_ in near if id_ not in self.merged}
