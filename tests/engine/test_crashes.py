"""A process that dies at any commit: the next round ends where an undisturbed one would have."""

from __future__ import annotations

import pytest

from kamsync.model import Op


class Died(Exception):
    """The process is gone."""


def _story(hub):
    """Let people act in both systems: edits, a new account with a contact, a delete."""
    sales, success = hub["sales"], hub["success"]
    here = sales.create(name="Acme", domains=["acme.com"])
    gone = sales.create(name="Bolt", domains=["bolt.io"])
    there = success.create(name="Acme", domains=["acme.com"])
    hub.meet()
    hub.settle()
    sales.edit(here, name="Acme Corp")
    success.edit(there, industry="steel")
    new = sales.create(name="Cogs", domains=["cogs.de"])
    sales.create("contact", account=new, last_name="Li", email="li@cogs.de")
    sales.delete(gone)


def _end(hub):
    """What both systems hold, and what is asked."""
    return [
        sorted(map(repr, desk.world.records(object_).values()))
        for desk in hub.desks.values()
        for object_ in ("account", "contact")
    ] + [sorted((c.kind, c.field) for c in hub.conflicts())]


def _dying(hub, number, when):
    """Die before or after the commit of that number; return whether there was one."""
    count = 0

    def commit(moment):
        nonlocal count
        count += moment == when
        if moment == when and count == number:
            hub.store.on_commit = None
            raise Died

    hub.store.on_commit = commit
    try:
        hub.round()
    except Died:
        return True
    finally:
        hub.store.on_commit = None
    return False


@pytest.fixture
def told(stage):
    """A hub before the round that matters."""

    def make(**options):
        hub = stage(
            "sales",
            "success",
            entities=("account", "contact"),
            policy={"account": {"deletes": "propagate"}},
            **options,
        )
        _story(hub)
        return hub

    return make


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_at_any_commit_of_a_round_loses_and_repeats_nothing(told, when):
    """Each commit in turn, until the round has no more of them."""
    undisturbed = told()
    undisturbed.settle()
    wanted = _end(undisturbed)
    number = 1
    while True:
        hub = told()
        died = _dying(hub, number, when)
        hub.settle()
        hub.settle()
        assert wanted == _end(hub), f"died {when} commit {number}"
        assert 1 == hub["success"].memory.landed[Op.DELETE]
        if not died:
            break
        number += 1
    assert number > 5
