"""What the simulation has found, as the shortest story that shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kamsync.connector import Can
from kamsync.engine.context.open_writes import LATE_LIMIT
from kamsync.errors import SystemDown
from kamsync.memory import ALL
from kamsync.model import Kind, Op, Outcome, Receipt

RESTORE = {"account": {"deletes": "restore"}}


def _only(hub, system, **values):
    """Make the only account, in one system, and let the others have it."""
    native = hub[system].create(**values)
    hub.meet()
    return native


def test_a_record_is_never_referred_to_by_an_id_that_its_system_does_not_know(stage):
    """An account that is its own parent is created first and named as its parent afterwards."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme")
    hub["sales"].edit(here, parent=here)

    hub.meet()

    (there,) = hub["success"].ids()
    assert hub["success"].values(there).get("parent") in {None, there}


def test_the_reading_of_a_merged_record_is_none_of_its_survivor(stage):
    """The survivor is not taken for gone when the loser is read again."""
    hub = stage("sales", "success", policy=RESTORE)
    kept, gone = (
        hub["sales"].create(name=n, domains=[d]) for n, d in (("A", "a.com"), ("B", "b.com"))
    )
    hub.meet()
    hub["sales"].merge(gone, kept)
    hub.settle()

    hub.round(sweep=True)

    assert [kept] == hub["sales"].ids()
    assert not hub.conflicts(Kind.DELETE)


def test_a_create_that_was_lost_is_not_met_as_a_newcomer(stage):
    """A system that takes a create only once tells its id before anything is read."""
    can = ALL & ~Can.STAMP & ~Can.SEARCH
    hub = stage("sales", "success", can={"sales": ALL, "success": can})
    hub["sales"].create(billing_city="Berlin")
    plan = hub.preview().plan
    hub["success"].trouble.deaf.add("write")
    hub.round(approve=plan.id)

    hub.settle()

    assert 1 == len(hub["success"].ids())
    assert 1 == len(hub.records())


def test_a_create_that_was_lost_is_not_sent_again_where_its_record_has_come_to_be(stage):
    """It may never have been sent; meanwhile a merge elsewhere tied its record to one that is there.

    What became of it stays open for as long as it may be on its way.
    """
    can = ALL & ~Can.STAMP & ~Can.SEARCH & ~Can.UNDELETE
    hub = stage("sales", "success", can={"sales": can, "success": ALL}, policy=RESTORE)
    hub["sales"].create(name="B", domains=["b.com"])
    there = hub["success"].create(name="C", domains=["c.com"])
    hub.meet()
    hub["sales"].delete(hub.native("sales", hub.of("success", there)))
    hub["sales"].trouble.down.add("write")
    hub.round()
    (other,) = set(hub["success"].ids()) - {there}
    hub["success"].merge(other, there)
    hub["sales"].trouble.down |= {"read", "fetch"}
    hub.round()
    hub["sales"].trouble.down.clear()

    hub.settle()
    open_ = hub.store.outbox.inflight("sales", "account", 0, 10)
    hub.clock.wait(LATE_LIMIT.total_seconds())
    hub.settle()

    assert 1 == len(hub["sales"].ids())
    assert 1 == len(open_)
    assert [] == hub.store.outbox.inflight("sales", "account", 0, 10)


@pytest.mark.parametrize("can", [ALL, ALL & ~Can.STAMP], ids=["knows our id", "does not"])
def test_a_create_that_lands_after_its_record_was_merged_is_no_newcomer(stage, can):
    """Its record is there under another id: a person is asked, and it is made in no other system."""
    hub = stage("sales", "success", can={"sales": ALL, "success": can})
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    bolt = hub["sales"].create(billing_city="Berlin")
    late = []

    def lost(write, land):
        late.append(land)
        return Receipt(Outcome.UNKNOWN, write.native_id)

    hub["success"].trouble.rows = lost
    hub.round()
    hub["sales"].merge(bolt, acme)
    hub["success"].trouble.rows = None
    hub.round()
    late[0]()

    hub.settle()

    assert [acme] == hub["sales"].ids()
    assert 1 == len(hub.records())
    assert {Kind.MATCH, Kind.MERGE} & {conflict.kind for conflict in hub.conflicts()}


