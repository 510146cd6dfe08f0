"""The name of a plan: what a person approves is what is written, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamsync.model import Op
from kamsync.plan import FirstWrite, PlanName, PlannedWrite


def write(record_="r", value="Acme", over="Old"):
    """A write of one name."""
    fields = {"name": ((over,), (value,))}
    return PlannedWrite("sales", "account", Op.UPDATE, 1, record_, "n", fields)


def name_of(*writes):
    """The name of a plan of these writes."""
    name = PlanName()
    for each in writes:
        name.add(each)
    return name.text()


def test_a_plan_has_one_name_in_whatever_order_it_was_made():
    """Batches and shards may come in any."""
    assert name_of(write("a"), write("b")) == name_of(write("b"), write("a"))


@pytest.mark.parametrize("other", [write("s"), write(value="Acme AG"), write(over="Older")])
def test_another_record_value_or_base_is_another_plan(other):
    """An approval is for what was shown."""
    assert name_of(write()) != name_of(other)


def test_the_same_write_twice_is_another_plan():
    """Nothing cancels out."""
    assert name_of(write()) != name_of(write(), write())
    assert name_of() != name_of(write(), write())


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=6))
def test_a_plan_counts_its_writes(records):
    """Each of them, also one that is there twice."""
    name = PlanName()
    for each in records:
        name.add(write(each))

    assert len(records) == name.count


def test_the_order_of_the_fields_makes_no_other_plan():
    """They are all written at once."""
    fields = {"name": (("Old",), ("Acme",)), "industry": (("old",), ("steel",))}
    turned = dict(reversed(fields.items()))
    one, other = (
        PlannedWrite("sales", "account", Op.UPDATE, 1, "r", "n", each) for each in (fields, turned)
    )

    assert name_of(one) == name_of(other)


def test_a_name_outlives_an_upgrade():
    """A plan that was shown yesterday may be approved today, and a name is short enough to be typed."""
    name = PlanName()
    name.add(write("a"))
    name.add(write("b"))
    reasons = [FirstWrite("sales", "account", Op.UPDATE)]

    assert ["66687aad", "99071e2c", "b9b876e3"] == [
        PlanName().text(),
        name.text(),
        name.text(reasons),
    ]


@pytest.mark.parametrize("reasons", [["another reason"], ["a reason", "another reason"], []])
def test_what_is_asked_for_another_reason_is_another_plan(reasons):
    """Whoever approved it did not know of that."""
    name = PlanName()
    name.add(write())

    assert name.text(["a reason"]) != name.text(reasons)


def test_a_first_write_is_told_by_what_is_done_where():
    """As a person reads it before approving."""
    assert "update sales account" == str(FirstWrite("sales", "account", Op.UPDATE))
