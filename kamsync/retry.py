"""Wait and try again, with a ceiling, on what says that it may work later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from kamsync.clock import Clock
from kamsync.errors import RetryLater

__all__ = ["ATTEMPTS", "CEILING_S", "FIRST_WAIT_S", "retrying"]

ATTEMPTS = 5
FIRST_WAIT_S = 1.0
CEILING_S = 60.0
DOUBLINGS = 32

T = TypeVar("T")


def retrying(
    call: Callable[[], T],
    clock: Clock,
    *,
    attempts: int = ATTEMPTS,
    first_wait_s: float = FIRST_WAIT_S,
    ceiling_s: float = CEILING_S,
) -> T:
    """Return what *call* returns, trying again on `RetryLater`, *attempts* times in all.

    The wait doubles from *first_wait_s* up to *ceiling_s*; the wait that the other side asked for
    is never cut short. If it asked for more than *ceiling_s*, nobody waits: the error is raised at
    once, so that the rest of the round can go on. Any other error passes at once, and the last
    `RetryLater` is raised as it came. *call* must be safe to repeat.
    """

    def wait_s(state: RetryCallState) -> float:
        backoff_s = first_wait_s * 2.0 ** min(state.attempt_number - 1, DOUBLINGS)
        return max(_asked_s(state), min(backoff_s, ceiling_s))

    def enough(state: RetryCallState) -> bool:
        return state.attempt_number >= attempts or _asked_s(state) > ceiling_s

    again = Retrying(
        sleep=clock.wait,
        retry=retry_if_exception_type(RetryLater),
        wait=wait_s,
        stop=enough,
        reraise=True,
    )
    return again(call)


def _asked_s(state: RetryCallState) -> float:
    """Return the wait that the other side asked for, 0 if it named none that makes sense."""
    error = state.outcome.exception() if state.outcome else None
    asked_s = error.wait_s if isinstance(error, RetryLater) else None
    return asked_s if asked_s is not None and asked_s > 0 else 0.0
