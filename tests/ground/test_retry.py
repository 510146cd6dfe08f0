"""Trying again: how often, how long, and when not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kamsync.clock import SetClock
from kamsync.errors import QuotaSpent, RecordRefused, SystemDown
from kamsync.retry import retrying


class Flaky:
    """A call that raises each of *errors* in turn and then answers."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.fixture
def clock():
    return SetClock()


def waited_s(clock):
    """How long was waited on *clock* since it was made."""
    return (clock.now() - SetClock().now()) / timedelta(seconds=1)


def test_an_answer_is_passed_on_at_once(clock):
    """Nothing is waited for when nothing fails."""
    assert "answer" == retrying(Flaky(), clock)
    assert 0 == waited_s(clock)


def test_waits_double_up_to_the_ceiling(clock):
    """1 + 2 + 4 + 4 seconds, and the fifth attempt answers."""
    call = Flaky(*[SystemDown("Down.")] * 4)

    assert "answer" == retrying(call, clock, ceiling_s=4.0)
    assert 11 == waited_s(clock)
    assert 5 == call.calls


def test_the_wait_that_was_asked_for_is_not_cut_short(clock):
    """A system that says when to come back is obeyed."""
    assert "answer" == retrying(Flaky(QuotaSpent("Slow.", wait_s=17.5)), clock)
    assert 17.5 == waited_s(clock)


def test_nobody_waits_longer_than_the_ceiling(clock):
    """A quota that is spent until midnight does not stop the round."""
    call = Flaky(QuotaSpent("Spent until midnight.", wait_s=30_000))

    with pytest.raises(QuotaSpent, match="midnight"):
        retrying(call, clock)
    assert 0 == waited_s(clock)
    assert 1 == call.calls


@pytest.mark.parametrize("nonsense", [-5.0, float("nan"), 0.0])
def test_a_senseless_wait_counts_as_none(clock, nonsense):
    """The other side's arithmetic is not ours."""
    assert "answer" == retrying(Flaky(SystemDown("Down.", wait_s=nonsense)), clock)
    assert 1 == waited_s(clock)


def test_the_last_error_is_raised_as_it_came(clock):
    """Whoever called sees what the system said, after all attempts."""
    last = SystemDown("Still down.")
    call = Flaky(SystemDown("Down."), SystemDown("Down."), last, SystemDown("Never reached."))

    with pytest.raises(SystemDown) as caught:
        retrying(call, clock, attempts=3)
    assert caught.value is last
    assert 3 == call.calls


def test_what_no_wait_can_cure_is_not_tried_again(clock):
    """A refused record is refused at once."""
    call = Flaky(RecordRefused("Row 3 was refused."))

    with pytest.raises(RecordRefused):
        retrying(call, clock)
    assert 1 == call.calls
