"""Calls are paced below the limits, so that none is refused and little time is lost."""

import heapq
from datetime import timedelta
from random import Random

import pytest

from kamsync.clock import SetClock
from kamsync_hubspot.client.pace import (
    GENERAL,
    INTERVAL_S,
    QUEUE_S,
    SEARCH_INTERVAL_S,
    SEARCH_LIMIT,
    SEARCH_SHARE,
    SHARE,
    Lane,
    Pace,
)
from kamsync_hubspot.sandbox import Settings
from kamsync_hubspot.sandbox.http.limits import Limits
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.portal import Portal

LATENCY_S = 0.25
CALLER = Caller.integration(1, "kamsync")


def arrivals(lane, calls, workers, jitter_s, seed=0):
    """Return when each of so many calls arrives, made side by side, and when the last is answered.

    A call is on its way for a moment, more or less; then its answer takes as long as it takes.
    """
    chance = Random(seed)
    ready = [0.0] * workers
    arrived, last = [], 0.0
    for _ in range(calls):
        start_s = lane.start(heapq.heappop(ready))
        on_its_way_s = chance.uniform(0, jitter_s)
        arrived.append(start_s + on_its_way_s)
        last = start_s + max(LATENCY_S, on_its_way_s)
        heapq.heappush(ready, last)
    return sorted(arrived), last


def refused(times, settings, *, search=False):
    """Return how many calls a portal refuses that come at *times*."""
    clock = SetClock()
    limits, start = Limits(Portal(clock=clock, settings=settings)), clock.now()
    count = 0
    for time in times:
        clock.time = start + timedelta(seconds=time)
        try:
            limits.count(CALLER, search=search)
        except Refusal:
            count += 1
    return count


@pytest.mark.parametrize("limit", [100, 110, 190, 250])
@pytest.mark.parametrize("jitter_s", [0.0, 0.1, 0.25])
def test_no_call_is_refused_and_a_quarter_of_the_time_is_to_spare(limit, jitter_s):
    """350,000 records are listed at the limit's own pace, parallel and with a latency of 250 ms."""
    calls = 3500
    lane = Lane(limit, INTERVAL_S, SHARE)

    times, last_s = arrivals(lane, calls, workers=8, jitter_s=jitter_s)

    assert 0 == refused(times, Settings(per_ten_seconds=limit))
    assert last_s <= 1.25 * calls * INTERVAL_S / limit


@pytest.mark.parametrize("jitter_s", [0.0, 0.1, 0.2])
def test_no_search_is_refused(jitter_s):
    """Searches have a budget of their own, of five in a second."""
    lane = Lane(SEARCH_LIMIT, SEARCH_INTERVAL_S, SEARCH_SHARE)

    times, last_s = arrivals(lane, 500, workers=8, jitter_s=jitter_s)

    assert 0 == refused(times, Settings(), search=True)
    assert last_s <= 1.3 * 500 / SEARCH_LIMIT


def test_the_limit_that_is_told_is_kept():
    """What an answer says of the limit counts from then on, for a plan that allows more or less."""
    pace = Pace(SetClock())
    told = {
        "x-hubspot-ratelimit-max": "190",
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
    }

    pace.note(GENERAL, told)

    assert (190, 10.0) == (pace.lanes[GENERAL].limit, pace.lanes[GENERAL].interval_s)


def test_a_lane_that_was_refused_rests_for_everybody():
    """One refusal lets all callers of the lane wait, and then go one after the other."""
    lane = Lane(100, INTERVAL_S, SHARE)
    lane.hold(5.0)

    starts = [lane.start(0.0) for _ in range(5)]

    assert starts[0] >= 5.0
    assert starts == sorted(set(starts))


def test_a_clock_that_was_set_back_stops_nobody():
    """No call waits for longer than a minute, whatever the clock says."""
    lane = Lane(100, INTERVAL_S, SHARE)
    lane.start(1_000_000.0)

    assert lane.start(0.0) <= QUEUE_S
