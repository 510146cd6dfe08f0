"""What a reader sees who is not cleared for pay."""

from __future__ import annotations

import pytest

from kamsync.engine.matching.questions import MATCH_FIELD
from kamsync.engine.reading.native_merges import twins_field
from kamsync.entities import core_schema
from kamsync.model import EXISTS
from kamsync.reports import Sight


@pytest.mark.parametrize("name", ["name", EXISTS, MATCH_FIELD, twins_field("sales")])
def test_what_is_no_pay_is_shown(name):
    """Questions of identity and of twins hold ids, which no schema knows as fields."""
    assert not Sight(core_schema()).hides("account", name)


@pytest.mark.parametrize(("entity", "name"), [("commission", "rate"), ("account", "gone")])
def test_pay_and_what_may_be_pay_is_hidden(entity, name):
    """A field that went with its plugin may have been of any class."""
    assert Sight(core_schema()).hides(entity, name)
    assert not Sight(core_schema(), pay=True).hides(entity, name)
