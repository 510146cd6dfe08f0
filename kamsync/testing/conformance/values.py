"""Rules about values: what goes in comes out, and what does not fit is refused."""

from __future__ import annotations

import pytest

from kamsync.connector import Can, Connector
from kamsync.errors import Unsupported
from kamsync.model import Native, Outcome
from kamsync.testing.conformance.looking import abilities, is_blank, send, stored, updating, values
from kamsync.testing.conformance.world import World

__all__ = ["ValueRules"]

TEXTS = [
    "Müller & Søn",
    "東京 مرحبا עברית",
    "emoji 🏢👩\u200d💼",
    "e\u0301 is not \u00e9",
    "\"double\" 'single' `back`",
    "<b>tags</b> &amp; entities",
    "50 % {braces} \\backslash; --",
    "0012",
    "true",
]


class ValueRules:
    """A text is the same text on both sides of the connector."""

    @pytest.mark.parametrize("text", TEXTS)
    def test_a_text_comes_back_as_it_went(
        self, connector: Connector, world: World, text: str
    ) -> None:
        """C74: a text is stored as it was sent, and shown as it was stored."""
        native_id = world.create(values(world, "a"))
        world.edit(native_id, {world.names[1]: text})
        assert text == stored(connector, world, native_id)[world.names[1]]

        if _wrote(connector, world, native_id, {world.names[0]: text}):
            assert text == stored(connector, world, native_id)[world.names[0]]

    def test_none_clears_a_field(self, connector: Connector, world: World) -> None:
        """C75: None makes a field blank and leaves the field beside it as it is."""
        first, second = world.names
        native_id = world.create(values(world, "a"))

        if _wrote(connector, world, native_id, {second: None}):
            found = stored(connector, world, native_id)
            assert is_blank(found[second])
            assert "first a" == found[first]

    def test_what_is_absent_is_left_alone(self, connector: Connector, world: World) -> None:
        """C76: a field that a write does not name keeps its value, blank or not."""
        first, second = world.names
        native_id = world.create({first: "first a", **world.extra()})

        if _wrote(connector, world, native_id, {first: "changed"}):
            assert is_blank(stored(connector, world, native_id)[second])

    def test_a_blank_text_is_blank(self, connector: Connector, world: World) -> None:
        """C77: an empty text is stored as a blank, as an empty text or as None."""
        native_id = world.create(values(world, "a"))

        if _wrote(connector, world, native_id, {world.names[1]: ""}):
            assert is_blank(stored(connector, world, native_id)[world.names[1]])

    def test_a_text_up_to_its_limit_is_whole(self, connector: Connector, world: World) -> None:
        """C78: a text of as many characters as a field is described to take comes back whole."""
        name = world.names[0]
        native_id = world.create(values(world, "a"))
        text = "x" * _limit(connector, world)

        if _wrote(connector, world, native_id, {name: text}):
            assert text == stored(connector, world, native_id)[name]

    def test_a_text_over_its_limit_harms_nobody(self, connector: Connector, world: World) -> None:
        """C79: a text that is too long is refused with a reason, or stored as far as it fits."""
        name = world.names[0]
        native_id, other = world.create(values(world, "a")), world.create(values(world, "b"))
        text = "x" * (_limit(connector, world) + 1)
        if Can.UPDATE not in abilities(connector, world):
            _wrote(connector, world, native_id, {name: text})
            return
        receipts = send(
            connector,
            world,
            updating(native_id, {name: text}),
            updating(other, {name: "ours"}),
        )

        found = stored(connector, world, native_id)[name]
        if receipts[0].outcome is Outcome.REFUSED:
            assert receipts[0].reason
            assert "first a" == found
        else:
            assert receipts[0].outcome is Outcome.DONE
            assert text.startswith(found)
        assert receipts[1].outcome is Outcome.DONE

    def test_a_reference_is_an_id(self, connector: Connector, world: World) -> None:
        """C80: a reference is written and shown as the native id of the record that it refers to."""
        native_id = world.create(values(world, "a"))
        if world.reference is None:
            fields = connector.describe()[world.object].fields.values()
            assert [] == [field.name for field in fields if field.type == "reference"]
            return
        name, _ = world.reference
        referred = world.other()
        if _wrote(connector, world, native_id, {name: referred}):
            found = connector.fetch(world.object, [name], [native_id])[native_id]
            assert {name: referred} == found.values


def _limit(connector: Connector, world: World) -> int:
    """Return how many characters the first name is described to take; 1,000 if it does not say."""
    field = connector.describe()[world.object].fields.get(world.names[0])
    return 1000 if field is None or field.limit is None else field.limit


def _wrote(connector: Connector, world: World, native_id: str, changed: dict[str, Native]) -> bool:
    """Carry out an update; False if the connector rightly refuses all updates."""
    if Can.UPDATE not in abilities(connector, world):
        with pytest.raises(Unsupported):
            send(connector, world, updating(native_id, changed))
        return False
    [receipt] = send(connector, world, updating(native_id, changed))
    assert receipt.outcome is Outcome.DONE, receipt.reason
    return True