@pytest.mark.parametrize("can", [ALL, ALL & ~Can.STAMP, ALL & ~Can.STAMP & ~Can.IDEMPOTENT_CREATE])
@pytest.mark.parametrize("landed", [True, False])
def test_a_lost_create_stays_known_whatever_becomes_of_its_record(stage, can, landed):
    """What is found is the record that took over the other one, and there is no second one of it."""
    hub = stage("sales", "success", can={"sales": ALL, "success": can})
    lost = _sent_without_an_answer(hub, landed=landed)
    other = hub["sales"].create(name="B", domains=["b.com"])
    hub.round()
    hub["sales"].merge(lost, other)
    hub.round()
    hub["success"].trouble.down.clear()

    hub.settle()

    (there,) = hub["success"].ids()
    assert 1 == len(hub.records())
    assert hub.of("sales", other) == hub.of("success", there)


@pytest.mark.parametrize("can", [ALL, ALL & ~Can.STAMP & ~Can.IDEMPOTENT_CREATE])
@pytest.mark.parametrize("landed", [True, False])
def test_a_lost_create_beside_what_is_there_is_a_twin_if_it_landed(stage, can, landed):
    """A person is asked to merge the two; where it never landed, no place is kept for it."""
    hub = stage("sales", "success", can={"sales": ALL, "success": can})
    other = hub["sales"].create(name="B", domains=["b.com"])
    hub.meet()
    lost = _sent_without_an_answer(hub, landed=landed)
    hub["sales"].merge(lost, other)
    hub.round()
    hub["success"].trouble.down.clear()

    hub.settle()

    there = hub["success"].ids()
    assert (2 if landed else 1) == len(there)
    assert {hub.of("sales", other)} == {hub.of("success", each) for each in there}
    assert landed == bool(hub.conflicts(Kind.MERGE))


def _sent_without_an_answer(hub, *, landed):
    """Have one more account in sales, whose create in success is without an answer; success is down since."""

    def broken(_, land):
        if landed:
            land()
        raise SystemDown("The line broke.")

    lost = hub["sales"].create(billing_city="Berlin")
    hub["success"].trouble.rows = broken
    hub.round(approve=hub.preview().plan.id)
    hub["success"].trouble.rows = None
    hub["success"].trouble.down |= {"read", "fetch", "find", "search", "write"}
    return lost


def test_no_second_create_is_sent_before_the_first_one_is_looked_for(stage):
    """Pushing a plan again says nothing about what became of the first attempt."""
    from kamsync.engine import push

    hub = stage("sales", "success", can={"sales": ALL, "success": ALL & ~Can.STAMP})
    hub["sales"].create(name="Acme")
    plan = hub.preview().plan
    hub["success"].trouble.rows = lambda write, land: (
        land(),
        Receipt(Outcome.UNKNOWN, write.native_id),
    )[1]
    hub.round(approve=plan.id)
    writes = hub["success"].memory.landed[Op.CREATE]

    push(hub.hub, hub.hub.system("success"), hub.last_round())

    assert writes == hub["success"].memory.landed[Op.CREATE]


def test_what_was_entered_before_a_delete_comes_back_with_the_record(met):
    """The system brings it back with its old values: one of them was never heard."""
    hub, here, there = met("sales", "success", policy=RESTORE)
    hub["sales"].edit(here, phone="+4930123456")
    hub["sales"].delete(here)

    hub.settle()

    assert "+4930123456" == hub["success"].get(there, "phone")


def test_what_contends_in_a_record_that_is_merged_away_contends_on(stage):
    """Nobody has ruled on it: the survivor's golden value does not just replace it."""
    hub = stage("sales", "success")
    kept, gone = (
        hub["sales"].create(name=n, domains=[d]) for n, d in (("A", "a.com"), ("B", "b.com"))
    )
    hub.meet()
    record = hub.of("sales", gone)
    there = hub.native("success", record)
    hub["sales"].edit(gone, phone="+4930111111")
    hub["success"].edit(there, phone="+4930222222")
    hub.round()
    assert 1 == len(hub.conflicts(Kind.VALUE))
    hub["sales"].merge(gone, kept)

    hub.settle()

    said = {"+4930222222"}
    open_ = {side.value for c in hub.conflicts() for side in c.contenders}
    assert said <= open_ | {hub.golden("phone", hub.of("sales", kept))}


