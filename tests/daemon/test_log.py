"""The log of the daemon: a line for each round, for people and for machines."""

import io
import json
from pathlib import Path

from kamsync.clock import SetClock
from kamsync.daemon import Log, Outcome
from kamsync.redact import Secret

DONE = Outcome(
    "done",
    ("sales", "success"),
    1.25,
    round="round-7",
    read={"sales": 3, "success": 2},
    written={"sales": {"created": 1, "updated": 2, "deleted": 0}},
    down={"success": 'said "no"'},
)


def lines(json_):
    """What is written of a round and of a broken promise."""
    file = io.StringIO()
    log = Log(SetClock(), json=json_, file=file)
    log.round_ended(DONE)
    log.happened("stale", wrong=True, system="sales", token=Secret("hunter2"))
    return file.getvalue().splitlines()


def test_a_round_is_one_line_of_json():
    """For machines."""
    first, second = map(json.loads, lines(json_=True))
    assert {
        "at": "2026-01-01T00:00:00.000000Z",
        "level": "warning",
        "event": "round",
    }.items() <= first.items()
    assert ("7", 5, 3, {"success": 'said "no"'}) == tuple(
        first[k] for k in ("round", "read", "written", "down")
    )
    assert ("error", "stale", "sales") == tuple(second[k] for k in ("level", "event", "system"))


def test_a_round_is_one_line_of_words_for_people():
    """As `key=value`, the time first."""
    first, _ = lines(json_=False)
    assert first.startswith(
        "at=2026-01-01T00:00:00.000000Z level=warning event=round round=7 end=done systems=sales,success"
    )


def test_no_secret_gets_into_the_log():
    """In neither way."""
    assert not [line for way in (True, False) for line in lines(way) if "hunter2" in line]


def test_a_traceback_is_kept_where_only_its_owner_reads_it():
    """The log names the file and holds nothing of it."""
    file = io.StringIO()
    error = ZeroDivisionError("values of a person")
    Log(SetClock(), json=True, file=file).happened("unexpected", wrong=True, error=error)
    told = json.loads(file.getvalue())
    assert "values of a person" in Path(told["traceback"]).read_text()
    assert "values of a person" not in file.getvalue()
