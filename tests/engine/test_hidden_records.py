"""Records that kamsync's user may not see for a while: they are not gone, and nothing is done as if they were."""

from __future__ import annotations

import pytest

from kamsync.connector import Can
from kamsync.memory import ALL
from kamsync.merge import UNTOLD
from kamsync.model import Kind

QUIET = ALL & ~Can.TOMBSTONES


def _hide(hub, native_id):
    hub["sales"].world.hidden_records.add(("account", native_id))
    hub.round(sweep=True)


def _show(hub):
    hub["sales"].world.hidden_records.clear()


@pytest.mark.parametrize("deletes", ["review", "propagate", "restore"])
def test_what_is_not_told_to_be_gone_is_a_question_whatever_the_policy_says(met, deletes):
    """It is deleted nowhere, and not made a second time."""
    hub, here, there = met("sales", "success", policy={"account": {"deletes": deletes}})

    _hide(hub, here)
    hub.settle()

    assert (Kind.DELETE, UNTOLD) == (hub.conflict().kind, hub.conflict().cause)
    assert hub["success"].exists(there)
    assert [here] == hub["sales"].ids()