def test_only_one_record_comes_back_where_two_were_one(stage):
    """Both are gone; one is enough."""
    hub = stage("sales", "success")
    first = _only(hub, "sales", name="Acme", domains=["acme.com"])
    second = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.round()
    hub.decide(hub.conflict(), choice="same")
    hub.settle()
    hub["sales"].delete(first)
    hub["sales"].delete(second)
    hub.round()

    for conflict in hub.conflicts(Kind.DELETE):
        hub.decide(conflict, choice="restore")
    hub.settle()

    assert 1 == len(hub["sales"].ids())


def test_a_ruling_that_one_system_does_without_lets_the_others_go_on(met):
    """What was held for the question is written afterwards."""
    hub, here, there, elsewhere = met("sales", "success", "account")
    hub["success"].edit(there, name="Acme Corp")
    hub["sales"].delete(here)
    hub["account"].trouble.down.add("write")
    hub.round()
    hub["account"].trouble.down.clear()
    hub.decide(hub.conflict(), choice="detach")

    hub.settle()

    assert "Acme Corp" == hub["account"].get(elsewhere, "name")


def test_a_record_that_is_brought_back_by_hand_is_written_to_again(met):
    """Whoever undeletes it has decided that the system does not do without it."""
    hub, here, there = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()
    hub.decide(hub.conflict(), choice="detach")
    hub.settle()
    hub["sales"].undelete(here)
    hub.settle()

    hub["success"].edit(there, name="Acme Corp")
    hub.settle()

    assert "Acme Corp" == hub["sales"].get(here, "name")


def test_a_reference_waits_for_a_record_that_comes_back(stage):
    """It was left out while its target was gone, and is written once that is there again."""
    hub = stage("sales", "success")
    parent = _only(hub, "sales", name="Group", domains=["group.com"])
    there = hub.native("success", hub.of("sales", parent))
    hub["success"].delete(there)
    hub.round()
    child = hub["sales"].create(name="Daughter", domains=["daughter.com"], parent=parent)
    hub.settle()
    hub.decide(hub.conflict(), choice="restore")

    hub.settle()

    daughter = hub.native("success", hub.of("sales", child))
    assert there == hub["success"].get(daughter, "parent")


def test_a_reference_to_what_is_gone_can_be_replaced(stage):
    """It reads as the record that it was, and another one takes its place."""
    hub = stage("sales", "success")
    old, new, child = (
        hub["sales"].create(name=n, domains=[f"{n.lower()}.com"]) for n in ("Old", "New", "Child")
    )
    hub["sales"].edit(child, parent=old)
    hub.meet()
    hub.settle()
    there = hub.native("success", hub.of("sales", old))
    hub["success"].delete(there)
    hub.round()

    hub["sales"].edit(child, parent=new)
    hub.settle()

    daughter = hub.native("success", hub.of("sales", child))
    wanted = hub.native("success", hub.of("sales", new))
    assert wanted == hub["success"].get(daughter, "parent")


def test_a_history_by_the_second_does_not_bring_back_what_golden_has_dealt_with(met):
    """The second of the last reading is told again: an old edit of it is no news."""
    coarse = ALL & ~Can.EXACT_VERSION & ~Can.REFUSE_STALE
    hub, here, there = met("sales", "success", can={"sales": ALL, "success": coarse})
    hub["success"].edit(there, name="First")
    hub.settle()
    hub["sales"].edit(here, name="Second")
    hub.settle()
    hub["sales"].edit(here, phone="+4930123456")

    hub.settle()

    assert ["Second"] == hub["sales"].all("name")
    assert ["Second"] == hub["success"].all("name")


