"""Rules about reading what changed: pages, cursors, ties, and records that move meanwhile."""

from __future__ import annotations

from kamsync.connector import Connector
from kamsync.testing.conformance.looking import (
    alive,
    everything,
    held,
    latest,
    pages,
    shown,
    since,
    values,
)
from kamsync.testing.conformance.world import World

__all__ = ["ChangeRules"]


class ChangeRules:
    """Nothing that changed after a cursor was made is missed by reading on from it."""

    def test_a_new_record_is_read_on(self, connector: Connector, world: World) -> None:
        """C13: a record made after the cursor is read from it."""
        world.create(values(world, "old"))
        world.settle()
        _, cursor = everything(connector, world)

        native_id = world.create(values(world, "new"))

        assert native_id in since(connector, world, cursor)[0]

    def test_a_change_is_read_on(self, connector: Connector, world: World) -> None:
        """C14: a record that was changed after the cursor is read from it, as it is now."""
        native_id = world.create(values(world, "a"))
        world.settle()
        _, cursor = everything(connector, world)

        world.edit(native_id, {world.names[0]: "changed"})

        found, _ = since(connector, world, cursor)
        assert "changed" == shown(found, native_id)[world.names[0]]

    def test_a_tie_with_the_cursor_is_read_on(self, connector: Connector, world: World) -> None:
        """C15: a change that shares its time with the cursor is not missed."""
        first = world.create(values(world, "a"))
        _, cursor = everything(connector, world)
        second = world.create(values(world, "b"))
        world.edit(first, {world.names[0]: "changed at once"})

        found, _ = since(connector, world, cursor)

        assert second in found
        assert "changed at once" == shown(found, first)[world.names[0]]

    def test_all_pages_are_read(self, connector: Connector, world: World) -> None:
        """C16: more records than a page holds are all read, ties in their times included."""
        native_ids = {world.create(values(world, str(n))) for n in range(world.many)}

        answer = pages(connector, world)

        assert len(answer) > 1, "give the connector of the tests a smaller page, or more in many"
        assert native_ids <= set(latest(answer))

    def test_every_page_is_a_place_to_go_on_from(self, connector: Connector, world: World) -> None:
        """C17: what was read up to a page, and what is read from its cursor, is everything."""
        native_ids = {world.create(values(world, str(n))) for n in range(world.many)}
        answer = pages(connector, world)

        for number, page in enumerate(answer, start=1):
            rest, _ = since(connector, world, page.cursor)

            missed = native_ids - set(latest(answer[:number])) - set(rest)
            assert set() == missed, f"missed after page {number}"

    def test_reading_on_gets_somewhere(self, connector: Connector, world: World) -> None:
        """C18: once time has passed, reading on does not begin again from the beginning."""
        native_ids = {world.create(values(world, str(n))) for n in range(world.many)}
        world.settle()
        last = world.create(values(world, "last"))
        world.settle()
        _, cursor = everything(connector, world)

        again, _ = since(connector, world, cursor)

        assert set(again) <= {last}, "what did not change need not be read again"
        assert last not in native_ids

    def test_pages_that_shift_lose_nothing(self, connector: Connector, world: World) -> None:
        """C19: records that move while pages are read appear here or from the last cursor."""
        native_ids = [world.create(values(world, str(n))) for n in range(world.many)]
        world.settle()
        answer = connector.read(world.object, world.names, None)
        taken = [next(answer)]
        read = [reading.native_id for reading in taken[0].readings]
        unread = [native_id for native_id in native_ids if native_id not in read]
        for native_id in (*read[:2], *unread[:2]):
            world.edit(native_id, {world.names[0]: "moved"})
        new = world.create(values(world, "new"))
        taken += answer
        more = pages(connector, world, taken[-1].cursor)

        found = latest([*taken, *more])

        assert {*native_ids, new} <= set(found)
        for native_id in (*read[:2], *unread[:2]):
            assert "moved" == shown(found, native_id)[world.names[0]]

    def test_a_late_change_is_read_on(self, connector: Connector, world: World) -> None:
        """C20: a change that becomes visible after later ones were read is not missed."""
        early = world.create(values(world, "early"))
        world.settle()
        late = world.create(values(world, "later"))
        world.edit(late, {world.names[1]: "seen"})
        _, cursor = everything(connector, world)
        world.late_edit(early, {world.names[0]: "late"})

        found, _ = since(connector, world, cursor)

        assert "late" == shown(found, early)[world.names[0]]

    def test_changes_come_oldest_first(self, connector: Connector, world: World) -> None:
        """C21: records are read in the order of their last change."""
        first = world.create(values(world, "a"))
        world.settle()
        second = world.create(values(world, "b"))
        world.settle()
        world.edit(first, {world.names[0]: "last"})
        world.settle()

        order = [each.native_id for page in pages(connector, world) for each in page.readings]

        last = [native_id for native_id in order if native_id in {first, second}]
        assert [second, first] == last[-2:]

    def test_a_cursor_may_be_used_again(self, connector: Connector, world: World) -> None:
        """C22: reading on from one cursor twice shows the same twice."""
        world.create(values(world, "a"))
        world.settle()
        _, cursor = everything(connector, world)
        native_id = world.create(values(world, "b"))
        world.settle()

        first, _ = since(connector, world, cursor)
        second, _ = since(connector, world, cursor)

        assert native_id in first
        assert first[native_id] == second.get(native_id)

    def test_a_cursor_outlives_its_connection(self, connector: Connector, world: World) -> None:
        """C23: a cursor is good for another connector, in another process, later."""
        world.create(values(world, "a"))
        _, cursor = everything(connector, world)
        native_id = world.create(values(world, "b"))
        later = world.reconnect()

        found, _ = since(later, world, cursor)
        later.close()

        assert native_id in found

    def test_an_empty_system_gives_a_cursor(self, connector: Connector, world: World) -> None:
        """C24: the cursor of a first, perhaps empty, answer shows all that comes after it."""
        _, cursor = everything(connector, world)
        native_ids = {world.create(values(world, str(n))) for n in range(3)}

        found, _ = since(connector, world, cursor)

        assert native_ids <= set(found)

    def test_two_connectors_see_one_system(self, connector: Connector, world: World) -> None:
        """C25: what is true for one connector is true for another at the same time."""
        native_id = world.create(values(world, "a"))
        other = world.reconnect()
        before = held(other, world, native_id)
        world.edit(native_id, {world.names[0]: "changed"})
        after = held(other, world, native_id)
        found, _ = everything(other, world)
        other.close()

        assert before != after
        assert after == held(connector, world, native_id)
        assert set(alive(found)) == set(alive(everything(connector, world)[0]))
