import pytest

from kamsync_hubspot.checks import KEPT
from kamsync_hubspot.testing import connected, standing


@pytest.fixture
def portal():
    """A portal whose clock stands still, with the property that keeps our id."""
    sandbox = standing()
    first = connected(sandbox)
    first.setup(KEPT, dry_run=False)
    first.close()
    sandbox.calls.clear()
    yield sandbox
    sandbox.close()


@pytest.fixture
def connector(portal):
    """A connector to it, with the sizes of every day."""
    made = connected(portal)
    yield made
    made.close()
