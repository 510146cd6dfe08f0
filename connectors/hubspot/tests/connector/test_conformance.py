"""The rules of every connector, kept over HTTP for companies, contacts and deals."""

from typing import ClassVar

import pytest

from kamsync.testing import ConnectorTests
from kamsync_hubspot.testing.world import PortalWorld


class Contacts(PortalWorld):
    """People who work at companies."""

    object = "contacts"
    names = ("jobtitle", "city")
    reference = ("association.company", "companies")

    def extra(self):
        return {"lastname": "Somebody"}


class Deals(PortalWorld):
    """What is sold to companies."""

    object = "deals"
    names = ("dealname", "hs_next_step")
    reference = ("association.company", "companies")
    touched: ClassVar = {"hs_priority": "low"}

    def refused(self):
        return {"dealstage": "no such stage"}


class TestCompanies(ConnectorTests):
    """Every rule, for companies."""

    @pytest.fixture
    def world(self):
        made = PortalWorld()
        yield made
        made.close()

    @pytest.fixture
    def connector(self, world):
        made = world.reconnect()
        yield made
        made.close()


class TestContacts(ConnectorTests):
    """Every rule, for contacts."""

    @pytest.fixture
    def world(self):
        made = Contacts()
        yield made
        made.close()

    @pytest.fixture
    def connector(self, world):
        made = world.reconnect()
        yield made
        made.close()


class TestDeals(ConnectorTests):
    """Every rule, for deals."""

    @pytest.fixture
    def world(self):
        made = Deals()
        yield made
        made.close()

    @pytest.fixture
    def connector(self, world):
        made = world.reconnect()
        yield made
        made.close()
