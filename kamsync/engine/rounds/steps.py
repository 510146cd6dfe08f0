"""The steps of a round, one by one: take in, settle, deliver; and what they count.

They are called in this order, `deliver` after whatever a person is to be asked of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from msgspec import Struct, field, to_builtins

from kamsync.engine.context.places import fill_places
from kamsync.engine.context.pushed import Pushed
from kamsync.engine.hub import Hub, System
from kamsync.engine.matching.match import match_links
from kamsync.engine.matching.pilot import Pilot
from kamsync.engine.merging.amended_policy import Amended, amendments
from kamsync.engine.merging.counting import Tallies
from kamsync.engine.merging.merge import merge_records, moved_records
from kamsync.engine.planning.plan import Plan, make_plan
from kamsync.engine.reading.changed_maps import mark_maps
from kamsync.engine.reading.passed_over import mark_scope
from kamsync.engine.reading.pull import Pulled, foresee, invite, pull, reread
from kamsync.engine.rounds.notices import tell_of_round
from kamsync.engine.rounds.resting import note_served, pauses
from kamsync.engine.rounds.restore import finish_restore, still_to_read
from kamsync.engine.rounds.serving import Down, borne
from kamsync.engine.writing.give_up import give_up_creates
from kamsync.engine.writing.push import push
from kamsync.engine.writing.resolve import resolve

__all__ = ["Progress", "Round", "deliver", "settle", "take_in"]

Progress = Callable[[str], None]


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
                        give_up_creates(hub, system, entity.name)
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


def _counting(progress: Progress | None, step: str) -> Callable[[int], None]:
    """Return what reports how far a step has come."""
    _tell(progress, step)
    return lambda count: _tell(progress, f"{step}: {count:,}")


def _tell(progress: Progress | None, step: str) -> None:
    """Report the step that begins."""
    if progress is not None:
        progress(step)
