"""Links at a glance: who each is, and what it shows.

To read all that a link knows costs more than to find out who it is, for which what it shows is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct, json

from kamsync.model import Cells, Step
from kamsync.store.codec import SHARED
from kamsync.store.database import Row

__all__ = ["COLUMNS", "Glimpse", "Place", "Seen", "glimpse_of"]

COLUMNS = "link.id, link.system, link.entity, link.native_id, link.record, link.stamp, link.facts"


class Place(Struct, frozen=True, gc=False):
    """Where a record lives, or lived, or has a place: a link without a native id."""

    record: str
    system: str
    link: int
    native_id: str | None
    alive: bool


class Seen(Struct, frozen=True, gc=False, array_like=True):
    """What one link shows of one field: the beginning of its `kamsync.model.Fact`.

    Of what never belonged to a record there is nothing else to tell.
    """

    observed: Cells
    merged: ClassVar[Cells | None] = None
    doubt: ClassVar[bool] = False
    trail: ClassVar[tuple[Step, ...]] = ()


class Glimpse(Struct, frozen=True, gc=False):
    """A link, told apart from others; see `kamsync.model.Link`."""

    id: int
    system: str
    entity: str
    native_id: str | None
    record: str | None
    stamp: str | None
    facts: Mapping[str, Seen]


_seen_of = json.Decoder(dict[str, Seen]).decode


def glimpse_of(row: Row) -> Glimpse:
    """Return the glimpse of one row of `COLUMNS`."""
    facts = _seen_of(row[6])
    facts.pop(SHARED, None)
    return Glimpse(row[0], row[1], row[2], row[3], row[4], row[5], facts)
