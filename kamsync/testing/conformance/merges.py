"""Rules about records that are merged in their own system."""

from __future__ import annotations

from kamsync.connector import Can, Connector
from kamsync.errors import Unsupported
from kamsync.model import Outcome
from kamsync.testing.conformance.looking import (
    abilities,
    alive,
    everything,
    held,
    look,
    send,
    since,
    updating,
    values,
)
from kamsync.testing.conformance.world import World

__all__ = ["MergeRules"]


class MergeRules:
    """A record that was merged away is gone, and tells who took it over where the system knows."""

    def test_who_was_merged_away_names_the_survivor(
        self, connector: Connector, world: World
    ) -> None:
        """C65: reading on tells that a merged record is gone, and into which one."""
        loser, survivor = world.create(values(world, "a")), world.create(values(world, "b"))
        world.settle()
        _, cursor = everything(connector, world)
        kept = _merged(connector, world, loser, survivor)
        if kept is None:
            return

        found, _ = since(connector, world, cursor)

        assert loser not in alive(found)
        if Can.MERGES in abilities(connector, world):
            assert loser in found
            assert kept == found[loser].merged_into

    def test_who_was_merged_away_is_fetched_as_gone(
        self, connector: Connector, world: World
    ) -> None:
        """C66: fetching a merged record never shows the survivor in its place."""
        loser, survivor = world.create(values(world, "a")), world.create(values(world, "b"))
        kept = _merged(connector, world, loser, survivor)
        if kept is None:
            return

        found = connector.fetch(world.object, world.names, [loser, survivor, kept])

        assert {kept} == set(alive(found))
        if Can.MERGES in abilities(connector, world):
            for gone in {loser, survivor} - {kept}:
                assert gone in found
                assert kept == found[gone].merged_into
            assert found[kept].merged_into is None

    def test_a_write_to_the_merged_changes_nobody(self, connector: Connector, world: World) -> None:
        """C67: an update of a merged record is GONE, and does not reach the survivor."""
        loser, survivor = world.create(values(world, "a")), world.create(values(world, "b"))
        kept = _merged(connector, world, loser, survivor)
        if kept is None or Can.UPDATE not in abilities(connector, world):
            return
        before = held(connector, world, kept)
        [receipt] = send(connector, world, updating(loser, {world.names[0]: "ours"}))

        assert receipt.outcome is Outcome.GONE
        assert before == held(connector, world, kept)

    def test_merges_in_a_row_lead_to_the_last(self, connector: Connector, world: World) -> None:
        """C68: who was merged into a record that was merged in turn leads on to the last survivor."""
        first, second, third = (world.create(values(world, mark)) for mark in "abc")
        middle = _merged(connector, world, first, second)
        if middle is None:
            return
        last = world.merge(middle, third) or third

        found = connector.fetch(world.object, world.names, [first, second, middle, third, last])

        assert {last} == set(alive(found))
        if Can.MERGES in abilities(connector, world):
            assert {first, second, middle} <= set(found)
            assert found[first].merged_into in {second, middle, last}
            assert last == found[middle].merged_into
        assert look(connector, world, last) is not None


def _merged(connector: Connector, world: World, loser: str, survivor: str) -> str | None:
    """Merge two records as a person does and return who is left; None if nobody can merge."""
    try:
        return world.merge(loser, survivor) or survivor
    except Unsupported:
        assert Can.MERGES not in abilities(connector, world), (
            "who tells of merges lets people merge"
        )
        return None
