"""Properties that somebody defines anew between two rounds, while kamsync runs."""

import pytest
from msgspec import structs

from kamsync.entities import core_schema
from kamsync.lenses import field_map
from kamsync.reports import check
from kamsync_hubspot.sandbox.admin.defining import (
    add_property,
    archive_property,
    change_property,
)
from kamsync_hubspot.sandbox.model.caller import Caller, Source

SCHEMA = core_schema()
TIERS = ("strategic", "key", "standard")
OWN = {
    "employees": ("heads", "number", "number", ()),
    "description": ("story", "string", "textarea", ()),
    "tier": ("rank", "enumeration", "select", TIERS),
}
"""Properties of the portal's own, by the field that is mapped to each."""


class Office:
    """A company that both have, and who looks after the portal's definitions."""

    def __init__(self, stage):
        self.stage = stage
        self.portal = stage.portal.portal
        self.kind = self.portal.kind("companies")
        for name, (native, type_, field_type, options) in OWN.items():
            self.map(name, native)
            self.add(native, type_, field_type, options)
        values = {"employees": 120, "description": "before", "tier": "key"}
        self.here = stage.create("account", name="Nordwind", **values)
        stage.meet()
        stage.settle()
        [self.there] = stage.natives("account")

    def map(self, name, native):
        """Map a field to a property."""
        systems = self.stage.hub.systems
        system = systems["success"]
        account = system.maps["account"]
        made = field_map(SCHEMA.entity("account").field(name), (native,))
        fields = {**account.fields, name: made}
        maps = {**system.maps, "account": structs.replace(account, fields=fields)}
        systems["success"] = structs.replace(system, maps=maps)

    def add(self, native, type_, field_type, options=()):
        """Make a property."""
        body = {
            "name": native,
            "label": native,
            "groupName": "companyinformation",
            "type": type_,
            "fieldType": field_type,
            "options": options_of(options),
        }
        add_property(self.portal, self.kind, body, Caller(Source("CRM_UI")))

    def change(self, native, **body):
        """Change a property's definition; what records hold stays as it is."""
        change_property(self.portal, self.kind, native, body)

    def archive(self, native):
        """Put a property into the bin."""
        archive_property(self.portal, self.kind, native)

    def enter(self, **values):
        """Let somebody in the portal edit the company."""
        self.stage.at_screen("edit", "companies", id=self.there, values=values)

    def edit(self, **values):
        """Let somebody in the other system edit the account."""
        self.stage.edit(self.here, **values)

    @property
    def company(self):
        """What the screen shows of the company."""
        return self.stage.look("companies", self.there)

    @property
    def account(self):
        """What the other system holds of it."""
        return self.stage.sales.records("account")[self.here]

    def golden(self, field):
        """What is golden of the account."""
        return self.stage.golden("account", field)

    def waiting(self):
        """What `kamsync check` tells of what waits."""
        found = [(each.text, each.hint) for each in check(self.stage.hub)]
        return [(text, hint) for text, hint in found if "waits since" in text]

    def told(self):
        """All that `kamsync check` tells."""
        return [each.text for each in check(self.stage.hub)]

    def ranks(self):
        """What the portal's screens show as the rank of each company."""
        shown = [self.stage.look("companies", each) for each in self.stage.natives("account")]
        return {each["name"]: each["rank"] for each in shown}

    def wait_an_hour(self):
        """Let an hour pass, and run rounds until nothing is written any more."""
        self.stage.clock.forward(3600)
        self.stage.settle()


def options_of(words):
    """Return the options of a property."""
    return [{"label": each, "value": each, "displayOrder": i} for i, each in enumerate(words)]


@pytest.fixture
def office(stage):
    """A portal with some properties of its own."""
    return Office(stage)


