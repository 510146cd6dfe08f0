from datetime import UTC, datetime, timedelta
from http.client import IncompleteRead, RemoteDisconnected

import pytest

from kamsync.errors import ConfigurationInvalid
from kamsync.extensions import SandboxOptions
from kamsync.sandbox.faults import Faults, read_faults
from kamsync.sandbox.mishaps import MISHAPS, Cut, Delay, Drip, LoseAnswer, Refuse, TimeOut
from kamsync.sandbox.server import Server

NOTE = {"text": "hello"}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_refused_call_has_no_effect_and_asks_to_wait_only_if_told(shelf, call):
    """A system that gives no Retry-After can be had too."""
    shelf.faults.add(Refuse(status=429, retry_after=3, times=1), Refuse(status=503, nth=2))

    answers = [call("POST", "/notes", NOTE) for _ in range(3)]

    assert [429, 503, 200] == [status for status, _, _ in answers]
    assert ["3", None, None] == [headers["Retry-After"] for _, headers, _ in answers]
    assert [0, 0, 1] == [each.cost for each in shelf.calls]
    assert 1 == len(shelf.service.notes)


def test_a_lost_answer_leaves_what_was_done(shelf, call):
    """The client cannot know; the log does."""
    shelf.faults.add(LoseAnswer(method="POST"))

    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        call("POST", "/notes", NOTE)

    assert 1 == len(shelf.service.notes)
    assert [(200, ("lose_answer",))] == [(each.status, each.faults) for each in shelf.calls]


def test_a_connection_that_breaks_before_leaves_nothing(shelf, call):
    """The same to the client, another to the system."""
    shelf.faults.add(LoseAnswer(carried_out=False))

    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        call("POST", "/notes", NOTE)

    assert {} == shelf.service.notes


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_time_out_holds_the_line_until_the_client_gives_up(shelf, call, carried_out):
    """Whether anything was done is said by the fault."""
    shelf.faults.add(TimeOut(carried_out=carried_out))

    with pytest.raises(TimeoutError):
        call("POST", "/notes", NOTE, timeout=0.2)

    assert carried_out == bool(shelf.service.notes)


def test_a_slow_answer_is_whole_in_the_end(shelf, call):
    """It only takes its time."""
    shelf.faults.add(Drip(bytes=2, wait_s=0.001), Delay(wait_s=0.01))

    assert {"id": "1"} == call("POST", "/notes", NOTE)[2]


def test_an_answer_that_is_cut_breaks_in_its_middle(shelf, call):
    """After so many bytes."""
    shelf.faults.add(Cut(bytes=3))

    with pytest.raises((IncompleteRead, ConnectionResetError)):
        call("POST", "/notes", NOTE)

    assert 1 == len(shelf.service.notes)


def test_the_same_seed_strikes_the_same_calls():
    """Another seed strikes others, and both about as many as the share says."""
    struck = []
    for seed in (4, 4, 5):
        faults = Faults([Refuse(share=0.25)], seed)
        struck.append([bool(faults.striking("GET", "/", NOON)) for _ in range(400)])

    assert struck[0] == struck[1] != struck[2]
    assert 60 < sum(struck[0]) < 140


def test_a_fault_strikes_what_it_matches_and_while_it_lasts():
    """Path, method, place and time."""
    fault = Refuse(path="/a/*", method=("GET",), since=NOON, until=NOON + timedelta(hours=1))
    faults = Faults([fault])

    assert [fault] == faults.striking("GET", "/a/1", NOON)
    assert [] == faults.striking("GET", "/b/1", NOON)
    assert [] == faults.striking("POST", "/a/1", NOON)
    assert [] == faults.striking("GET", "/a/1", NOON - timedelta(seconds=1))
    assert [] == faults.striking("GET", "/a/1", NOON + timedelta(hours=1))


def test_a_file_says_what_goes_wrong(shelf, tmp_path):
    """With the faults of the system itself beside those of every sandbox."""
    file = tmp_path / "faults.toml"
    file.write_text(
        '[[fault]]\ndo = "spill"\n[[fault]]\ndo = "refuse"\nstatus = 429\nnth = [2, 5]\n'
    )

    running = Server(type(shelf.service)(), SandboxOptions(faults=file))

    assert ["spill", "refuse"] == [fault.name for fault in running.faults]
    running.close()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[fault]", "Expected ']]'"),
        ('[[fault]]\ndo = "spil"', "Invalid value 'spil'"),
        ('[[fault]]\ndo = "refuse"\nstat = 4', "unknown field `stat`"),
        ('[[fault]]\ndo = "refuse"\nshare = 4', "`float` <= 1"),
        ("fault = 5", "Expected `array`"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(text, reason):
    """And with what can go wrong."""
    with pytest.raises(ConfigurationInvalid, match="The faults cannot be used") as refused:
        read_faults(text, MISHAPS)

    assert reason in refused.value.message
    assert "lose_answer" in refused.value.hint
