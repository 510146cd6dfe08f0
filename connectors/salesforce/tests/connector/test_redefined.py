"""Fields that an administrator defines anew between two rounds, while kamsync runs."""

import pytest
from msgspec import structs

from kamsync.engine import Hub, System, preview, run_round
from kamsync.entities import core_schema
from kamsync.lenses import field_map, identity_map
from kamsync.memory import Memory, MemorySystem
from kamsync.model import Op
from kamsync.policy import parse_policy
from kamsync.reports import check
from kamsync.store import open_store
from kamsync_salesforce.mapping.maps import maps
from kamsync_salesforce.sandbox.metadata.field import Field, read_field

SCHEMA = core_schema()
ALLOWED = {"account": frozenset({Op.CREATE, Op.UPDATE})}
TIERS = ("strategic", "key", "standard")
OWN = {
    "employees": ("Heads__c", {"is": "double(18,0)"}),
    "description": ("Story__c", {"is": "string(200)"}),
    "tier": ("Rank__c", {"is": "picklist(40) restricted", "values": list(TIERS)}),
}
"""Fields that the org has added, by the field that is mapped to each."""


class Office:
    """An account that an org and another system have, and the org's administrator."""

    def __init__(self, org):
        self.org = org
        for native, told in OWN.values():
            self.define(native, **told)
        self.connector = org.connect()
        self.success = MemorySystem(clock=org.clock)
        [account] = [each for each in maps(SCHEMA) if each.entity == "account"]
        self.hub = Hub(
            schema=SCHEMA,
            systems={
                "sales": System("sales", self.connector, {"account": account}, "sales", ALLOWED),
                "success": System(
                    "success",
                    Memory.over(self.success),
                    {"account": identity_map(SCHEMA.entity("account"), "account")},
                    "success",
                    ALLOWED,
                ),
            },
            policy=parse_policy({}, SCHEMA, {}),
            store=open_store("sqlite://", clock=org.waits),
            clock=org.waits,
        )
        for name, (native, _) in OWN.items():
            self.map(name, native)
        values = {"Name": "Nordwind", "Heads__c": 120, "Story__c": "before", "Rank__c": "key"}
        self.there = org.create("Account", values, "susan.lindt")
        org.clock.forward(60)
        run_round(self.hub, approve=preview(self.hub).plan.id)
        self.settle()
        [self.here] = self.success.records("account")

    def map(self, name, native):
        """Map a field to a field of the org."""
        system = self.hub.systems["sales"]
        account = system.maps["account"]
        made = field_map(SCHEMA.entity("account").field(name), (native,))
        fields = {**account.fields, name: made}
        changed = {"account": structs.replace(account, fields=fields)}
        self.hub.systems["sales"] = structs.replace(system, maps=changed)

    def define(self, name, **told):
        """Give accounts a field, or an existing one another definition; what records hold stays."""
        made = read_field(name, {"label": name, **told})
        own = {each: getattr(made, each) for each in made.__struct_fields__} | {"custom": True}
        self.org.org.add_field("Account", Field(**own))

    def drop(self, name):
        """Take a field away."""
        self.org.org.drop_field("Account", name)

    def enter(self, **values):
        """Let somebody in the org edit the account."""
        self.org.act("edit", "susan.lindt", object="Account", id=self.there, values=values)

    def edit(self, **values):
        """Let somebody in the other system edit it."""
        self.success.act("bo", "Bo Li").edit("account", self.here, values)

    def round(self):
        """Run a round a minute later."""
        self.org.clock.forward(60)
        return run_round(self.hub)

    def settle(self):
        """Run rounds until nothing is written any more."""
        for _ in range(10):
            if not self.round().written:
                return
        pytest.fail("The rounds go on writing.")

    def wait_an_hour(self):
        """Let an hour pass first."""
        self.org.clock.forward(3700)
        self.settle()

    def held(self, *names):
        """What the org holds, for somebody who sees everything."""
        [row] = self.org.rows(f"SELECT {','.join(names)} FROM Account")
        return tuple(row[name] for name in names)

    @property
    def account(self):
        """What the other system holds."""
        return self.success.records("account")[self.here]

    def golden(self, field):
        """What is golden."""
        [id_] = self.hub.store.records.ids("account", "", 10)
        return self.hub.store.records.by_id([id_])[id_].fields[field].value

    def told(self):
        """All that `kamsync check` tells."""
        return [each.text for each in check(self.hub)]

    def waiting(self, about):
        """What it tells of what waits for something *about* a field."""
        found = [(each.text, each.hint) for each in check(self.hub)]
        return [(text, hint) for text, hint in found if "waits since" in text and about in text]

    def names(self):
        """The names of all accounts in the org."""
        return sorted(row["Name"] for row in self.org.rows("SELECT Name FROM Account"))


