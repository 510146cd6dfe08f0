"""A round: pull → match → merge → plan → guard → push → verify, once.

`preview` is the same code up to the guard, in a transaction that is rolled back, so that a preview
cannot differ from the run.
"""

from __future__ import annotations

from collections.abc import Collection

from kamsync.engine.hub import Hub, System
from kamsync.engine.matching.pilot import Choice, Pilot, pilot_of
from kamsync.engine.planning.approving import remember, require_consent
from kamsync.engine.reading.selecting import require_told
from kamsync.engine.rounds.notices import tell_of_stop
from kamsync.engine.rounds.recognising import recognise
from kamsync.engine.rounds.resting import pauses
from kamsync.engine.rounds.steps import Progress, Round, deliver, settle, take_in
from kamsync.errors import ApprovalMissing, ConfigurationInvalid, GuardTripped, UnknownName
from kamsync.store import PlanRow

__all__ = ["preview", "run_round"]

ROUNDS_KEPT = 100
"""Of how many rounds the outbox keeps the writes, at least."""


def preview(
    hub: Hub, *, only: Choice | None = None, sweep: bool = False, progress: Progress | None = None
) -> Round:
    """Read everything that changed, and say what a round would write; nothing is written or decided.

    What was read is kept. The plan is kept under its name, to be approved. With *only*, it is that of a
    pilot: of these records and what belongs to them.

    Raises:
        UnknownName: *only* names what is not there.
        ConfigurationInvalid: a system is another one than before, and nothing was read; or the scope
            can select nothing.
    """
    with hub.store.round_lock("plan"):
        result = _begin(hub, "plan")
        _read(hub, result, sweep=sweep, progress=progress)
        pilot = _pilot(hub, result, only)
        with hub.store.rehearsal():
            settle(hub, result, only=pilot, progress=progress)
        _keep(hub, result, "open")
        _end(hub, result, "planned")
    return result


def run_round(
    hub: Hub,
    *,
    approve: str | None = None,
    only: Choice | None = None,
    among: Collection[str] | None = None,
    sweep: bool = False,
    progress: Progress | None = None,
) -> Round:
    """Run one round; with *approve*, carry out exactly the plan of that name or nothing.

    With *among*, the other systems are left alone, as those are that are paused. If that round would
    need an approval it goes on with all of them, so that a person is asked of the whole plan. With
    *only*, it is a pilot of these records and what belongs to them; an approved plan of a pilot is one.

    Raises:
        ApprovalMissing: a system was never met before, it is written in a way that was not allowed
            before, or the plan is not the approved one any more.
        GuardTripped: the plan is out of proportion. In both cases nothing was merged or written.
        UnknownName: there is no plan called *approve*; no round was begun. Or *only* names what is not
            there.
        ConfigurationInvalid: a system is another one than before, and nothing was read; or the scope
            can select nothing.
    """
    with hub.store.round_lock("sync"):
        if approve is not None:
            only = only or _chosen(hub, approve)
        result = _begin(hub, "sync", among)
        _read(hub, result, sweep=sweep, progress=progress)
        try:
            try:
                pilot = _agree(hub, result, approve, only, progress)
            except (ApprovalMissing, GuardTripped):
                if not _widen(hub, result, progress):
                    raise
                pilot = _agree(hub, result, approve, only, progress)
        except (ApprovalMissing, GuardTripped) as error:
            _keep_stopped(hub, result, approve)
            _end(hub, result, "stopped")
            error.down = tuple(result.down)
            tell_of_stop(hub, error, result.plan, result.down, result.resting)
            raise
        deliver(hub, result, only=pilot, progress=progress)
        _end(hub, result, "done")
    return result


def _read(
    hub: Hub,
    result: Round,
    *,
    among: Collection[System] | None = None,
    sweep: bool = False,
    progress: Progress | None = None,
) -> None:
    """Take in what changed; a round whose scope can select nothing of it ends."""
    take_in(hub, result, among=among, sweep=sweep, progress=progress)
    try:
        require_told(hub)
    except ConfigurationInvalid:
        _end(hub, result, "stopped")
        raise


def _agree(
    hub: Hub, result: Round, approve: str | None, only: Choice | None, progress: Progress | None
) -> Pilot | None:
    """Settle all that was taken in, if no more is to be asked of a person; else keep nothing of it.

    Return the pilot, if it is one.
    """
    pilot = _pilot(hub, result, only)
    with hub.store.transaction():
        settle(hub, result, only=pilot, progress=progress)
        assert result.plan is not None
        require_consent(hub, result.id, result.plan, approve)
        if approve is not None:
            hub.store.rounds.approve(result.id, result.plan.id)
        if only is None:
            remember(hub, result.plan, approved=approve is not None)
        _keep(hub, result, "approved" if approve is not None else "done")
    return pilot


def _chosen(hub: Hub, approve: str) -> Choice | None:
    """Return the choice that an approved plan was made for, None for a plan of everything."""
    chosen = hub.store.plans.get(approve).summary.get("only", ())
    return Choice(tuple(chosen)) if chosen else None


def _pilot(hub: Hub, result: Round, only: Choice | None) -> Pilot | None:
    """Return what is chosen among all that was taken in; a round for what is not there ends."""
    if only is None:
        return None
    try:
        pilot = pilot_of(hub, only)
    except UnknownName:
        _end(hub, result, "stopped")
        raise
    result.pilot = {name: len(ids) for name, ids in pilot.records.items() if ids}
    return pilot


def _widen(hub: Hub, result: Round, progress: Progress | None) -> bool:
    """Take in the systems that rest without being paused; return whether there were any."""
    paused = pauses(hub)
    more = [hub.systems[name] for name in result.resting if name not in paused]
    result.resting = sorted(paused)
    result.down += recognise(hub, more)
    if more:
        _read(hub, result, among=more, progress=progress)
    return bool(more)


def _begin(hub: Hub, kind: str, among: Collection[str] | None = None) -> Round:
    """Open a round; whatever is written into the journal from now on is part of it."""
    resting = set(pauses(hub))
    if among is not None:
        resting |= hub.systems.keys() - set(among)
    down = recognise(hub, [each for each in hub.systems.values() if each.name not in resting])
    hub.store.rounds.break_off()
    return Round(hub.store.rounds.start(kind, hub.now()), down=down, resting=sorted(resting))


def _end(hub: Hub, result: Round, state: str) -> None:
    """Close a round with what it did."""
    if int(result.id.rpartition("-")[2]) % ROUNDS_KEPT == 0:
        hub.store.outbox.prune(ROUNDS_KEPT)
    hub.store.rounds.finish(result.id, state, result.summary(), hub.now())


def _keep(hub: Hub, result: Round, state: str) -> None:
    """Keep the plan so that it can be shown and approved."""
    plan = result.plan
    assert plan is not None
    row = PlanRow(plan.id, result.id, hub.now(), plan.summary(), state)
    hub.store.plans.save(row)


def _keep_stopped(hub: Hub, result: Round, approve: str | None) -> None:
    """Keep a plan that was stopped, to be approved; one whose approval is spent is to be looked at first."""
    assert result.plan is not None
    if approve is None or hub.store.plans.get(approve).id != result.plan.id:
        _keep(hub, result, "open")
