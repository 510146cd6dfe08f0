"""A hub between an org and another system, as its commands run it."""

import json

import pytest
from click.testing import CliRunner

from kamsync.cli import root
from kamsync.memory import MemorySystem
from kamsync.sandbox.mishaps import LoseAnswer
from kamsync.sandbox.world import STAFF
from kamsync.seal import write_key

CONFIG = """
plugins = ["salesforce"]

[system.sales]
connector = "salesforce"
team = "sales"
host = "{host}"
client_id = "{client_id}"
client_secret = {{ env = "SALESFORCE_CLIENT_SECRET" }}
currency = "EUR"
allow = {{ account = ["create", "update"], contact = ["create", "update"], opportunity = ["create", "update"] }}

[system.success]
connector = "memory"
team = "success"
path = "success.jsonl"
allow = {{ account = ["create", "update"], contact = ["create", "update"], employee = ["create", "update"], opportunity = ["create", "update"] }}
"""


class Hub:
    """A folder with a configuration, and the people on both sides."""

    def __init__(self, org, folder):
        self.org = org
        self.folder = folder
        credentials = org.service.credentials
        config = CONFIG.format(host=org.server.url, client_id=credentials.client_id)
        (folder / "kamsync.toml").write_text(config)
        write_key(folder / "kamsync.key")

    def run(self, *args, status=0):
        result = CliRunner().invoke(root, [*args, "--json"], prog_name="kamsync")
        assert status == result.exit_code, result.stderr
        return json.loads(result.stdout)

    def meet(self):
        plan = self.run("plan", status=2)
        self.run("sync", "--approve", plan["plan"])

    def sync(self):
        self.org.clock.forward(60)
        self.run("sync")

    def success(self):
        return MemorySystem(path=self.folder / "success.jsonl")

    def bo(self, act):
        """Let Bo do something in success."""
        system = self.success()
        try:
            return act(system.act("u2", "Bo Li"))
        finally:
            system.close()

    def records(self, object_):
        system = self.success()
        try:
            return dict(system.records(object_))
        finally:
            system.close()


@pytest.fixture
def hub(org, tmp_path, monkeypatch):
    for place in (
        "kamsync.clock",
        "kamsync_salesforce.connector",
        "kamsync_salesforce.login.login",
    ):
        monkeypatch.setattr(f"{place}.SystemClock", lambda: org.waits)
    monkeypatch.chdir(tmp_path)
    secret = org.service.credentials.client_secret
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", secret)
    return Hub(org, tmp_path)


@pytest.fixture
def nordwind(org, hub):
    """An account with a deal in the org, met by the other system."""
    values = {"Name": "Nordwind Logistik", "BillingCity": "Bremen", "BillingCountry": "Germany"}
    account = org.create("Account", {**values, "AnnualRevenue": 1_000_000}, "susan.lindt")
    deal = {"Name": "Deal", "AccountId": account, "StageName": "Prospecting", "Amount": 500.5}
    org.create("Opportunity", {**deal, "CloseDate": "2027-01-31"}, "susan.lindt")
    org.clock.forward(60)
    hub.meet()
    return account


@pytest.mark.usefixtures("nordwind")
def test_what_the_org_holds_comes_across(hub):
    """Countries, currencies, stages and references, in the words of the schema."""
    [account] = hub.records("account").values()
    [deal] = hub.records("opportunity").values()

    assert ("Nordwind Logistik", "DE", "EUR") == (
        account["name"],
        account["billing_country"],
        account["revenue_currency"],
    )
    assert ("Prospecting", "open", "0.1", "500.5", "EUR") == tuple(
        deal[name] for name in ("stage", "status", "probability", "amount", "currency")
    )
    assert deal["account"] in hub.records("account")
    assert 2 + len(STAFF) == len(hub.records("employee"))


@pytest.mark.usefixtures("nordwind")
def test_what_is_made_elsewhere_is_made_in_the_org_once(hub, org):
    """Also where the answers to the creates are lost."""
    account = hub.bo(lambda bo: bo.create("account", {"name": "Pinewood Foods"}))
    person = {"last_name": "Weber", "account": account, "email": "weber@pine.example"}
    hub.bo(lambda bo: bo.create("contact", person))
    org.server.faults.add(LoseAnswer(path="/services/data/*/composite", method="POST", nth=(2, 3)))

    hub.sync()
    org.server.faults.clear()
    hub.sync()
    hub.sync()

    rows = org.rows("SELECT Name,KamsyncId__c,(SELECT LastName FROM Contacts) FROM Account")
    made = [row for row in rows if row["Name"] == "Pinewood Foods"]
    assert 1 == len(made)
    assert made[0]["KamsyncId__c"].startswith("account-")
    assert ["Weber"] == [each["LastName"] for each in made[0]["Contacts"]["records"]]


