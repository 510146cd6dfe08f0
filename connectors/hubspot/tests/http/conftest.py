from collections.abc import Iterator

import pytest
from hubspot import HubSpot

from kamsync_hubspot.sandbox import HubSpotSandbox, Settings, start

AT_ONCE = Settings(lag_ms=(0, 0))


@pytest.fixture
def sandbox() -> Iterator[HubSpotSandbox]:
    """A portal over HTTP whose searches lag behind by nothing."""
    running = start(settings=AT_ONCE)
    yield running
    running.close()


@pytest.fixture
def client(sandbox: HubSpotSandbox) -> HubSpot:
    """The vendor's own client, pointed at the sandbox."""
    return HubSpot(
        access_token=sandbox.credentials["token"], host=sandbox.url, base_url=sandbox.url
    )
