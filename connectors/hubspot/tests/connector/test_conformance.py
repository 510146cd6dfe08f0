"""The rules of every connector, kept over HTTP for companies and for contacts."""

import pytest

from kamsync.testing import ConnectorTests
from kamsync_hubspot.testing import PortalWorld


class Contacts(PortalWorld):
    """People who work at companies."""

    object = "contacts"
    names = ("jobtitle", "city")
    reference = ("association.company", "companies")

    def extra(self):
        return {"lastname": "Somebody"}


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
