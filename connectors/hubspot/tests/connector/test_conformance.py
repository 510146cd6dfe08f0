import pytest

from kamsync.testing import ConnectorTests
from kamsync_hubspot.testing import PortalWorld


class Contacts(PortalWorld):
    object = "contacts"
    names = ("jobtitle", "city")
    reference = ("association.company", "companies")

    def extra(self):
        return {"lastname": "Somebody"}


class TestCompanies(ConnectorTests):
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
