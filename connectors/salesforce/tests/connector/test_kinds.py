"""Record types, and values of picklists that are out of use: read as they stand, never chosen anew."""

import pytest
from msgspec import structs

from kamsync.model import Op, Outcome, Write
from kamsync_salesforce.sandbox.metadata.field import read_field

KIND = "RecordType.DeveloperName"
TIER = {"is": "picklist(40) restricted fls", "values": ["Gold", "Silver", "Tin"], "custom": True}


def updating(native_id, values):
    """Return an update."""
    return Write(Op.UPDATE, native_id, values, key="k")


def held(connector, native_id, *names):
    """Return what an account holds."""
    values = connector.fetch("Account", names, [native_id])[native_id].values
    return [values[name] for name in names]


@pytest.fixture
def kinds(org):
    """Two kinds of accounts and one of deals, by name."""
    add = org.org.add_record_type
    return {
        "Key": add("Account", "Key", "Key account", default=True),
        "Small": add("Account", "Small", "Small account"),
        "Deal": add("Opportunity", "Deal", "Deal"),
    }


@pytest.fixture
def company(org):
    """An account of a tier that is out of use by now."""
    field = read_field("Tier__c", TIER)
    org.org.add_field("Account", field)
    made = org.create("Account", {"Name": "Nordwind", "Tier__c": "Tin"})
    choices = [structs.replace(each, active=each.value != "Tin") for each in field.choices]
    org.org.add_field("Account", structs.replace(field, choices=tuple(choices)))
    return made


@pytest.mark.usefixtures("kinds")
def test_a_kind_is_read_and_written_by_its_api_name(org, connector):
    """Ids differ from org to org; a new record is of the kind that its maker's profile makes."""
    native_id = org.create("Account", {"Name": "Nordwind"})
    before = held(connector, native_id, KIND)
    [receipt] = connector.write("Account", [updating(native_id, {KIND: "Small"})])

    assert Outcome.DONE is receipt.outcome
    assert [["Key"], ["Small"]] == [before, held(connector, native_id, KIND)]


@pytest.mark.usefixtures("kinds")
@pytest.mark.parametrize("name", ["Deal", "NoSuch"])
def test_a_kind_that_the_object_has_not_got_is_refused_by_name(org, connector, name):
    """One of another object is none of this one, and the record stays as it is."""
    native_id = org.create("Account", {"Name": "Nordwind"})
    [receipt] = connector.write("Account", [updating(native_id, {KIND: name, "Phone": "1"})])

    assert Outcome.REFUSED is receipt.outcome
    assert name in receipt.reason
    assert ["Key", None] == held(connector, native_id, KIND, "Phone")


@pytest.mark.parametrize("kind", ["Deal", "Small"])
def test_the_org_takes_no_kind_of_another_object_and_none_out_of_use(org, connector, kinds, kind):
    """Its words name the id."""
    native_id = org.create("Account", {"Name": "Nordwind"})
    org.org.store.change("RecordType", kinds["Small"], {"IsActive": 0})
    [receipt] = connector.write("Account", [updating(native_id, {"RecordTypeId": kinds[kind]})])

    assert Outcome.REFUSED is receipt.outcome
    assert f"this ID value isn't valid for the user: {kinds[kind]}" in receipt.reason


def test_a_value_out_of_use_is_read_and_outlives_other_writes(connector, company):
    """Nothing that nobody entered takes its place."""
    [receipt] = connector.write("Account", [updating(company, {"Phone": "1"})])

    assert Outcome.DONE is receipt.outcome
    assert ["Tin", "1"] == held(connector, company, "Tier__c", "Phone")
    assert ("Gold", "Silver") == connector.describe()["Account"].fields["Tier__c"].choices


def test_a_value_out_of_use_is_not_written_anew(org, connector, company):
    """The org refuses it, with the value and the field; writing what is there already is fine."""
    other = org.create("Account", {"Name": "Südwind", "Tier__c": "Gold"})
    receipts = connector.write(
        "Account", [updating(other, {"Tier__c": "Tin"}), updating(company, {"Tier__c": "Tin"})]
    )

    assert [Outcome.REFUSED, Outcome.DONE] == [receipt.outcome for receipt in receipts]
    assert "bad value for restricted picklist field: Tin" in receipts[0].reason
    assert ["Gold"] == held(connector, other, "Tier__c")
