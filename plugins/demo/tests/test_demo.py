import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kamsync.cli import root
from kamsync.plugins import load_plugins

KAMSYNC = (sys.executable, "-m", "kamsync")
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("KAMSYNC_")}


def run(*args):
    """Run a command line as at a shell that is no terminal, in which no configuration lies."""
    return CliRunner().invoke(root, [*args], prog_name="kamsync")


def kamsync(*args, status=0, cwd=None):
    """Run a command in a process of its own and return what it says."""
    result = subprocess.run(
        [*KAMSYNC, *args], check=False, capture_output=True, text=True, env=PLAIN, cwd=cwd
    )
    assert status == result.returncode, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The figures of the story, and the folder in which it was kept."""
    folder = tmp_path_factory.mktemp("story") / "kept"
    result = run("demo", "--json", "--keep", str(folder))
    assert 0 == result.exit_code, result.stderr
    assert 1 == len(result.stdout.splitlines())
    return json.loads(result.stdout), folder


@pytest.fixture
def figures(told):
    return told[0]


@pytest.fixture
def kept(told):
    return str(told[1] / "kamsync.toml")


def test_the_plugin_joins_its_hooks_and_breaks_nothing():
    """A command and a sandbox are offered."""
    plugins = load_plugins(["demo"])

    assert ["demo"] == list(plugins.commands())
    assert ["memory"] == list(plugins.sandboxes())
    assert [] == plugins.broken


def test_the_proof_holds(figures):
    """Every value that people entered is accounted for, and nothing was made or written twice."""
    proof = figures["proof"]

    assert figures["holds"]
    assert [] == proof["lost"]
    assert proof["values"] == sum(
        proof[fate] for fate in ("golden", "superseded", "losers", "waiting")
    )
    assert [0, 0, 0] == [
        proof[name] for name in ("overwritten_unseen", "duplicates", "last_round_writes")
    ]
    assert [] == proof["store_faults"]


def test_the_first_meeting_writes_its_plan_and_asks_about_the_twin(figures):
    """What was approved is what was written; one client that stands twice is a question."""
    meeting = figures["first_meeting"]

    assert meeting["planned"] == meeting["written"] > 100
    assert meeting["filled"] > 100
    assert meeting["settled"] > 10
    assert 1 == meeting["open"]


def test_in_the_same_minute_edits_flow_are_settled_and_are_held(figures):
    """Eight edits on five fields: two flow, two are settled by a rule, one is held."""
    minute = figures["same_minute"]

    assert {"edits": 8, "flowed": 2, "settled": 2, "held": 1} == {
        name: minute[name] for name in ("edits", "flowed", "settled", "held")
    }


def test_the_decision_reaches_every_system_and_so_does_its_undoing(figures):
    """The owner is the one who was chosen, then the one from before."""
    systems = ("sales", "success", "account")

    assert dict.fromkeys(systems, "Jonas Holm") == figures["decision"]["owners"]
    assert dict.fromkeys(systems, "Mateo Silva") == figures["undo"]["owners"]


def test_the_covered_edit_is_found_and_the_lost_answer_creates_nothing_twice(figures):
    """Both went wrong in the story, and both came right."""
    assert {"covered": True, "recovered": True} == figures["covered_edit"]
    assert 1 == figures["proof"]["found_in_history"]
    assert {
        "down": 1,
        "created_again": 0,
        "copies": {"sales": 1, "success": 1, "account": 1},
    } == figures["lost_answer"]


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_proof_holds_in_other_worlds(seed):
    """The story does not depend on the records around it."""
    result = run("demo", "--json", "--seed", seed)

    assert 0 == result.exit_code, result.stderr
    assert json.loads(result.stdout)["holds"]


def test_without_a_terminal_it_is_plain_and_complete_and_leaves_nothing(tmp_path, monkeypatch):
    """Every chapter is told, without colours, and the folder for it is gone."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = run("demo")

    assert 0 == result.exit_code, result.stderr
    for chapter in range(1, 8):
        assert f"\n{chapter}  " in result.stdout
    assert "\x1b" not in result.stdout
    assert "✗" not in result.stdout
    assert len(result.stdout.splitlines()) < 100
    assert [] == list(tmp_path.iterdir())


def test_every_command_that_the_story_names_is_one():
    """Who reads of a command can look it up."""
    shown = run("demo").stdout
    commands = [line.strip()[2:] for line in shown.splitlines() if line.strip().startswith("$ ")]

    assert len(commands) > 5
    for command in (each for line in commands for each in line.split(" && ")):
        name = command.split()[1]
        assert 0 == run(name, "--help").exit_code, command


@pytest.mark.slow
def test_the_real_commands_go_on_in_the_kept_folder(kept):
    """A plan that would write nothing, the open question, and the value's story."""
    assert 0 == json.loads(kamsync("-c", kept, "plan", "--json"))["writes"]
    assert 1 == json.loads(kamsync("-c", kept, "conflicts", "--json"))["total"]
    assert "Mateo Silva" in kamsync("-c", kept, "explain", "Nordwind Logistik", "owner")
    assert "0 records written" in kamsync("-c", kept, "sync")
    kamsync("-c", kept, "verify")


def test_a_folder_that_is_not_empty_is_left_as_it_is(tmp_path):
    """One line says so, with the status of a wrong argument."""
    (tmp_path / "mine.txt").write_text("mine")

    result = run("demo", "--keep", str(tmp_path))

    assert 64 == result.exit_code
    assert f"kamsync: {tmp_path} is not empty" in result.stderr
    assert ["mine.txt"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.slow
def test_it_needs_no_configuration(tmp_path):
    """In an empty folder, in a process of its own."""
    assert json.loads(kamsync("demo", "--json", cwd=tmp_path))["holds"]
    assert [] == list(Path(tmp_path).iterdir())
