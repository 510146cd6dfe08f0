"""Rules about reading everything, and about fetching by id."""

from __future__ import annotations

from kamsync.connector import Connector
from kamsync.model import Native
from kamsync.testing.conformance.looking import (
    alive,
    everything,
    held,
    is_blank,
    look,
    made,
    pages,
    shown,
    values,
)
from kamsync.testing.conformance.world import World

__all__ = ["ReadRules"]

UNKNOWN = "no-such-record"


class ReadRules:
    """Reading tells what is there, all of it, and nothing else."""

    def test_everything_is_read(self, connector: Connector, world: World) -> None:
        """C1: reading without a cursor shows every living record with what it holds."""
        made_ = {world.create(values(world, str(n))): str(n) for n in range(3)}

        found, _ = everything(connector, world)

        for native_id, mark in made_.items():
            read = shown(found, native_id)
            assert [f"first {mark}", f"second {mark}"] == [read.get(name) for name in world.names]

    def test_an_answer_has_a_page(self, connector: Connector, world: World) -> None:
        """C2: reading yields at least one page, also when there is nothing to tell."""
        _, cursor = everything(connector, world)

        again = pages(connector, world, cursor)

        assert isinstance(again[-1].cursor, str)

    def test_reading_changes_nothing(self, connector: Connector, world: World) -> None:
        """C3: what is read twice is the same twice."""
        native_id = world.create(values(world, "a"))
        world.settle()
        first, _ = everything(connector, world)
        second, _ = everything(connector, world)

        assert native_id in first
        assert first[native_id] == second.get(native_id)

    def test_only_what_is_asked_for_is_shown(self, connector: Connector, world: World) -> None:
        """C4: a reading holds the names that were asked for and no others."""
        native_id = world.create(values(world, "a"))
        name = world.names[0]

        [page, *_] = connector.read(world.object, [name], None)
        fetched = connector.fetch(world.object, [name], [native_id])[native_id]

        assert all({name} == set(each.values) for each in page.readings if each.values is not None)
        assert {name: "first a"} == fetched.values

    def test_an_unknown_name_is_missing(self, connector: Connector, world: World) -> None:
        """C5: a field that the system does not show is missing from a reading, never blank."""
        native_id = world.create(values(world, "a"))
        asked = [world.names[0], "no_such_field"]

        found = connector.fetch(world.object, asked, [native_id])[native_id]

        described = connector.describe()[world.object]
        known = set(asked) if described.open else {world.names[0]}
        assert known == set(found.values or {})

    def test_a_blank_is_shown_as_a_blank(self, connector: Connector, world: World) -> None:
        """C6: a field that was never filled in is there, and blank."""
        first, second = world.names
        native_id = world.create({first: "only this", **world.extra()})

        found = held(connector, world, native_id)

        assert found is not None
        assert second in found, "a blank is not the same as a field that is not shown"
        assert is_blank(found[second])

    def test_fetch_shows_what_reading_shows(self, connector: Connector, world: World) -> None:
        """C7: a record is the same whether it is read or fetched."""
        native_id = world.create(values(world, "a"))
        world.settle()

        found, _ = everything(connector, world)

        assert found.get(native_id) == look(connector, world, native_id)

    def test_an_unknown_id_is_missing(self, connector: Connector, world: World) -> None:
        """C8: an id that was never there is missing from the answer, and spoils nothing."""
        native_id = world.create(values(world, "a"))

        found = connector.fetch(world.object, world.names, [UNKNOWN, native_id])

        assert {native_id} == set(found)

    def test_a_full_batch_is_fetched(self, connector: Connector, world: World) -> None:
        """C9: fetch takes as many ids as one call may carry, and none."""
        known = [made(connector, world, str(n)) for n in range(min(3, connector.batch_limit))]
        unknown = [f"{UNKNOWN}-{n}" for n in range(connector.batch_limit - len(known))]

        found = connector.fetch(world.object, world.names, [*known, *unknown])

        assert set(known) == set(found)
        assert {} == dict(connector.fetch(world.object, world.names, []))

    def test_an_id_asked_for_twice_is_shown_once(self, connector: Connector, world: World) -> None:
        """C10: an id may stand twice in one question."""
        native_id = world.create(values(world, "a"))

        found = connector.fetch(world.object, world.names, [native_id, native_id])

        assert [native_id] == list(found)

    def test_times_are_aware(self, connector: Connector, world: World) -> None:
        """C11: a time of change that is shown has a time zone."""
        world.create(values(world, "a"))

        found, _ = everything(connector, world)

        times = [reading.modified for reading in found.values() if reading.modified is not None]
        assert all(time.tzinfo is not None for time in times)

    def test_values_are_json(self, connector: Connector, world: World) -> None:
        """C12: a native value is what JSON can say: no dates, decimals or objects of a library."""
        world.create(values(world, "a"))
        found, _ = everything(connector, world)

        for reading in alive(found).values():
            assert all(_is_json(value) for value in (reading.values or {}).values())


def _is_json(value: Native) -> bool:
    """Whether JSON can say a value as it is."""
    if isinstance(value, list):
        return all(_is_json(each) for each in value)
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_json(each) for name, each in value.items())
    return value is None or type(value) in {str, bool, int, float}
