"""Systems that do not answer, and answers that are lost: nothing is sent twice, nothing is forgotten."""

from __future__ import annotations

from itertools import count

import pytest

from kamsync.connector import Can
from kamsync.errors import StoreBusy
from kamsync.memory import ALL
from kamsync.model import Kind, Outcome, Receipt

CREATES_ONCE = {
    "by our stamp": ALL,
    "by the key of the create": ALL & ~Can.STAMP,
    "by a search": ALL & ~Can.STAMP & ~Can.IDEMPOTENT_CREATE,
    "by reading everything": ALL & ~Can.STAMP & ~Can.IDEMPOTENT_CREATE & ~Can.SEARCH,
    "by reading everything, with no more than that": Can.CREATE | Can.UPDATE,
}

UPDATES = {
    "by its author": ALL,
    "by its history": ALL & ~Can.WHO_EDITED,
    "by its value": ALL & ~Can.WHO_EDITED & ~Can.HISTORY,
    "by its value, with no more than that": Can.CREATE | Can.UPDATE,
}


BEGUN_IN_A_PULL = 6
"""The how many-th transaction of a round is one in which a system is read."""


def _ways(ways):
    return pytest.mark.parametrize("can", ways.values(), ids=ways)


def _meet_without_an_answer(hub, **edit):
    """Let a first meeting create a record whose answer is lost, and somebody edit that at once."""

    def row(_, land):
        there = land().native_id
        hub["success"].trouble.rows = None
        hub["success"].edit(there, **edit)
        return Receipt(Outcome.UNKNOWN)

    hub["success"].trouble.rows = row
    hub.meet()


def test_a_system_that_is_down_does_not_stop_the_others(met):
    """Its turn comes when it is back."""
    hub, here, there, elsewhere = met("sales", "success", "account")
    hub["success"].world.up = False
    hub["sales"].edit(here, name="Acme Corp")

    result = hub.round()

    assert "Acme Corp" == hub["account"].get(elsewhere, "name")
    assert "Acme" == hub["success"].get(there, "name")
    assert [("success", "pull")] == [(down.system, down.step) for down in result.down]


