def test_a_person_works_through_the_door_as_in_python(shelf, call):
    """Both do the same."""
    shelf.act("ada", "create", values={"text": "one"})

    status, _, made = call(
        "POST", "/_sandbox/act", {"person": "bob", "verb": "create", "values": {"text": "two"}}
    )

    assert (200, "2") == (status, made)
    assert ["ada", "bob"] == [note["by"] for note in shelf.service.notes.values()]


def test_what_a_person_cannot_do_is_answered_with_the_reason(call):
    """Status 400, and one sentence."""
    status, _, said = call("POST", "/_sandbox/act", {"person": "bob", "verb": "dance"})

    assert (400, {"error": "Nobody can dance here."}) == (status, said)
    assert 400 == call("POST", "/_sandbox/act", "{")[0]


def test_the_log_is_read_and_cleared(call):
    """With counts for each route."""
    call("POST", "/notes", {"text": "one"})

    _, _, log = call("GET", "/_sandbox/calls")
    call("DELETE", "/_sandbox/calls")

    assert (1, 1, {"POST /notes": 1}) == (log["count"], log["cost"], log["kinds"])
    assert ["/notes"] == [each["path"] for each in log["calls"]]
    assert {"count": 0, "cost": 0, "kinds": {}, "calls": []} == call("GET", "/_sandbox/calls")[2]


def test_faults_are_set_added_and_cleared(call):
    """As JSON, or as the text of a file."""
    call("PUT", "/_sandbox/faults", {"fault": [{"do": "refuse", "status": 500}]})
    call("POST", "/_sandbox/faults", '[[fault]]\ndo = "spill"\n')

    assert ["refuse", "spill"] == [each["do"] for each in call("GET", "/_sandbox/faults")[2]]
    assert 500 == call("GET", "/notes/1")[0]

    call("DELETE", "/_sandbox/faults")
    assert [] == call("GET", "/_sandbox/faults")[2]


def test_faults_that_cannot_be_are_refused_and_change_nothing(call):
    """The answer names what is wrong."""
    status, _, said = call("PUT", "/_sandbox/faults", {"fault": [{"do": "sing"}]})

    assert 400 == status
    assert "Invalid value 'sing'" in said["error"]


def test_the_clock_is_set_moved_and_let_go(shelf, call):
    """From outside as from inside."""
    call("PUT", "/_sandbox/clock", {"at": "2026-05-01T08:00:00Z"})
    moved = call("PUT", "/_sandbox/clock", {"forward_s": 60})[2]
    call("PUT", "/_sandbox/clock", {"stands": False})

    assert {"now": "2026-05-01T08:01:00Z", "stands": True} == moved
    assert not shelf.clock.stands


def test_it_says_how_it_is_connected_to(shelf, call):
    """Made-up credentials are shown as they are."""
    about = call("GET", "/_sandbox")[2]

    assert {"connector": "shelf", "url": shelf.url} == about["options"]
    assert {"token": f"made-up for {shelf.url}"} == about["credentials"]
