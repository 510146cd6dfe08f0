"""A round: pull → match → merge → plan → guard → push → verify, once.

`preview` is the same code up to the guard, in a transaction that is rolled back, so that a preview
cannot differ from the run. Its steps can be called one by one as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from msgspec import Struct, field, to_builtins

from kamsync.engine.amended import Amended, amendments
from kamsync.engine.approving import remember, require_consent
from kamsync.engine.counting import Tallies
from kamsync.engine.hub import Hub, System
from kamsync.engine.mapped import mark_maps
from kamsync.engine.match import match_links
from kamsync.engine.merging import merge_records, moved_records
from kamsync.engine.passing import mark_scope
from kamsync.engine.pilot import Choice, Pilot, pilot_of
from kamsync.engine.places import fill_places
from kamsync.engine.planning import Plan, make_plan
from kamsync.engine.pull import Pulled, foresee, invite, pull, reread
from kamsync.engine.push import push
from kamsync.engine.pushed import Pushed
from kamsync.engine.recognising import recognise
from kamsync.engine.resolve import drop_creates, resolve
from kamsync.engine.resting import note_served, pauses
from kamsync.engine.restore import finish_restore, still_to_read
from kamsync.engine.serving import Down, borne
from kamsync.engine.telling import tell_of_round, tell_of_stop
from kamsync.errors import ApprovalMissing, GuardTripped, UnknownName
from kamsync.store import PlanRow

__all__ = ["Down", "Round", "deliver", "preview", "run_round", "settle", "take_in"]

Progress = Callable[[str], None]

ROUNDS_KEPT = 100
"""Of how many rounds the outbox keeps the writes, at least."""


class Round(Struct):
    """What one round did.

    *resting* are the systems that it left alone: those that are paused, and those that it was not
    asked to serve. *unread* are those that were not read in full since an older store was put back:
    nothing is merged or written before that. *pilot* counts the records of a pilot by entity; without
    one it is empty.
    """

    id: str
    pulled: dict[str, dict[str, Pulled]] = field(default_factory=dict)
    down: list[Down] = field(default_factory=list)
    resting: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    pilot: dict[str, int] = field(default_factory=dict)
    matched: int = 0
    merged: Tallies = field(default_factory=Tallies)
    plan: Plan | None = None
    pushed: dict[str, Pushed] = field(default_factory=dict)
    held: int = 0
    parked: int = 0

    @property
    def written(self) -> int:
        """How many records were written."""
        return sum(pushed.written for pushed in self.pushed.values())

    def up(self, hub: Hub) -> list[System]:
        """Return the systems that could be served so far."""
        left = {*self.resting, *(each.system for each in self.down)}
        return [system for system in hub.systems.values() if system.name not in left]

    def summary(self) -> dict[str, Any]:
        """Return the round as plain JSON, without the writes themselves."""
        summary = dict(to_builtins(self))
        if self.plan is not None:
            summary["plan"] = {"id": self.plan.id, "writes": self.plan.writes}
        return summary


def preview(
    hub: Hub, *, only: Choice | None = None, sweep: bool = False, progress: Progress | None = None
) -> Round:
    """Read everything that changed, and say what a round would write; nothing is written or decided.

    What was read is kept. The plan is kept under its name, to be approved. With *only*, it is that of a
    pilot: of these records and what belongs to them.

    Raises:
        UnknownName: *only* names what is not there.
        ConfigurationInvalid: a system is another one than before; nothing was read.
    """
    with hub.store.round_lock("plan"):
        result = _begin(hub, "plan")
        take_in(hub, result, sweep=sweep, progress=progress)
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
        ConfigurationInvalid: a system is another one than before; nothing was read.
    """
    with hub.store.round_lock("sync"):
        if approve is not None:
            only = only or _chosen(hub, approve)
        result = _begin(hub, "sync", among)
        take_in(hub, result, sweep=sweep, progress=progress)
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
        take_in(hub, result, among=more, progress=progress)
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


def take_in(
    hub: Hub,
    result: Round,
    *,
    among: Collection[System] | None = None,
    sweep: bool = False,
    progress: Progress | None = None,
) -> None:
    """Find out what became of open writes, and pull every system; one that is down stops no other.

    With *among*, only these are pulled.
    """
    mark_scope(hub)
    for system in hub.systems.values():
        mark_maps(hub, system)
    open_ = {kind[:2] for kind in hub.store.outbox.open_kinds()}
    for system in result.up(hub):
        if among is not None and system not in among:
            continue
        _tell(progress, f"Reading {system.name}")
        with borne(result.down, system, "pull"):
            foresee(hub, system, sweep=sweep)
            for entity in hub.entities():
                if entity.name in system.maps:
                    is_open = (system.name, entity.name) in open_
                    if is_open and resolve(hub, system, entity.name):
                        # What was asked for ahead is older than what has just been looked at.
                        foresee(hub, system, sweep=sweep)
                    _pull(hub, result, system, entity.name, sweep=sweep, progress=progress)
                    if is_open:
                        drop_creates(hub, system, entity.name)
                    reread(hub, system, entity.name)
    for system in () if hub.scope.is_open else result.up(hub):
        with borne(result.down, system, "pull"):
            _look_for_passed(hub, result, system)