def test_a_store_that_is_busy_is_no_system_that_is_down(met):
    """The round ends and may be tried again; no system is said to be out of reach."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    begun = count(1)

    def begin() -> None:
        if next(begun) == BEGUN_IN_A_PULL:
            raise StoreBusy("The store is being written by another process.")

    hub.store.database.on_begin = begin

    with pytest.raises(StoreBusy):
        hub.round()

    hub.settle()
    assert "Acme Corp" == hub["success"].get(there, "name")


def test_a_system_that_is_back_gets_what_it_missed(met):
    """And the others get what people did there meanwhile."""
    hub, here, there = met("sales", "success")
    hub["success"].world.up = False
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, industry="steel")
    hub.round()
    hub["success"].world.up = True

    hub.round()

    assert "Acme Corp" == hub["success"].get(there, "name")
    assert "steel" == hub["sales"].get(here, "industry")


def test_a_system_that_stops_answering_while_it_is_written_does_not_stop_the_others(met):
    """The write was never there, and is made once it is."""
    hub, here, there, elsewhere = met("sales", "success", "account")
    hub["success"].trouble.down.add("write")
    hub["sales"].edit(here, name="Acme Corp")

    result = hub.round()

    assert "Acme Corp" == hub["account"].get(elsewhere, "name")
    assert [("success", "push")] == [(down.system, down.step) for down in result.down]
    hub["success"].trouble.down.clear()
    hub.settle()
    assert "Acme Corp" == hub["success"].get(there, "name")


def test_the_reason_why_a_system_is_down_is_told(met):
    """Whoever runs kamsync sees which system, at which step, and what it said."""
    hub, _, _ = met("sales", "success")
    told = []
    hub.hub.notify = told.extend
    hub["success"].trouble.down.add("read")

    hub.round()

    (notice,) = told
    assert "success could not be served: No answer to read account." == notice.text
    assert notice.urgent


@_ways(CREATES_ONCE)
def test_a_create_whose_answer_was_lost_is_not_made_twice(stage, can):
    """What became of it is found out before anything is sent again."""
    hub = stage("sales", "success", can={"sales": ALL, "success": can})
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].trouble.deaf.add("write")

    hub.meet()
    hub.settle()

    (there,) = hub["success"].ids()
    assert hub.of("sales", here) == hub.of("success", there)
    assert [] == hub.conflicts()


def test_a_create_that_was_stored_in_another_spelling_is_found_by_its_keys(stage):
    """The answer was lost, and a search for what was sent finds nothing."""
    loud = {"rewrite": lambda _, name, value: value.upper() if name == "name" else value}
    can = {"sales": ALL, "success": CREATES_ONCE["by a search"]}
    hub = stage("sales", "success", can=can, world={"success": loud})
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].trouble.deaf.add("write")

    hub.meet()
    hub.settle()

    assert ["ACME"] == hub["success"].all("name")
    assert "Acme" == hub["sales"].get(here, "name")
    assert [] == hub.conflicts()


@_ways(CREATES_ONCE)
def test_a_create_that_never_arrived_is_made(stage, can):
    """No answer means nothing by itself."""
    hub = stage("sales", "success", can={"sales": ALL, "success": can})
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].trouble.down.add("write")
    hub.meet()
    hub["success"].trouble.down.clear()

    hub.round()
    hub.settle()

    assert ["Acme"] == hub["success"].all("name")


@_ways(CREATES_ONCE)
def test_a_create_that_was_edited_before_it_was_found_again_keeps_the_edit(stage, can):
    """People work on a new record at once."""
    hub = stage("sales", "success", can={"sales": ALL, "success": can})
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].trouble.deaf.add("write")
    hub.meet()
    (there,) = hub["success"].ids()
    hub["success"].edit(there, industry="steel")

    hub.settle()

    assert [there] == hub["success"].ids()
    assert "steel" == hub["sales"].get(here, "industry")


@_ways(CREATES_ONCE)
def test_rows_without_an_answer_are_found_again_among_those_with_one(stage, can):
    """A batch may break off anywhere."""
    hub = stage("sales", "success", can={"sales": ALL, "success": can})
    for name in ("acme", "bolt", "cogs"):
        hub["sales"].create(name=name, domains=[f"{name}.com"])

    def row(write, land):
        receipt = land()
        lost = write.values["name"] == "bolt"
        return Receipt(Outcome.UNKNOWN, reason="The connection broke.") if lost else receipt

    hub["success"].trouble.rows = row
    hub.meet()
    hub["success"].trouble.rows = None

    hub.settle()

    assert ["acme", "bolt", "cogs"] == hub["success"].all("name")
    assert [] == hub.conflicts()


def test_a_create_that_somebody_edited_before_it_was_looked_for_is_found_by_the_rest(stage):
    """Without a key and with another last editor, all but one of its fields tell that it is ours."""
    can = {"sales": ALL, "success": CREATES_ONCE["by a search"]}
    hub = stage("sales", "success", can=can)
    here = hub["sales"].create(name="Acme", industry="steel", tier="key")

    _meet_without_an_answer(hub, name="Bolt")

    hub.settle()

    (there,) = hub["success"].ids()
    assert [here] == hub["sales"].ids()
    assert hub.of("sales", here) == hub.of("success", there)
    assert "the outcome of a write is unclear" == hub.conflict().cause


def test_a_create_is_found_by_the_one_field_that_is_still_as_we_entered_it(stage):
    """The history of a field tells whose it is, however much of the rest was edited."""
    can = {"sales": ALL, "success": CREATES_ONCE["by a search"]}
    hub = stage("sales", "success", can=can)
    here = hub["sales"].create(name="Acme", industry="steel")

    _meet_without_an_answer(hub, name="Bolt")

    hub.settle()

    (there,) = hub["success"].ids()
    assert [here] == hub["sales"].ids()
    assert hub.of("sales", here) == hub.of("success", there)


@pytest.mark.parametrize("again", [Outcome.UNKNOWN, Outcome.LATER, Outcome.REFUSED])
def test_a_create_that_was_sent_again_without_an_answer_is_no_newcomer(stage, again):
    """What it made is read before anybody knows that, in the spelling of its system."""
    loud = {"rewrite": lambda _, name, value: value.upper() if name == "name" else value}
    can = {"sales": ALL, "success": CREATES_ONCE["by the key of the create"] & ~Can.SEARCH}
    hub = stage("sales", "success", can=can, world={"success": loud})
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    sent = []

    def row(write, land):
        sent.append(write.key)
        if len(sent) > 1:
            return Receipt(again)
        land()
        return Receipt(Outcome.UNKNOWN)

    hub["success"].trouble.rows = row
    hub.meet()
    hub.round()
    hub["success"].trouble.rows = None

    hub.settle()

    assert 1 == len(set(sent))
    (there,) = hub["success"].ids()
    assert hub.of("sales", here) == hub.of("success", there)
    assert "Acme" == hub["sales"].get(here, "name")
    assert [] == hub.conflicts()


def test_what_is_new_does_not_wait_for_good_where_a_create_is_refused_now(stage):
    """After an hour it is told apart by what it holds, like any other."""
    can = {"sales": ALL, "success": CREATES_ONCE["by the key of the create"] & ~Can.SEARCH}
    hub = stage("sales", "success", can=can)
    here = hub["sales"].create(name="Acme", domains=["acme.com"])

    def row(_, land):
        land()
        hub["success"].trouble.refuse("no permission")
        return Receipt(Outcome.UNKNOWN)

    hub["success"].trouble.rows = row
    hub.meet()
    hub.round()
    (there,) = hub["success"].ids()
    assert hub.link("success", there).record is None

    hub.clock.wait(2 * 3600)
    hub.round()

    assert hub.of("sales", here) == hub.of("success", there)


def test_a_create_that_never_came_and_is_refused_now_is_sent_as_it_should_be(stage):
    """Nothing was read that may be it, so that what is refused does not stand in the way for good."""
    can = {"sales": ALL, "success": CREATES_ONCE["by the key of the create"] & ~Can.SEARCH}
    hub = stage("sales", "success", can=can)
    here = hub["sales"].create(name="Acme")
    hub["success"].trouble.rows = lambda *_: Receipt(Outcome.UNKNOWN)
    hub.meet()
    hub["success"].trouble.refuse("too short")
    hub.round()
    assert ["too short"] == hub.reasons()

    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.rows = None
    hub.settle()

    assert ["Acme Corp"] == hub["success"].all("name")
    assert [] == hub.parked()


@pytest.mark.parametrize("landed", [True, False])
def test_of_two_creates_without_an_answer_that_are_one_record_now_none_is_made_needlessly(
    stage, landed
):
    """Both are known where both were made, so that a person may merge them; else only one is made."""
    can = {"sales": ALL, "success": CREATES_ONCE["by the key of the create"] & ~Can.SEARCH}
    hub = stage("sales", "success", can=can)
    kept, gone = (hub["sales"].create(name=name) for name in ("Acme", "Bolt"))
    if landed:
        hub["success"].trouble.deaf.add("write")
    else:
        hub["success"].trouble.rows = lambda *_: Receipt(Outcome.UNKNOWN)
    hub.meet()
    hub["sales"].merge(gone, kept)

    hub["success"].trouble.rows = None
    hub.settle()

    assert ["Acme"] == hub["sales"].all("name")
    assert ["Acme"] * (2 if landed else 1) == hub["success"].all("name")
    assert [Kind.MERGE] * landed == [each.kind for each in hub.conflicts()]


@_ways(UPDATES)
def test_an_update_whose_answer_was_lost_is_taken_for_our_own(met, can):
    """It does not come back as somebody's edit, and is not sent again."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": can})
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.deaf.add("write")
    hub.round()

    hub.settle()

    assert 1 == hub["success"].acts_of_ours(there)
    assert [] == hub.conflicts()
    assert "Acme Corp" == hub["sales"].get(here, "name")


