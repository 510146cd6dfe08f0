"""The command: it says what it found, keeps it, and plays it again."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec import json

from kamsync.cli import root


def run(*arguments: str) -> Result:
    """Run ``kamsync simulate``."""
    return CliRunner().invoke(root, ["simulate", *arguments])


def test_clean_histories_end_well() -> None:
    """Exit status 0, and figures for scripts."""
    result = run("--seeds", "4", "--json")

    document = json.decode(result.output)
    assert 0 == result.exit_code
    assert (4, 480, []) == (document["seeds"], document["steps"], document["failed"])
    assert document["steps_per_cpu_s"] > 0


def test_a_canary_that_is_found_ends_with_1(tmp_path: Path) -> None:
    """That is its success; the shortened history is kept and told."""
    result = run("--seeds", "25", "--canary", "blind", "--tapes", str(tmp_path))

    assert 1 == result.exit_code
    assert "The planted bug 'blind' was found." in result.output
    assert "No silent loss" in result.output
    assert list(tmp_path.glob("*.tape"))


def test_the_folder_for_tapes_is_made(tmp_path: Path) -> None:
    """Whoever names one need not make it first."""
    folder = tmp_path / "of" / "tapes"

    result = run("--seeds", "25", "--canary", "blind", "--tapes", str(folder))

    assert 1 == result.exit_code
    assert list(folder.glob("*.tape"))


def test_a_folder_for_tapes_that_cannot_be_made_is_told_before_anything_is_played(
    tmp_path: Path,
) -> None:
    """With what to do."""
    (tmp_path / "file").touch()

    result = run("--seeds", "1", "--tapes", str(tmp_path / "file" / "tapes"))

    assert 64 == result.exit_code
    assert "cannot be made" in result.stderr


def test_a_tape_is_told_again_by_one_command(tmp_path: Path) -> None:
    """It breaks the same invariant."""
    run("--seeds", "25", "--canary", "blind", "--tapes", str(tmp_path))
    (tape, *_) = sorted(tmp_path.glob("*.tape"))

    result = run("--replay", str(tape), "--json")

    document = json.decode(result.output)
    assert 1 == result.exit_code
    assert 1 == document["invariant"]
    assert document["story"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_everything_that_it_knows_is_listed(form: tuple[str, ...]) -> None:
    """Invariants, faults, steps and bugs."""
    result = run("--list", *form)

    assert 0 == result.exit_code
    for word in ("No silent loss", "row lands late", "undelete", "blind", "pay periods"):
        assert word in result.output


def test_an_unknown_bug_cannot_be_planted() -> None:
    """64, and the names of those that can be."""
    result = run("--canary", "parrot")

    assert 64 == result.exit_code
    assert "blind" in result.output
