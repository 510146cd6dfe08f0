import os
import resource
import shlex
import subprocess
import sys

import pytest

from kamsync.cli import root
from kamsync.cli.registry import COMMANDS, command

HEAVY = (
    "pydantic",
    "pydantic_settings",
    "sqlalchemy",
    "alembic",
    "rich",
    "msgspec",
    "cryptography",
)
TIMES = 4
"""How many times the cost of importing click the help may take; it takes about two."""


def cpu_s(*args):
    """Return the least CPU time of three runs of python with *args*."""
    best = float("inf")
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *args], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, used)
    return best


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("args", [["--help"], ["sync", "--help"]])
def test_help_costs_little_more_than_click(args):
    """Whoever asks for help gets it at once, on any machine."""
    assert cpu_s("-m", "kamsync", *args) < TIMES * cpu_s("-c", "import click")


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("args", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_imports_nothing_heavy(args):
    """A command imports what it needs when it runs, not when it is described."""
    code = (
        "import sys\nfrom kamsync.cli import root\n"
        f"try:\n    root.main({args!r})\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "[]" == shown.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_in_a_line_what_it_does(name):
    """The list of commands is read as sentences, none of them cut off."""
    found = command(name)

    assert found is not None
    assert not found.get_short_help_str(limit=68).endswith("...")


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("group", [[], ["policy"], ["conflicts"]])
def test_the_list_of_commands_is_read_whole_at_any_width(group, width):
    """A sentence that does not fit its line goes on below."""
    env = {**os.environ, "COLUMNS": str(width)}
    args = [sys.executable, "-m", "kamsync", *group, "--help"]

    shown = subprocess.run(args, check=True, capture_output=True, text=True, env=env)

    _, listed = shown.stdout.split("Commands:\n")
    assert "..." not in listed
    assert max(len(line) for line in listed.splitlines()) <= width


def with_examples(command, name=""):
    """Yield each command whose help ends with examples, and what follows ``kamsync`` in them."""
    lines = [line.strip() for line in (command.epilog or "").splitlines() if line[:2] == "  "]
    if lines and name:
        yield name, command, lines
    for word, below in getattr(command, "commands", {}).items():
        yield from with_examples(below, f"{name} {word}".strip())


EXAMPLES = [each for name in COMMANDS for each in with_examples(command(name), name)]


@pytest.mark.parametrize(("name", "known", "lines"), EXAMPLES, ids=[name for name, *_ in EXAMPLES])
def test_the_examples_of_a_command_can_be_typed(name, known, lines):
    """They are of this command, fit a narrow terminal, and name no option that is not there."""
    for line in lines:
        words = shlex.split(line.partition(" >")[0])
        assert ["kamsync", *name.split()] == words[: 1 + len(name.split())]
        assert 76 >= len(line)
        known.make_context(name, words[1 + len(name.split()) :])


def test_without_a_command_it_is_help(hub):
    """Somebody who types the name alone is shown the way."""
    for args in ([], ["policy"]):
        result = hub.run(*args)

        assert 0 == result.exit_code
        assert result.stdout.startswith(" ".join(["Usage: kamsync", *args]))


@pytest.mark.usefixtures("hub")
def test_the_commands_stand_in_the_order_of_a_day():
    """First what sets up, then what is done each day, then what is seldom needed."""
    listed = root.list_commands(root.make_context("kamsync", ["--help"], resilient_parsing=True))

    assert list(COMMANDS) == listed


def test_it_tells_its_version(hub):
    """A report of a fault can name the version."""
    from kamsync import __version__

    assert f"kamsync {__version__}\n" == hub.run("--version").stdout
