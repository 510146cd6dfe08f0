"""Accounts that are persons, in an org that has them."""

import pytest

from kamsync_salesforce.sandbox.load import load
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.setup import external_id


@pytest.fixture
def org(clock):
    """An org with person accounts."""
    org = Org(clock=clock, person_accounts=True)
    yield org
    org.close()


@pytest.fixture
def ada(org, hub):
    """A person."""
    return org.create(
        "Account", {"FirstName": "Ada", "LastName": "Ito", "PersonEmail": "a@x.de"}, hub
    )


def test_a_person_has_a_name_that_is_put_together_and_a_contact_behind_it(org, hub, ada, rows):
    """Both follow every change."""
    org.update("Account", ada, {"LastName": "Jansen", "PersonTitle": "CEO"}, hub)

    (row,) = rows(
        "SELECT Name, IsPersonAccount, RecordType.DeveloperName, PersonContactId FROM Account"
    )
    assert ("Ada Jansen", True, {"DeveloperName": "PersonAccount"}) == tuple(row.values())[:3]
    assert [
        {
            "Id": row["PersonContactId"],
            "Name": "Ada Jansen",
            "Title": "CEO",
            "Email": "a@x.de",
            "IsPersonAccount": True,
            "LastModifiedById": hub.id,
        }
    ] == rows("SELECT Id, Name, Title, Email, IsPersonAccount, LastModifiedById FROM Contact")


def test_the_contact_behind_a_person_is_not_written(org, hub, ada, rows, refused):
    """It is the account that is."""
    (contact,) = rows(f"SELECT Id FROM Contact WHERE AccountId = '{ada}'")

    assert 400 == refused(org.update, "Contact", contact["Id"], {"Title": "CFO"}, hub)[0]


@pytest.mark.parametrize("values", [{"Name": "Ada"}, {"PersonTitle": "CEO"}])
def test_persons_and_businesses_do_not_take_the_fields_of_each_other(
    org, hub, ada, refused, values
):
    """The name of a person is none of its fields, and a business has no title."""
    business = org.create("Account", {"Name": "Acme"}, hub)
    (name,) = values

    assert (
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        f"Account: bad field names on insert/update call: {name}",
        [name],
    ) == refused(org.update, "Account", ada if name == "Name" else business, values, hub)


def test_a_custom_field_of_contacts_is_one_of_accounts_too(org, hub, ada, rows):
    """Under a name of its own."""
    org.add_field("Contact", external_id())
    org.update("Account", ada, {"KamsyncId__pc": "p1"}, hub)

    assert [{"KamsyncId__c": "p1"}] == rows("SELECT KamsyncId__c FROM Contact")


def test_persons_can_be_loaded(org, tmp_path, rows):
    """With the contacts behind them."""
    (tmp_path / "Account.csv").write_text("LastName,PersonEmail,Name\nIto,i@x.de,\n,,Acme\n")
    load(org, tmp_path)

    assert [{"LastName": "Ito", "Account": {"Name": "Ito"}}] == rows(
        "SELECT LastName, Account.Name FROM Contact"
    )
