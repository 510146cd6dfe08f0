"""The rules of every connector, kept over HTTP for accounts and for contacts."""

import pytest

from kamsync.testing import ConnectorTests
from kamsync_salesforce.testing import OrgWorld


class Accounts(OrgWorld):
    """Companies, and one above another."""

    object = "Account"
    names = ("Name", "Tradestyle")
    reference = ("ParentId", "Account")

    def other(self):
        return self.create({"Name": "the parent"})

    def refused(self):
        return {"CleanStatus": "golden"}


class Contacts(OrgWorld):
    """People who work at companies."""

    object = "Contact"
    names = ("Title", "MailingStreet")
    reference = ("AccountId", "Account")

    def extra(self):
        return {"LastName": "Okafor"}

    def other(self):
        return self.org.create("Account", {"Name": "the company"})

    def refused(self):
        return {"Email": "no address"}


class TestAccounts(ConnectorTests):
    """Every rule, for accounts."""

    @pytest.fixture
    def world(self, org):
        return Accounts(org)


class TestContacts(ConnectorTests):
    """Every rule, for contacts."""

    @pytest.fixture
    def world(self, org):
        return Contacts(org)
