"""What people have made of a create without an answer excuses a second one only where nothing tells any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.testing.simulation import Tape
from kamsync.testing.simulation.history.world import World
from kamsync.testing.simulation.observer.strangers import Created, is_known_by

WHOLE = {"number": "n1", "name": "e1", "note": "e2", "street": "e3", "city": "e4"}
UNKEYED = {name: value for name, value in WHOLE.items() if name != "number"}


@pytest.fixture(scope="module")
def created() -> Callable[..., Created]:
    """What was created in a system that can be searched, and more as named."""
    world = World(Tape(0))
    world.close()
    cast = world.setting.casts[0]

    def create(values: dict[str, str], more: Can = Can.SEARCH) -> Created:
        return Created(structs.replace(cast, can=Can.SEARCH | more), "account-x", values)

    return create


@pytest.mark.parametrize(
    ("sent", "changed", "is_known"),
    [
        (UNKEYED, {}, True),
        (UNKEYED, {"note": "mine"}, True),
        (UNKEYED, {"street": "mine", "city": "mine"}, True),
        (UNKEYED, {"note": "mine", "name": "mine"}, False),
        (UNKEYED, {"parent": "account-2"}, True),
        ({"name": "e1", "note": "e2"}, {"note": "mine"}, False),
        ({"name": "e1"}, {"note": "mine"}, True),
        ({"name": "e1"}, {"name": "mine"}, False),
        (WHOLE, {"note": "mine", "name": "mine", "city": "mine"}, True),
        (WHOLE, {"number": "n2", "name": "mine"}, False),
    ],
)
def test_a_create_is_known_by_all_but_one_field_or_its_key(
    created: Callable[..., Created],
    sent: dict[str, str],
    changed: dict[str, str],
    is_known: bool,  # noqa: FBT001 - a case
) -> None:
    """A group is one field, in however many of its parts it was changed; what was never sent is nothing."""
    assert is_known == is_known_by(created(sent), "account", {**sent, **changed})


def test_a_create_is_known_by_any_field_that_a_history_tells_of(
    created: Callable[..., Created],
) -> None:
    """Not by what only the last who saved it says, and not once all of it is changed."""
    rest = {**UNKEYED, "name": "mine", "note": "mine"}
    other = {**rest, "street": "mine"}

    assert is_known_by(created(UNKEYED, Can.HISTORY), "account", rest)
    assert not is_known_by(created(UNKEYED, Can.WHO_EDITED), "account", rest)
    assert not is_known_by(created(UNKEYED, Can.HISTORY), "account", other)
