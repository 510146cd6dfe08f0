import socket
from datetime import timedelta

import pytest

from kamsync.extensions import SandboxOptions
from kamsync.sandbox.server import Server


def test_a_call_is_answered_by_the_system_at_the_time_of_its_clock(call):
    """The date of the answer is the virtual one."""
    call("POST", "/notes", {"text": "hello"})

    status, headers, said = call("GET", "/notes/1")

    assert (200, {"by": "api", "text": "hello"}) == (status, said)
    assert "Sun, 01 Mar 2026 12:00:00 GMT" == headers["Date"]


def test_every_call_is_written_down_with_its_route_status_and_cost(shelf, call):
    """Doors for tests are not, and neither do they cost anything."""
    call("POST", "/notes", {"text": "hello"})
    call("GET", "/notes/1?full=yes")
    call("GET", "/nothing")
    call("GET", "/_sandbox")

    assert [
        ("POST /notes", "/notes", 200, 1),
        ("GET /notes/{id}", "/notes/1?full=yes", 200, 0),
        ("GET (none)", "/nothing", 404, 1),
    ] == [(each.kind, each.path, each.status, each.cost) for each in shelf.calls]
    assert (3, 2) == (len(shelf.calls), shelf.calls.cost)


def test_what_runs_in_its_thread_is_never_between_the_halves_of_a_call(shelf):
    """So a test may look into the system while clients are at work."""
    assert {} == shelf.run(lambda: dict(shelf.service.notes))


def test_closing_gives_back_the_port_and_closing_again_does_nothing(shelf):
    """Whoever holds the line is let go."""
    port = int(shelf.url.rpartition(":")[2])

    shelf.close()
    shelf.close()

    assert not shelf.service.open
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_a_port_that_is_taken_is_told_and_nothing_is_left_behind(shelf):
    """The thread ends and the system is closed."""
    port = int(shelf.url.rpartition(":")[2])
    service = type(shelf.service)()

    with pytest.raises(OSError, match="in use"):
        Server(service, SandboxOptions(port=port))

    assert not service.open


def test_the_clock_follows_the_machine_until_it_is_set(shelf):
    """Set, it stands; moved, it goes on as before."""
    clock = shelf.clock
    noon = clock.now()
    clock.forward(90)
    assert timedelta(seconds=90) == clock.now() - noon

    clock.go()
    assert clock.now() >= noon + timedelta(seconds=90)
    assert not clock.stands

    clock.stop()
    assert clock.now() == clock.now()
