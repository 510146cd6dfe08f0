"""What was changed and deleted in a span of time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.stamps import read_datetime

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["REPLICATION"]


def updated(api: Api, call: Call) -> Reply:
    """Tell which records were changed. Source: REST API Developer Guide, "sObject Get Updated"."""
    return Reply(200, api.org.updated(call.args["object"], *_span(call)))


def deleted(api: Api, call: Call) -> Reply:
    """Tell which records were deleted. Source: REST API Developer Guide, "sObject Get Deleted"."""
    return Reply(200, api.org.deleted(call.args["object"], *_span(call)))


REPLICATION = {
    "GET sobjects/{object}/updated": updated,
    "GET sobjects/{object}/deleted": deleted,
}


def _span(call: Call) -> tuple[datetime, datetime]:
    """Return the begin and the end that are asked for; a plus sign in an address is a blank."""
    found = []
    for name in ("start", "end"):
        text = call.query.get(name, "")
        at = read_datetime(text.replace(" ", "+")) if "T" in text else None
        if at is None:
            raise Refusal(400, "INVALID_REPLICATION_DATE", f"{name} is no date and time: {text}")
        found.append(at)
    return found[0], found[1]
