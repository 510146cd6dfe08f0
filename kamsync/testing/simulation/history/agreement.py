"""Whether every system holds what golden says, seen from outside of the hub."""

from __future__ import annotations

from typing import Any

from kamsync.mapping import EntityMap
from kamsync.model import EXISTS, Golden, Link, Record
from kamsync.store import Store
from kamsync.testing.simulation.history.world import World
from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.idents import is_same
from kamsync.testing.simulation.schema import PARTS, REFERS, SCHEMA, is_pay

__all__ = ["lives", "require_agreement", "waits_for_another"]


def require_agreement(world: World) -> None:
    """25: every system holds what golden says, or something open explains why not."""
    _Agreement(world).check()


def waits_for_another(world: World, record: str, system: str) -> bool:
    """Whether a record refers to one that is not in this system, or that waits there itself for a reason."""
    store = world.hub.store
    found = store.records.by_id([record])[record]
    parked = {park.record for park in store.parks.all(10_000) if park.system == system}
    return any(
        golden.value in parked or not lives(world, golden.value, system)
        for field, golden in found.fields.items()
        if golden.value and (found.entity, field) in REFERS
    )


def lives(world: World, record: str, system: str) -> bool:
    """Whether a record is in a system, as the system itself knows it."""
    links = world.hub.store.links.of_records([record]).get(record, [])
    return any(
        world.landings.alive(Place(link.system, link.entity, link.native_id))
        for link in links
        if link.system == system and link.native_id
    )


class _Agreement:
    """One comparison of all records with all systems."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store: Store = world.hub.store
        self.refused = {(park.system, park.record) for park in self.store.parks.all(10_000)}

    def check(self) -> None:
        """Compare every record."""
        store = self.store
        held = {(c.record, c.field) for c in store.reviews.open(limit=10_000)}
        waiting = {
            row[0] for row in store.database.rows("SELECT id FROM link WHERE waiting IS NOT NULL")
        }
        for entity in PARTS:
            ids = store.records.ids(entity, "", 10_000)
            records, places = store.records.by_id(ids), store.links.of_records(ids)
            for id_ in ids:
                record, links = records[id_], places.get(id_, [])
                if record.merged_into is None and (id_, EXISTS) not in held:
                    self._compare(record, [k for k in links if k.id not in waiting], held)

    def _compare(self, record: Record, links: list[Link], held: set[tuple[str, str]]) -> None:
        """Compare one record with every system."""
        golden = record.fields.get(EXISTS, Golden()).value
        for cast in self.world.setting.casts:
            if record.entity not in cast.maps:
                continue
            here = [link for link in links if link.system == cast.name]
            alive = [link for link in here if link.native_id and self._is_alive(link)]
            may_create = "create" in cast.allow[record.entity]
            if golden and not alive and here and may_create and not any(k.detached for k in here):
                self._missing(record, cast.name)
            if any(link.moved for link in alive):
                continue
            may_delete = "delete" in cast.allow[record.entity]
            # What is only right whole may wait for another of its kind.
            if not golden and alive and may_delete and not self._refuses(record, cast.name):
                self.world.report(25, f"{record.id} is gone, but lives in {cast.name}")
            may_update = "update" in cast.allow[record.entity] or any(
                k.native_id is None for k in here
            )
            wanted = golden and may_update and not self._refuses(record, cast.name)
            for link in alive if wanted else ():
                self._compare_fields(record, link, cast.maps[record.entity], held)

    def _is_alive(self, link: Link) -> bool:
        return self.world.landings.alive(Place(link.system, link.entity, link.native_id or ""))

    def _missing(self, record: Record, system: str) -> None:
        """Report a record that is not where it should be, unless what it needs is not there either."""
        links = self.store.links.of_records([record.id]).get(record.id, [])
        for name in SCHEMA.entity(record.entity).needs:
            needed = record.fields.get(name, Golden()).value
            if needed and not lives(self.world, needed, system):
                return
            if any(name in link.facts and link.facts[name].moved for link in links):
                return
        if not self._refuses(record, system):
            self.world.report(25, f"{record.id} is missing in {system}")

    def _refuses(self, record: Record, system: str) -> bool:
        """Whether a system has refused what it was sent of a record: that is told with its reason."""
        return (system, record.id) in self.refused

    def _compare_fields(
        self, record: Record, link: Link, map_: EntityMap, held: set[tuple[str, str]]
    ) -> None:
        """Compare the fields of one native record with golden."""
        town = self.world.towns[link.system]
        row = town.table(link.entity).rows[link.native_id or ""]
        nodes = self.world.truth.nodes
        for field in map_.fields:
            value = record.fields.get(field, Golden()).value
            says = nodes.of_natives(link.system, link.entity, field, row.values)
            wanted = nodes.of_value(record.entity, field, value)
            if (record.id, field) in held or is_same(says, wanted):
                continue
            if is_pay(record.entity, field) and not town.cast.cleared:
                continue
            if self._waits(record, link, field, value):
                continue
            self.world.report(
                25,
                f"{record.id}.{field} is {value!r}, but {link.system} {link.native_id} holds"
                f" {[row.values.get(part) for part in PARTS[record.entity][field]]}",
            )

    def _waits(self, record: Record, link: Link, field: str, value: Any) -> bool:
        """Whether a reference waits for what it refers to, here or there."""
        if (record.entity, field) not in REFERS:
            return False
        fact = link.facts.get(field)
        if value and not lives(self.world, value, link.system):
            return True
        return fact is not None and fact.moved
