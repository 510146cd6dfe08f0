"""Every deliberate error, in a tree ordered by what to do about it.

::

    KamsyncError
    ├── FixConfiguration      change a file or an argument, then start again (exit status 64)
    │   ├── ConfigurationInvalid
    │   ├── UnknownName
    │   └── PluginBroken
    ├── RetryLater            the same call may work later (exit status 1)
    │   ├── SystemDown
    │   │   └── NotLetIn          a person must renew what kamsync logs in with
    │   ├── QuotaSpent
    │   └── StoreBusy
    ├── ParkRecord            one record waits with its reason, the rest goes on
    │   ├── RecordRefused
    │   ├── ValueInvalid
    │   └── ReferenceMissing
    ├── Stale                 a write refused, because the record is not what was read
    ├── DecisionRefused       a person's answer no longer fits the question (exit status 1)
    ├── StopRound             nothing more is written in this round
    │   ├── ApprovalMissing       a person must approve the plan (exit status 3)
    │   ├── GuardTripped          the plan is out of proportion (exit status 3)
    │   └── StoreUnusable         locked, read-only, full, corrupt or newer (exit status 1)
    └── Unsupported           the connector said that it cannot do this

Each message is a sentence that a person can act on: which system, which record, what was
expected, what to do. No secret and no value of class *pay* ever enters a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

__all__ = [
    "ApprovalMissing",
    "ConfigurationInvalid",
    "DecisionRefused",
    "FixConfiguration",
    "GuardTripped",
    "KamsyncError",
    "NotLetIn",
    "ParkRecord",
    "PluginBroken",
    "QuotaSpent",
    "RecordRefused",
    "ReferenceMissing",
    "RetryLater",
    "Stale",
    "StopRound",
    "StoreBusy",
    "StoreUnusable",
    "SystemDown",
    "UnknownName",
    "Unsupported",
    "ValueInvalid",
]


class KamsyncError(Exception):
    """A condition that kamsync foresees; *message* says what to do, *hint* may add the next command."""

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class FixConfiguration(KamsyncError):
    """What a person wrote cannot be carried out; change it, then start again."""

    exit_status = 64


class ConfigurationInvalid(FixConfiguration):
    """A configuration file, key or value is missing or not of the right kind."""


class UnknownName(FixConfiguration):
    """A system, entity, field, rule, record, conflict or round is not known by that name."""


class PluginBroken(FixConfiguration):
    """A plugin cannot be loaded or breaks its contract; the message names it, its version and the reason."""


class RetryLater(KamsyncError):
    """The same call may work later; *wait_s* is the wait that the other side asked for, in seconds."""

    def __init__(self, message: str, *, hint: str = "", wait_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait_s = wait_s


class SystemDown(RetryLater):
    """A system does not answer, or answers that it cannot serve anybody now."""


class NotLetIn(SystemDown):
    """A system answers, and lets nobody in with what kamsync logs in with: waiting alone cures nothing."""


class QuotaSpent(RetryLater):
    """A system allows no more calls for the moment."""


class StoreBusy(RetryLater):
    """Another process holds the store, or runs a round on it."""


class ParkRecord(KamsyncError):
    """One record cannot go on; it waits with this reason and is retried, the others go on."""


class RecordRefused(ParkRecord):
    """A system refused one record: a validation rule, a duplicate rule, a missing permission."""


class ValueInvalid(ParkRecord):
    """A value is not of the type that the schema or the mapping expects."""


class ReferenceMissing(ParkRecord):
    """A record refers to another one that is not linked where it is needed."""


class Stale(KamsyncError):
    """A write was refused, because the record is no longer the one that was read."""


class DecisionRefused(KamsyncError):
    """A decision was made on a page that is out of date, or on a conflict that is already closed."""


class StopRound(KamsyncError):
    """Nothing more is written in this round; *down* are the systems that could not be served until then."""

    down: Sequence[Any] = ()


class ApprovalMissing(StopRound):
    """The plan needs a person's approval: a first meeting, what was newly allowed, or a changed plan."""

    exit_status = 3


class GuardTripped(StopRound):
    """The plan is out of proportion; nothing of it was written."""

    exit_status = 3


class StoreUnusable(StopRound):
    """The store is read-only, full, corrupt, or was written by a newer release."""


class Unsupported(KamsyncError):
    """The connector has said that this is not among its capabilities."""
