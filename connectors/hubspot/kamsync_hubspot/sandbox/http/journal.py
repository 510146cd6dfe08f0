"""Endpoints of the webhooks journal, for an app with a token of its own (client credentials).

Source: developers.hubspot.com/docs/api-reference/latest/webhooks/guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Subscribe
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.model.refusal import not_found
from kamsync_hubspot.sandbox.telling.journal import Page

__all__ = ["ROUTES"]

ROUTES = Routes()
READS = "developer.webhooks_journal.read"
SUBSCRIBES = "developer.webhooks_journal.subscriptions.write"
EXPIRES_MS = 300_000
MOST_FILES = 100
_JOURNAL = "/webhooks-journal/{local:journal|journal-local}"
_SUBSCRIPTIONS = "/webhooks-journal/subscriptions"


@ROUTES.area("POST", _SUBSCRIPTIONS, scope=SUBSCRIBES, versions="v4", shape=Subscribe)
def subscribe(call: Call) -> Answer:
    """Ask for events."""
    return Answer(call.service.journal.subscribe(call.body), 201)


@ROUTES.area("GET", _SUBSCRIPTIONS, scope=READS, versions="v4")
def list_subscriptions(call: Call) -> dict[str, Any]:
    """Tell what was asked for."""
    return {"results": list(call.service.journal.subscriptions.values())}


@ROUTES.area("DELETE", _SUBSCRIPTIONS, "/{id}", scope=SUBSCRIBES, versions="v4")
def unsubscribe(call: Call) -> Answer:
    """Ask for events no more."""
    text = call.path["id"]
    if not text.isdigit() or call.service.journal.subscriptions.pop(int(text), None) is None:
        raise not_found(f"Subscription {text} does not exist.")
    return Answer(status=204)


@ROUTES.area("GET", _JOURNAL, "/{which:earliest|latest}", scope=READS, versions="v4")
def end(call: Call) -> Answer:
    """Tell where the first or the last file is; nothing where there is none."""
    pages = call.service.journal.pages()
    return _told(call, pages[:1] if call.path["which"] == "earliest" else pages[-1:])


@ROUTES.area("GET", _JOURNAL, "/offset/{offset}/next", scope=READS, versions="v4")
def following(call: Call) -> Answer:
    """Tell where the next file is; nothing where there is none yet."""
    return _told(call, call.service.journal.after(call.path["offset"]))


@ROUTES.area("GET", _JOURNAL, "/batch/{offset}/next/{count}", scope=READS, versions="v4")
def several(call: Call) -> dict[str, Any]:
    """Tell where the next files are."""
    count = min(int(call.path["count"]), MOST_FILES) if call.path["count"].isdigit() else 1
    found = call.service.journal.after(call.path["offset"], count)
    return {"status": "COMPLETE", "results": [_place(call, page) for page in found]}


@ROUTES.plain("GET", "/webhooks-journal/files/{offset}")
def download(call: Call) -> dict[str, Any]:
    """Give a file to whoever knows where it is."""
    for page in call.service.journal.pages():
        if page.offset == call.path["offset"]:
            return page.told()
    raise not_found("The file does not exist.")


def _told(call: Call, pages: Sequence[Page]) -> Answer:
    """Return where a file is."""
    return Answer(_place(call, pages[0])) if pages else Answer(status=204)


def _place(call: Call, page: Page) -> dict[str, Any]:
    return {
        "url": f"{call.host}/webhooks-journal/files/{page.offset}",
        "expiresAt": iso(call.portal.now + EXPIRES_MS),
        "currentOffset": page.offset,
    }
