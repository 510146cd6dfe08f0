"""What a plan and a conflict say is read by people: parts by name, and names instead of ids."""

import pytest

from kamsync.cli import words
from kamsync.entities import core_schema

DEAL = {
    "name": "Big deal",
    "stage": "Qualification",
    "status": "open",
    "probability": "0.1",
}


@pytest.fixture
def deal(hub):
    """A deal that only sales knows, of an account that success does not know either."""
    account = hub.anna.create("account", {"name": "Nordwind GmbH", "domains": ["nordwind.de"]})
    hub.anna.create("opportunity", {**DEAL, "account": account})
    return hub


def fields_of(plan, entity="opportunity"):
    """The fields of the one write of an entity."""
    [change] = [each for each in plan["changes"] if each["entity"] == entity]
    return change["fields"]


def test_a_plan_names_the_parts_of_a_group(deal):
    """Each with its value, a share in percent."""
    shown = deal.run("plan", "--full").stdout
    assert "stage: Qualification, status: open, probability: 10 %" in " ".join(shown.split())


def test_a_plan_names_what_is_to_be_created_with_it(deal):
    """The account has no record yet: the preview that made one was undone."""
    shown = deal.run("plan", "--full").stdout
    [line] = [line for line in shown.splitlines() if line.split()[:1] == ["account"]]
    assert ["account", "Nordwind", "GmbH"] == line.split()[:3]


def test_a_plan_names_what_it_would_match(deal):
    """Success holds the account already, and no round has linked it."""
    deal.bo.create("account", {"name": "Nordwind (DE)", "domains": ["nordwind.de"]})
    [raw] = fields_of(deal.document_of_plan())["account"]["after"]
    assert "account-1" == raw
    assert ["", "Nordwind (DE)"] == fields_of(deal.document_of_plan())["account"]["names"]


def test_a_plan_gives_scripts_the_raw_cells_beside_the_words(deal):
    """Nothing is only words."""
    stage = fields_of(deal.document_of_plan())["stage"]
    assert ["Qualification", "open", "0.1"] == stage["after"]
    parts = {"stage": "Qualification", "status": "open", "probability": "0.1"}
    assert [None, parts] == stage["parts"]


def test_an_id_is_shown_where_no_name_is_known(deal):
    """A reference to what nobody has named is not a blank."""
    deal.anna.edit("account", "account-1", {"name": None})
    field = fields_of(deal.document_of_plan())["account"]
    assert ["", ""] == field["names"]
    assert field["after"][0] in deal.run("plan", "--full").stdout


def test_pay_is_hidden_in_the_parts_as_in_the_cells(deal):
    """What is told beside the cells tells no more than they do."""
    config = deal.file.read_text().replace("allow = {", 'allow = { commission = ["create"],')
    deal.configure(
        config.replace('path = "success.jsonl"', 'path = "success.jsonl"\nclears_pay = true')
    )
    paid = {"reference": "1", "account": "account-1", "amount": "4711", "currency": "EUR"}
    deal.anna.create("commission", paid)
    amount = fields_of(deal.document_of_plan(), "commission")["amount"]
    assert ({"hidden": "pay"}, [None, None]) == (amount["after"], amount["parts"])
    assert "4711" not in deal.run("plan", "--full", "--json").stdout


@pytest.fixture
def disputed_account(deal):
    """Both systems say of one deal, at once, whose it is."""
    for name in ("Pinewood", "Weidenhof"):
        deal.anna.create("account", {"name": name, "domains": [f"{name.lower()}.example"]})
    deal.meet()
    deal.run("sync")
    for system, person, name in (
        (deal.sales, deal.anna, "Pinewood"),
        (deal.success, deal.bo, "Weidenhof"),
    ):
        accounts = {v["name"]: id_ for id_, v in system.records("account").items()}
        [opportunity] = system.records("opportunity")
        person.edit("opportunity", opportunity, {"account": accounts[name]})
    assert 0 == deal.run("sync").exit_code
    return deal


def test_a_conflict_calls_records_by_name(disputed_account):
    """In its line, its sides, its choices, and in what each of them would write."""
    [item] = disputed_account.document("conflicts")["items"]
    for command in (("conflicts",), ("conflicts", "show", item["id"])):
        told = " ".join(disputed_account.run(*command).stdout.split())
        assert "Pinewood" in told
        assert "Weidenhof" in told
        assert not [side for side in item["sides"] if side["value"] in told]
    assert "Pinewood → Weidenhof" in told
    kept = disputed_account.run("conflicts", "resolve", item["id"], "--keep", "success")
    assert "is decided: Weidenhof." in " ".join(kept.stdout.split())


def test_a_story_calls_records_by_name(disputed_account):
    """In what was said, decided and written; the ids are for scripts."""
    deal = disputed_account.document("conflicts")["items"][0]["record"]
    disputed_account.run("conflicts", "resolve", "1", "--keep", "success")
    disputed_account.run("sync")
    for command in (("explain", f"{deal}.account"), ("history", deal)):
        shown = disputed_account.run(*command).stdout
        story = [
            line
            for line in shown.splitlines()
            if line.split()[2:3] in (["decided"], ["wrote"], ["held"])
        ]
        told = " ".join("\n".join(story).split())
        assert "Pinewood → Weidenhof" in told
        assert "lost: Pinewood" in told
        assert "account-" not in told


def test_a_currency_without_a_sum_is_the_blank_that_it_is():
    """Nobody reads a bare currency as a value."""
    money = core_schema().entity("account").field("annual_revenue")
    sum_ = {"annual_revenue": "690000000", "revenue_currency": "EUR"}
    told = words.from_to(money, (["EUR"], ["EUR", "690000000"]), ("", ""), ({}, sum_))
    assert ("—", "690,000,000.00 EUR") == told


def test_two_records_of_one_name_are_told_apart():
    """By their ids; the same record said twice needs none."""
    assert ["Acme (a-1)", "Acme (a-2)"] == words.named(["Acme", "Acme"], ["a-1", "a-2"])
    assert ["Acme", "Acme", ""] == words.named(["Acme", "Acme", ""], ["a-1", "a-1", "a-3"])
