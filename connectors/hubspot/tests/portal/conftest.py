from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from kamsync.sandbox.clock import VirtualClock
from kamsync_hubspot.sandbox.populating.acting import act
from kamsync_hubspot.sandbox.populating.staff import employ
from kamsync_hubspot.sandbox.state.portal import Portal


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal without HTTP, whose clock stands."""
    made = Portal(clock=VirtualClock(datetime(2026, 11, 25, 9, 0, 0, 250_000, tzinfo=UTC)))
    employ(made)
    yield made
    made.close()


@pytest.fixture
def ada(portal: Portal) -> Callable[..., Any]:
    """Ada at the screen: ``ada("create", object=…, values=…)``."""
    return lambda verb, **asked: act(portal, "Ada", verb, asked)


@pytest.fixture
def hub(portal: Portal) -> Callable[..., Any]:
    """An integration at work."""
    return lambda verb, **asked: act(portal, "app 77", verb, asked)