@_ways(UPDATES)
def test_an_update_that_never_arrived_is_sent_again(met, can):
    """The record is still what it was."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": can})
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.down.add("write")
    hub.round()
    hub["success"].trouble.down.clear()

    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")


@_ways(UPDATES)
def test_an_edit_after_an_update_whose_answer_was_lost_is_not_overwritten(met, can):
    """Whether its author knew our value or not, the edit is golden or it is asked about."""
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": can})
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.deaf.add("write")
    hub.round()
    hub["success"].edit(there, name="Acme Inc")

    hub.settle()

    assert "Acme Inc" == hub["success"].get(there, "name")
    asked = {c.value for conflict in hub.conflicts() for c in conflict.contenders}
    assert "Acme Inc" in asked | {hub.golden("name")}


def test_a_delete_whose_answer_was_lost_is_not_taken_for_a_persons(met):
    """Nobody is asked about what kamsync did itself."""
    hub, here, _ = met("sales", "success", policy={"account": {"deletes": "propagate"}})
    hub["sales"].delete(here)
    hub["success"].trouble.deaf.add("write")
    hub.round()

    hub.settle()

    assert [] == hub["success"].ids()
    assert [] == hub.conflicts()


def test_the_answer_of_a_reading_back_may_be_lost_too(met):
    """The write is certain, and what the record holds now is read later."""
    hub, here, there = met(
        "sales", "success", can={"sales": ALL, "success": ALL & ~Can.ANSWERS_WITH_RECORD}
    )
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.deaf.add("fetch")
    hub.round()

    hub.settle()

    assert 1 == hub["success"].acts_of_ours(there)
    assert "Acme Corp" == hub["success"].get(there, "name")


def test_rows_that_are_to_come_later_are_sent_again(met):
    """A system may take a part of a batch only."""
    hub, here, there = met("sales", "success")
    hub["success"].trouble.rows = lambda write, _: Receipt(Outcome.LATER, write.native_id)
    hub["sales"].edit(here, name="Acme Corp")
    hub.round()
    assert [] == hub.parked()
    hub["success"].trouble.rows = None

    hub.round()

    assert "Acme Corp" == hub["success"].get(there, "name")


def test_a_page_that_was_lost_is_read_again(stage):
    """The cursor stands behind the last page that was taken in."""
    hub = stage("sales", "success")
    hub["sales"].memory._page = 2
    for i in range(5):
        hub["sales"].create(name=f"Acme {i}", domains=[f"acme{i}.com"])
    hub["sales"].trouble.deaf.add("read")

    hub.preview()
    hub.meet()

    assert 5 == len(hub["success"].ids())


def test_a_system_that_cannot_do_what_is_allowed_there_does_not_stop_the_others(met):
    """A line too many in one section is told, and the others are written."""
    hub, here, there, elsewhere = met(
        "sales",
        "success",
        "account",
        can={"sales": ALL, "success": ALL & ~Can.DELETE, "account": ALL},
        policy={"account": {"deletes": "propagate"}},
    )
    hub["sales"].delete(here)

    result = hub.round()

    assert [("success", "push")] == [(down.system, down.step) for down in result.down]
    assert not hub["account"].exists(elsewhere)
    assert hub["success"].exists(there)