def test_both_sides_may_edit_one_record_at_once(hub, org, nordwind):
    """Different fields of it are no disagreement."""
    [native_id] = hub.records("account")
    org.act("edit", "susan.lindt", object="Account", id=nordwind, values={"Industry": "Shipping"})
    hub.bo(lambda bo: bo.edit("account", native_id, {"website": "https://nordwind.example"}))

    hub.sync()

    [row] = org.rows("SELECT Industry,Website FROM Account")
    assert ("Shipping", "https://nordwind.example") == (row["Industry"], row["Website"])
    assert "Shipping" == hub.records("account")[native_id]["industry"]


def test_of_two_edits_of_one_field_none_is_lost(hub, org, nordwind):
    """A person is asked, and until then each side keeps its own."""
    [native_id] = hub.records("account")
    org.act("edit", "susan.lindt", object="Account", id=nordwind, values={"Phone": "+4942111111"})
    hub.bo(lambda bo: bo.edit("account", native_id, {"phone": "+4942122222"}))

    hub.sync()

    [conflict] = hub.run("conflicts")["items"]
    assert {"sales": "+4942111111", "success": "+4942122222"} == {
        side["system"]: side["value"] for side in conflict["sides"]
    }
    [row] = org.rows("SELECT Phone FROM Account")
    assert "+4942111111" == row["Phone"]
    assert "+4942122222" == hub.records("account")[native_id]["phone"]


@pytest.mark.usefixtures("nordwind")
def test_an_idle_round_takes_two_calls_in_a_process_of_its_own(hub, org):
    """Six objects, and nothing described; the log of what was deleted is asked by its own schedule."""
    hub.sync()
    hub.sync()
    org.counted()

    hub.sync()

    assert 2 == len([call for call in org.counted() if "/deleted" not in call.path])


def test_a_merge_in_the_org_is_followed(hub, org, nordwind):
    """What was merged away is not made again."""
    loser = org.create("Account", {"Name": "Nordwind Logistics", "Phone": "+4942133333"})
    hub.sync()
    hub.sync()
    org.act("merge", "susan.lindt", object="Account", id=nordwind, losers=[loser])

    hub.sync()

    living = org.rows("SELECT Id FROM Account")
    assert [nordwind] == [row["Id"] for row in living]


@pytest.mark.usefixtures("nordwind")
def test_the_configuration_is_found_sound(hub):
    """A standard org shows and takes all that is mapped."""
    found = hub.run("check")

    assert found["ok"]
    assert not [each for each in found["findings"] if each["level"] == "problem"]


@pytest.mark.usefixtures("nordwind")
def test_what_a_picklist_does_not_offer_is_told_before_a_deal_needs_it(hub):
    """With the lines that give it a word."""
    notes = {each["text"]: each["lines"] for each in hub.run("check")["findings"]}

    lines = notes["opportunity.kind: Type offers nothing for 'cross_sell', 'renewal'."]
    assert ["[system.sales.map.opportunity.fields.kind]", 'native = "Type"'] == lines[:2]
    assert '"New Customer" = "new"' in lines
    assert ['"cross_sell" = "…"', '"renewal" = "…"'] == lines[-2:]


@pytest.mark.usefixtures("nordwind")
def test_an_org_that_lets_nobody_in_stops_no_other(hub, org, monkeypatch):
    """The round goes on, says so, and loses nothing."""
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", "withdrawn")
    hub.bo(lambda bo: bo.create("account", {"name": "Pinewood Foods"}))
    org.clock.forward(60)

    result = CliRunner().invoke(root, ["sync", "--json"], prog_name="kamsync")

    assert "let nobody in" in result.output
    assert "withdrawn" not in result.output
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", org.service.credentials.client_secret)
    hub.sync()
    names = [row["Name"] for row in org.rows("SELECT Name FROM Account")]
    assert ["Nordwind Logistik", "Pinewood Foods"] == sorted(names)


@pytest.mark.usefixtures("nordwind")
def test_a_mapped_field_that_is_hidden_is_told(hub, org):
    """It is not read, and nobody has to guess why."""
    org.act("hide", object="Account", fields=["Phone"])

    found = hub.run("check", status=1)

    problems = [each["text"] for each in found["findings"] if each["level"] == "problem"]
    assert ["Account has no Phone, to which account is mapped."] == problems