def test_a_lost_write_is_given_up_in_time(met):
    """Where its record never changes, nothing else would ever say what became of it."""
    hub, here, _ = met("sales", "success", can={"sales": ALL, "success": ALL & ~Can.REFUSE_STALE})
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].trouble.rows = lambda write, _: Receipt(Outcome.UNKNOWN, write.native_id)
    hub.round()
    hub["success"].trouble.rows = None
    hub["sales"].edit(here, name="Acme")
    hub.settle()

    hub.clock.wait(timedelta(hours=2).total_seconds())
    hub.settle()

    assert [] == hub.store.outbox.inflight("success", "account", 0, 10)


def test_a_late_create_of_a_merged_record_makes_no_new_one(stage):
    """The keys of the record that was merged away lead to the one that took it over."""
    hub = stage("sales", "success", can={"sales": ALL, "success": ALL & ~Can.STAMP})
    kept, gone = (
        hub["sales"].create(name=n, domains=[d]) for n, d in (("A", "a.com"), ("B", "b.com"))
    )
    hub.meet()
    hub["sales"].merge(gone, kept)
    hub.settle()

    hub["success"].create(name="B", domains=["b.com"])
    hub.settle()

    assert 1 == len(hub.conflicts(Kind.MATCH))
    assert [kept] == hub["sales"].ids()


def test_a_delete_waits_for_an_edit_that_cannot_be_merged_yet(stage):
    """What was entered there is heard before it goes with its record."""
    hub = stage("sales", "success", policy={"account": {"deletes": "propagate"}})
    here = _only(hub, "sales", name="Acme", domains=["acme.com"])
    (there,) = hub["success"].ids()
    unknown = hub["success"].create(name="Never read", domains=["unread.com"])
    hub["success"].edit(there, parent=unknown)
    hub["success"].delete(unknown)
    hub["sales"].delete(here)

    hub.round()

    assert hub["success"].exists(there)


def test_a_system_that_is_down_keeps_its_lost_create_open(stage):
    """It is looked for when the system is back, and not forgotten with the round."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme")
    plan = hub.preview().plan

    def broken(_, land):
        land()
        raise SystemDown("The line broke.")

    hub["success"].trouble.rows = broken
    hub.round(approve=plan.id)
    hub["success"].trouble.rows = None

    hub.settle()

    assert 1 == len(hub["success"].ids())


def test_what_waited_for_an_edit_goes_on_once_that_went_with_its_record(stage):
    """A contact of an account that nobody can see is made again, and then elsewhere."""
    hub = stage(
        "sales",
        "success",
        entities=("account", "contact"),
        can={"sales": ALL, "success": ALL & ~(Can.UNDELETE | Can.ANSWERS_WITH_RECORD)},
        policy={"contact": {"deletes": "restore"}},
    )
    contact = hub["success"].create("contact", account="account-99", email="li@acme.com")
    hub.meet()
    assert [] == hub["sales"].ids("contact")
    hub["success"].delete(contact)

    hub.settle()

    (there,) = hub["success"].ids("contact")
    (here,) = hub["sales"].ids("contact")
    assert hub.of("success", there) == hub.of("sales", here)


def test_a_write_that_a_history_tells_again_answers_no_other_one(met):
    """The first request, of which nothing was heard, may be on its way all the same."""
    can = {"sales": ALL, "success": ALL & ~Can.EXACT_VERSION & ~Can.REFUSE_STALE}
    world = {"success": {"lateness": timedelta(seconds=30)}}
    hub, here, there = met("sales", "success", can=can, world=world)
    late = []

    def lost(write, land):
        late.append(land)
        return Receipt(Outcome.UNKNOWN, write.native_id)

    hub["sales"].edit(here, name="Second")
    hub["success"].trouble.rows = lost
    hub.round()
    hub["success"].trouble.rows = None
    hub.round()
    hub["sales"].edit(here, name="Third")
    hub.round()
    late[0]()
    hub.clock.wait(60)
    hub["success"].edit(there, name="Fourth")

    hub.settle()

    assert {"Third", "Fourth"} == {c.value for c in hub.conflicts()[0].contenders}