@pytest.fixture
def office(org):
    """An org with some fields of its own."""
    made = Office(org)
    yield made
    made.hub.store.close()
    made.connector.close()


def test_what_a_number_cannot_be_waits_where_the_field_became_a_text(office):
    """Neither is it written over nor taken for a blank; the record, the field and the reason are told."""
    office.define("Heads__c", **{"is": "string(200)"})
    office.enter(Heads__c="about 150")
    office.edit(employees=160)
    office.settle()

    assert ("about 150",) == office.held("Heads__c")
    [(text, hint)] = office.waiting("employees")
    assert f"sales.account {office.there}.employees (Nordwind) waits" in text
    assert "employees must be a number" in text
    assert hint.startswith("Put it right there")
    office.enter(Heads__c="170")
    office.settle()
    [conflict] = office.hub.store.reviews.open()
    assert {160, 170} == {each.value for each in conflict.contenders}


def test_a_text_waits_where_the_field_became_a_number_and_goes_once_it_takes_it(office):
    """The org does not say which field it could not read; the reason does, and what to do."""
    office.define("Story__c", **{"is": "double(18,0)"})
    office.edit(description="after", employees=130)
    office.settle()

    assert ("before",) == office.held("Story__c")
    [(text, _)] = office.waiting("Story__c")
    assert f"sales.account {office.there} (Nordwind) waits" in text
    assert "Story__c takes a number now" in text
    assert "Give the field the type that it had, or correct the mapping" in text
    office.enter(Rank__c="strategic")
    office.settle()
    assert ["strategic", "after"] == [office.golden(each) for each in ("tier", "description")]
    office.define("Story__c", **OWN["description"][1])
    office.wait_an_hour()
    assert ("after", 130) == office.held("Story__c", "Heads__c")


def test_a_number_waits_where_the_field_became_a_checkbox(office):
    """So does a create, and what the org takes is made beside it."""
    office.define("Heads__c", **{"is": "boolean"})
    bo = office.success.act("bo", "Bo Li")
    bo.create("account", {"name": "Sturm", "employees": 7})
    bo.create("account", {"name": "Pinewood"})
    office.settle()

    [(text, _)] = office.waiting("Heads__c")
    assert "Heads__c takes true or false now" in text
    assert ["Nordwind", "Pinewood"] == office.names()


def test_a_word_waits_where_its_option_was_taken_out_and_goes_once_it_is_there(office):
    """Both the refusal and what `kamsync check` says of the field name the word."""
    office.define("Rank__c", **{"is": "picklist(40) restricted", "values": ["key", "standard"]})
    office.edit(tier="strategic")
    office.settle()

    assert ("key",) == office.held("Rank__c")
    assert "strategic" == office.golden("tier") == office.account["tier"]
    [(text, _)] = office.waiting("Rank__c")
    assert "bad value for restricted picklist field: strategic (Rank__c)" in text
    office.define("Rank__c", **OWN["tier"][1])
    office.wait_an_hour()
    assert ("strategic",) == office.held("Rank__c")


def test_a_word_that_records_hold_is_kept_where_its_option_was_taken_out(office):
    """Nothing is emptied, and other fields of the record are written on."""
    office.define(
        "Rank__c", **{"is": "picklist(40) restricted", "values": ["strategic", "standard"]}
    )
    office.edit(employees=130)
    office.settle()

    assert ("key", 130) == office.held("Rank__c", "Heads__c")
    assert "key" == office.golden("tier") == office.account["tier"]


def test_a_field_that_goes_by_another_name_now_is_named_and_taken_for_no_blank(office):
    """Once the map names the new name, what was entered under it is heard."""
    office.drop("Story__c")
    office.define("Tale__c", **OWN["description"][1])
    office.enter(Tale__c="entered there")
    office.edit(description="after")

    rounds = [office.round() for _ in range(4)]

    assert "after" == office.golden("description") == office.account["description"]
    assert [] == [down for each in rounds for down in each.down]
    unseen = {name for each in rounds for name in each.pulled["sales"]["account"].unseen}
    assert {"Story__c"} == unseen
    assert "Account has no Story__c, to which account is mapped." in office.told()
    office.map("description", "Tale__c")
    office.settle()
    [conflict] = office.hub.store.reviews.open()
    assert {"after", "entered there"} == {each.value for each in conflict.contenders}
