"""What ships for whoever writes a connector: the conformance suite, faults and the simulation.

The suite is a class to inherit from. A connector's tests are its fixtures::

    from kamsync.testing import ConnectorTests

    class TestAcme(ConnectorTests):
        @pytest.fixture
        def world(self):
            return AcmeWorld()

        @pytest.fixture
        def connector(self, world):
            return world.reconnect()

`World` says what the suite asks of the system's other users. `rules` lists every rule. The suite
needs pytest, which the extra ``kamsync[testing]`` brings; nothing else here does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kamsync.testing.conformance import ConnectorTests, Rule, World, rules

__all__ = ["ConnectorTests", "Rule", "World", "rules"]


def __getattr__(name: str) -> Any:
    """Load the suite, and with it pytest, when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"kamsync.testing has no {name!r}")
    from kamsync.testing import conformance

    return getattr(conformance, name)
