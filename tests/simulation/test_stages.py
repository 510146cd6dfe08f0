"""Histories are played on a system that runs by itself as they are on those in memory."""

from __future__ import annotations

from typing import ClassVar

import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.errors import KamsyncError, SystemDown
from kamsync.memory import Faults, Memory, MemorySystem
from kamsync.memory.acts import Deed
from kamsync.model import Author, Outcome, Receipt
from kamsync.testing.simulation import Tape, play
from kamsync.testing.simulation.schema import PARTS
from kamsync.testing.simulation.site import Change, Site, SiteRefused, Stage, Verdict, Words

STEPS = 120
CAN = (
    Can.CREATE | Can.UPDATE | Can.DELETE | Can.STAMP | Can.WHO_EDITED | Can.TOMBSTONES | Can.MERGES
)


class Told(MemorySystem):
    """A system that tells its site of everything that lands."""

    def do(self, *what, **how):
        act = super().do(*what, **how)
        self.site.told(
            Change(
                act.deed,
                act.object,
                act.id,
                act.at,
                act.by,
                act.own,
                act.values,
                act.stamp,
                act.into,
            )
        )
        return act


class Gated(Faults):
    """The line of a site: each row asks at the gate."""

    def __init__(self, site, object_=""):
        self.site = site
        self.object = object_

    def before(self, _, object_):
        self.object = object_

    def row(self, write, land):
        asked = self.object, write.native_id, write.stamp
        verdict = self.site.gate.before(*asked)
        if verdict is Verdict.BREAK:
            raise SystemDown("The line is broken.")
        if verdict is not Verdict.GO:
            outcome = Outcome.LATER if verdict is Verdict.BUSY else Outcome.REFUSED
            return Receipt(outcome, write.native_id, reason="no")
        receipt = land()
        if self.site.gate.after(*asked) is Verdict.BREAK:
            raise SystemDown("The line is broken.")
        return receipt


class InMemory(Site):
    """A system in memory, with everything that a site has."""

    def __init__(self, clock, can):
        self.can = can
        self.system = Told(clock=clock)
        self.system.site = self

    def connect(self):
        return Memory.over(self.system, self.can, page=3, batch=5, faults=Gated(self))

    def create(self, object_, values, person):
        return self.system.create(object_, values, author=Author(person))

    def edit(self, object_, native_id, values, person):
        self.let(self.system.edit, object_, native_id, values, author=Author(person))

    def delete(self, object_, native_id, person):
        self.let(self.system.delete, object_, native_id, author=Author(person))

    def undelete(self, object_, native_id, person):
        self.let(self.system.undelete, object_, native_id, author=Author(person))

    def merge(self, object_, loser, survivor, filled, person):
        by = Author(person)
        self.system.do(Deed.MERGE, object_, loser, {}, by, into=survivor)
        self.let(self.system.edit, object_, survivor, filled, author=by)

    def let(self, deed, *what, **how):
        try:
            deed(*what, **how)
        except KamsyncError as error:
            raise SiteRefused from error

    def close(self):
        self.system.close()


def stage(more):
    """Return a stage for systems in memory that are able to do *more*."""

    class Played(Stage):
        name = "in memory"
        can = CAN | more
        words: ClassVar = {
            entity: Words(
                entity.title(), {part: part.title() for field in fields.values() for part in field}
            )
            for entity, fields in PARTS.items()
        }

        def open(self, clock, name):  # noqa: ARG002 - the shape of a stage
            return InMemory(clock, self.can)

    return Played()


@pytest.mark.parametrize(
    "more",
    [Can.REFUSE_STALE, Can.REFUSE_STALE | Can.EXACT_VERSION, Can.HISTORY | Can.EXACT_VERSION],
)
def test_a_history_ends_as_well_on_a_site(more) -> None:
    """Its own words, its own thread of events, its own way to break off."""
    stages = {"s0": stage(more)}

    broken = {
        seed: played.breach
        for seed in range(12)
        if (played := play(Tape(seed), STEPS, stages=stages)).breach
    }

    assert {} == broken


def test_a_site_that_loses_edits_is_found_out() -> None:
    """Rows that land on an edit nobody has heard of break a promise here, too."""

    class Blind(Memory):
        def write(self, object_, writes):
            return super().write(object_, [structs.replace(w, version=None) for w in writes])

    class Careless(InMemory):
        def connect(self):
            blind = Blind(page=3, batch=5)
            blind.connect(self.system, self.can)
            blind.faults = Gated(self)
            return blind

    played = stage(Can.REFUSE_STALE | Can.EXACT_VERSION)
    played.__class__.open = lambda self, clock, _name: Careless(clock, self.can)

    found = [
        seed
        for seed in range(40)
        if (history := play(Tape(seed), STEPS, stages={"s0": played})).breach
        and history.breach.number == 1
    ]

    assert found
