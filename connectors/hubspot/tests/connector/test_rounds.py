"""Whole rounds between a portal and another system: what people enter arrives, and nothing is lost."""

import pytest

from kamsync.clock import instant
from kamsync.engine import resolve_conflict
from kamsync.model import Decision, Kind
from kamsync.sandbox.faults import Fault
from kamsync_hubspot.testing.world import PERSON


class Race(Fault, frozen=True, kw_only=True, tag="race"):
    """A person is quicker by a moment: the edit lands just before the call does."""

    edit: object = None

    async def strike(self, request, proceed, service):  # noqa: ARG002 - as it is called
        self.edit()
        return await proceed()


def owner(stage, name=PERSON):
    """The id of an owner."""
    people = stage.portal.portal.people.all.values()
    return next(each.owner_id for each in people if each.name == name)


def test_a_whole_account_arrives(stage):
    """An account with its people, deals and splits is made in the portal as it is meant, once."""
    portal = stage.portal
    emails = {each.name: each.email for each in portal.portal.people.all.values()}
    ada = stage.create("employee", email=emails[PERSON], first_name="Ada", last_name="Weber")
    ingrid = stage.create("employee", email=emails["Ingrid Solberg"], last_name="Solberg")
    account = stage.create(
        "account",
        name="Nordwind Logistik",
        domains=["nordwind.example"],
        phone="+4942112345",
        owner=ada,
        employees=120,
        annual_revenue="1500000",
        revenue_currency="EUR",
        billing_city="Bremen",
        billing_country="DE",
    )
    person = stage.create(
        "contact",
        account=account,
        first_name="Lena",
        last_name="Brandt",
        email="lena@nordwind.example",
    )
    deal = stage.create(
        "opportunity",
        account=account,
        name="Renewal",
        stage="contractsent",
        status="open",
        probability="0.9",
        amount="90000",
        currency="EUR",
        close_date="2026-06-30",
        owner=ada,
        forecast_category="commit",
    )
    for employee, fraction in ((ada, "0.6"), (ingrid, "0.4")):
        stage.create(
            "split", opportunity=deal, employee=employee, fraction=fraction, kind="revenue"
        )

    stage.meet()
    stage.settle()

    assert [] == stage.reasons()
    [company] = stage.natives("account")
    held = stage.look("companies", company)
    expected = {
        "name": "Nordwind Logistik",
        "domain": "nordwind.example",
        "country": "Germany",
        "numberofemployees": "120",
        "hubspot_owner_id": owner(stage),
    }
    assert expected.items() <= held.items()
    [contact] = stage.natives("contact")
    assert "lena@nordwind.example" == stage.look("contacts", contact)["email"]
    [native] = stage.natives("opportunity")
    held = stage.look("deals", native)
    expected = {"dealstage": "contractsent", "pipeline": "default", "amount": "90000"}
    assert expected.items() <= held.items()
    assert "2026-06-30T12:00:00Z" == held["closedate"]
    assert {f"{native}:{owner(stage)}", f"{native}:{owner(stage, 'Ingrid Solberg')}"} == set(
        stage.natives("split")
    )
    assert person


def test_an_edit_at_the_screen_is_its_persons(stage):
    """What a person changes in the portal arrives in the other system, under the person's name."""
    account = stage.create("account", name="Nordwind", description="before")
    stage.meet()
    [company] = stage.natives("account")

    stage.at_screen("edit", "companies", id=company, values={"description": "from the screen"})
    stage.settle()

    assert "from the screen" == stage.sales.values("account", account)["description"]
    [id_] = stage.hub.store.records.ids("account", "", 100)
    golden = stage.hub.store.records.by_id([id_])[id_].fields["description"]
    assert (PERSON, "success") == (golden.origin.person, golden.origin.system)


@pytest.mark.parametrize("after", [False, True])
def test_an_edit_that_races_our_write_is_recovered(stage, after):
    """A value that our write covered, or that covered it, is heard: it becomes a question, and is kept."""
    account = stage.create("account", name="Nordwind", description="before")
    stage.meet()
    stage.settle()
    [company] = stage.natives("account")

    def edit():
        stage.portal.service.act(
            PERSON,
            "edit",
            {"object": "companies", "id": company, "values": {"description": "in between"}},
        )
        stage.clock.forward(0.5)

    stage.edit(account, description="ours")
    if after:
        stage.round()
        stage.at_screen("edit", "companies", id=company, values={"description": "in between"})
    else:
        stage.portal.faults.add(Race(path="*/batch/update", times=1, edit=edit))
        stage.round()
    stage.round()
    conflicts = stage.hub.store.reviews.open(Kind.VALUE)

    if after:
        assert "in between" == stage.sales.values("account", account)["description"]
        return
    assert "ours" == stage.look("companies", company)["description"]
    [conflict] = conflicts
    told = {each.value: each.person for each in conflict.contenders}
    assert PERSON == told["in between"]
    decision = Decision("rita", instant(stage.clock.now()), "in between")
    resolve_conflict(stage.hub, conflict.id, conflict.version, decision)
    stage.settle()
    assert "in between" == stage.look("companies", company)["description"]
    assert "in between" == stage.sales.values("account", account)["description"]


def test_our_own_writes_come_back_as_nobodys_edits(stage):
    """What we wrote is known as ours, so that it moves nothing and opens no question."""
    account = stage.create("account", name="Nordwind", description="one")
    stage.meet()
    stage.settle()
    for text in ("two", "three", "two"):
        stage.edit(account, description=text)
        stage.settle()

    assert [] == stage.hub.store.reviews.open()
    assert "two" == stage.golden("account", "description")


def test_companies_that_are_merged_are_one(stage):
    """A merge at the screen makes a new record; both old ones lead to it, and nothing is made again."""
    first = stage.create("account", name="Nordwind", domains=["nordwind.example"])
    second = stage.create("account", name="Sturm und Söhne", domains=["sturm.example"])
    stage.meet()
    stage.settle()
    companies = dict(zip(("one", "two"), stage.natives("account"), strict=True))

    kept = stage.at_screen("merge", "companies", id=companies["one"], loser=companies["two"])
    for _ in range(3):
        stage.round()

    living = stage.hub.store.records.ids("account", "", 100)
    records = stage.hub.store.records.by_id(living)
    assert 1 == sum(1 for each in records.values() if each.merged_into is None)
    links = stage.hub.store.links.by_native("success", "account", [kept])
    assert records[links[kept].record].merged_into is None
    assert {first, second} <= set(stage.sales.records("account"))


def test_what_the_portal_refuses_waits_with_its_reason(stage):
    """A row that the portal does not take is parked with a reason, and the others go on."""
    stage.create("account", name="Nordwind", annual_revenue="5", revenue_currency="XTS")
    stage.create("account", name="Sturm und Söhne")

    stage.meet()

    assert 1 == len(stage.reasons())
    assert "hs_annual_revenue_currency_code" in stage.reasons()[0]
    assert 1 == len(stage.natives("account"))
