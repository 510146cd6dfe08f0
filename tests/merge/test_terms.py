"""The terms of a page: by when a person must decide, and who is called in otherwise."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.merge.words import distinct, with_terms
from kamsync.policy import Settlement
from kamsync.policy.verdict import Hold

OPENED = "2026-11-20T16:41:00.000000Z"


@pytest.mark.parametrize(
    ("answer", "due", "escalate"),
    [
        (Hold("too large", 90, "the board"), "2026-11-20T16:42:30.000000Z", "the board"),
        (Hold("too large", 0.5), "2026-11-20T16:41:00.500000Z", ""),
        (Hold("too large", None, "the board"), "", "the board"),
        (Hold("too large", 1e300), "", ""),
        (Hold("too large", 1e12), "", ""),
        (Settlement("a", (0,), "a wins"), "", ""),
        (None, "", ""),
    ],
)
def test_a_page_is_due_as_the_policy_wants_it(page, answer, due, escalate):
    """From when it was opened; never where no calendar reaches that far, or nobody said when."""
    opened = page([], opened=OPENED)

    assert structs.replace(opened, due=due, escalate=escalate) == with_terms(opened, answer)


def test_a_page_of_which_nobody_knows_when_it_was_opened_is_due_at_no_time(page):
    """Rather than at a wrong one."""
    assert page([]) == with_terms(page([]), Hold("too large", 90))


def test_other_terms_are_reminded_of_anew(page):
    """Whoever was reminded knew of the old ones."""
    old = page([], opened=OPENED, due=OPENED, escalate="the board", reminded=True)

    assert structs.replace(old, due="", escalate="", reminded=False) == with_terms(old, None)


def test_the_same_terms_leave_a_page_as_it_is(page):
    """Nobody is reminded twice."""
    old = page([], opened=OPENED, due=OPENED, escalate="the board", reminded=True)

    assert old is with_terms(old, Hold("too large", 0, "the board"))


@pytest.mark.parametrize("values", [["b", None, "a", "b"], ["a", "b", None, None]])
def test_values_are_told_apart_in_one_order(values):
    """Whoever said them first."""
    assert ["a", "b", None] == distinct(values)