def test_what_a_number_cannot_be_waits_where_the_property_became_a_text(office):
    """Neither is it written over nor taken for a blank; the record, the field and the reason are told."""
    office.change("heads", type="string", fieldType="text")
    office.stage.settle()
    assert 120 == office.golden("employees")
    office.enter(heads="about 150")
    office.edit(employees=160)
    office.stage.settle()

    assert "about 150" == office.company["heads"]
    [(text, hint)] = office.waiting()
    assert f"success.account {office.there}.employees (Nordwind) waits" in text
    assert "employees must be a number" in text
    assert hint.startswith("Put it right there")
    office.enter(heads="170")
    office.stage.settle()
    [conflict] = office.stage.hub.store.reviews.open()
    assert {160, 170} == {each.value for each in conflict.contenders}


def test_a_text_waits_where_the_property_became_a_number_and_goes_once_it_takes_it(office):
    """What people enter there meanwhile is heard, and what they entered elsewhere is kept."""
    office.change("story", type="number", fieldType="number")
    office.edit(description="after", employees=130)
    office.stage.settle()

    assert "before" == office.company["story"]
    [(text, hint)] = office.waiting()
    assert f"success.account {office.there} (Nordwind) waits" in text
    assert "story" in text
    assert hint
    office.enter(rank="strategic")
    office.stage.settle()
    assert ["strategic", "after"] == [office.golden(each) for each in ("tier", "description")]
    office.change("story", type="string", fieldType="textarea")
    office.wait_an_hour()
    assert {"story": "after", "heads": "130"}.items() <= office.company.items()
    assert [] == office.waiting()


def test_a_word_waits_where_its_option_was_taken_out_and_goes_once_it_is_there(office):
    """Both the refusal and what `kamsync check` says of the property name the word."""
    office.change("rank", options=options_of(("key", "standard")))
    office.edit(tier="strategic")
    office.stage.settle()

    assert "key" == office.company["rank"]
    assert "strategic" == office.golden("tier") == office.account["tier"]
    [(text, _)] = office.waiting()
    assert "rank: strategic was not one of the allowed options: [key, standard]" in text
    assert "account.tier: rank offers nothing for 'strategic', 'emerging'." in office.told()
    office.change("rank", options=options_of(TIERS))
    office.wait_an_hour()
    assert "strategic" == office.company["rank"]
    assert [] == office.waiting()


def test_a_word_that_records_hold_is_kept_where_its_option_was_taken_out(office):
    """Nothing is emptied, and other properties of the record are written on."""
    office.change("rank", options=options_of(("strategic", "standard")))
    office.edit(employees=130)
    office.stage.settle()

    assert {"rank": "key", "heads": "130"}.items() <= office.company.items()
    assert "key" == office.golden("tier") == office.account["tier"]


def test_a_property_that_goes_by_another_name_now_is_named_and_taken_for_no_blank(office):
    """People archive one and make another. Once the map names that, what was entered there is heard."""
    office.archive("story")
    office.add("tale", "string", "textarea")
    office.enter(tale="entered there")
    office.edit(description="after")

    rounds = [office.stage.round() for _ in range(4)]

    assert "after" == office.golden("description") == office.account["description"]
    unseen = {name for each in rounds for name in each.pulled["success"]["account"].unseen}
    assert {"story"} == unseen
    assert "companies has no story, to which account is mapped." in office.told()
    office.map("description", "tale")
    office.stage.settle()
    [conflict] = office.stage.hub.store.reviews.open()
    assert {"after", "entered there"} == {each.value for each in conflict.contenders}


def test_an_option_that_was_added_is_written_beside_a_row_that_is_refused(office):
    """What was known of the property before speaks against it no more."""
    sturm = office.stage.create("account", name="Sturm", tier="key")
    office.stage.settle()
    office.change("rank", options=options_of(TIERS[:2]))
    office.change("story", type="number", fieldType="number")
    office.stage.sales.act("sam", "Sam").edit("account", sturm, {"tier": "standard"})
    office.edit(description="after")
    office.stage.settle()
    assert 2 == len(office.stage.reasons())

    office.change("rank", options=options_of(TIERS))
    office.wait_an_hour()

    assert {"Nordwind": "key", "Sturm": "standard"} == office.ranks()
    [reason] = office.stage.reasons()
    assert "story" in reason
