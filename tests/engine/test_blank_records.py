"""A record of which nothing can be said elsewhere waits with its reason, and is not created empty."""

from __future__ import annotations

from kamsync.connector import Can
from kamsync.memory import ALL


def test_a_record_whose_fields_are_all_blank_is_created_nowhere(stage):
    """An empty record in another system helps nobody, and is hard to tell from a mistake."""
    hub = stage("sales", "success")
    native = hub["sales"].create(name=None)
    hub.meet()
    hub.settle()

    assert [] == hub["success"].ids()
    (park,) = hub.parked()
    assert ("success", hub.of("sales", native)) == (park.system, park.record)
    assert "account: It is not created there while none of its values can be sent." == park.reason


def test_a_record_whose_fields_are_all_parked_is_created_nowhere(stage):
    """What cannot be understood is not sent, and neither is an empty shell of it."""
    hub = stage("sales", "success")
    hub["sales"].create(tier="so-so")
    hub.meet()
    hub.settle()

    assert [] == hub["success"].ids()
    assert {"sales", "success"} == {park.system for park in hub.parked()}


def test_a_record_that_says_only_that_it_belongs_to_itself_waits_with_its_reason(stage):
    """It cannot be said of what is not there yet, so that nothing would be sent, round after round."""
    hub = stage("sales", "success")
    hub.meet()
    native = hub["sales"].create(name="Acme")
    hub["success"].trouble.down = {"write"}
    hub.round()
    hub["sales"].edit(native, name=None, parent=native)
    hub["success"].trouble.down = set()
    hub.settle()

    assert [] == hub["success"].ids()
    assert 0 == hub.preview().plan.writes
    assert [
        "account: It is not created there while none of its values can be sent."
    ] == hub.reasons()


def test_nothing_waits_where_nothing_may_be_created(stage):
    """A system that is only read is not short of a record."""
    hub = stage("sales", "success", allow={"sales": {"account": ["update"]}})
    hub["sales"].create(name=None)
    hub.meet()

    assert [] == hub.parked()


def test_a_record_that_gets_its_first_value_is_created_and_waits_no_more(stage):
    """The reason goes away by itself."""
    hub = stage("sales", "success")
    native = hub["sales"].create(name=None)
    hub.meet()
    hub["sales"].edit(native, name="Acme")
    hub.settle()

    assert ["Acme"] == hub["success"].all("name")
    assert [] == hub.parked()


def test_a_record_whose_only_value_is_decided_later_is_created_then(stage):
    """While a field is under review it is not sent, so that there is nothing to create."""
    hub = stage("sales", "success", "account")
    sales = hub["sales"].create(name="Acme", domains=["acme.com"])
    success = hub["success"].create(name="Acme AG", domains=["acme.com"])
    hub.hub.systems["account"].maps["account"].fields.pop("domains")
    hub.meet()
    assert [] == hub["account"].ids()

    hub.decide(hub.conflict(), "Acme AG")
    hub.settle()

    assert ["Acme AG"] == hub["account"].all("name")
    assert [] == hub.parked()
    assert "Acme AG" == hub["sales"].get(sales, "name") == hub["success"].get(success, "name")


def test_a_record_of_values_that_may_not_reach_a_system_is_not_created_there(stage):
    """A shell would tell of pay that is there, and nothing else."""
    hub = stage("sales", "success", entities=("account", "commission"), clears_pay=("sales",))
    hub["sales"].create("commission", amount="100.00")
    hub.meet()
    hub.settle()

    assert [] == hub["success"].ids("commission")


def test_an_empty_record_that_is_gone_returns_where_it_comes_back_as_itself(met):
    """It brings back what it held, and nothing has to be sent for that."""
    hub, sales, success = met(policy={"account": {"deletes": "restore"}}, can=ALL | Can.UNDELETE)
    hub["sales"].edit(sales, name=None, domains=None)
    hub.settle()
    hub["success"].delete(success)
    hub.settle()

    assert hub["success"].exists(success)
