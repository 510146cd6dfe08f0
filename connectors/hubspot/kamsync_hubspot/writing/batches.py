"""A batch of writes sent as one, and taken apart where one of them spoils it for the others.

HubSpot carries out most batches row by row and tells what failed, but refuses the whole of one if a
value in it cannot be (developers.hubspot.com, "Handling errors"). It does not say in which row, so a
refused batch is halved until the row stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from kamsync.errors import SystemDown
from kamsync.model import Outcome
from kamsync_hubspot.client.refusals import AnswerLost, Refusal, reason_of
from kamsync_hubspot.client.wire import Batch, Failure, Thing

__all__ = ["Done", "Row", "carried_out"]

NOT_FOUND = "OBJECT_NOT_FOUND"


class Row(Struct, frozen=True):
    """One row of a batch: *place* tells it apart, *input* is what is sent of it."""

    place: int
    input: Mapping[str, Any]


class Done(Struct, frozen=True):
    """What became of one row; *thing* is the record that it made or changed."""

    outcome: Outcome
    reason: str = ""
    thing: Thing | None = None


Send: TypeAlias = Callable[[Sequence[Row]], Batch]
Which: TypeAlias = Callable[[Sequence[Row], Batch], Mapping[int, Thing | Failure]]
Sift: TypeAlias = Callable[[Sequence[Row]], Mapping[int, Done]]


def _nothing(rows: Sequence[Row]) -> Mapping[int, Done]:  # noqa: ARG001
    return {}


def carried_out(
    rows: Sequence[Row], send: Send, which: Which, sift: Sift = _nothing
) -> dict[int, Done]:
    """Send *rows* and return what became of each.

    *which* tells the results and failures of an answer apart by row. A row that is in neither is
    UNKNOWN, as are all rows of a call whose answer was lost. *sift* is asked once, when a batch was
    refused, for rows that cannot be whatever HubSpot says; the others are sent without them.
    """
    if not rows:
        return {}
    try:
        answer = send(rows)
    except Refusal as refusal:
        return _apart(rows, refusal, send, which, sift)
    except AnswerLost as lost:
        return {row.place: Done(Outcome.UNKNOWN, lost.message) for row in rows}
    except SystemDown as down:
        return {row.place: Done(Outcome.LATER, down.message) for row in rows}
    told = which(rows, answer)
    return {row.place: _done(told.get(row.place)) for row in rows}


def _apart(
    rows: Sequence[Row], refusal: Refusal, send: Send, which: Which, sift: Sift
) -> dict[int, Done]:
    """Send a refused batch again without what spoils it, else in halves."""
    if len(rows) == 1:
        return {rows[0].place: Done(Outcome.REFUSED, refusal.message)}
    spoilt = sift(rows)
    if spoilt:
        rest = [row for row in rows if row.place not in spoilt]
        return {**spoilt, **carried_out(rest, send, which)}
    half = len(rows) // 2
    first = carried_out(rows[:half], send, which)
    return {**first, **carried_out(rows[half:], send, which)}


def _done(told: Thing | Failure | None) -> Done:
    """Return what an answer says of one row."""
    if isinstance(told, Thing):
        return Done(Outcome.DONE, thing=told)
    if told is None:
        return Done(Outcome.UNKNOWN, "HubSpot did not say what became of it.")
    if told.category == NOT_FOUND:
        return Done(Outcome.GONE, told.message or "It is not there any more.")
    reason = reason_of(told.message)
    return Done(Outcome.REFUSED, reason or f"HubSpot refused it ({told.category}).")
