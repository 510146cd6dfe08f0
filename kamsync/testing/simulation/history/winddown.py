"""What must come true once nothing goes wrong any more and nobody edits: the world comes to rest."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from kamsync.model import EXISTS, Link
from kamsync.store import Store
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.history.agreement import require_agreement, waits_for_another
from kamsync.testing.simulation.history.roundtrip import require_lawful
from kamsync.testing.simulation.history.undone import require_erased, require_undo
from kamsync.testing.simulation.history.world import World
from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.discretion import require_sealed
from kamsync.testing.simulation.observer.merged import require_one
from kamsync.testing.simulation.schema import PARTS, REFERS

__all__ = ["PASSES_LIMIT", "wind_down"]

PASSES_LIMIT = 4
"""How many rounds may write before the world is at rest: references and their targets take turns."""

QUIET = 2
"""How many rounds in a row write nothing where the world is at rest."""

OFTEN = timedelta(hours=1)
"""How often everything is read again where that may come between two rounds of the end."""

UNDO_EVERY = 5
"""In one of how many histories a round is undone before the end, and a record erased after it."""

SESSIONS_LIMIT = 12
"""How often the reviewer decides all that is open."""

_LOOSE = """
SELECT link.id, link.system, link.entity, native_id, record, owed.op, moved, blocked, waiting
FROM link LEFT JOIN owed ON owed.link = link.id
WHERE (record IS NOT NULL AND (moved = 1 OR owed.op IS NOT NULL)) OR (record IS NULL AND alive = 1)
"""

_IN_FLIGHT = """
SELECT DISTINCT link.id
FROM link JOIN outbox ON outbox.system = link.system AND outbox.entity = link.entity
WHERE outbox.state = 'inflight' AND (outbox.link = link.id OR link.record IS NULL)
"""

_STATE = (
    "SELECT id, record, native_id, facts, moved, blocked, waiting FROM link ORDER BY id",
    "SELECT link, op FROM owed ORDER BY link",
    "SELECT id, fields, dirty, merged_into FROM record ORDER BY id",
    "SELECT id, body FROM review ORDER BY id",
    "SELECT max(seq) FROM journal",
)


def wind_down(world: World) -> None:
    """Let everything come back, then hold the world against all that must be true at rest.

    First without the reviewer: what is open explains every difference. Then she decides, until
    nothing is open, and every system holds what golden says.
    """
    if world.tape.seed % UNDO_EVERY == 0:
        require_undo(world)
    rest = _Rest(world)
    rest.begin()
    rest.calm_down()
    rest.settle_down(once=True)
    for _ in range(SESSIONS_LIMIT):
        if not rest.decide_all():
            break
        rest.settle_down(once=False)
    rest.account()
    require_lawful(world)
    require_sealed(world.hub.store, world.report)
    world.audit.require_told(world.hub.store, partial(_knows, world, {}))
    world.require()
    if world.tape.seed % UNDO_EVERY == 0:
        require_erased(world)


def _knows(world: World, links: dict[Place, Link | None], place: Place, field: str) -> int:
    """Return which revision of golden the hub knows a field of a native record to hold; -1 for none.

    Of what it could not see for a while, it may know that only because systems agree. *links* are
    those that were asked for already.
    """
    town, names = world.towns[place.system], PARTS[place.entity].get(field, ())
    if any((place.entity, name) in town.was_hidden for name in names):
        return -1
    if place in world.landings.unshown:
        return -1
    if place not in links:
        asked = place.native_id
        known = world.hub.store.links.by_native(place.system, place.entity, [asked])
        links[place] = known.get(asked)
    link = links[place]
    fact = link.facts.get(field) if link is not None else None
    return fact.knows if fact is not None else -1


class _Rest:
    """The end of one history."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.choices = Choices(None, [])

    @property
    def store(self) -> Store:
        """The store as it is open now."""
        return self.world.hub.store

    def begin(self) -> None:
        """Bring every system back, and let what is on its way arrive."""
        world = self.world
        world.gremlin.sleep()
        world.troubles.end()
        world.unshown.end()
        for town in world.towns.values():
            town.up = True
        while world.gremlin.late:
            world.arrive(0)
        world.require()

    def calm_down(self) -> None:
        """24: what stands still through some rounds in quick succession must say why.

        Afterwards a day passes and every system is read as a whole, which may set going what has
        been standing still without a reason.
        """
        world = self.world
        world.landings.writes.clear()
        world.landings.returned.clear()
        still: dict[int, str] = {}
        for passes in range(PASSES_LIMIT + QUIET):
            world.clock.wait(5.0)
            world.say("round", world.hub.run(lambda: world.hub.round(approve=True)))
            world.require()
            found = self._unexplained()
            in_flight = self._in_flight()
            still = {
                link: text
                for link, text in found.items()
                if link not in in_flight and (passes == 0 or link in still)
            }
            if not still:
                break
        for text in still.values():
            world.report(24, text)
        self._require_no_flip_flop()
        world.require()

    def _in_flight(self) -> frozenset[int]:
        """Return the links for which it is open what became of a write, or that a create may have made."""
        rows = self.store.database.rows(_IN_FLIGHT)
        return frozenset(row[0] for row in rows)

    def settle_down(self, *, once: bool) -> None:
        """Run rounds until one writes nothing; then one more must change nothing at all."""
        world = self.world
        world.landings.writes.clear()
        world.landings.returned.clear()
        quiet = 0
        for passes in range(PASSES_LIMIT + QUIET):
            world.clock.wait(100_000.0 if passes == 0 else 5.0)
            before = world.landings.landed
            how = world.hub.run(lambda: world.hub.round(approve=True))
            world.say("round", how)
            if how != "done":
                world.report(23, f"a round ended as {how}, although nothing goes wrong")
            world.require()
            quiet = quiet + 1 if world.landings.landed == before else 0
            # What was written last is read once more, to be sure of it.
            if quiet == QUIET:
                break
        else:
            world.report(23, f"{PASSES_LIMIT} rounds were not enough to come to rest")
        if passes > QUIET and world.setting.sweep_every < OFTEN:
            # What fell in silence with the last deletes is heard once all is read again.
            world.clock.wait(world.setting.sweep_every.total_seconds())
            world.hub.run(lambda: world.hub.round(approve=True))
        if once:
            self._require_no_flip_flop()
        self._require_rest()
        self._require_reasons()
        require_one(self.store, world.report)
        require_agreement(self.world)
        world.require()

    def _require_no_flip_flop(self) -> None:
        """3: each field is written once; once more for what came back with an edit that nobody had read.

        So it is with what a system shows that was put back. And with what is shown again: only the first
        records of which it is open whether they are gone are asked for in each round.
        """
        landings, truth = self.world.landings, self.world.truth
        shown = {truth.record_of(place) for place in landings.unshown}
        for (place, field), count in landings.writes.items():
            record = truth.record_of(place) or ""
            turned = any(cell.now.lost for cell in truth.cells_of(record, field))
            if (
                count > 1 + landings.returned[record] + (record in shown) + turned
                and (place.entity, field) not in REFERS
            ):
                self.world.report(
                    3, f"{place} {field} was written {count} times with nobody editing"
                )

    def _require_rest(self) -> None:
        """4: a round in an unchanged world writes nothing, tells nothing and changes nothing."""
        world = self.world
        before, landed = self._state(), world.landings.landed
        world.clock.wait(5.0)
        world.hub.run(lambda: world.hub.round(approve=True))
        if world.landings.landed != landed:
            world.report(23, "the second round after the last change still wrote")
        for was, now in zip(before, self._state(), strict=True):
            if was != now:
                changed = [(a, b) for a, b in zip(was, now, strict=False) if a != b][:1]
                world.report(4, f"a round in an unchanged world changed {changed}")
        waiting = self.store.database.rows("SELECT id FROM outbox WHERE state = 'inflight'")
        if waiting:
            world.report(23, f"writes {waiting} are still in flight")

    def _state(self) -> list[list[Any]]:
        return [self.store.database.rows(sql) for sql in _STATE]

    def _require_reasons(self) -> None:
        """24: nothing waits without a reason that a person can read."""
        for conflict in self.store.reviews.open(limit=10_000):
            if not conflict.contenders or not conflict.cause or not conflict.opened:
                self.world.report(24, f"conflict {conflict.id} does not say why it is open")
        for text in self._unexplained().values():
            self.world.report(24, text)

    def _unexplained(self) -> dict[int, str]:
        """Return what there is to say of each link that has something to do and no reason to wait.

        Reasons are an open conflict, a park, a reference that has not been seen, what the section of
        the system does not allow, and what another record has to do first.
        """
        conflicts = {c.id: c for c in self.store.reviews.open(limit=10_000)}
        held = {(c.record, c.field) for c in conflicts.values()}
        parked = {(p.system, p.what) for p in self.store.parks.all(10_000)}
        found: dict[int, str] = {}
        for (
            id_,
            system,
            entity,
            native_id,
            record,
            owed,
            moved,
            blocked,
            waiting,
        ) in self.store.database.rows(_LOOSE):
            cast = self.world.towns[system].cast
            if waiting in conflicts or (record, EXISTS) in held:
                continue
            if (system, native_id) in parked or (system, record) in parked:
                continue
            if blocked or (owed and not moved and owed not in cast.allow.get(entity, ())):
                continue
            if owed and record and waits_for_another(self.world, record, system):
                continue
            text = f"owed {owed}, moved {moved}, waiting {waiting}"
            found[id_] = (
                f"link {id_} of {record} in {system} {native_id} is stuck without a reason: {text}"
            )
        return found

    def decide_all(self) -> bool:
        """Let the reviewer decide everything that is open; return whether there was anything."""
        found = self.store.reviews.open(limit=10_000)
        for conflict in found:
            if not self.store.reviews.get(conflict.id).closed:
                self.world.say("decide", self.world.hub.run(partial(self._decide, conflict.id)))
        self.world.require()
        return bool(found)

    def _decide(self, conflict: str) -> str:
        return self.world.reviewer.settle(self.store.reviews.get(conflict), self.choices)

    def account(self) -> None:
        """1: every edit is golden, was knowingly replaced, or lost by name."""
        truth = self.world.truth
        open_ = self._open_bits()
        waiting = self._unread()
        for (place, field), cell in truth.cells.items():
            record = truth.record_of(place)
            # What a person deleted is gone by their will, once it has lost its record's place.
            if record is None or (place, field) in waiting or place in self.world.landings.deaths:
                continue
            subject = truth.subject(record, place.entity, field)
            bits = 0
            for version in cell.versions:
                if version.user:
                    bits |= version.head
            bits &= ~(truth.moot | truth.excepted | open_.get((record, field), 0))
            if bits & ~subject.settled:
                truth.agree_all(record, field, subject)
            lost = bits & ~subject.settled
            if lost:
                self.world.report(
                    1,
                    f"{place.system} {place.native_id}.{field} ({record}): {truth.tell(lost)} is neither"
                    " golden nor a named loser",
                )
        self.world.require()

    def _unread(self) -> set[tuple[Place, str]]:
        """Return the cells whose reference waits for a record that nobody has seen."""
        rows = self.store.database.rows("SELECT id FROM link WHERE moved = 1 AND blocked = 1")
        links = self.store.links.by_id([row[0] for row in rows])
        return {
            (Place(link.system, link.entity, link.native_id or ""), field)
            for link in links.values()
            for field, fact in link.facts.items()
            if fact.moved
        }

    def _open_bits(self) -> dict[tuple[str, str], int]:
        """Return the bits that contend in open conflicts."""
        return {
            (record, field): subject.contending
            for (record, field), subject in self.world.truth.subjects.items()
            if subject.contending
        }
