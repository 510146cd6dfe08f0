"""The rules of every connector, kept over HTTP for what key accounts have beside companies and people.

Fields of an admin's own stand for those that the object itself has too few of.
"""

from itertools import count

import pytest

from kamsync.testing import ConnectorTests, World
from kamsync_salesforce.sandbox.metadata.field import read_field
from kamsync_salesforce.testing import OrgWorld

DEAL = {"Name": "a deal", "StageName": "Prospecting", "CloseDate": "2026-12-31"}


def text(org, object_, *names):
    """Let an admin add text fields to an object."""
    for name in names:
        org.org.add_field(object_, read_field(name, {"is": "string(255) fls", "custom": True}))


def partner(org, object_):
    """Let an admin add a reference to a company."""
    told = {"is": "reference fls", "to": ["Account"], "custom": True}
    org.org.add_field(object_, read_field("Partner__c", told))


class Opportunities(OrgWorld):
    """Deals, each with a company."""

    object = "Opportunity"
    names = ("NextStep", "Area__c")
    reference = ("AccountId", "Account")
    merge = World.merge

    def __init__(self, org):
        super().__init__(org)
        text(org, self.object, "Area__c")

    def extra(self):
        return DEAL

    def other(self):
        return self.org.create("Account", {"Name": "the company"})

    def refused(self):
        return {"CloseDate": None}


class Members(OrgWorld):
    """People in the teams of companies; each is in a team of its own."""

    object = "AccountTeamMember"
    names = ("Note__c", "Area__c")
    reference = ("Partner__c", "Account")
    undelete = World.undelete
    merge = World.merge

    def __init__(self, org):
        super().__init__(org)
        text(org, self.object, *self.names)
        partner(org, self.object)
        self.person = org.rows("SELECT Id FROM User WHERE FirstName = 'Mia'")[0]["Id"]

    def other(self):
        return self.org.create("Account", {"Name": "the partner"})

    def extra(self):
        account = self.org.create("Account", {"Name": "a company"})
        return {"AccountId": account, "UserId": self.person}

    def refused(self):
        return {"AccountAccessLevel": "Everything"}


class Splits(OrgWorld):
    """Shares in deals, each the whole of its deal."""

    object = "OpportunitySplit"
    names = ("SplitNote", "Area__c")
    reference = ("Partner__c", "Account")
    merge = World.merge

    def __init__(self, org):
        super().__init__(org)
        text(org, self.object, "Area__c")
        partner(org, self.object)
        self.person = org.rows("SELECT Id FROM User WHERE FirstName = 'Mia'")[0]["Id"]

    def other(self):
        return self.org.create("Account", {"Name": "the partner"})

    def extra(self):
        deal = self.org.create("Opportunity", DEAL)
        return {"OpportunityId": deal, "SplitOwnerId": self.person, "SplitPercentage": 100}

    def refused(self):
        return {"SplitPercentage": 101}


class Users(OrgWorld):
    """People of the company, whom kamsync only reads."""

    object = "User"
    names = ("AboutMe", "Street")
    reference = ("ManagerId", "User")
    delete = World.delete
    undelete = World.undelete
    merge = World.merge

    def __init__(self, org):
        super().__init__(org)
        self.numbers = count(1)
        self.model = org.rows("SELECT ProfileId FROM User WHERE Department = 'sales' LIMIT 1")[0]

    def extra(self):
        number = next(self.numbers)
        return {
            "Username": f"person{number}@kamsync.example",
            "LastName": f"Person {number}",
            "Email": f"person{number}@kamsync.example",
            "Alias": f"p{number}",
            "ProfileId": self.model["ProfileId"],
            "TimeZoneSidKey": "GMT",
            "LocaleSidKey": "en_GB",
            "EmailEncodingKey": "UTF-8",
            "LanguageLocaleKey": "en_US",
        }

    def other(self):
        return self.create(self.extra())


class TestOpportunities(ConnectorTests):
    """Every rule, for deals."""

    @pytest.fixture
    def world(self, org):
        return Opportunities(org)


class TestMembers(ConnectorTests):
    """Every rule, for members of account teams."""

    @pytest.fixture
    def world(self, org):
        return Members(org)


class TestSplits(ConnectorTests):
    """Every rule, for shares in deals."""

    @pytest.fixture
    def world(self, org):
        return Splits(org)


class TestUsers(ConnectorTests):
    """Every rule, for people of the company."""

    @pytest.fixture
    def world(self, org):
        return Users(org)
