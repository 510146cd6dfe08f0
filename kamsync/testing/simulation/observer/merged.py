"""What becomes of records that turn out to be one: nothing stays behind with the one that is gone."""

from __future__ import annotations

from collections.abc import Sequence

from kamsync.model import Event
from kamsync.store import Store
from kamsync.testing.simulation.observer.chronicle import Report

__all__ = ["require_followed", "require_one"]

_BEHIND = """
SELECT link.id, link.system, link.native_id, record.id, record.merged_into
FROM link JOIN record ON record.id = link.record WHERE record.merged_into IS NOT NULL
"""

_NOWHERE = """
SELECT loser.id, loser.merged_into FROM record AS loser LEFT JOIN record ON record.id = loser.merged_into
WHERE loser.merged_into IS NOT NULL AND record.id IS NULL
"""


def require_followed(store: Store, events: Sequence[Event], report: Report) -> None:
    """8: whatever was tied to a record that was merged away is tied to its survivor."""
    losers = sorted({str(event.before) for event in events if event.act == "merged"})
    if not losers:
        return
    for record, links in store.links.of_records(losers).items():
        if links:
            where = [(link.system, link.native_id) for link in links]
            report(8, f"{record} was merged away, but {where} stayed behind with it")


def require_one(store: Store, report: Report) -> None:
    """8: no native record belongs to a record that is part of another one."""
    for link, system, native_id, record, survivor in store.database.rows(_BEHIND):
        text = f"link {link} of {system} {native_id} belongs to {record}"
        report(8, f"{text}, which is {survivor} by now")
    for record, survivor in store.database.rows(_NOWHERE):
        report(8, f"{record} was merged into {survivor}, which does not exist")
