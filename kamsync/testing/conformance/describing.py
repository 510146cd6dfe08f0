"""Rules about what a connector says of itself and of its system."""

from __future__ import annotations

import pytest

from kamsync.connector import Can, Connector, NativeEntity
from kamsync.errors import Unsupported
from kamsync.model import Op, Outcome, Write
from kamsync.testing.conformance.looking import (
    abilities,
    everything,
    held,
    send,
    updating,
    values,
)
from kamsync.testing.conformance.world import World

__all__ = ["DescriptionRules"]

WRITES = Can.CREATE | Can.UPDATE | Can.DELETE


class DescriptionRules:
    """What a connector says is true."""

    def test_the_connector_says_what_it_is(self, connector: Connector, world: World) -> None:
        """C81: a connector has a kind, a batch limit of at least one, and capabilities that stay."""
        assert connector.kind
        assert connector.batch_limit >= 1
        again = world.reconnect()
        assert again.can == connector.can
        again.close()

    def test_objects_are_described(self, connector: Connector, world: World) -> None:
        """C82: an object is described by name, with the fields that it has."""
        world.create(values(world, "a"))

        described = connector.describe()[world.object]

        assert world.object == described.name
        assert set(world.names) <= set(described.fields)
        assert all(name == field.name for name, field in described.fields.items())

    def test_an_object_can_no_more_than_its_system(
        self, connector: Connector, world: World
    ) -> None:
        """C83: no object claims a capability that the connector does not have."""
        world.create(values(world, "a"))
        for described in connector.describe().values():
            assert Can.NOTHING == described.can & ~connector.can, described.name

    def test_what_is_described_as_writable_is(self, connector: Connector, world: World) -> None:
        """C84: the fields that the suite writes are described as writable, and can be written."""
        native_id = world.create(values(world, "a"))
        fields = connector.describe()[world.object].fields

        for name in world.names:
            assert name in fields
            assert fields[name].writable
            if Can.UPDATE in abilities(connector, world):
                [receipt] = send(connector, world, updating(native_id, {name: "ours"}))
                assert receipt.outcome is Outcome.DONE

    def test_what_is_described_as_read_only_is(self, connector: Connector, world: World) -> None:
        """C85: a field that is not writable is refused and keeps its value."""
        native_id = world.create(values(world, "a"))
        fields = connector.describe()[world.object].fields
        for name in [name for name, field in fields.items() if not field.writable]:
            before = connector.fetch(world.object, [name], [native_id])[native_id].values
            if Can.UPDATE in abilities(connector, world):
                [receipt] = send(connector, world, updating(native_id, {name: "ours"}))
                assert receipt.outcome is Outcome.REFUSED
            assert before == connector.fetch(world.object, [name], [native_id])[native_id].values

    def test_a_read_only_object_is_only_read(self, connector: Connector, world: World) -> None:
        """C86: an object without a capability to write refuses to be written, and can be read."""
        world.create(values(world, "a"))
        for name, described in connector.describe().items():
            for op in _never(described):
                with pytest.raises(Unsupported):
                    connector.write(name, [Write(op, "no-such-record", {}, key="key")])
            assert list(connector.read(name, [*described.fields], None))

    def test_an_unknown_object_has_no_records(self, connector: Connector, world: World) -> None:
        """C87: an object that the system does not have is `Unsupported`, or empty; never a crash."""
        name = "no_such_object"
        try:
            readings = [
                each for page in connector.read(name, ["x"], None) for each in page.readings
            ]
            assert [] == readings
            assert {} == dict(connector.fetch(name, ["x"], ["1"]))
        except Unsupported:
            with pytest.raises(Unsupported):
                connector.fetch(name, ["x"], ["1"])
        assert everything(connector, world)[1] is not None

    def test_a_healthy_system_is_found_healthy(self, connector: Connector, world: World) -> None:
        """C88: check finds nothing wrong with a system that works, says so in words, and changes nothing."""
        native_id = world.create(values(world, "a"))
        before = held(connector, world, native_id)

        findings = connector.check()

        assert all(finding.ok for finding in findings)
        assert all(finding.about and finding.text for finding in findings)
        assert before == held(connector, world, native_id)

    def test_a_system_is_known_again(self, connector: Connector, world: World) -> None:
        """C89: every connector to one system tells the same identity, whatever is written; or none does."""
        told = connector.identity()
        world.create(values(world, "a"))
        again = world.reconnect()

        assert told is None or told.strip()
        assert told == connector.identity() == again.identity()
        again.close()


def _never(described: NativeEntity) -> list[Op]:
    """Return the operations that an object does not have."""
    needs = {Op.CREATE: Can.CREATE, Op.UPDATE: Can.UPDATE, Op.DELETE: Can.DELETE}
    return [op for op, can in needs.items() if can not in described.can]
