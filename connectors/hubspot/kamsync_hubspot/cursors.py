"""How far reading has come, as the text that kamsync keeps.

A first reading goes through ranges of ids, a later one through what changed since a time. Either can
be taken up again at any page.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

__all__ = ["SEEN_LIMIT", "Cursor", "Range", "cursor_from"]

SEEN_LIMIT = 2000
"""How many records a cursor remembers; further ones are read again, which does no harm."""


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
    """

    since: int
    ranges: tuple[Range, ...] | None = None
    last: str = ""
    begun: int = 0
    seen: dict[str, int] = {}
    swept: int = 0

    def text(self) -> str:
        """Return the cursor as it is kept."""
        return msgspec.json.encode(self).decode()


def cursor_from(text: str | None) -> Cursor | None:
    """Return a cursor; None, which reads everything, for none and for one that is not ours."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.MsgspecError:
        return None


def remembered(seen: dict[str, int], since: int) -> dict[str, int]:
    """Return what is worth remembering of *seen*: the newest of what a search will find again."""
    again = [(version, id_) for id_, version in seen.items() if version >= since]
    return {id_: version for version, id_ in sorted(again)[-SEEN_LIMIT:]}
