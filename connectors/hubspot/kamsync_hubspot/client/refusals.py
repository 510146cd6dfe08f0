"""What an answer that is no success means: try again, ask a person, or this one row cannot be.

The statuses are those of developers.hubspot.com, "Handling errors", and "Usage guidelines" for 429,
whose budget is told only in its body.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from kamsync.errors import KamsyncError, NotLetIn, QuotaSpent, RetryLater, SystemDown
from kamsync.redact import visible
from kamsync_hubspot.client.wire import Problem

__all__ = ["AnswerLost", "Refusal", "meaning", "midnight_s", "problem_of", "reason_in", "reason_of"]

TOO_MANY = 429
LOCKED = 423
MIGRATING = 477
NO_TOKEN = frozenset({401, 530})
SERVER_ERRORS = 500

WAITS_S = {LOCKED: 2.0, MIGRATING: 10.0, **dict.fromkeys((502, 503, 504, 521, 523, 524), 2.0)}
"""After how many seconds the same call may work, unless the answer says; 5xx are busy gateways."""

WORDS = {LOCKED: "has locked these records", MIGRATING: "is moving this portal to another place"}
"""Why nothing was done yet: with any other status, a write may have had an effect."""

WINDOW_S = 10.0
SECOND_S = 1.0
HOUR_S = 3600.0
REASON_LIMIT = 400


class AnswerLost(SystemDown):
    """The call broke off after it may have had an effect."""


class Refusal(KamsyncError):
    """HubSpot will not do this as it was asked; another try would be answered the same."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(reason_in(problem) or f"HubSpot answered with status {status}.")
        self.status = status
        self.problem = problem

    @property
    def scopes(self) -> list[str]:
        """The scopes that the token lacks, as far as HubSpot names them."""
        return lacking(self.problem)


class Window(Struct, frozen=True):
    """Which budget was spent, and after how long it is worth another try."""

    name: str
    wait_s: float


class Wrong(Struct, frozen=True):
    """One property whose value was refused."""

    message: str = ""
    name: str = ""


def problem_of(body: str | bytes | None) -> Problem:
    """Return the reason in a body; an empty one where a gateway answered with a page."""
    try:
        return msgspec.json.decode(body or b"{}", type=Problem)
    except msgspec.MsgspecError:
        return Problem()


def reason_of(message: str, details: Iterable[str] = ()) -> str:
    """Return a reason in one line: the details where there are any, since they are shorter."""
    told = _listed(message) or [each for each in details if each]
    return visible(" ".join(dict.fromkeys(told)) or message)[:REASON_LIMIT]


def reason_in(problem: Problem) -> str:
    """Return the reason of a refusal in one line; scopes that are lacking are named."""
    scopes = lacking(problem)
    if scopes:
        return f"The token lacks the scope {', '.join(scopes)}. Give it to the key or the app."
    return reason_of(problem.message, (each.message for each in problem.errors))


def lacking(problem: Problem) -> list[str]:
    """Return the scopes that the token lacks, as far as HubSpot names them."""
    named = [each.context.get("requiredGranularScopes") for each in problem.errors]
    return sorted({str(scope) for each in named if isinstance(each, list) for scope in each})


def _listed(message: str) -> list[str]:
    """Return the sentences of a message that lists them as JSON, each with the property it is about."""
    start = message.find("[{")
    try:
        told = msgspec.json.decode(message[start:], type=list[Wrong]) if start >= 0 else []
    except msgspec.MsgspecError:
        return []
    return [f"{each.name}: {each.message}" if each.name else each.message for each in told]


def meaning(
    status: int, problem: Problem, headers: Mapping[str, str], now: datetime, zone: str
) -> KamsyncError:
    """Return what an answer of *status* means, as the error to raise.

    *zone* is the time zone of the portal, at whose midnight the daily limit begins anew; empty if it is
    not known.
    """
    asked_s = _asked_s(headers)
    about = reason_in(problem) or f"status {status}"
    if status == TOO_MANY:
        return _spent(problem, asked_s, now, zone)
    if status in WORDS:
        return SystemDown(f"HubSpot {WORDS[status]}: {about}", wait_s=max(WAITS_S[status], asked_s))
    if status in WAITS_S:
        text = f"HubSpot does not answer now: {about}"
        return AnswerLost(text, wait_s=max(WAITS_S[status], asked_s))
    if status in NO_TOKEN:
        return NotLetIn(
            f"HubSpot does not take the token: {about}",
            hint="Make a new one, or connect the system again.",
        )
    if status >= SERVER_ERRORS:
        told = f": {about}" if problem.message else ""
        return AnswerLost(f"HubSpot failed with status {status}{told}.")
    return Refusal(status, problem)


def midnight_s(now: datetime, zone: str) -> float:
    """Return the seconds until midnight in *zone*, one too many rather than one too few.

    Where the zone is not known it is an hour, after which it is midnight or not.
    """
    if not zone:
        return HOUR_S
    there = now.astimezone(ZoneInfo(zone))
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    # Between two days on which clocks are set, the difference is that of the moments.
    return midnight.timestamp() - there.timestamp() + SECOND_S


def is_passing(error: Exception) -> bool:
    """Whether the same call may work soon."""
    return isinstance(error, RetryLater) and error.wait_s is not None


def _spent(problem: Problem, asked_s: float, now: datetime, zone: str) -> QuotaSpent:
    """Return which budget is spent: by the name of its policy, else by what the message says."""
    window = _window(problem, now, zone)
    return QuotaSpent(
        f"HubSpot takes no more calls for now: the {window.name} limit is reached.",
        hint="It begins anew at midnight in the portal's time zone."
        if window.wait_s > WINDOW_S
        else "",
        wait_s=max(window.wait_s, asked_s),
    )


def _window(problem: Problem, now: datetime, zone: str) -> Window:
    """Return the budget that a 429 is about."""
    policy, message = problem.policy_name.upper(), problem.message.lower()
    if policy == "DAILY" or "daily limit" in message:
        return Window("daily", midnight_s(now, zone))
    if policy == "SECONDLY" or "secondly limit" in message:
        return Window("secondly", SECOND_S)
    return Window("ten-secondly", WINDOW_S)


def _asked_s(headers: Mapping[str, str]) -> float:
    """Return the seconds that the answer asks to wait, 0 if it does not say."""
    told = headers.get("retry-after", "").strip()
    return float(told) if told.replace(".", "", 1).isdecimal() else 0.0
