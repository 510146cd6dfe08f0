"""The command: it says what it found, keeps it, and plays it again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec import json

from kamsync.cli import root
from kamsync.testing import simulation
from kamsync.testing.simulation import Order, Total, load_tape, play_seeds
from kamsync.testing.simulation.drivers import shrink


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
    assert "cannot be made or written to" in result.stderr


def test_a_tape_is_told_again_by_one_command(tmp_path: Path) -> None:
    """It breaks the same invariant."""
    run("--seeds", "25", "--canary", "blind", "--tapes", str(tmp_path))
    (tape, *_) = sorted(tmp_path.glob("*.tape"))

    result = run("--replay", str(tape), "--json")

    document = json.decode(result.output)
    assert 1 == result.exit_code
    assert 1 == document["invariant"]
    assert document["story"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "junk",
        "\udcff",
        '{"seed": 1, "steps": [[[1], ["x"]]]}',
        '{"seed": 1, "canary": "parrot"}',
        '{"seed": 1, "faults": ["parrot"]}',
        '{"seed": 1, "struck": [[0, "parrot", 1]]}',
        '{"seed": 1, "systems": {"s0": "parrot"}}',
    ],
)
def test_what_is_no_tape_is_told_and_is_no_finding(text: str, tmp_path: Path) -> None:
    """64, and not the 1 of a history that breaks an invariant."""
    (tmp_path / "tape").write_bytes(text.encode(errors="surrogateescape"))

    result = run("--replay", str(tmp_path / "tape"))

    assert 64 == result.exit_code
    assert "parrot" in result.stderr or "holds no tape" in result.stderr


def test_a_tape_of_another_store_is_replayed_on_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that is named says so."""
    monkeypatch.setattr(shrink, "TRIES_LIMIT", 0)
    arguments = ["--canary", "blind", "--store", "file", "--tapes", str(tmp_path)]

    result = run("--seeds", "5", *arguments)

    (tape, *_) = sorted(tmp_path.glob("*.tape"))
    assert f"kamsync simulate --replay {tape} --store file" in result.output


def test_more_histories_than_anybody_plays_cost_nothing_before_they_are_played() -> None:
    """The first ones are there at once."""
    first = next(play_seeds(0, 10**30, Order(1, faults=())))

    assert 25 == first.seeds


def test_whoever_interrupts_keeps_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is broken so far is told and kept, and where to go on."""

    def impatient(start: int, _: int, order: Order, **__: object) -> Iterator[Total]:
        total = Total()
        yield total
        total.join(next(play_seeds(start, 5, order)))
        raise KeyboardInterrupt

    monkeypatch.setattr(simulation, "play_seeds", impatient)

    result = run("--seeds", "500", "--tapes", str(tmp_path), "--canary", "blind")

    assert 130 == result.exit_code
    assert "No silent loss" in result.output
    assert "kamsync simulate --start 5" in result.output
    assert list(tmp_path.glob("*.tape"))


def test_no_history_has_more_systems_than_five() -> None:
    """Nobody is named in vain."""
    result = run("--systems", ",".join(["memory"] * 6))

    assert 64 == result.exit_code
    assert "5 at most" in result.stderr


RULE = """
from kamsync import hookimpl
from kamsync.policy import Settlement


class Longest:
    text = "the longest text wins"

    def settle(self, case):
        values = [contender.value or "" for contender in case.contenders]
        place = values.index(max(values, key=len))
        return Settlement(case.contenders[place].value, (place,), self.text, "it says most")


@hookimpl
def kamsync_policy_rules():
    return {"longest": lambda *_: Longest()}
"""

LOCAL = """

def _local():
    class Within(Longest):
        pass

    return Within()
"""

POLICY = """
[policy.account]
name = "longest"
note = [{ team = "sales" }, "longest"]
deletes = "keep"
"""


@pytest.fixture
def longest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A policy in a file by the rule of a plugin, which is installed."""
    info = tmp_path / "longest-1.0.dist-info"
    info.mkdir()
    (tmp_path / "longest.py").write_text(RULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: longest\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[kamsync]\nlongest = longest\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "policy.toml").write_text(POLICY)
    yield tmp_path / "policy.toml"
    sys.modules.pop("longest", None)


def test_histories_are_played_by_a_policy_with_rules_of_plugins(
    longest: Path, tmp_path: Path
) -> None:
    """They end as well, and a tape remembers by which."""
    arguments = ["--policy", str(longest), "--tapes", str(tmp_path)]

    well = run("--seeds", "6", *arguments)
    found = run("--seeds", "25", "--canary", "blind", *arguments)

    assert (0, 1) == (well.exit_code, found.exit_code), well.output
    (tape, *_) = sorted(tmp_path.glob("*.tape"))
    assert "longest" == load_tape(tape).policy["account"]["name"]
    again = run("--replay", str(tape))
    assert 1 == again.exit_code
    assert "No invariant breaks" not in again.output


def test_a_rule_that_other_processes_cannot_find_is_told(longest: Path) -> None:
    """With what to do."""
    file = longest.with_name("longest.py")
    file.write_text(file.read_text().replace("lambda *_: Longest()", "lambda *_: _local()") + LOCAL)

    result = run("--seeds", "50", "--jobs", "2", "--policy", str(longest))

    assert 64 == result.exit_code
    assert "--jobs 1" in result.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("policy = 3", "has no [policy.ENTITY]"),
        ("[policy]", "has no [policy.ENTITY]"),
        ("[policy", "cannot be read"),
        ('[policy.account]\nname = "parrot"', "parrot"),
        ('[policy.account]\nparrot = "latest"', "parrot"),
    ],
)
def test_a_policy_that_no_history_can_have_is_told(text: str, told: str, tmp_path: Path) -> None:
    """Before anything is played."""
    (tmp_path / "policy.toml").write_text(text)

    result = run("--seeds", "1", "--policy", str(tmp_path / "policy.toml"))

    assert 64 == result.exit_code
    assert told in result.stderr


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_everything_that_it_knows_is_listed(form: tuple[str, ...]) -> None:
    """Invariants, faults, steps and bugs."""
    result = run("--list", *form)

    assert 0 == result.exit_code
    for word in ("No silent loss", "row lands late", "undelete", "blind", "pay periods"):
        assert word in result.output


def test_an_unknown_fault_cannot_happen() -> None:
    """64, and the names of those that can, told apart although some hold a comma."""
    result = run("--faults", "store full;parrot")

    assert 64 == result.exit_code
    assert "no answer, nothing done; no answer, all done;" in result.stderr


def test_an_unknown_bug_cannot_be_planted() -> None:
    """64, and the names of those that can be."""
    result = run("--canary", "parrot")

    assert 64 == result.exit_code
    assert "blind" in result.output
