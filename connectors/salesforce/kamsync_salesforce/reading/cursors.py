"""How far an object was read.

A window begins at a moment *since* of the org's clock. While its pages are read, the cursor holds the
place of the last row; when all are read, the next window begins where this one began, less an
overlap for changes that were stamped before and could be seen only after.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

__all__ = ["Cursor", "read_cursor"]


class Cursor(Struct, frozen=True, omit_defaults=True):
    """A place to go on from.

    *low* is the first stamp of an unfinished window, None for one that shows everything; *at* and
    *id* are its last row. *gone* is up to when the log of deletes was read, *asked* when that was.
    """

    since: datetime
    low: datetime | None = None
    at: datetime | None = None
    id: str = ""
    gone: datetime | None = None
    asked: datetime | None = None

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()


def read_cursor(text: str | None) -> Cursor | None:
    """Return the cursor that *text* is; what is none of ours reads everything, which loses nothing."""
    if not text:
        return None
    try:
        found: Any = msgspec.json.decode(text, type=Cursor)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return found if isinstance(found, Cursor) else None
