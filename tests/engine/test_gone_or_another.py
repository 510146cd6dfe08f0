"""What is gone in a system, while a person is asked whether a newcomer there is it."""

from __future__ import annotations

import pytest

from kamsync.connector import Can
from kamsync.memory import ALL
from kamsync.model import Kind

CAN = pytest.mark.parametrize("can", [ALL, ALL & ~Can.UNDELETE], ids=["undelete", "create"])
WHEN = pytest.mark.parametrize("asked", [False, True], ids=["gone, then asked", "asked, then gone"])


def either(test):
    """Play a story in systems that can bring back or only create, the two events in either order."""
    return CAN(WHEN(test))


@either
def test_what_is_gone_does_not_come_back_beside_what_may_be_it(stage, can, asked):
    """A policy that restores what is deleted waits until a person has said who the newcomer is."""
    hub, newcomer = _gone(stage, can, asked)

    hub.settle()

    assert Kind.MATCH == hub.conflict().kind
    assert [newcomer] == hub["success"].ids()


@either
def test_what_is_gone_comes_back_beside_what_is_not_it(stage, can, asked):
    """The newcomer is a record of its own, and the old one is restored as the policy says."""
    hub, newcomer = _gone(stage, can, asked)
    hub.settle()

    hub.decide(hub.conflict(), choice="new")
    hub.settle()

    assert hub.records() == sorted({hub.of("success", id_) for id_ in hub["success"].ids()})
    assert newcomer in hub["success"].ids()
    assert [2, 2] == [len(hub[name].ids()) for name in ("sales", "success")]


@either
def test_what_another_has_taken_the_place_of_does_not_come_back(stage, can, asked):
    """Its record is there again, under the newcomer's id."""
    hub, newcomer = _gone(stage, can, asked)
    hub.settle()
    (record,) = hub.records()

    hub.decide(hub.conflict(), record, choice="same")
    hub.settle()

    assert [newcomer] == hub["success"].ids()
    assert record == hub.of("success", newcomer)
    assert 1 == len(hub["sales"].ids())


def _gone(make, can, asked):
    """An account that somebody deleted in one system and made there under nearly its name.

    A person may have been *asked* about the newcomer while both were there, as about twins.
    """
    allowed = {"sales": ALL, "success": can}
    hub = make("sales", "success", can=allowed, policy={"account": {"deletes": "restore"}})
    hub["sales"].create(name="Bolt Copper Mill", billing_city="Ulm")
    hub.meet()
    hub.settle()
    (there,) = hub["success"].ids()
    newcomer = hub["success"].create(name="Bolt Copper Mlil", billing_city="Ulm")
    if asked:
        hub.settle()
        assert Kind.MATCH == hub.conflict().kind
    hub["success"].delete(there)
    return hub, newcomer
