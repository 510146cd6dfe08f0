"""The rounds of a store, as they are by now."""

from __future__ import annotations

from msgspec import structs

from kamsync.store import INTERRUPTED, RUNNING, RoundRow, Store

__all__ = ["rounds"]


def rounds(store: Store, limit: int) -> list[RoundRow]:
    """Return the last rounds, newest first; one that was left by its process was interrupted."""
    listed = store.rounds.list(limit)
    # Asked afterwards: a round that has begun since then is not among those that were listed.
    runs = any(row.state == RUNNING for row in listed) and store.is_busy()
    return [row if runs else _left(row) for row in listed]


def _left(row: RoundRow) -> RoundRow:
    """Return a round as it is when no process runs one."""
    return structs.replace(row, state=INTERRUPTED) if row.state == RUNNING else row
