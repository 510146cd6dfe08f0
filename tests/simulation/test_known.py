"""Whatever has to be borne is played: by a history, by a test of its own, or once its feature is there."""

from __future__ import annotations

import re
from pathlib import Path

from kamsync.testing.simulation import FAULTS, KNOWN, PENDING, STEPS

ROOT = Path(__file__).parents[2]
FORTY = range(1, 41)


def test_each_of_the_forty_is_played_or_waits_for_its_feature() -> None:
    """By its number."""
    waiting = {int(n) for each in PENDING for n in re.findall(r"^Fault (\d+):", each.says)}

    assert set(FORTY) == {*KNOWN, *waiting}
    assert not waiting & {*KNOWN}


def test_what_is_played_is_a_fault_or_a_step() -> None:
    """Nothing is said to be played under a name that is not there, and each says where."""
    assert [] == [n for n, known in KNOWN.items() if not known.where]
    assert {name for known in KNOWN.values() for name in known.played} <= {*FAULTS, *STEPS}


def test_every_fault_of_a_history_is_one_of_the_forty() -> None:
    """Whoever adds one says which it is; what only starts anew is the change of a policy."""
    assert {*FAULTS} <= {name for known in KNOWN.values() for name in known.played}


def test_the_tests_that_are_named_are_there() -> None:
    """Somewhere among the tests."""
    folders = (ROOT / "tests", ROOT / "connectors", ROOT / "kamsync" / "testing")
    text = "".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))

    named = [name for known in KNOWN.values() for name in known.tested]
    assert [] == [name for name in named if f"def {name}(" not in text]
