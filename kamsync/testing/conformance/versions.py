"""Rules about versions, and about whether a reading may hide a later change."""

from __future__ import annotations

from kamsync.connector import Can, Connector
from kamsync.testing.conformance.looking import (
    abilities,
    cannot_update,
    look,
    made,
    send,
    updating,
    values,
)
from kamsync.testing.conformance.world import World

__all__ = ["VersionRules"]


class VersionRules:
    """A version that is settled stands for one state of a record and no other."""

    def test_a_change_changes_the_version(self, connector: Connector, world: World) -> None:
        """C26: a record that was changed later has another version."""
        native_id = made(connector, world, "a")
        world.settle()
        before = look(connector, world, native_id)
        world.edit(native_id, {world.names[0]: "changed"})
        after = look(connector, world, native_id)

        assert before is not None
        assert after is not None
        assert before.version != after.version

    def test_no_change_keeps_the_version(self, connector: Connector, world: World) -> None:
        """C27: a record that nobody touched keeps its version."""
        native_id = world.create(values(world, "a"))
        before = look(connector, world, native_id)
        world.settle()
        world.create(values(world, "b"))
        after = look(connector, world, native_id)

        assert before is not None
        assert after is not None
        assert before.version == after.version

    def test_a_settled_version_hides_no_change(self, connector: Connector, world: World) -> None:
        """C28: after a settled reading, each change gives another version, however soon it comes."""
        native_id = world.create(values(world, "0"))
        for number in range(1, 4):
            before = look(connector, world, native_id)
            world.edit(native_id, {world.names[0]: f"changed {number}"})
            after = look(connector, world, native_id)

            assert before is not None
            assert after is not None
            if Can.EXACT_VERSION in abilities(connector, world):
                assert before.settled, "every reading of an exact version is settled"
            assert not before.settled or before.version != after.version

    def test_time_settles_a_version(self, connector: Connector, world: World) -> None:
        """C29: once enough time has passed, a reading is settled."""
        native_id = world.create(values(world, "a"))
        world.settle()

        found = look(connector, world, native_id)

        assert found is not None
        assert found.settled

    def test_the_last_editor_is_told(self, connector: Connector, world: World) -> None:
        """C53: a reading names the last editor, and whether that was us; else it names nobody."""
        native_id = world.create(values(world, "a"))
        theirs = look(connector, world, native_id)
        assert theirs is not None
        if Can.WHO_EDITED not in abilities(connector, world):
            assert theirs.author is None
            return
        assert theirs.author is not None
        assert not theirs.author.own
        assert theirs.author.id
        if cannot_update(connector, world, native_id):
            return
        send(connector, world, updating(native_id, {world.names[0]: "ours"}))
        ours = look(connector, world, native_id)
        assert ours is not None
        assert ours.author is not None
        assert ours.author.own
        world.edit(native_id, {world.names[0]: "a person's"})
        again = look(connector, world, native_id)
        assert again is not None
        assert again.author is not None
        assert not again.author.own
