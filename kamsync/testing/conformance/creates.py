"""Rules about making records once, and about finding them again."""

from __future__ import annotations

import pytest

from kamsync.connector import Can, Connector
from kamsync.errors import Unsupported
from kamsync.model import Outcome
from kamsync.testing.conformance.looking import (
    abilities,
    alive,
    creating,
    everything,
    look,
    made,
    send,
    since,
    stored,
    values,
)
from kamsync.testing.conformance.world import World

__all__ = ["CreateRules"]

ONCE = Can.STAMP | Can.IDEMPOTENT_CREATE


class CreateRules:
    """A create makes one record, however often it is sent; where it cannot be known, it is found."""

    def test_a_create_makes_a_record(self, connector: Connector, world: World) -> None:
        """C30: a create that is DONE has made a living record that holds what was sent."""
        before = set(alive(everything(connector, world)[0]))
        if Can.CREATE not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, creating(world, "a"))
            assert before == set(alive(everything(connector, world)[0]))
            return
        [receipt] = send(connector, world, creating(world, "a"))

        assert receipt.outcome is Outcome.DONE
        assert receipt.native_id
        assert ["first a", "second a"] == [
            stored(connector, world, receipt.native_id)[name] for name in world.names
        ]

    def test_a_create_is_read_on(self, connector: Connector, world: World) -> None:
        """C31: a record of our own making is read on like everybody's."""
        _, cursor = everything(connector, world)
        native_id = made(connector, world, "a")

        assert native_id in since(connector, world, cursor)[0]

    def test_a_repeated_create_makes_one(self, connector: Connector, world: World) -> None:
        """C32: a create sent again makes nothing new where a stamp or a key can tell."""
        if Can.CREATE not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, creating(world, "a"))
            return
        [first] = send(connector, world, creating(world, "a"))
        [again] = send(connector, world, creating(world, "a"))

        assert Outcome.DONE is first.outcome is again.outcome
        living = set(alive(everything(connector, world)[0]))
        assert {first.native_id, again.native_id} == living
        if abilities(connector, world) & ONCE:
            assert first.native_id == again.native_id

    def test_a_repeated_create_overwrites_nothing(self, connector: Connector, world: World) -> None:
        """C33: what a person entered after the first attempt is still there after the second."""
        native_id = made(connector, world, "a")
        world.edit(native_id, {world.names[0]: "entered since"})
        if Can.CREATE in abilities(connector, world):
            [again] = send(connector, world, creating(world, "a"))
            if abilities(connector, world) & ONCE:
                assert again.reading is None, "a record that was found is no answer to a write"

        assert "entered since" == stored(connector, world, native_id)[world.names[0]]

    def test_a_batch_makes_each_once(self, connector: Connector, world: World) -> None:
        """C34: several creates in one call make one record each, answered in order."""
        if Can.CREATE not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, creating(world, "a"), creating(world, "b"))
            return
        receipts = send(connector, world, creating(world, "a"), creating(world, "b"))

        native_ids = [receipt.native_id or "" for receipt in receipts]
        assert ["first a", "first b"] == [
            stored(connector, world, native_id)[world.names[0]] for native_id in native_ids
        ]

    def test_a_create_twice_in_a_batch_makes_one(self, connector: Connector, world: World) -> None:
        """C35: one create that stands twice in one call makes one record, where that can be told."""
        if not (Can.CREATE in abilities(connector, world) and abilities(connector, world) & ONCE):
            before = set(alive(everything(connector, world)[0]))
            native_id = made(connector, world, "a")
            assert {native_id} == set(alive(everything(connector, world)[0])) - before
            return
        send(connector, world, creating(world, "a"), creating(world, "a"))

        assert 1 == len(alive(everything(connector, world)[0]))

    def test_a_stamp_is_kept(self, connector: Connector, world: World) -> None:
        """C36: a record made with a stamp shows it; nothing else shows one."""
        theirs = world.create(values(world, "theirs"))
        ours = made(connector, world, "ours")

        found, _ = everything(connector, world)

        keeps = Can.STAMP in abilities(connector, world) and Can.CREATE in abilities(
            connector, world
        )
        assert {ours, theirs} <= set(found)
        assert ("stamp-ours" if keeps else None) == found[ours].stamp
        assert not found[theirs].stamp

    def test_a_stamp_is_found(self, connector: Connector, world: World) -> None:
        """C37: find shows the records that keep a stamp, by stamp, and leaves out all others."""
        if Can.STAMP not in abilities(connector, world):
            with pytest.raises(Unsupported):
                connector.find(world.object, world.names, ["stamp-a"])
            return
        native_id = made(connector, world, "a")

        found = connector.find(world.object, world.names, ["stamp-a", "stamp-b"])

        assert {"stamp-a": look(connector, world, native_id)} == dict(found)

    def test_a_stamp_of_the_gone_is_not_found(self, connector: Connector, world: World) -> None:
        """C38: find shows living records only."""
        if Can.STAMP not in abilities(connector, world):
            with pytest.raises(Unsupported):
                connector.find(world.object, world.names, ["stamp-a"])
            return
        world.delete(made(connector, world, "a"))

        assert {} == dict(connector.find(world.object, world.names, ["stamp-a"]))

    def test_values_are_searched(self, connector: Connector, world: World) -> None:
        """C39: search shows the living records that hold all of the values, and no others."""
        first, second = world.names
        wanted = {first: "first a", second: "second a"}
        if Can.SEARCH not in abilities(connector, world):
            with pytest.raises(Unsupported):
                connector.search(world.object, world.names, wanted)
            return
        native_id = world.create(values(world, "a"))
        world.create({**values(world, "b"), first: "first a"})

        found = connector.search(world.object, world.names, wanted)

        assert [look(connector, world, native_id)] == list(found)
