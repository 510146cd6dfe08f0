"""What the rules share: ways to look at a system through its connector, and to write to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TypeAlias

import pytest

from kamsync.connector import Can, Connector
from kamsync.errors import Unsupported
from kamsync.model import Native, Op, Outcome, Page, Reading, Receipt, Write
from kamsync.testing.conformance.world import World

__all__ = [
    "PAGES_LIMIT",
    "abilities",
    "alive",
    "cannot_update",
    "creating",
    "deleting",
    "everything",
    "held",
    "is_blank",
    "latest",
    "look",
    "made",
    "pages",
    "send",
    "shown",
    "since",
    "stored",
    "updating",
    "values",
]

PAGES_LIMIT = 10_000
"""How many pages an answer may have before the suite calls it endless."""

Readings: TypeAlias = dict[str, Reading]

_KEYS = count(1)


def abilities(connector: Connector, world: World) -> Can:
    """Return what may be done with the world's object: no more than the connector can.

    An object that is described only once it has a record is taken for one that allows everything.
    """
    described = connector.describe().get(world.object)
    return connector.can if described is None else connector.can & described.can


def values(world: World, mark: str) -> dict[str, Native]:
    """Return the values of a new record, told apart by *mark*."""
    first, second = world.names
    return {first: f"first {mark}", second: f"second {mark}", **world.extra()}


def pages(connector: Connector, world: World, cursor: str | None = None) -> list[Page]:
    """Return all pages of what changed since *cursor*."""
    answer = []
    for page in connector.read(world.object, world.names, cursor):
        answer.append(page)
        assert len(answer) < PAGES_LIMIT, "read never ends"
    assert answer, "read yields at least one page, which brings a cursor"
    return answer


def latest(answer: Sequence[Page]) -> Readings:
    """Return the last reading of each record."""
    return {reading.native_id: reading for page in answer for reading in page.readings}


def everything(connector: Connector, world: World) -> tuple[Readings, str]:
    """Return what the whole system shows, and the cursor to go on from."""
    return since(connector, world, None)


def since(connector: Connector, world: World, cursor: str | None) -> tuple[Readings, str]:
    """Return what changed since *cursor*, and the cursor to go on from."""
    answer = pages(connector, world, cursor)
    return latest(answer), answer[-1].cursor


def alive(readings: Mapping[str, Reading]) -> Readings:
    """Return the readings of records that are there."""
    return {key: reading for key, reading in readings.items() if reading.values is not None}


def look(connector: Connector, world: World, native_id: str) -> Reading | None:
    """Return one record as it is now, None if it is gone or was never there."""
    reading = connector.fetch(world.object, world.names, [native_id]).get(native_id)
    return reading if reading is not None and reading.values is not None else None


def held(connector: Connector, world: World, native_id: str) -> dict[str, Native] | None:
    """Return what one record holds now, None if it is gone."""
    reading = look(connector, world, native_id)
    return None if reading is None or reading.values is None else dict(reading.values)


def stored(connector: Connector, world: World, native_id: str) -> dict[str, Native]:
    """Return what one living record holds now, its names all shown."""
    found = held(connector, world, native_id)
    assert found is not None, f"{native_id} is not there"
    assert set(world.names) <= set(found), f"{native_id} does not show all names"
    return found


def shown(readings: Mapping[str, Reading], native_id: str) -> Mapping[str, Native]:
    """Return what one record holds among *readings*, where it must be, and alive."""
    assert native_id in readings, f"{native_id} was not read"
    values_ = readings[native_id].values
    assert values_ is not None, f"{native_id} was read as gone"
    return values_


def is_blank(value: Native) -> bool:
    """Whether a native value says nothing; some systems keep no difference between None and ""."""
    return value is None or value == ""


def send(connector: Connector, world: World, *writes: Write) -> Sequence[Receipt]:
    """Carry out *writes* in one call; there is an answer for each."""
    receipts = connector.write(world.object, writes)
    assert len(writes) == len(receipts), "there is one receipt for each write"
    return receipts


def made(connector: Connector, world: World, mark: str) -> str:
    """Return the native id of a new record: made by kamsync if it can, else by a person."""
    if Can.CREATE not in abilities(connector, world):
        return world.create(values(world, mark))
    receipt = send(connector, world, creating(world, mark))[0]
    assert receipt.outcome is Outcome.DONE, receipt
    assert receipt.native_id, "a create is answered with the native id"
    return receipt.native_id


def creating(world: World, mark: str, *, stamp: str | None = None, key: str = "") -> Write:
    """Return a write that makes a record; its stamp and key follow from *mark* unless given."""
    return Write(
        Op.CREATE,
        None,
        values(world, mark),
        key=key or f"key-{mark}",
        stamp=stamp or f"stamp-{mark}",
    )


def updating(native_id: str, changed: Mapping[str, Native], version: str | None = None) -> Write:
    """Return a write that changes a record."""
    return Write(Op.UPDATE, native_id, changed, key=f"update-{next(_KEYS)}", version=version)


def deleting(native_id: str, version: str | None = None) -> Write:
    """Return a write that deletes a record."""
    return Write(Op.DELETE, native_id, {}, key=f"delete-{next(_KEYS)}", version=version)


def cannot_update(connector: Connector, world: World, native_id: str) -> bool:
    """Whether the connector does not update; what it does not do, it refuses, here for one record."""
    if Can.UPDATE in abilities(connector, world):
        return False
    with pytest.raises(Unsupported):
        send(connector, world, updating(native_id, {world.names[0]: "refused"}))
    return True
