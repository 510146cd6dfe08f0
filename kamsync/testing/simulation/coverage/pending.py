"""Faults and invariants of features that are yet to come: with a feature, what it adds here is due."""

from __future__ import annotations

from importlib.util import find_spec

from msgspec import Struct

__all__ = ["PENDING", "Pending"]


class Pending(Struct, frozen=True):
    """Something that is not simulated yet, because the *feature* is not there, which will be a *module*."""

    says: str
    feature: str
    module: str

    @property
    def is_due(self) -> bool:
        """Whether the feature has come, so that this has to be simulated now."""
        try:
            return find_spec(self.module) is not None
        except ModuleNotFoundError:
            return False


PENDING: tuple[Pending, ...] = (
    Pending(
        "Fault 20: a system has forgotten the key of a create by the time that it is sent again.",
        "systems whose keys of creates expire",
        "kamsync.engine.writing.expiring",
    ),
    Pending(
        "Fault 32: what is pushed to us comes twice, late, in another order, forged or not at all.",
        "webhooks",
        "kamsync.webhooks",
    ),
    Pending(
        "Invariant 16: whatever is pushed, the end is that of reading on.",
        "webhooks",
        "kamsync.webhooks",
    ),
    Pending(
        "Fault 9, in part: a worker pauses until its lease is over, and goes on.",
        "several workers",
        "kamsync.workers",
    ),
    Pending(
        "Invariant 11: no two workers carry out the same intent.",
        "several workers",
        "kamsync.workers",
    ),
    Pending(
        "Fault 39: a period is locked or opened again between plan and push.",
        "pay periods",
        "kamsync.pay",
    ),
    Pending(
        "Invariant 14: nothing that feeds a locked period is written; the difference is a case.",
        "pay periods",
        "kamsync.pay",
    ),
    Pending(
        "Invariant 15: shares and payouts add up, to the cent.",
        "pay periods",
        "kamsync.pay",
    ),
)
"""What is not simulated yet, each with the feature that it waits for."""
