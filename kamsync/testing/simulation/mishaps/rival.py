"""Another process on the same store, which wants to begin a round just while one runs."""

from __future__ import annotations

from collections.abc import Callable

from kamsync.engine import Hub, preview, run_round
from kamsync.errors import KamsyncError, StoreBusy
from kamsync.testing.simulation.observer.chronicle import Report

__all__ = ["intrude"]

ATTEMPTS: tuple[tuple[str, Callable[[Hub], object]], ...] = (
    ("round", run_round),
    ("plan", preview),
)


def intrude(start: Callable[[], Hub], report: Report) -> None:
    """11: while one round runs on a store, no other one begins there, whoever wants it."""
    for name, attempt in ATTEMPTS:
        try:
            attempt(start())
        except StoreBusy:
            continue
        except KamsyncError:
            # It began, and came as far as that.
            pass
        report(11, f"another {name} began on the store while a round was running there")
