"""Who we are in HubSpot's histories: the source that our own writes are told with.

Each entry of a history names a type of source and its id. For an app the id is the app's own. What
stands there for a service key is not documented, so it is learnt from what only we can have written:
the ids that we keep with records, and values that we have just sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock

from kamsync.model import Native
from kamsync_hubspot.wire import Change

__all__ = ["INTEGRATION", "Ourselves", "is_somebody"]

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


class Ourselves:
    """Recognises our own entries; until it knows how, none is ours.

    Args:
        app: the id of the app, if it is known.
    """

    def __init__(self, app: str = "") -> None:
        self._lock = Lock()
        self._known: set[tuple[str, str]] = {(INTEGRATION, app)} if app else set()
        self._sent: dict[tuple[str, str], Mapping[str, Native]] = {}

    @property
    def is_known(self) -> bool:
        """Whether our own entries can be told."""
        return bool(self._known)

    def is_ours(self, change: Change) -> bool:
        """Whether we made an entry."""
        return _source(change) in self._known

    def name(self, app: str) -> None:
        """Take note of the id of our app."""
        with self._lock:
            self._known.add((INTEGRATION, app))

    def sent(self, object_: str, rows: Iterable[tuple[str, Mapping[str, Native]]]) -> None:
        """Remember some of what was written, until our own entries can be told."""
        with self._lock:
            if not self._known:
                self._sent |= {(object_, id_): values for id_, values in rows}
                self._sent = dict([*self._sent.items()][-SENT_LIMIT:])

    def learn(
        self, object_: str, native_id: str, told: Mapping[str, Iterable[Change]], stamp: str
    ) -> None:
        """Learn from the history of one record: who set the stamp, or what we have just sent."""
        if self._known:
            return
        ours = [change for change in told.get(stamp, ()) if change.value]
        sent = self._sent.get((object_, native_id), {})
        ours += [
            change
            for name, value in sent.items()
            for change in [next(iter(told.get(name, ())), None)]
            if change is not None and change.value == value
        ]
        sources = {_source(change) for change in ours if _may_be_ours(change)}
        if len(sources) == 1:
            with self._lock:
                self._known |= sources
                self._sent.clear()


def is_somebody(change: Change) -> bool:
    """Whether a person made an entry, rather than a program."""
    return user_of(change) is not None


def user_of(change: Change) -> int | None:
    """Return the id of the user who made an entry."""
    if change.updated_by_user_id is not None:
        return change.updated_by_user_id
    kind, _, user = (change.source_id or "").partition(":")
    return int(user) if kind == "userId" and user.isdecimal() else None


def _source(change: Change) -> tuple[str, str]:
    return change.source_type, change.source_id or ""


def _may_be_ours(change: Change) -> bool:
    """Whether a program that calls from outside made an entry."""
    return change.source_type not in OTHERS and not (change.source_id or "").startswith("userId:")
