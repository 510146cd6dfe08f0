"""Simulated histories end well with portals behind HTTP in the place of systems in memory."""

from __future__ import annotations

import pytest

from kamsync.clock import SetClock
from kamsync.testing.simulation import Tape, play
from kamsync_hubspot.connector import HubSpot
from kamsync_hubspot.testing.stage import HubSpotStage

STEPS = 120
RACES = (
    "edit before a call",
    "edit before a row",
    "edit after a call",
    "edit after a row",
    "row lands late",
    "row unknown, done",
    "row unknown, not done",
    "no answer, all done",
)
"""People are quicker or slower than the hub by a moment, and answers are lost."""


def broken(seeds, stages, **given):
    """Return what the histories of some seeds have broken."""
    played = [play(Tape(seed, **given), STEPS, stages=stages) for seed in seeds]
    return [f"{each.tape.seed}: {each.breach}" for each in played if each.breach]


@pytest.mark.slow
@pytest.mark.parametrize("systems", [("s0",), ("s1",), ("s0", "s1")], ids="+".join)
def test_histories_on_portals_end_well(systems):
    """No edit is lost, no value appears that nobody entered, and all agree in the end."""
    stages = {name: HubSpotStage() for name in systems}

    assert [] == broken(range(12), stages)


@pytest.mark.slow
def test_histories_full_of_races_end_well():
    """A portal refuses no stale write: what one has covered is found in the history of the record."""
    assert [] == broken(range(20), {"s0": HubSpotStage()}, faults=RACES)


@pytest.mark.slow
def test_a_history_that_leaves_out_what_was_covered_is_found_out(monkeypatch):
    """With a connector that tells no past, edits under our writes are lost, and the observer says so."""
    monkeypatch.setattr(HubSpot, "history", lambda *_: {})

    found = broken(range(8, 20), {"s0": HubSpotStage()}, faults=RACES)

    assert any("number=1" in each for each in found), found


@pytest.mark.slow
def test_the_same_tape_plays_the_same_history_again():
    """What is found on a portal can be looked at again."""
    stages = {"s0": HubSpotStage()}

    first = play(Tape(3), STEPS, stages=stages)

    assert first.trace == play(first.tape, STEPS, replay=True, stages=stages).trace


@pytest.fixture
def site():
    """A portal with people in it, and what it has told."""
    opened = HubSpotStage().open(SetClock(), "s0")
    opened.heard = []
    opened.told = opened.heard.append
    yield opened
    opened.close()


def test_what_was_merged_is_gone_into_a_record_that_is_new(site):
    """The new one is told first, then both that went into it."""
    one = site.create("companies", {"name": "One", "city": "Ghent"}, "ann")
    other = site.create("companies", {"name": "Other", "city": "Oslo", "address": "Quay 1"}, "bob")

    site.merge("companies", other, one, {}, "ann")

    made, *gone = site.heard[2:]
    assert ("One", "Ghent", "Quay 1") == tuple(
        made.values[name] for name in ("name", "city", "address")
    )
    assert {(one, made.id), (other, made.id)} == {(each.id, each.into) for each in gone}


def test_a_reference_that_falls_with_its_company_is_nobody_s_edit(site):
    """It is empty while the company is in the bin, and there again once that is back."""
    company = site.create("companies", {"name": "One"}, "ann")
    contact = site.create("contacts", {"lastname": "Kim", "association.company": company}, "ann")

    site.delete("companies", company, "bob")
    site.undelete("companies", company, "bob")

    follows = [(each.id, each.values) for each in site.heard if each.silent]
    values = [{"association.company": value} for value in (None, company)]
    assert [(contact, each) for each in values] == follows
