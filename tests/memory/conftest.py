"""The suite, run by hand on connectors that are not expected to pass."""

import pytest

from kamsync.clock import SetClock
from kamsync.memory import MemorySystem
from kamsync.testing import ConnectorTests, rules
from kamsync.testing.conformance.in_memory import DescribedWorld, MemoryWorld
from kamsync.testing.conformance.values import TEXTS


@pytest.fixture
def broken_rules():
    """The numbers of the rules that a kind of memory connector breaks, with these capabilities."""

    def broken(connector, can, *, described=False):
        def holds(rule, **more):
            objects = DescribedWorld.OBJECTS if described else None
            system = MemorySystem(clock=SetClock(), objects=objects)
            world = (DescribedWorld if described else MemoryWorld)(system, can, connector)
            try:
                getattr(ConnectorTests(), rule.test)(world.reconnect(), world, **more)
            except (AssertionError, pytest.fail.Exception):
                return False
            return True

        texts = {"C74": [{"text": text} for text in TEXTS]}
        return {
            rule.number
            for rule in rules()
            if not all(holds(rule, **more) for more in texts.get(rule.number, [{}]))
        }

    return broken
