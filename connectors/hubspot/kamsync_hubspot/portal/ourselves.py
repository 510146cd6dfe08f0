"""Who we are in HubSpot's histories: the source that our own writes are told with.

Each entry of a history names a type of source and its id. For an app the id is the app's own. What
stands there for a service key is not documented, so it is learnt from what only we can have written:
the ids that we keep with records, and values that we have just sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import TypeAlias

from kamsync.model import Native
from kamsync_hubspot.client.wire import Change, millis

__all__ = ["INTEGRATION", "Ourselves", "user_of"]

INTEGRATION = "INTEGRATION"

OTHERS = frozenset(
    {
        "ACADEMY",
        "AUTOMATION_PLATFORM",
        "CALCULATED",
        "CRM_UI",
        "FORM",
        "IMPORT",
        "MERGE_OBJECTS",
        "MOBILE_ANDROID",
        "MOBILE_IOS",
        "SALESFORCE",
        "WORKFLOWS",
    }
)
"""Sources that are known to be no program that calls from outside."""

SENT_LIMIT = 100
"""How many of the last writes are remembered, until their histories are read."""

SKEW_MS = 5 * 60 * 1000
"""By how much our clock and HubSpot's may differ."""

Source: TypeAlias = tuple[str, str]


class Ourselves:
    """Recognises our own entries; until it knows how, none is ours.

    Where HubSpot tells the app, that is all there is to know. Else it is learnt, and learnt again after
    the key was changed for another one: whoever kept our ids before was us as well.

    Args:
        app: the id of the app, if it is known.
    """

    def __init__(self, app: str = "") -> None:
        self._lock = Lock()
        self._is_told = bool(app)
        self._known: set[Source] = {(INTEGRATION, app)} if app else set()
        self._sent: dict[tuple[str, str], tuple[Mapping[str, Native], int]] = {}

    @property
    def is_known(self) -> bool:
        """Whether our own entries can be told."""
        return bool(self._known)

    @property
    def is_told(self) -> bool:
        """Whether there is nothing more to learn."""
        return self._is_told

    def is_ours(self, change: Change) -> bool:
        """Whether we made an entry."""
        return _source(change) in self._known

    def name(self, app: str) -> None:
        """Take note of the id of our app."""
        with self._lock:
            self._is_told = True
            self._known.add((INTEGRATION, app))
            self._sent.clear()

    def sent(
        self, object_: str, rows: Iterable[tuple[str, Mapping[str, Native]]], at: datetime
    ) -> None:
        """Remember what was just written, until its history tells under which name."""
        if self._is_told:
            return
        at_ms = int(at.timestamp() * 1000)
        with self._lock:
            self._sent |= {(object_, id_): (values, at_ms) for id_, values in rows}
            self._sent = dict([*self._sent.items()][-SENT_LIMIT:])

    def learn(
        self, object_: str, native_id: str, told: Mapping[str, Sequence[Change]], stamp: str
    ) -> None:
        """Learn from the history of one record: who set the stamp, or what we have just sent."""
        if self._is_told:
            return
        kept = {_source(each) for each in told.get(stamp, ()) if each.value and _may_be_ours(each)}
        # An id that two have written says nothing of either.
        sources = kept if len(kept) == 1 else set()
        values, at_ms = self._sent.get((object_, native_id), ({}, 0))
        for name, value in values.items():
            newest = next(iter(told.get(name, ())), None)
            if newest is not None and newest.value == value and _is_ours_since(newest, at_ms):
                sources.add(_source(newest))
        if sources:
            with self._lock:
                self._known |= sources
                self._sent.pop((object_, native_id), None)


def user_of(change: Change) -> int | None:
    """Return the id of the user who made an entry."""
    if change.updated_by_user_id is not None:
        return change.updated_by_user_id
    kind, _, user = (change.source_id or "").partition(":")
    return int(user) if kind == "userId" and user.isdecimal() else None


def _source(change: Change) -> Source:
    return change.source_type, change.source_id or ""


def _is_ours_since(change: Change, at_ms: int) -> bool:
    """Whether an entry can be of a write that was sent then."""
    return _may_be_ours(change) and millis(change.timestamp) >= at_ms - SKEW_MS


def _may_be_ours(change: Change) -> bool:
    """Whether a program that calls from outside made an entry."""
    return change.source_type not in OTHERS and not (change.source_id or "").startswith("userId:")
