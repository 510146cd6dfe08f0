"""What a fresh org needs, and what is found wrong with one."""

import pytest

from kamsync.connector import Can
from kamsync.errors import QuotaSpent
from kamsync.model import Op, Outcome, Write
from kamsync_salesforce.testing import TestOrg

OBJECTS = ["Account", "Contact", "User"]


@pytest.fixture
def fresh():
    """An org without the field for our id."""
    made = TestOrg(stamped=())
    yield made
    made.close()


def about(connector, what):
    """Return what check says about one thing."""
    return [each for each in connector.check() if each.about == what]


def test_the_field_for_our_id_is_made_once(fresh):
    """A plan changes nothing; afterwards a create is made once."""
    connector = fresh.connect()

    planned = connector.setup(OBJECTS, dry_run=True)
    assert Can.CREATE not in connector.describe()["Account"].can
    done = connector.setup(OBJECTS, dry_run=False)
    again = connector.setup(OBJECTS, dry_run=False)

    assert [False, False] == [step.done for step in planned]
    assert all("Object Manager" in step.hint for step in planned)
    assert all(step.done for step in done), done
    assert ["Account.KamsyncId__c is there, unique and writable."] == [
        step.text for step in again if "Account" in step.text
    ]
    write = Write(Op.CREATE, None, {"Name": "Nordwind"}, key="k", stamp="account-1")
    receipts = [connector.write("Account", [write])[0] for _ in range(2)]
    assert [Outcome.DONE, Outcome.DONE] == [receipt.outcome for receipt in receipts]
    assert 1 == len(fresh.rows("SELECT Id FROM Account"))
    connector.close()


def test_a_field_that_is_there_and_hidden_is_shown_to_our_user(fresh):
    """It is not made a second time."""
    connector = fresh.connect()
    connector.setup(["Account"], dry_run=False)
    fresh.act("hide", object="Account", fields=["KamsyncId__c"])

    done = connector.setup(["Account"], dry_run=False)

    assert all(step.done for step in done), done
    assert Can.CREATE in connector.describe()["Account"].can
    connector.close()


def test_a_healthy_org_is_found_healthy(connector):
    """And everything that was looked at is told."""
    found = connector.check()

    assert all(each.ok for each in found)
    wanted = {"connection", "quota", "permissions", "evidence", "external id"}
    assert wanted <= {each.about for each in found}


def test_a_fresh_org_is_told_what_it_lacks(fresh):
    """With the command or the line that cures it."""
    connector = fresh.connect(currency="")

    [field] = about(connector, "external id")
    [currency] = about(connector, "currency")

    assert "kamsync setup" in field.hint
    assert not currency.ok
    assert 'currency = "EUR"' in currency.hint
    connector.close()


def test_one_currency_for_an_org_with_several_is_wrong():
    """Every amount would become one of something else."""
    org = TestOrg(multi_currency=True)
    connector = org.connect(currency="EUR")

    [currency] = about(connector, "currency")

    assert not currency.ok
    connector.close()
    org.close()


def test_a_quota_that_is_nearly_spent_is_told(org):
    """Looking costs calls too."""
    org.act("set", quota=20)
    connector = org.connect(quota_share=0.1)

    with pytest.raises(QuotaSpent, match="2 of the 20 calls"):
        connector.check()
    connector.close()


def test_the_org_is_known_by_its_id(org, connector):
    """However kamsync has logged in."""
    [row] = org.rows("SELECT Id FROM Organization")
    session = org.connect(
        client_id="", client_secret=None, session_id=connector.org.tokens.current().access
    )

    assert row["Id"] == connector.identity() == session.identity()
    session.close()
