"""What whoever watches over the daemon sees: /healthz and /metrics."""

import socket
from datetime import timedelta

import httpx
import pytest

from kamsync.clock import SetClock
from kamsync.daemon import Alarm, Metrics, Outcome, Standing, page
from kamsync.errors import ConfigurationInvalid

MINUTE = timedelta(minutes=1)
DONE = Outcome("done", ("sales",), 0.5, round="round-7", read={"sales": 3}, held=2)


@pytest.fixture
def clock():
    """A clock that moves when it is told to."""
    return SetClock()


@pytest.fixture
def metrics(clock):
    """Those of a daemon that has just served one system."""
    metrics = Metrics(clock)
    metrics.round_ended(DONE)
    metrics.systems_are(Standing(clock.now(), {"sales": clock.now()}, {"sales": 5 * MINUTE}))
    return metrics


def test_health_says_what_the_last_round_did(metrics):
    """Number, rows, conflicts."""
    with page("127.0.0.1", 0, metrics) as address:
        answer = httpx.get(f"{address}/healthz")
    assert (200, True) == (answer.status_code, answer.json()["ok"])
    assert ("7", 3, 2) == tuple(answer.json()["round"][key] for key in ("round", "read", "held"))


def test_health_is_bad_once_a_promise_breaks_even_while_a_round_hangs(metrics, clock):
    """Nobody has to be there to notice."""
    clock.wait(301)
    with page("127.0.0.1", 0, metrics) as address:
        answer = httpx.get(f"{address}/healthz")
        shown = httpx.get(f"{address}/metrics").text
    assert 503 == answer.status_code
    assert "5 minutes were promised" in answer.json()["stale"]["sales"]
    assert 'kamsync_system_stale{system="sales"} 1.0' in shown


def test_metrics_are_what_prometheus_reads(metrics):
    """Its text format, with the names of the page."""
    with page("127.0.0.1", 0, metrics) as address:
        answer = httpx.get(f"{address}/metrics?name=all")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        'kamsync_rounds_total{end="done"} 1.0',
        'kamsync_rows_read_total{system="sales"} 3.0',
        "kamsync_conflicts_open 2.0",
        'kamsync_system_stale{system="sales"} 0.0',
    ):
        assert line in answer.text.splitlines()


def test_a_plan_that_waits_for_a_person_is_no_illness_and_is_shown(metrics, clock):
    """Starting it anew would not help."""
    metrics.round_ended(Outcome("stopped", ("sales",), 0.1, reason="approve it"))
    well, told = metrics.health()
    assert (True, "approve it") == (well, told["round"]["reason"])
    metrics.systems_are(Standing(clock.now(), wrong={Alarm("held_up"): "approve it"}))
    assert b"kamsync_round_stopped 1.0" in metrics.text()


def test_anything_else_is_not_there(metrics):
    """There are two pages, and nothing to send to them."""
    with page("127.0.0.1", 0, metrics) as address:
        assert 404 == httpx.get(f"{address}/").status_code
        assert 501 == httpx.post(f"{address}/healthz").status_code


def test_a_client_that_says_nothing_holds_nobody_up(metrics):
    """Others are answered meanwhile."""
    with page("127.0.0.1", 0, metrics) as address:
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)):
            assert 200 == httpx.get(f"{address}/healthz").status_code


def test_a_port_that_is_taken_is_told_with_what_to_do(metrics):
    """Which key, and what to write there."""
    with (
        page("127.0.0.1", 0, metrics) as address,
        pytest.raises(ConfigurationInvalid, match=r"nothing can listen on 127\.0\.0\.1"),
        page("127.0.0.1", int(address.rpartition(":")[2]), metrics),
    ):
        pass
