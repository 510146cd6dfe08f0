"""Rules about changing records: what was named and nothing else, and never blindly."""

from __future__ import annotations

import pytest

from kamsync.connector import Can, Connector
from kamsync.errors import Unsupported
from kamsync.model import Outcome
from kamsync.testing.conformance.looking import (
    abilities,
    cannot_update,
    everything,
    held,
    look,
    send,
    shown,
    since,
    stored,
    updating,
    values,
)
from kamsync.testing.conformance.world import World

__all__ = ["UpdateRules"]

GONE = "no-such-record"


class UpdateRules:
    """A write changes what it names, on the version that it names, or changes nothing."""

    def test_an_update_changes_what_it_names(self, connector: Connector, world: World) -> None:
        """C40: an update changes the fields that it names and leaves the others alone."""
        first, second = world.names
        native_id = world.create(values(world, "a"))
        if cannot_update(connector, world, native_id):
            assert "first a" == stored(connector, world, native_id)[first]
            return
        [receipt] = send(connector, world, updating(native_id, {first: "changed"}))

        assert receipt.outcome is Outcome.DONE
        assert {first: "changed", second: "second a"} == held(connector, world, native_id)

    def test_a_write_that_cannot_be_is_refused_whole(
        self, connector: Connector, world: World
    ) -> None:
        """C41: what is not among the capabilities raises before any row has had an effect."""
        native_id = world.create(values(world, "a"))
        row = updating(native_id, {world.names[0]: "changed"})
        if Can.UPDATE in abilities(connector, world):
            assert [] == list(connector.write(world.object, []))
            return
        with pytest.raises(Unsupported):
            send(connector, world, row, row)

        assert "first a" == stored(connector, world, native_id)[world.names[0]]

    def test_an_update_of_the_version_that_was_read(
        self, connector: Connector, world: World
    ) -> None:
        """C42: a write on the present version is carried out, and gives another version later on."""
        native_id = world.create(values(world, "a"))
        world.settle()
        before = look(connector, world, native_id)
        assert before is not None
        if cannot_update(connector, world, native_id):
            return
        row = updating(native_id, {world.names[0]: "changed"}, before.version)
        [receipt] = send(connector, world, row)
        after = look(connector, world, native_id)

        assert receipt.outcome is Outcome.DONE
        assert after is not None
        assert before.version != after.version

    def test_a_stale_update_loses_nothing(self, connector: Connector, world: World) -> None:
        """C43: a write on an old version is refused, or what it covered is found in the history.

        A system that has neither may lose an edit in that instant, and says so by its capabilities.
        """
        name = world.names[0]
        native_id = world.create(values(world, "a"))
        world.settle()
        before = look(connector, world, native_id)
        assert before is not None
        world.edit(native_id, {name: "a person's"})
        if cannot_update(connector, world, native_id):
            return
        [receipt] = send(connector, world, updating(native_id, {name: "ours"}, before.version))

        if Can.REFUSE_STALE in abilities(connector, world):
            assert receipt.outcome is Outcome.STALE
            assert receipt.reading is None, "what a stale write found is no answer to it"
            assert "a person's" == stored(connector, world, native_id)[name]
            return
        assert receipt.outcome is Outcome.DONE
        if Can.HISTORY in abilities(connector, world):
            since_ = {native_id: before.version}
            entries = connector.history(world.object, world.names, since_)[native_id]
            assert "a person's" in [entry.values.get(name) for entry in entries]

    def test_a_stale_row_stops_no_other(self, connector: Connector, world: World) -> None:
        """C44: a row that is stale leaves the rows beside it to be carried out."""
        name = world.names[0]
        stale, fresh = world.create(values(world, "a")), world.create(values(world, "b"))
        world.settle()
        old = look(connector, world, stale)
        assert old is not None
        world.edit(stale, {name: "a person's"})
        if cannot_update(connector, world, fresh):
            return
        receipts = send(
            connector,
            world,
            updating(stale, {name: "ours"}, old.version),
            updating(fresh, {name: "ours"}),
        )

        refuses = Can.REFUSE_STALE in abilities(connector, world)
        expected = Outcome.STALE if refuses else Outcome.DONE
        assert [expected, Outcome.DONE] == [receipt.outcome for receipt in receipts]
        assert "ours" == stored(connector, world, fresh)[name]

    def test_an_update_without_a_version(self, connector: Connector, world: World) -> None:
        """C45: a write that names no version is carried out on whatever is there."""
        native_id = world.create(values(world, "a"))
        world.edit(native_id, {world.names[0]: "a person's"})
        if cannot_update(connector, world, native_id):
            return
        [receipt] = send(connector, world, updating(native_id, {world.names[0]: "ours"}))

        assert receipt.outcome is Outcome.DONE
        assert "ours" == stored(connector, world, native_id)[world.names[0]]

    def test_an_update_of_nothing_makes_nothing(self, connector: Connector, world: World) -> None:
        """C46: an update of an id that was never there is GONE, and makes no record."""
        world.create(values(world, "a"))
        before = set(everything(connector, world)[0])
        if cannot_update(connector, world, GONE):
            return
        [receipt] = send(connector, world, updating(GONE, {world.names[0]: "ours"}))

        assert receipt.outcome is Outcome.GONE
        assert before == set(everything(connector, world)[0])

    def test_a_row_without_a_record_stops_no_other(
        self, connector: Connector, world: World
    ) -> None:
        """C47: a row for a record that is not there leaves the rows around it to be carried out."""
        name = world.names[0]
        native_ids = [world.create(values(world, mark)) for mark in "ab"]
        if cannot_update(connector, world, native_ids[0]):
            return
        rows = [updating(each, {name: "ours"}) for each in (native_ids[0], GONE, native_ids[1])]
        receipts = send(connector, world, *rows)

        assert [Outcome.DONE, Outcome.GONE, Outcome.DONE] == [each.outcome for each in receipts]
        assert ["ours", "ours"] == [stored(connector, world, each)[name] for each in native_ids]

    def test_a_refused_row_says_why(self, connector: Connector, world: World) -> None:
        """C48: a row that the system refuses changes nothing, says why, and stops no other."""
        bad, good = world.create(values(world, "a")), world.create(values(world, "b"))
        if cannot_update(connector, world, bad):
            return
        try:
            refused = world.refused()
        except Unsupported:
            refused = {"no_such_field": "x"}
            if connector.describe()[world.object].open:
                return
        receipts = send(
            connector, world, updating(bad, refused), updating(good, {world.names[0]: "ours"})
        )

        assert [Outcome.REFUSED, Outcome.DONE] == [receipt.outcome for receipt in receipts]
        assert receipts[0].reason
        assert values(world, "a").items() >= stored(connector, world, bad).items()
        assert "ours" == stored(connector, world, good)[world.names[0]]

    def test_a_full_batch_is_written(self, connector: Connector, world: World) -> None:
        """C49: a call takes as many writes as the connector says, and answers them in order."""
        native_id = world.create(values(world, "a"))
        assert connector.batch_limit >= 1
        if cannot_update(connector, world, native_id):
            return
        missing = [f"{GONE}-{n}" for n in range(connector.batch_limit - 1)]
        rows = [updating(each, {world.names[0]: "ours"}) for each in (*missing, native_id)]
        receipts = send(connector, world, *rows)

        outcomes = [receipt.outcome for receipt in receipts]
        assert [*(Outcome.GONE for _ in missing), Outcome.DONE] == outcomes

    def test_rows_of_one_record_keep_their_order(self, connector: Connector, world: World) -> None:
        """C50: of several writes to one record in one call, the last one stays."""
        name = world.names[0]
        native_id = world.create(values(world, "a"))
        if cannot_update(connector, world, native_id):
            return
        send(connector, world, *(updating(native_id, {name: f"ours {n}"}) for n in range(3)))

        assert "ours 2" == stored(connector, world, native_id)[name]

    def test_an_answer_is_what_was_stored(self, connector: Connector, world: World) -> None:
        """C51: a receipt's reading is the record as it is; without the capability there is none."""
        native_id = world.create(values(world, "a"))
        if cannot_update(connector, world, native_id):
            return
        [receipt] = send(connector, world, updating(native_id, {world.names[0]: "ours"}))

        if Can.ANSWERS_WITH_RECORD not in abilities(connector, world):
            assert receipt.reading is None
            return
        found = look(connector, world, native_id)
        assert found is not None
        assert receipt.reading is not None
        assert found.version == receipt.reading.version
        assert (found.values or {}).items() <= (receipt.reading.values or {}).items()

    def test_our_own_write_is_read_on(self, connector: Connector, world: World) -> None:
        """C52: a record that we changed is read on like one that a person changed."""
        native_id = world.create(values(world, "a"))
        world.settle()
        _, cursor = everything(connector, world)
        if cannot_update(connector, world, native_id):
            return
        send(connector, world, updating(native_id, {world.names[0]: "ours"}))

        found, _ = since(connector, world, cursor)
        assert "ours" == shown(found, native_id)[world.names[0]]
