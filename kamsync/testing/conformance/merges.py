"""Rules about records that are merged in their own system."""

from __future__ import annotations

from kamsync.connector import Can, Connector
from kamsync.errors import Unsupported
from kamsync.model import Outcome
from kamsync.testing.conformance.looking import (
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
        if not _merged(connector, world, loser, survivor):
            return

        found, _ = since(connector, world, cursor)

        assert loser not in alive(found)
        if Can.MERGES in connector.can:
            assert loser in found
            assert survivor == found[loser].merged_into

    def test_who_was_merged_away_is_fetched_as_gone(
        self, connector: Connector, world: World
    ) -> None:
        """C66: fetching a merged record never shows the survivor in its place."""
        loser, survivor = world.create(values(world, "a")), world.create(values(world, "b"))
        if not _merged(connector, world, loser, survivor):
            return

        found = connector.fetch(world.object, world.names, [loser, survivor])

        assert {survivor} == set(alive(found))
        if Can.MERGES in connector.can:
            assert loser in found
            assert survivor == found[loser].merged_into
            assert found[survivor].merged_into is None

    def test_a_write_to_the_merged_changes_nobody(self, connector: Connector, world: World) -> None:
        """C67: an update of a merged record is GONE, and does not reach the survivor."""
        loser, survivor = world.create(values(world, "a")), world.create(values(world, "b"))
        if not _merged(connector, world, loser, survivor) or Can.UPDATE not in connector.can:
            return
        before = held(connector, world, survivor)
        [receipt] = send(connector, world, updating(loser, {world.names[0]: "ours"}))

        assert receipt.outcome is Outcome.GONE
        assert before == held(connector, world, survivor)

    def test_merges_in_a_row_lead_to_the_last(self, connector: Connector, world: World) -> None:
        """C68: who was merged into a record that was merged in turn leads on to the last survivor."""
        first, second, third = (world.create(values(world, mark)) for mark in "abc")
        if not _merged(connector, world, first, second):
            return
        world.merge(second, third)

        found = connector.fetch(world.object, world.names, [first, second, third])

        assert {third} == set(alive(found))
        if Can.MERGES in connector.can:
            assert {first, second} <= set(found)
            into = found[first].merged_into
            assert into in {second, third}
            assert third == found[second].merged_into
        assert look(connector, world, third) is not None


def _merged(connector: Connector, world: World, loser: str, survivor: str) -> bool:
    """Merge two records as a person does; False if nobody can, and nothing says so."""
    try:
        world.merge(loser, survivor)
    except Unsupported:
        assert Can.MERGES not in connector.can, "who tells of merges lets people merge"
        return False
    return True
