"""Shares in one opportunity are right only together: written all at once, or not at all."""

import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.memory import ALL
from kamsync.memory.rules import Shares
from kamsync.model import Op, Outcome, Receipt

ENTITIES = ("account", "employee", "opportunity", "split")
RULE = {"split": Shares("opportunity", "fraction")}
PEOPLE = ("ann", "ben", "cleo")


@pytest.fixture
def shared(stage):
    """Make two systems that take only shares that add up, with a deal that two people share."""

    def make(**options):
        world = {name: {"shares": RULE} for name in ("sales", "success")}
        made = stage(entities=ENTITIES, world=world, **options)
        sales = made["sales"]
        account = sales.create(name="Acme", domains=["acme.com"])
        people = [
            sales.create("employee", name=name, email=f"{name}@us.example") for name in PEOPLE
        ]
        deal = sales.create("opportunity", name="Deal", account=account)
        shares = [_share(sales, deal, person, "0.5") for person in people[:2]]
        made.meet()
        made.settle()
        assert ["0.5", "0.5"] == made["success"].all("fraction", "split")
        return made, deal, people, shares

    return make


def _share(desk, deal, person, fraction):
    values = {"opportunity": deal, "employee": person, "fraction": fraction, "kind": "revenue"}
    return desk.create("split", **values)


def _give_a_third(made, deal, people, shares):
    """Add the third person in the sales system, whose share the others give."""
    made["sales"].edit(shares[0], fraction="0.4")
    made["sales"].edit(shares[1], fraction="0.4")
    return _share(made["sales"], deal, people[2], "0.2")


@pytest.mark.parametrize("can", [ALL, ALL & ~Can.REFUSE_STALE], ids=["conditional", "plain"])
def test_a_third_owner_arrives_with_what_the_others_give(shared, can):
    """Two updates and a create are one change, which the system takes in one round."""
    made, deal, people, shares = shared(can=can)
    _give_a_third(made, deal, people, shares)

    made.round()

    assert ["0.2", "0.4", "0.4"] == made["success"].all("fraction", "split")
    assert [] == made.parked()


def test_a_share_that_ends_is_taken_by_the_other(shared):
    """A delete and an update are one change."""
    made, _, _, shares = shared()
    made["sales"].delete(shares[0])
    made["sales"].edit(shares[1], fraction="1")

    made.settle()
    for conflict in made.conflicts():
        made.decide(conflict, choice="delete")
    made.settle()

    assert ["1"] == made["success"].all("fraction", "split")
    assert [] == made.parked()


def test_no_set_is_cut_at_the_end_of_a_batch(shared):
    """Where a call carries three rows, the two sets of two and three rows go in two calls."""
    made, deal, people, shares = shared()
    sales = made["sales"]
    other = sales.create("opportunity", name="Other", account=sales.ids()[0])
    more = [_share(sales, other, person, "0.5") for person in people[:2]]
    made.settle()
    made["success"].memory._batch = 3
    sales.edit(more[0], fraction="0.7")
    sales.edit(more[1], fraction="0.3")
    _give_a_third(made, deal, people, shares)

    made.round()

    expected = ["0.2", "0.3", "0.4", "0.4", "0.7"]
    assert expected == made["success"].all("fraction", "split")
    assert [] == made.parked()


def test_a_set_waits_while_one_of_it_is_under_review(shared):
    """What is certain is not written half; it says for whom it waits, and goes once that is decided."""
    made, deal, people, shares = shared()
    theirs = made.native("success", made.of("sales", shares[0]))
    made["success"].edit(theirs, fraction="0.3")
    _give_a_third(made, deal, people, shares)

    made.round()

    assert ["0.3", "0.5"] == made["success"].all("fraction", "split")
    reasons = [reason for reason in made.reasons() if "written together" in reason]
    assert reasons
    assert all("fraction is under review" in reason for reason in reasons)
    made.decide(made.conflict(), value="0.4")
    made.settle()
    assert ["0.2", "0.4", "0.4"] == made["success"].all("fraction", "split")
    assert [] == made.parked()


def test_a_set_waits_for_what_kamsync_may_not_do(shared):
    """Where nothing may be created, the others do not give what nobody gets."""
    allowed = dict.fromkeys(ENTITIES, frozenset(Op))
    made, deal, people, shares = shared(allow={"sales": allowed, "success": allowed})
    system = made.hub.systems["success"]
    fewer = {**allowed, "split": frozenset({Op.UPDATE})}
    made.hub.systems["success"] = structs.replace(system, allow=fewer)
    _give_a_third(made, deal, people, shares)

    made.round()

    assert ["0.5", "0.5"] == made["success"].all("fraction", "split")
    assert any("may not create it there" in reason for reason in made.reasons())


def test_a_refused_share_stops_all_of_its_set(shared):
    """Nothing of a set is written beside a refusal, all of it waits, and a new edit lets it try again."""
    made, deal, people, shares = shared()
    made["sales"].edit(shares[0], fraction="0.4")
    made["sales"].edit(shares[1], fraction="0.4")

    made.round()

    assert ["0.5", "0.5"] == made["success"].all("fraction", "split")
    assert 2 == len([reason for reason in made.reasons() if "add up to 0.8" in reason])
    _share(made["sales"], deal, people[2], "0.2")
    made.round()
    assert ["0.2", "0.4", "0.4"] == made["success"].all("fraction", "split")
    assert [] == made.parked()


def test_an_edit_in_between_stops_all_of_its_set(shared):
    """A share that somebody changed just before is not overwritten, and none beside it is written."""
    made, deal, people, shares = shared()
    third = made.native("success", made.of("sales", shares[1]))

    _give_a_third(made, deal, people, shares)
    plan = made.preview().plan
    assert plan is not None
    assert {Op.UPDATE, Op.CREATE} == {w.op for w in plan.shown if w.system == "success"}
    made["success"].edit(third, fraction="0.6")

    made.round()

    assert "0.6" == made["success"].get(third, "fraction")
    assert 2 == len(made["success"].ids("split"))


def test_a_lost_answer_makes_nobody_share_twice(shared):
    """What was carried out is found, and done once."""
    made, deal, people, shares = shared()
    _give_a_third(made, deal, people, shares)
    made["success"].trouble.deaf.add("write")

    made.round()
    made.settle()

    assert ["0.2", "0.4", "0.4"] == made["success"].all("fraction", "split")
    assert [] == made.parked()


def test_what_is_put_off_beside_a_refusal_waits_with_it(shared):
    """Else it would be sent in every round for nothing."""
    made, deal, people, shares = shared()
    _give_a_third(made, deal, people, shares)

    def refuse(write, _land):
        outcome = Outcome.REFUSED if write.op is Op.CREATE else Outcome.LATER
        return Receipt(outcome, write.native_id, reason="Not that person.")

    made["success"].trouble.rows = refuse
    made.round()

    assert 3 == len([reason for reason in made.reasons() if "Not that person." in reason])
    calls = made["success"].memory.calls["write"]
    made.round()
    assert calls == made["success"].memory.calls["write"]
