"""What has been tried: which act met a record in which state, as a table with its empty cells."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync.memory.acts import Row
from kamsync.model import EXISTS
from kamsync.observe import GONE
from kamsync.store import Store

__all__ = ["ACTS_ON_RECORDS", "STATES", "empty_cells", "state_of"]

ACTS_ON_RECORDS = ("edit", "touch", "delete", "undelete", "merge")

STATES = ("unread", "unmatched", "gone", "in flight", "moved", "held", "at rest")

UNLIKELY = frozenset({"undelete | in flight", "undelete | moved"})
"""Cells that stay empty: nothing is sent to a record that is gone, and nothing moves there."""


def state_of(store: Store, system: str, row: Row) -> str:
    """Return the state in which the hub has a native record."""
    link = store.links.by_native(system, row.object, [row.id]).get(row.id)
    if link is None:
        return "unread"
    if link.record is None:
        return "unmatched"
    existence = link.facts.get(EXISTS)
    if existence is not None and existence.observed == GONE:
        return "gone"
    if store.outbox.inflight_of([link.id]):
        return "in flight"
    if link.moved:
        return "moved"
    return "held" if store.reviews.open_for([link.record]) else "at rest"


def empty_cells(states: Mapping[str, int]) -> list[str]:
    """Return what was never tried, as far as it can happen."""
    cells = [f"{act} | {state}" for act in ACTS_ON_RECORDS for state in STATES]
    return [cell for cell in cells if not states.get(cell) and cell not in UNLIKELY]
