"""How far reading has come, as the text that kamsync keeps.

A first reading goes through ranges of ids, a later one through what changed since a time. Either can
be taken up again at any page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise

import msgspec
from msgspec import Struct, structs

__all__ = ["SEEN_LIMIT", "SEEN_TIMES", "Cursor", "Range", "cursor_from", "remembered"]

SEEN_LIMIT = 20_000
"""How many records a cursor remembers; further ones are read again, which does no harm."""

SEEN_TIMES = 2000
"""Of how many different times they may be: each of those takes as much room as ten records of one."""


class Range(Struct, frozen=True, array_like=True):
    """A range of ids that is still to be listed: from *after* on, up to below *until*."""

    after: str = ""
    until: int | None = None


class Cursor(Struct, frozen=True, omit_defaults=True):
    """A place to go on from.

    *since* is the time in milliseconds from which on changes may not have been read. *ranges* are
    left of a first reading, None once that is over. *last* is the id up to which the present search
    was read, of those that began at *begun*. *seen* are the versions of records that were read and
    that a search from *since* on will find again. *swept* is when the archive was looked through.
    *steps* are what was seen, as it is kept: by time, each id as its distance from the one before,
    since what gets one time at once can be very many records.
    """

    since: int
    ranges: tuple[Range, ...] | None = None
    last: str = ""
    begun: int = 0
    seen: dict[str, int] = {}
    swept: int = 0
    steps: dict[str, list[int]] = {}

    def text(self) -> str:
        """Return the cursor as it is kept."""
        kept = structs.replace(self, seen={}, steps=_steps(self.seen))
        return msgspec.json.encode(kept).decode()


def cursor_from(text: str | None) -> Cursor | None:
    """Return a cursor; None, which reads everything, for none and for one that is not ours."""
    if not text:
        return None
    try:
        kept = msgspec.json.decode(text, type=Cursor)
        seen = {str(id_): int(at) for at, steps in kept.steps.items() for id_ in accumulate(steps)}
    except (msgspec.MsgspecError, ValueError):
        return None
    return structs.replace(kept, seen={**kept.seen, **seen}, steps={})


def remembered(seen: Mapping[str, int], since: int) -> dict[str, int]:
    """Return what is worth remembering of *seen*: the newest of what a search will find again."""
    again = {id_: version for id_, version in seen.items() if version >= since}
    times = sorted(set(again.values()))
    oldest = times[-SEEN_TIMES] if len(times) > SEEN_TIMES else since
    newest = [(version, id_) for id_, version in again.items() if version >= oldest]
    if len(newest) > SEEN_LIMIT:
        newest = sorted(newest)[-SEEN_LIMIT:]
    return {id_: version for version, id_ in newest}


def _steps(seen: Mapping[str, int]) -> dict[str, list[int]]:
    """Return what was seen by time, each id as its distance from the one before."""
    by_time: dict[str, list[int]] = {}
    for id_, version in seen.items():
        by_time.setdefault(str(version), []).append(int(id_))
    return {time: _distances(sorted(ids)) for time, ids in by_time.items()}


def _distances(ids: Iterable[int]) -> list[int]:
    """Return how far each of *ids* is from the one before it, the first from zero."""
    return [later - earlier for earlier, later in pairwise((0, *ids))]
