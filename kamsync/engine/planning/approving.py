"""Approve: let a round go on if nobody has to be asked, or if somebody was."""

from __future__ import annotations

from typing import Any

from msgspec import structs, to_builtins

from kamsync.engine.hub import Hub
from kamsync.engine.planning.consent import count_approved, keep_consent
from kamsync.engine.planning.plan import Plan
from kamsync.errors import ApprovalMissing, GuardTripped
from kamsync.model import EXISTS
from kamsync.store import Cursor
from kamsync.wording import counted

__all__ = ["remember", "require_consent"]


def require_consent(hub: Hub, round_id: str, plan: Plan, approve: str | None) -> None:
    """Let the round go on only if nobody has to be asked, or the plan is the one that was approved.

    Raises:
        ApprovalMissing: a person must see the plan first, or it is another one than was approved.
        GuardTripped: the plan is out of proportion.
    """
    if approve is not None:
        _require_same(hub, round_id, plan, approve)
        return
    pilot = "".join(f" --only {id_}" for id_ in plan.only)
    command = (
        f"See it with: kamsync plan{pilot}. Approve it with: kamsync sync --approve {plan.id}."
    )
    if plan.unmet:
        names = ", ".join(plan.unmet)
        raise ApprovalMissing(
            f"This would be the first meeting with {names}; nothing was merged or written.",
            hint=command,
        )
    if plan.first:
        names = ", ".join(str(each) for each in plan.first)
        raise ApprovalMissing(
            f"This is allowed since the last approval, and nobody has approved it yet: {names}."
            " Nothing was merged or written.",
            hint=command,
        )
    if plan.alarms:
        sentences = " ".join(alarm.text for alarm in plan.alarms)
        raise GuardTripped(f"{sentences} Nothing was merged or written.", hint=command)


def remember(hub: Hub, plan: Plan, *, approved: bool) -> None:
    """Keep what this round was let through with, so that the same is not asked again.

    Kept are the systems that it met, what may be written without asking, and how many records each
    system shows, for the guard against one that is emptied. What vanished is new to the guard until
    a round with it was let through, however often it was read before.
    """
    for name in plan.unmet:
        hub.meet(name)
    planned = {tally.system for tally in plan.tallies}
    keep_consent(hub, [hub.systems[name] for name in sorted(planned)], approved=approved)
    places = hub.store.cursors.all()
    for tally in plan.tallies:
        place = places.get((tally.system, tally.entity), Cursor())
        count = (tally.shown or 0) - tally.deletes
        if count != place.seen_count:
            kept = structs.replace(place, seen_count=count)
            hub.store.cursors.put(tally.system, tally.entity, kept)


def _require_same(hub: Hub, round_id: str, plan: Plan, approve: str) -> None:
    """Raise `ApprovalMissing` if the plan of now is not the approved one, saying what has changed.

    An approval is for one round, and for what is left of its plan if that round was broken off.
    """
    approved = hub.store.plans.get(approve)
    is_open = approved.state == "open"
    is_rest = approved.state == "approved" and _is_rest(hub, round_id, plan)
    if is_rest or (is_open and approved.id == plan.id):
        return
    if not is_open:
        raise ApprovalMissing(
            f"Plan {approved.id} was {approved.state} already, in round"
            f" {approved.round.removeprefix('round-')}; that is no approval of what has happened since.",
            hint=f"Look at plan {plan.id} with: kamsync plan.",
        )
    before = counted(approved.summary.get("writes", 0), "write")
    known = {_line(write) for write in approved.summary.get("shown", [])}
    now = {_line(to_builtins(write)) for write in plan.shown}
    changed = "; ".join(sorted(known ^ now)[:3])
    told = f" Among what changed: {changed}." if changed else ""
    raise ApprovalMissing(
        f"Plan {approved.id} is not what would be written any more: it had {before},"
        f" now it would be {plan.writes:,}.{told}",
        hint=f"Look at plan {plan.id} with: kamsync plan.",
    )


def _is_rest(hub: Hub, round_id: str, plan: Plan) -> bool:
    """Whether a plan is nothing but what is left of one that was approved and broken off."""
    if plan.needs_approval or not plan.writes:
        return False
    return count_approved(hub, round_id) == plan.writes


def _line(write: dict[str, Any]) -> str:
    """Return one write of a plan in a few words."""
    fields = ", ".join(sorted(write["fields"].keys() - {EXISTS}))
    return f"{write['op']} {write['system']} {write['record']} {fields}".rstrip()
