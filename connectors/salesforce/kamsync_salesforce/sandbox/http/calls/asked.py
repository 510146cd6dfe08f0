"""What the headers of a call ask for."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from kamsync_salesforce.sandbox.http.calls.exchange import Call
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Options

__all__ = ["batch_size", "moment_of", "options_of", "updates_recent"]

LEAST_ROWS = 200
MOST_ROWS = 2000


def options_of(call: Call, *, conditional: bool = False) -> Options:
    """Return what the headers say about a write; only single records take conditions.

    Source: REST API Developer Guide, "Headers": Call Options, Duplicate Rule Header, Conditional
    Requests.
    """
    return Options(
        unmodified_since=moment_of(call, "If-Unmodified-Since") if conditional else None,
        modified_since=moment_of(call, "If-Modified-Since") if conditional else None,
        allow_duplicates=_is_true(call.option("Sforce-Duplicate-Rule-Header", "allowSave")),
        client=call.option("Sforce-Call-Options", "client"),
        update_only=_is_true(call.query.get("updateOnly")),
    )


def moment_of(call: Call, header: str) -> datetime | None:
    """Return the time in a header.

    Source: REST API Developer Guide, "Conditional Requests": a malformed one is refused where the
    call would write, and passed over where it reads.
    """
    text = call.headers.get(header)
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text)
    except ValueError as error:
        if call.method in {"PATCH", "POST"}:
            raise Refusal(400, "INVALID_HEADER", f"Invalid date for {header}: {text}") from error
        return None


def batch_size(call: Call) -> int:
    """Return how many rows a page may have.

    Source: REST API Developer Guide, "Query Options Header": 200 to 2,000, and no promise.
    """
    text = call.option("Sforce-Query-Options", "batchSize") or ""
    return min(max(int(text), LEAST_ROWS), MOST_ROWS) if text.isdecimal() else MOST_ROWS


def updates_recent(call: Call) -> bool:
    """Return whether the records of this call become recently used ones.

    Source: REST API Developer Guide, "MRU Header".
    """
    return (call.option("Sforce-Mru", "updateMru") or "true").lower() != "false"


def _is_true(text: str | None) -> bool:
    return (text or "").lower() == "true"
