"""Rules about records that go, and come back."""

from __future__ import annotations

import pytest

from kamsync.connector import Can, Connector
from kamsync.errors import Unsupported
from kamsync.model import Op, Outcome, Write
from kamsync.testing.conformance.looking import (
    abilities,
    alive,
    creating,
    deleting,
    everything,
    look,
    send,
    since,
    stored,
    updating,
    values,
)
from kamsync.testing.conformance.world import World

__all__ = ["DeleteRules"]


class DeleteRules:
    """A record that is gone is never shown as if it were there, and comes back only when asked to."""

    def test_a_delete_deletes(self, connector: Connector, world: World) -> None:
        """C54: a delete that is DONE has taken the record away, and no other."""
        native_id, other = world.create(values(world, "a")), world.create(values(world, "b"))
        if Can.DELETE not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, deleting(native_id))
            assert look(connector, world, native_id) is not None
            return
        [receipt] = send(connector, world, deleting(native_id))

        assert receipt.outcome is Outcome.DONE
        assert look(connector, world, native_id) is None
        assert {other} == set(alive(everything(connector, world)[0]))

    def test_a_delete_twice_is_done(self, connector: Connector, world: World) -> None:
        """C55: deleting what is gone already is DONE."""
        native_id = world.create(values(world, "a"))
        if Can.DELETE not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, deleting(native_id))
            return
        receipts = [send(connector, world, deleting(native_id))[0] for _ in range(2)]

        assert [Outcome.DONE, Outcome.DONE] == [receipt.outcome for receipt in receipts]

    def test_operations_go_together_in_one_call(self, connector: Connector, world: World) -> None:
        """C90: one call may delete, change and make records, and each row is answered in its place."""
        able = Can.CREATE | Can.UPDATE | Can.DELETE
        name = world.names[0]
        ended, kept = world.create(values(world, "a")), world.create(values(world, "b"))
        rows = [deleting(ended), updating(kept, {name: "ours"}), creating(world, "c")]
        if able not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, *rows)
            assert look(connector, world, ended) is not None
            return
        receipts = send(connector, world, *rows)

        assert [Outcome.DONE] * 3 == [receipt.outcome for receipt in receipts]
        assert look(connector, world, ended) is None
        assert "ours" == stored(connector, world, kept)[name]
        assert "first c" == stored(connector, world, receipts[2].native_id or "")[name]

    def test_a_stale_delete_is_refused(self, connector: Connector, world: World) -> None:
        """C56: a record that was edited since is not deleted by a delete on its old version."""
        native_id = world.create(values(world, "a"))
        world.settle()
        before = look(connector, world, native_id)
        assert before is not None
        world.edit(native_id, {world.names[0]: "a person's"})
        if Can.DELETE not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, deleting(native_id, before.version))
            return
        [receipt] = send(connector, world, deleting(native_id, before.version))

        refuses = Can.REFUSE_STALE in abilities(connector, world)
        assert (Outcome.STALE if refuses else Outcome.DONE) is receipt.outcome
        assert refuses == (look(connector, world, native_id) is not None)

    def test_the_gone_are_told(self, connector: Connector, world: World) -> None:
        """C57: reading on tells that a record is gone where the system can, and never that it lives."""
        native_id = world.create(values(world, "a"))
        world.settle()
        _, cursor = everything(connector, world)
        if not _deleted(connector, world, native_id):
            return

        found, _ = since(connector, world, cursor)

        assert native_id not in alive(found)
        if Can.TOMBSTONES in abilities(connector, world):
            assert native_id in found
            assert found[native_id].values is None

    def test_the_gone_are_fetched_as_gone(self, connector: Connector, world: World) -> None:
        """C58: a gone record is fetched without values; it is missing only where nothing tells of it."""
        native_id = world.create(values(world, "a"))
        if not _deleted(connector, world, native_id):
            return

        found = connector.fetch(world.object, world.names, [native_id])

        assert {} == alive(found)
        if Can.TOMBSTONES in abilities(connector, world):
            assert native_id in found

    def test_the_gone_are_not_searched(self, connector: Connector, world: World) -> None:
        """C59: search shows living records only."""
        native_id = world.create(values(world, "a"))
        wanted = {world.names[0]: "first a"}
        if Can.SEARCH not in abilities(connector, world):
            with pytest.raises(Unsupported):
                connector.search(world.object, world.names, wanted)
            return
        gone = _deleted(connector, world, native_id)

        found = [each.native_id for each in connector.search(world.object, world.names, wanted)]

        assert ([] if gone else [native_id]) == found

    def test_a_short_life_is_no_life(self, connector: Connector, world: World) -> None:
        """C60: a record that was made and deleted between two readings is never shown alive."""
        _, cursor = everything(connector, world)
        native_id = world.create(values(world, "a"))
        if not _deleted(connector, world, native_id):
            return

        assert native_id not in alive(since(connector, world, cursor)[0])

    def test_an_update_revives_nothing(self, connector: Connector, world: World) -> None:
        """C61: an update of a gone record is GONE, and the record stays gone."""
        native_id = world.create(values(world, "a"))
        able = abilities(connector, world)
        if not _deleted(connector, world, native_id) or Can.UPDATE not in able:
            return
        [receipt] = send(connector, world, updating(native_id, {world.names[0]: "ours"}))

        assert receipt.outcome is Outcome.GONE
        assert receipt.reason
        assert look(connector, world, native_id) is None

    def test_who_comes_back_is_shown(self, connector: Connector, world: World) -> None:
        """C62: a record that a person brought back is read on, alive, under its own id."""
        native_id = world.create(values(world, "a"))
        if not _deleted(connector, world, native_id):
            return
        world.settle()
        _, cursor = everything(connector, world)
        try:
            world.undelete(native_id)
        except Unsupported:
            assert Can.UNDELETE not in abilities(connector, world), (
                "who undeletes can be undeleted by people"
            )
            return

        found, _ = since(connector, world, cursor)

        assert native_id in alive(found)
        assert "first a" == stored(connector, world, native_id)[world.names[0]]

    def test_an_undelete_brings_back(self, connector: Connector, world: World) -> None:
        """C63: a create that names a gone record's id brings that record back, holding what was sent."""
        native_id = world.create(values(world, "a"))
        back = Write(Op.CREATE, native_id, {world.names[0]: "back"}, key="back")
        gone = _deleted(connector, world, native_id)
        if Can.UNDELETE | Can.CREATE not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, back)
            return
        assert gone, "who undeletes can delete"
        [receipt] = send(connector, world, back)

        assert (Outcome.DONE, native_id) == (receipt.outcome, receipt.native_id)
        assert "back" == stored(connector, world, native_id)[world.names[0]]

    def test_an_undelete_of_nothing_is_gone(self, connector: Connector, world: World) -> None:
        """C64: nothing comes back that was never there."""
        back = Write(Op.CREATE, "no-such-record", {world.names[0]: "back"}, key="back")
        if Can.UNDELETE | Can.CREATE not in abilities(connector, world):
            with pytest.raises(Unsupported):
                send(connector, world, back)
            return
        [receipt] = send(connector, world, back)

        assert receipt.outcome is Outcome.GONE
        assert {} == alive(everything(connector, world)[0])


def _deleted(connector: Connector, world: World, native_id: str) -> bool:
    """Delete a record as a person, or as ourselves; False if nobody can, and nothing says so."""
    try:
        world.delete(native_id)
    except Unsupported:
        assert Can.TOMBSTONES not in abilities(connector, world), (
            "who tells of the gone lets people delete"
        )
        if Can.DELETE not in abilities(connector, world):
            return False
        send(connector, world, deleting(native_id))
    return True
