"""The webhooks journal: what happened, to be fetched in files, for whoever has no address to be told at.

Source: developers.hubspot.com/docs/api-reference/latest/webhooks/guide (offsets, three days, kinds of
subscriptions); what exactly a file holds is told by clients and not confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from kamsync_hubspot.sandbox.model.moments import DAY_MS, iso
from kamsync_hubspot.sandbox.model.refusal import Refusal, not_found, unset
from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["Journal", "Page"]

KEPT_MS = 3 * DAY_MS
LARGEST_FILE = 100
_ACTIONS = {
    "creation": "CREATE",
    "propertyChange": "UPDATE",
    "deletion": "DELETE",
    "merge": "MERGE",
    "restore": "RESTORE",
}


class Page(Struct, frozen=True):
    """One file: the number under which it is fetched, and what happened."""

    offset: str
    published: int
    events: tuple[Mapping[str, Any], ...]

    def told(self) -> dict[str, Any]:
        """Return what the file holds."""
        return {
            "offset": self.offset,
            "journalEvents": list(self.events),
            "publishedAt": iso(self.published),
        }


class Journal:
    """The files of the last three days, and who asked for what."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._waiting: list[dict[str, Any]] = []
        self._pages: list[Page] = []
        self._count = 0
        self.subscriptions: dict[int, dict[str, Any]] = {}
        portal.listen(self.hear)

    def subscribe(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for events from now on."""
        lacking = [name for name in ("subscriptionType", "actions") if not body.get(name)]
        if lacking:
            raise unset(lacking)
        wrong = set(body["actions"]) - {
            *_ACTIONS.values(),
            "ASSOCIATION_ADDED",
            "ASSOCIATION_REMOVED",
        }
        if wrong:
            raise Refusal(400, f"{', '.join(sorted(wrong))} is no action.")
        id_ = 900_000 + len(self.subscriptions) + 1
        now = iso(self._portal.now)
        kept = {**body, "id": id_, "portalId": self._portal.settings.portal_id}
        self.subscriptions[id_] = {**kept, "createdAt": now, "updatedAt": now}
        return self.subscriptions[id_]

    def hear(self, event: Event) -> None:
        """Write an event down, if somebody asked for it."""
        action = _action(event)
        wanted = [each for each in self.subscriptions.values() if _wants(each, event, action)]
        if not wanted:
            return
        name = event.details.get("propertyName")
        changes = {name: event.details["propertyValue"]} if name else {}
        self._waiting.append(
            {
                "type": "association" if event.what == "associationChange" else "crmObject",
                "portalId": self._portal.settings.portal_id,
                "occurredAt": iso(event.at),
                "action": action,
                "objectTypeId": event.kind,
                "objectId": event.id,
                "propertyChanges": changes,
                **({} if name else dict(event.details)),
            }
        )

    def pages(self) -> Sequence[Page]:
        """Return the files, the oldest first; what waited is in them."""
        for begin in range(0, len(self._waiting), LARGEST_FILE):
            self._count += 1
            offset = f"00000000-0000-7000-8000-{self._count:012d}"
            events = tuple(self._waiting[begin : begin + LARGEST_FILE])
            self._pages.append(Page(offset, self._portal.now, events))
        self._waiting.clear()
        oldest = self._portal.now - KEPT_MS
        self._pages = [page for page in self._pages if page.published >= oldest]
        return self._pages

    def after(self, offset: str, count: int = 1) -> Sequence[Page]:
        """Return the next files after an offset; one that is too old, or none at all, is refused."""
        pages = list(self.pages())
        places = [place for place, page in enumerate(pages) if page.offset == offset]
        if not places:
            raise not_found(f"Journal offset {offset} does not exist.")
        return pages[places[0] + 1 : places[0] + 1 + count]


def _action(event: Event) -> str:
    """Return what an event is called here."""
    if event.what == "associationChange":
        removed = event.details.get("associationRemoved")
        return "ASSOCIATION_REMOVED" if removed else "ASSOCIATION_ADDED"
    return _ACTIONS.get(event.what, "")


def _wants(subscription: Mapping[str, Any], event: Event, action: str) -> bool:
    """Whether a subscription asks for an event."""
    kind, names = subscription.get("objectTypeId"), subscription.get("properties")
    name = event.details.get("propertyName")
    return (
        action in subscription["actions"]
        and kind in {None, event.kind}
        and (not name or not names or name in names)
    )
