"""What became of one round of the daemon: the line of its log, and the source of its metrics."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from kamsync.engine import Round
from kamsync.engine.rounds.serving import Down
from kamsync.errors import ApprovalMissing, GuardTripped, KamsyncError, StoreBusy

__all__ = ["Outcome"]


class Outcome(Struct, frozen=True):
    """One round, or why there was none.

    *end* is ``done``; ``stopped`` by a guard or for want of an approval; ``busy``, because another
    process was at work; ``broken_off``, because the daemon was told to stop; or ``failed``.
    *written* counts by system and operation, *read* by system. *blocked* are those of the systems that
    are *down* that only a person can help. *unseen* are the mapped native fields that a system did not
    show, by system and entity, for each entity of which rows were read.
    """

    end: str
    systems: tuple[str, ...]
    took_s: float
    round: str = ""
    plan: str = ""
    read: Mapping[str, int] = {}
    merged: int = 0
    written: Mapping[str, Mapping[str, int]] = {}
    refused: Mapping[str, int] = {}
    held: int = 0
    parked: int = 0
    down: Mapping[str, str] = {}
    waits: Mapping[str, float] = {}
    blocked: Collection[str] = ()
    unseen: Mapping[str, Mapping[str, Collection[str]]] = {}
    reason: str = ""

    @property
    def served(self) -> bool:
        """Whether the round ran from end to end."""
        return self.end == "done"

    def line(self) -> dict[str, Any]:
        """Return what the log says of it, shortest first; what is nothing is left out."""
        told: dict[str, Any] = {
            "round": self.round.removeprefix("round-"),
            "end": self.end,
            "systems": ",".join(self.systems),
            "read": sum(self.read.values()),
            "merged": self.merged,
            "written": sum(sum(ops.values()) for ops in self.written.values()),
            "refused": sum(self.refused.values()),
            "held": self.held,
            "parked": self.parked,
            "down": dict(self.down),
            "plan": self.plan if self.end == "stopped" else "",
            "reason": self.reason,
        }
        always = {"end", "systems", "read", "written"}
        kept = {key: value for key, value in told.items() if value or key in always}
        return {**kept, "took_s": round(self.took_s, 3)}


def of_round(done: Round, systems: tuple[str, ...], took_s: float) -> Outcome:
    """Return the outcome of a round that ran from end to end."""
    ops = ("created", "updated", "deleted")
    return Outcome(
        "done",
        systems,
        took_s,
        round=done.id,
        plan=done.plan.id if done.plan else "",
        read={name: sum(e.read for e in each.values()) for name, each in done.pulled.items()},
        merged=done.merged.moved,
        written={
            name: {op: getattr(pushed, op) for op in ops} for name, pushed in done.pushed.items()
        },
        refused={name: pushed.refused for name, pushed in done.pushed.items()},
        held=done.held,
        parked=done.parked,
        **_down(done.down),
        unseen={
            name: {entity: sorted(e.unseen) for entity, e in each.items() if e.read}
            for name, each in done.pulled.items()
        },
    )


def _down(systems: Sequence[Down]) -> dict[str, Any]:
    """Return what there is to say of the systems that could not be served."""
    return {
        "down": {each.system: each.reason for each in systems},
        "waits": {each.system: each.wait_s for each in systems if each.wait_s},
        "blocked": [each.system for each in systems if each.blocked],
    }


def of_error(error: Exception, systems: tuple[str, ...], took_s: float) -> Outcome:
    """Return the outcome of a round that ended by *error*."""
    if isinstance(error, StoreBusy):
        return Outcome("busy", systems, took_s, reason=error.message)
    if isinstance(error, ApprovalMissing | GuardTripped):
        return Outcome("stopped", systems, took_s, reason=str(error), **_down(error.down))
    if isinstance(error, KamsyncError):
        return Outcome("failed", systems, took_s, reason=str(error))
    what = f"An unexpected {type(error).__name__}, a fault of kamsync or a plugin"
    return Outcome("failed", systems, took_s, reason=f"{what}.")


def with_reason(outcome: Outcome, reason: str) -> Outcome:
    """Return *outcome* with more to say of it."""
    return structs.replace(outcome, reason=f"{outcome.reason} {reason}".strip())