def _pull(
    hub: Hub,
    result: Round,
    system: System,
    entity: str,
    *,
    sweep: bool,
    progress: Progress | None = None,
) -> None:
    """Pull one entity, and count what it brought."""
    count = _counting(progress, f"Reading {system.name} {entity}")
    pulled = pull(hub, system, entity, sweep=sweep, count=count)
    each = result.pulled.setdefault(system.name, {})
    each[entity] = pulled.plus(each[entity]) if entity in each else pulled


def _look_for_passed(hub: Hub, result: Round, system: System) -> None:
    """Take in accounts that were passed over and are in scope by now, with what follows them."""
    if not invite(hub, system):
        return
    for entity in hub.entities():
        if hub.store.cursors.get(system.name, entity.name).sweep_due:
            _pull(hub, result, system, entity.name, sweep=False)


def settle(
    hub: Hub, result: Round, *, only: Pilot | None = None, progress: Progress | None = None
) -> None:
    """Match, merge and plan all that was taken in, in one transaction.

    Nothing of that is done before every system was read in full that an older store was put back under.
    """
    result.matched, result.merged = 0, Tallies()
    with hub.store.transaction():
        hub.store.remembered.begin()
        _backfill(hub)
        result.unread = sorted(still_to_read(hub))
        if not result.unread:
            _match_and_merge(hub, result, only, progress)
            finish_restore(hub)
        _tell(progress, "Planning")
        served = [] if result.unread else [system.name for system in result.up(hub)]
        result.plan = make_plan(hub, result.id, served, only=only)
        result.held = hub.store.reviews.count_open()
        result.parked = hub.store.parks.count()


def _match_and_merge(
    hub: Hub, result: Round, only: Pilot | None, progress: Progress | None
) -> None:
    """Match and merge all that was taken in, and count it.

    What an older store knows of a record is no longer how it is to be recognised: there, what is
    known is merged before anything is matched.
    """
    amended = amendments(hub)
    for entity in hub.entities():
        older = hub.store.records.unmerged(entity.name)
        merge = partial(_merge, hub, result, entity.name, only, amended, older, progress)
        if hub.restored_at is not None:
            merge()
        count = _counting(progress, f"Matching {entity.name}")
        result.matched += match_links(hub, entity, only=only.links if only else None, count=count)
        merge()
    if amended is not None and only is None:
        amended.keep(hub)


def _merge(
    hub: Hub,
    result: Round,
    entity: str,
    only: Pilot | None,
    amended: Amended | None,
    older: Collection[str],
    progress: Progress | None,
) -> None:
    """Merge the records of one entity that moved."""
    count, after, merged = _counting(progress, f"Merging {entity}"), "", 0
    chosen = only.of(entity) if only is not None else None
    while ids := moved_records(hub, entity, after, chosen):
        merge_records(hub, entity, ids, result.merged, amended, older)
        after, merged = ids[-1], merged + len(ids)
        count(merged)


def deliver(
    hub: Hub, result: Round, *, only: Pilot | None = None, progress: Progress | None = None
) -> None:
    """Push the plan to every system that answers, and tell what waits for a person."""
    for system in result.up(hub):
        if system.name in pauses(hub):
            result.resting.append(system.name)
            continue
        with borne(result.down, system, "push"):
            count = _counting(progress, f"Writing {system.name}")
            known = only.known.get(system.name, {}) if only is not None else {}
            result.pushed[system.name] = push(hub, system, result.id, known=known, count=count)
    note_served(hub, result.up(hub))
    result.held, result.parked = hub.store.reviews.count_open(), hub.store.parks.count()
    tell_of_round(hub, result.down, held=result.held, resting=result.resting)


def _backfill(hub: Hub) -> None:
    """Keep places in systems and entities that the configuration did not name before."""
    for entity in hub.entities():
        mapped = ",".join(system.name for system in hub.mapping(entity.name))
        key = f"places:{entity.name}"
        if hub.store.meta(key) == mapped:
            continue
        after = ""
        while ids := hub.store.records.ids(entity.name, after, hub.batch):
            fill_places(hub, entity.name, ids)
            after = ids[-1]
        hub.store.set_meta(key, mapped)


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


def _counting(progress: Progress | None, step: str) -> Callable[[int], None]:
    """Return what reports how far a step has come."""
    _tell(progress, step)
    return lambda count: _tell(progress, f"{step}: {count:,}")


def _tell(progress: Progress | None, step: str) -> None:
    """Report the step that begins."""
    if progress is not None:
        progress(step)
