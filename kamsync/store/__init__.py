"""The store: everything that kamsync remembers, on SQLite or PostgreSQL.

Open it with `open_store`, put it back from a backup with `restore_store`. Its parts are
`Store.links`, `records`, `outbox`, `plans`, `parks`, `rounds`, `cursors`, `reviews` and `journal`.
"""

from __future__ import annotations

from kamsync.store.counters import Cursor
from kamsync.store.glimpses import Glimpse, Seen
from kamsync.store.main import Store
from kamsync.store.opening import open_store, restore_store
from kamsync.store.outbox import OutboxRow
from kamsync.store.parks import Park
from kamsync.store.references import Awaited
from kamsync.store.restore import FORGOTTEN, RESTORED
from kamsync.store.rounds import INTERRUPTED, RUNNING, PlanRow, RoundRow

__all__ = [
    "FORGOTTEN",
    "INTERRUPTED",
    "RESTORED",
    "RUNNING",
    "Awaited",
    "Cursor",
    "Glimpse",
    "OutboxRow",
    "Park",
    "PlanRow",
    "RoundRow",
    "Seen",
    "Store",
    "open_store",
    "restore_store",
]
