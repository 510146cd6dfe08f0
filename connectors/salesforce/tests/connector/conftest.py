import pytest

from kamsync_salesforce.testing import TestOrg


@pytest.fixture
def org():
    """An org behind HTTP, with the field for our id."""
    made = TestOrg()
    yield made
    made.close()


@pytest.fixture
def connector(org):
    """A connector to it."""
    made = org.connect()
    yield made
    made.close()
