import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent
ROWS = 300


@pytest.mark.slow
def test_a_hub_is_measured_against_the_light_server_without_anybody_beside_it():
    """It reads, meets and keeps what is there, hears the edits, and takes nothing else for one."""
    run = subprocess.run(
        [sys.executable, str(BENCH), "--alone", "--json", "--rows", str(ROWS), "--share", "0.1"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (run.returncode, run.stderr if run.returncode else "")
    rows = {each["name"]: each["rows"] for each in json.loads(run.stdout)}
    assert ROWS == rows["first pull of hubspot"] == rows["first pull of salesforce"]
    assert 2 * ROWS == rows["match, merge and plan"] == rows["sweep, nothing changed"]
    assert ROWS // 5 == rows["round with 10% edited"]


@pytest.mark.slow
def test_edits_are_measured_among_copies_of_those_that_met():
    """They are heard, merged, written and heard again as without the copies."""
    told = ["--full", "--accounts", "50", "--times", "20", "--share", "0.5", "--json"]
    run = subprocess.run(
        [sys.executable, str(BENCH / "memory.py"), *told],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (run.returncode, run.stderr if run.returncode else "")
    rows = {each["phase"]: each["rows"] for each in json.loads(run.stdout)}
    assert 3 * 50 * 20 == rows["making it many times as many"] == rows["idle round"]
    assert 25 == rows["pull of 50% edits"]
    assert 50 == rows["push to the other two"] == rows["round that hears the echoes"]
