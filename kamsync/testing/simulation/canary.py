"""Bugs to plant, so that the simulation can show that it would find them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import structs

from kamsync.engine import push
from kamsync.merge.clauses import FieldMerge
from kamsync.observe import saying

__all__ = ["CANARIES", "planted"]

CANARIES = {
    "blind": "Edits that did not know golden replace it as if they had.",
    "deaf": "Writes do not name the version that was read.",
    "echo": "Nobody remembers which values kamsync has written itself.",
}
"""Each planted bug and what is wrong with it."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plant the bug called *name* while the block runs; nothing for an empty name."""
    if not name:
        yield
        return
    owner, attribute, wrong = _bug(name)
    right = getattr(owner, attribute)
    setattr(owner, attribute, wrong)
    try:
        yield
    finally:
        setattr(owner, attribute, right)


def _bug(name: str) -> tuple[Any, str, Any]:
    """Return where a bug is planted, and what is planted there."""
    if name == "blind":
        return FieldMerge, "is_blind", lambda *_: False
    if name == "echo":
        return saying, "own", lambda fact, cells, _: structs.replace(fact, observed=cells)
    pushing = push.__globals__["_Push"]
    right = pushing._write  # noqa: SLF001 - the same

    def without_version(self: Any, *what: Any) -> Any:
        return structs.replace(right(self, *what), version=None)

    return pushing, "_write", without_version
