"""Records as readings: what is shown, which version it is, and whether that can hide a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from kamsync.model import Native, Reading
from kamsync_hubspot.client.objects import MERGED
from kamsync_hubspot.client.wire import Thing, millis

__all__ = ["SETTLED_MS", "gone", "is_id", "merged_away", "merged_ids", "native", "reading_of"]

SETTLED_MS = 2000
"""How old a change must be before no other one can still get its stamp of one millisecond.

HubSpot tells its time by the second, and the machines of a portal do not agree to the millisecond.
"""


def native(value: Native) -> Native:
    """Return a property's value; HubSpot says a blank as null or as an empty text."""
    return None if value == "" else value


def reading_of(
    thing: Thing,
    names: Sequence[str],
    now: datetime | None,
    stamp: str,
    beside: Mapping[str, Native] = {},
) -> Reading:
    """Return a living record as a reading.

    A property that does not exist is not in the answer, and is missing here. *now* is the time of
    HubSpot when it answered; without it, the version is not settled. *beside* are the values
    that are no properties.
    """
    held = thing.properties
    values = {name: held[name] for name in names if name in held}
    if "" in values.values():
        values = {name: native(value) for name, value in values.items()}
    values.update(beside)
    changed = millis(thing.updated_at)
    is_over = now is not None and changed + SETTLED_MS <= now.timestamp() * 1000
    return Reading(
        native_id=thing.id,
        values=values,
        version=str(changed),
        settled=is_over,
        modified=datetime.fromtimestamp(changed / 1000, UTC),
        stamp=native(held.get(stamp)),
    )


def gone(thing: Thing) -> Reading:
    """Return a record from the archive as a reading: it is gone."""
    at = millis(thing.archived_at or thing.updated_at)
    return Reading(thing.id, None, str(at), modified=datetime.fromtimestamp(at / 1000, UTC))


def merged_away(things: Iterable[Thing]) -> Iterator[Reading]:
    """Yield each record that one of *things* took over, as gone into it."""
    for thing in things:
        for native_id in merged_ids(thing):
            yield into(native_id, thing)


def into(native_id: str, thing: Thing) -> Reading:
    """Return the record *native_id* as gone into *thing*."""
    return Reading(native_id, None, f"merged into {thing.id}", merged_into=thing.id)


def merged_ids(thing: Thing) -> list[str]:
    """Return the ids of the records that *thing* took over, in the order in which it names them."""
    told = thing.properties.get(MERGED)
    if not told or not isinstance(told, str):
        return []
    ids = told.split(";")
    return [
        each for each in dict.fromkeys(part.strip() for part in ids) if each and each != thing.id
    ]


def is_id(native_id: str) -> bool:
    """Whether a text can be the id of a record at all; anything else is not worth a call."""
    return native_id.isascii() and native_id.isdecimal() and len(native_id) <= 19  # noqa: PLR2004
