"""A pilot: some accounts with everything that belongs to them, and nothing else, before the rest is let in."""

import pytest

from kamsync.engine import Choice
from kamsync.errors import ApprovalMissing, UnknownName
from kamsync.model import Kind

ENTITIES = ("account", "employee", "contact", "opportunity", "split")


def town(stage):
    """Two accounts in sales with a contact, a deal and its share each; success knows the first."""
    hub = stage("sales", "success", entities=ENTITIES)
    sales, natives = hub["sales"], {}
    person = sales.create(
        "employee",
        number="7",
        name={"first_name": "Ada", "last_name": "Weber"},
        email="ada@us.example",
    )
    for name in ("acme", "bolt"):
        account = sales.create(name=name.title(), domains=[f"{name}.com"], owner=person)
        sales.create("contact", account=account, last_name=name, email=f"joe@{name}.com")
        deal = sales.create("opportunity", account=account, name=f"{name} deal", stage="open")
        sales.create("split", opportunity=deal, employee=person, fraction="1", kind="revenue")
        natives[name] = account
    hub["success"].create(name="Acme", domains=["acme.com"], phone="+4930123456")
    return hub, natives


def account(hub, native):
    """The choice of an account of sales, which is found once everything is matched."""
    return Choice((native,), lambda _, text: hub.of("sales", text))


def test_a_pilot_takes_what_belongs_to_an_account_along(stage):
    """Its contacts, its deals, their shares and the people behind them; of other accounts nothing."""
    hub, natives = town(stage)
    only = account(hub, natives["acme"])

    pilot = hub.preview(only=only)
    hub.round(only=only, approve=pilot.plan.id)

    assert {"account": 1, "contact": 1, "opportunity": 1, "split": 1, "employee": 1} == pilot.pilot
    assert ["+4930123456"] == [hub["sales"].get(natives["acme"], "phone")]
    counts = {entity: len(hub["success"].ids(entity)) for entity in ENTITIES}
    assert dict.fromkeys(ENTITIES, 1) == counts
    assert [1, 1, 1, 1] == [len(hub.records(each)) for each in ENTITIES if each != "employee"]


def test_the_plan_of_a_pilot_says_what_it_is_for(stage):
    """Who approves it need not name the records again, and approves nothing beyond them."""
    hub, natives = town(stage)
    only = account(hub, natives["bolt"])
    plan = hub.preview(only=only).plan

    hub.round(approve=plan.id)

    assert ["acme.com", "bolt.com"] == sorted(
        domain for each in hub["success"].all("domains") for domain in each
    )
    assert 1 == len(hub["success"].ids("contact"))
    with pytest.raises(ApprovalMissing, match="first meeting"):
        hub.round()


def test_after_a_pilot_the_rest_meets_as_if_there_had_been_none(stage):
    """What the pilot brought into step stays so, and what it left out is not lost."""
    hub, natives = town(stage)
    only = account(hub, natives["acme"])
    hub.round(approve=hub.preview(only=only).plan.id)

    hub.meet()
    hub.settle()

    assert [] == hub.conflicts()
    assert [2, 1, 2, 2, 2] == [len(hub["success"].ids(each)) for each in ENTITIES]


def test_a_pilot_of_nobody_is_refused_and_keeps_nothing(stage):
    """The round ends; the next one is not told that it broke off."""
    hub, _ = town(stage)

    def nobody(_hub, text):
        raise UnknownName(f"There is no record {text!r}.")

    with pytest.raises(UnknownName):
        hub.round(only=Choice(("Nobody",), nobody))

    assert "stopped" == hub.store.rounds.list(1)[0].state
    assert [] == hub.records()


def test_a_pilot_asks_what_the_whole_round_would_ask(stage):
    """What may be the chosen account is not created beside it."""
    hub = stage("sales", "success")
    chosen = hub["sales"].create(name="Acme Steel Works", billing_city="Bonn")
    hub["sales"].create(name="Bolt")
    hub["success"].create(name="Acme Steel Wroks", billing_city="Bonn")
    only = account(hub, chosen)

    hub.round(approve=hub.preview(only=only).plan.id)

    assert Kind.MATCH == hub.conflict().kind
    assert (["Acme Steel Works", "Bolt"], ["Acme Steel Wroks"]) == (
        hub["sales"].all("name"),
        hub["success"].all("name"),
    )


def test_who_is_who_is_told_among_all_records(stage):
    """A pilot ties no native record that is another account's, although that one is left out."""
    hub = stage("sales", "success")
    chosen = hub["sales"].create(name="Nordwind", phone="+4930123456")
    hub["sales"].create(name="Handelskontor Ost", domains=["nordwind.de"])
    there = hub["success"].create(name="Nordwind", domains=["nordwind.de"], phone="+4930123456")
    only = account(hub, chosen)

    hub.round(approve=hub.preview(only=only).plan.id)

    assert [hub.of("sales", chosen)] == hub.records()
    assert hub.link("success", there).record is None
