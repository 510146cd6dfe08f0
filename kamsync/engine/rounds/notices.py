"""Tell the notifiers what came up: what is down, what has stopped a round, what waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from kamsync.clock import minute
from kamsync.engine.hub import Hub
from kamsync.engine.planning.plan import Plan
from kamsync.engine.rounds.serving import Down
from kamsync.errors import ApprovalMissing, GuardTripped
from kamsync.extensions import Notice
from kamsync.model import Conflict
from kamsync.wording import counted

__all__ = ["tell_of_round", "tell_of_stop"]

STOPPED = "told of"
"""Under which name the store keeps the plan of which people were told that it was stopped."""

HELD, DOWN = "told of held", "told of down:"
"""Under which names the store keeps how many conflicts, and which trouble, people were told of."""

OVERDUE_LIMIT = 100
"""Of how many conflicts that become overdue one round tells; the next one goes on."""


def tell_of_round(hub: Hub, down: Sequence[Down], *, held: int, resting: Collection[str]) -> None:
    """Tell of systems that are *down*, of the conflicts that wait, and once of each that is overdue.

    A round says nothing of the systems that it left *resting*: one of them may be the one whose plan
    was stopped, and who was told of that plan is not told again.
    """
    if not resting and hub.store.meta(STOPPED) is not None:
        hub.store.set_meta(STOPPED, None)
    notices = list(_down(hub, down, resting))
    if _is_news(hub, HELD, str(held), hub.store.meta(HELD)) and held:
        notices.append(
            Notice(
                "conflict",
                f"{counted(held, 'conflict waits', 'conflicts wait')} for a person.",
                hub.now(),
            )
        )
    _tell(hub, notices)


def tell_of_stop(
    hub: Hub,
    error: ApprovalMissing | GuardTripped,
    plan: Plan | None,
    down: Sequence[Down],
    resting: Collection[str],
) -> None:
    """Tell what has stopped a round, once for each plan, and what else came up in it."""
    notices = list(_down(hub, down, resting))
    if plan is not None and hub.store.meta(STOPPED) != plan.id:
        notices += _stopped(hub, error, plan)
    _tell(hub, notices)
    if plan is not None:
        hub.store.set_meta(STOPPED, plan.id)


def _is_news(hub: Hub, key: str, told: str, before: str | None) -> bool:
    """Whether people were told something else *before* under *key*; remember what they are told now."""
    is_news = (before or "") != told
    if is_news and hub.notify is not None:
        hub.store.set_meta(key, told)
    return is_news


def _down(hub: Hub, down: Sequence[Down], resting: Collection[str]) -> Iterator[Notice]:
    """Yield a notice of each system that could not be served, once as long as that lasts.

    One that only a person can help is told of again when there is something else to do.
    """
    trouble = {each.system: each for each in down}
    before = hub.store.metas([f"{DOWN}{name}" for name in hub.systems])
    for name in hub.systems.keys() - set(resting):
        found = trouble.get(name)
        told = "" if found is None else found.reason if found.blocked else "down"
        key = f"{DOWN}{name}"
        if _is_news(hub, key, told, before.get(key)) and found is not None:
            text = f"{name} could not be served: {found.reason}"
            yield Notice("system", text, hub.now(), system=name, urgent=True)


def _stopped(hub: Hub, error: ApprovalMissing | GuardTripped, plan: Plan) -> Iterator[Notice]:
    """Yield a notice of each guard that has stopped a plan, or of the approval that it lacks."""
    if isinstance(error, ApprovalMissing):
        yield Notice("approval", f"{error.message} {error.hint}", hub.now(), plan.id, urgent=True)
        return
    for alarm in plan.alarms:
        text = f"{alarm.text} Nothing was merged or written. {error.hint}"
        yield Notice("guard", text, hub.now(), plan.id, alarm.system, alarm.entity, urgent=True)


def _tell(hub: Hub, notices: list[Notice]) -> None:
    """Hand over *notices* with those of overdue conflicts, and remember that it was told of these.

    Who dies in between tells of them once more, rather than never.
    """
    if hub.notify is None:
        return
    overdue = hub.store.reviews.overdue(hub.now(), OVERDUE_LIMIT)
    notices = [*notices, *(_overdue(hub, conflict) for conflict in overdue)]
    if notices:
        hub.notify(notices)
        hub.store.reviews.remind([conflict.id for conflict in overdue])


def _overdue(hub: Hub, conflict: Conflict) -> Notice:
    """Return the notice of a conflict that nobody decided in time."""
    called = f" {conflict.escalate} is called in." if conflict.escalate else ""
    due = minute(conflict.due)
    return Notice(
        "conflict",
        f"Conflict {conflict.id} about {conflict.entity}.{conflict.field} was to be decided by {due}."
        f"{called} See it with: kamsync conflicts show {conflict.id}.",
        hub.now(),
        conflict.id,
        entity=conflict.entity,
        record=conflict.record,
        field=conflict.field,
        urgent=True,
    )
