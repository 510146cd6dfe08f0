"""Rules about the history of a record, where the system keeps one."""

from __future__ import annotations

import pytest

from kamsync.connector import Can, Connector
from kamsync.errors import Unsupported
from kamsync.model import Entry
from kamsync.testing.conformance.looking import abilities, look, send, updating, values
from kamsync.testing.conformance.world import World

__all__ = ["HistoryRules"]


class HistoryRules:
    """A history tells each change after a version, in order, and whose it was."""

    def test_each_change_is_told_in_order(self, connector: Connector, world: World) -> None:
        """C69: every value that a field took after the version is told, oldest first."""
        native_id, version = _read(connector, world)
        for number in range(3):
            world.edit(native_id, {world.names[0]: f"changed {number}"})

        entries = _history(connector, world, native_id, version)

        expected = ["changed 0", "changed 1", "changed 2"]
        tells = Can.HISTORY in abilities(connector, world)
        assert expected == _told(entries, world.names[0])[-3:] or not tells

    def test_what_was_before_is_not_told(self, connector: Connector, world: World) -> None:
        """C70: an entry that took effect before a settled version never appears."""
        native_id = world.create(values(world, "a"))
        world.edit(native_id, {world.names[0]: "before"})
        world.settle()
        world.edit(native_id, {world.names[0]: "read"})
        found = look(connector, world, native_id)
        assert found is not None
        world.settle()
        world.edit(native_id, {world.names[0]: "after"})

        told = _told(_history(connector, world, native_id, found.version), world.names[0])

        assert "before" not in told
        assert ["after"] == told[-1:] or Can.HISTORY not in abilities(connector, world)

    def test_a_covered_edit_is_told(self, connector: Connector, world: World) -> None:
        """C71: an edit that our own write replaced is told before it, and each as whose it was."""
        name = world.names[0]
        native_id, version = _read(connector, world)
        world.edit(native_id, {name: "a person's"})
        if Can.UPDATE in abilities(connector, world):
            send(connector, world, updating(native_id, {name: "ours"}))

        entries = _history(connector, world, native_id, version)

        told = [
            (entry.values[name], entry.author is not None and entry.author.own)
            for entry in entries
            if name in entry.values
        ]
        if Can.HISTORY in abilities(connector, world):
            expected = [("a person's", False)]
            expected += [("ours", True)] if Can.UPDATE in abilities(connector, world) else []
            assert expected == told[-len(expected) :]

    def test_only_what_is_asked_for_is_told(self, connector: Connector, world: World) -> None:
        """C72: entries hold the names that were asked for and no others."""
        first, second = world.names
        native_id, version = _read(connector, world)
        world.edit(native_id, {first: "changed", second: "changed too"})

        entries = _history(connector, world, native_id, version, names=[first])

        assert all(set(entry.values) <= {first} for entry in entries)
        assert ["changed"] == _told(entries, first)[-1:] or Can.HISTORY not in abilities(
            connector, world
        )

    def test_each_record_has_its_own(self, connector: Connector, world: World) -> None:
        """C73: several records are told apart, and an id that was never there is missing."""
        native_id, version = _read(connector, world)
        other, other_version = _read(connector, world)
        world.edit(native_id, {world.names[0]: "changed"})
        asked = {native_id: version, other: other_version, "no-such-record": version}
        if Can.HISTORY not in abilities(connector, world):
            with pytest.raises(Unsupported):
                connector.history(world.object, world.names, asked)
            return

        told = connector.history(world.object, world.names, asked)

        assert {native_id, other} >= {key for key, entries in told.items() if entries}
        assert "changed" in _told(told[native_id], world.names[0])
        assert "changed" not in _told(told.get(other, ()), world.names[0])


def _read(connector: Connector, world: World) -> tuple[str, str]:
    """Return the id of a new record, and its version once that is settled."""
    native_id = world.create(values(world, "a"))
    world.settle()
    found = look(connector, world, native_id)
    assert found is not None
    return native_id, found.version


def _history(
    connector: Connector,
    world: World,
    native_id: str,
    version: str,
    names: list[str] | None = None,
) -> list[Entry]:
    """Return the history of one record; nothing, if the connector rightly says that it has none."""
    asked = names or list(world.names)
    if Can.HISTORY not in abilities(connector, world):
        with pytest.raises(Unsupported):
            connector.history(world.object, asked, {native_id: version})
        return []
    return list(connector.history(world.object, asked, {native_id: version})[native_id])


def _told(entries: object, name: str) -> list[object]:
    """Return the values that a history tells of one field."""
    assert isinstance(entries, list | tuple)
    return [entry.values[name] for entry in entries if name in entry.values]
