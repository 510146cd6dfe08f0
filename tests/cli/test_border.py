"""Errors at the border: one line, an exit status, nothing else."""

import json
import os
import signal
import stat
import subprocess
import sys

import click
import pytest

from kamsync.cli import border
from kamsync.errors import (
    ApprovalMissing,
    ConfigurationInvalid,
    GuardTripped,
    StoreBusy,
    StoreUnusable,
    ValueInvalid,
)


def fails_with(error):
    """Return a group with one command that raises *error*."""

    @click.group()
    @click.option("--json", is_flag=True)
    @click.option("--debug", is_flag=True)
    def group(**_):
        pass

    @group.command()
    def fail():
        raise error

    return group


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreUnusable("The disk is full."), 1),
        (StoreBusy("Somebody writes."), 1),
        (ValueInvalid("That is no date."), 1),
        (GuardTripped("Too many deletes."), 3),
        (ApprovalMissing("Nobody approved it."), 3),
        (ConfigurationInvalid("There is no such key."), 64),
        (click.UsageError("Say what."), 64),
        (click.BadParameter("Not so."), 64),
        (click.ClickException("No."), 64),
    ],
)
def test_a_foreseen_error_is_one_line_and_its_status(capsys, error, status):
    """A script branches on the status, and a person reads the line."""
    assert status == border.run(fails_with(error), ["fail"], "kamsync", {})

    shown = capsys.readouterr()
    assert "" == shown.out
    assert 1 == len(shown.err.splitlines())
    assert shown.err.startswith("kamsync: ")


def test_the_hint_follows_the_message(capsys):
    """What is wrong comes first, then what to do."""
    error = StoreUnusable("The disk is full.", hint="Make room.")

    border.run(fails_with(error), ["fail"], "kamsync", {})

    assert "kamsync: The disk is full. Make room.\n" == capsys.readouterr().err


def test_with_json_the_error_is_a_document(capsys):
    """A script need not read prose."""
    border.run(fails_with(GuardTripped("No.", hint="Look.")), ["--json", "fail"], "kamsync", {})

    expected = {"error": "GuardTripped", "message": "No.", "hint": "Look.", "exit_status": 3}
    assert expected == json.loads(capsys.readouterr().err)


def test_several_mistakes_are_a_line_each(capsys):
    """A configuration tells all that is wrong with it at once."""
    border.run(fails_with(ConfigurationInvalid("a is wrong.\nb is wrong.")), ["fail"], "k", {})

    assert "kamsync: a is wrong.\nkamsync: b is wrong.\n" == capsys.readouterr().err


def test_an_error_cannot_command_the_terminal(capsys):
    """What a system wrote into a name shows as what it is."""
    border.run(fails_with(ValueInvalid("No \x1b[2J date.")), ["fail"], "kamsync", {})

    assert "kamsync: No \\x1b[2J date.\n" == capsys.readouterr().err


def test_an_unforeseen_error_keeps_its_traceback_for_its_owner(capsys, tmp_path, monkeypatch):
    """One line says where to read more; what the error says may be private and is only there."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    assert 1 == border.run(fails_with(KeyError("salary 1234")), ["fail"], "kamsync", {})

    shown = capsys.readouterr().err
    [file] = tmp_path.iterdir()
    assert 1 == len(shown.splitlines())
    assert str(file) in shown
    assert "1234" not in shown
    assert "KeyError: 'salary 1234'" in file.read_text()
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_debug_shows_the_traceback(capsys):
    """Whoever looks for the fault sees it at once."""
    border.run(fails_with(KeyError("x")), ["--debug", "fail"], "kamsync", {})

    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_one_line(capsys, error):
    """Ctrl-C is no fault, and says what became of the work."""
    assert 130 == border.run(fails_with(error), ["fail"], "kamsync", {})

    shown = capsys.readouterr().err
    assert 1 == len(shown.splitlines())
    assert "what was done until then stays" in shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["synk"], "Did you mean 'sync'?"),
        (["plan", "--onyl", "x"], "--only"),
        (["conflicts", "shwo"], "shwo"),
        (["conflicts", "show"], "ID"),
        (["history", "--limit", "many"], "many"),
        (["history", "x", "--round", "1"], "not both"),
    ],
)
def test_a_wrong_command_line_is_usage(hub, args, said):
    """It names what is wrong, and where help is."""
    result = hub.run(*args)

    assert 64 == result.exit_code
    assert 1 == len(result.stderr.splitlines())
    assert said in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["explain", "\udcff"],
        ["history", "--round", "\udcff"],
        ["undo", "\udcff"],
        ["sync", "--approve", "\udcff"],
        ["plan", "--only", "\udcff"],
        ["conflicts", "show", "\udcff"],
    ],
)
def test_an_argument_that_is_not_text_is_usage(nordwind, args):
    """Bytes that are no UTF-8 are a slip at the keyboard, and no fault of kamsync."""
    result = nordwind.run(*args)

    assert 64 == result.exit_code
    assert "is not valid UTF-8" in result.stderr


def test_a_reader_who_leaves_is_no_error(program):
    """``kamsync schema | head`` ends in silence."""
    reading, writing = os.pipe()
    os.close(reading)

    process = program("schema", "--markdown", stdout=writing)
    os.close(writing)

    assert "" == process.communicate()[1]
    assert border.BROKEN_PIPE == process.returncode


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_output_is_no_error(nordwind, closed):
    """Nobody listens, and the work is done: in silence, and into no file of ours."""
    nordwind.anna.edit("account", "account-1", {"phone": "+4911111111"})
    command = f'exec "{sys.executable}" -m kamsync sync {closed}'

    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=nordwind.folder, capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert "+4911111111" == nordwind.success.values("account", "account-1")["phone"]


def test_a_full_disk_is_no_fault_of_ours(program):
    """``kamsync schema > FILE`` says that there is no room, in one line and once."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device, not a file
        process = program("schema", "--markdown", stdout=full)

    [line] = process.communicate()[1].splitlines()
    assert line.startswith("kamsync: The disk is full, and what was printed is not complete.")
    assert 1 == process.returncode


WAITS = """
import click
from kamsync import hookimpl

@click.command()
def waits():
    print("ready", flush=True)
    input()

@hookimpl
def kamsync_commands():
    return [waits]
"""


def test_ctrl_c_ends_with_one_line(program, plugin):
    """A real signal to a real process."""
    plugin("waits", WAITS)
    process = program("waits", stdin=-1)
    assert "ready\n" == process.stdout.readline()

    process.send_signal(signal.SIGINT)

    lines = process.communicate()[1].splitlines()
    assert 130 == process.returncode
    assert 1 == len(lines)


def test_a_terminal_without_the_characters_gets_escapes(hub, program):
    """A name in another script never stops a command."""
    hub.anna.create("account", {"name": "Łódź 株式会社", "domains": ["lodz.pl"]})
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}

    process = program("plan", env=env, encoding="latin-1")

    out, err = process.communicate()
    assert (2, "") == (process.returncode, err)
    assert "\\u0141ód\\u017a" in out


def test_it_runs_as_a_module(program):
    """``python -m kamsync`` is the same program."""
    out, _ = program("--version").communicate()

    assert out.startswith("kamsync ")
