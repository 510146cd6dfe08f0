"""At a terminal: colour, width, hostile text, hidden pay, and questions."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from rich.cells import cell_len

HOSTILE = "Nord\x1b[2J\x1b]0;owned\x07wind\u202e GmbH"


@pytest.fixture
def terminal(hub):
    """Run ``kamsync`` at a terminal of some width and return what it shows, and its status.

    The answer is typed once *until* is shown.
    """

    # Who runs tests beside each other may say how wide a terminal is to be; this one is known.
    inherited = {name: each for name, each in os.environ.items() if name != "COLUMNS"}

    def run(*args, columns=80, answer="", until=b"", **env):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        process = subprocess.Popen(
            [sys.executable, "-m", "kamsync", *args],
            cwd=hub.folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**inherited, "TERM": "xterm-256color", **env},
        )
        os.close(theirs)
        shown = b""
        while until not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, answer.encode())
        while True:
            # A terminal whose last program has ended answers with an error on Linux.
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        os.close(ours)
        return shown.decode().replace("\r\n", "\n"), process.wait()

    return run


def test_a_terminal_is_shown_colours(nordwind, terminal):
    """And a file is not."""
    shown, _ = terminal("plan")

    assert "\x1b[1;32m" in shown
    assert "\x1b" not in nordwind.run("plan").stdout


@pytest.mark.usefixtures("nordwind")
def test_colours_can_be_turned_off(terminal):
    """NO_COLOR is respected."""
    shown, _ = terminal("plan", NO_COLOR="1")

    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(disputed, terminal, columns):
    """Columns fold; nothing is cut off and nothing overflows."""
    disputed.anna.edit("account", "account-1", {"legal_name": "株式会社" * 20, "tier": "key"})

    for command in (["plan"], ["conflicts", "list"], ["explain", "account-1"], ["history"]):
        shown, _ = terminal(*command, columns=columns, NO_COLOR="1")
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)

        assert max(map(cell_len, re.split(r"[\r\n]", plain))) <= columns


@pytest.mark.parametrize(("columns", "tables"), [(80, 2), (200, 1)])
def test_a_first_meeting_does_not_fold_its_counts(hub, terminal, columns, tables):
    """What would be overwritten stands below them where it does not fit beside them."""
    for person, name in ((hub.anna, "Nordwind GmbH"), (hub.bo, "Nordwind Logistik")):
        values = {
            "annual_revenue": len(name),
            "revenue_currency": "EUR",
            "phone": f"+49 3{len(name)}",
        }
        person.create("account", {"name": name, "domains": ["nordwind.de"], **values})

    shown, _ = terminal("plan", columns=columns, NO_COLOR="1")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)

    told = plain[plain.index("First meeting") : plain.index("To choose otherwise")].splitlines()
    rows = [line.split() for line in told if line.startswith("  account.annual_revenue")]
    assert tables == len(rows)
    assert ["0", "0", "0", "1"] == rows[0][1:5]
    assert ["sales", "1", "·", "success", "1"] == rows[-1][-5:]


def test_nothing_in_a_record_commands_the_terminal(hub, terminal):
    """Control characters of a name are shown as what they are."""
    hub.anna.create("account", {"name": HOSTILE, "domains": ["nordwind.de"]})

    shown, _ = terminal("plan", columns=200)

    assert "\x1b[2J" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown
    assert "\\x1b[2J" in shown


def test_markup_in_a_record_is_text(hub):
    """Square brackets mean nothing to us."""
    hub.anna.create("account", {"name": "[red]Nord[/red] :smile:", "domains": ["nordwind.de"]})

    assert "[red]Nord[/red] :smile:" in hub.run("plan").stdout


def test_undo_asks_at_a_terminal(nordwind, terminal):
    """No is the answer of whoever just presses return."""
    nordwind.bo.edit("account", "account-1", {"tier": "strategic"})
    nordwind.run("sync")

    no, _ = terminal("undo", "last", answer="\n")
    yes, status = terminal("undo", "last", answer="y\n")

    assert "Nothing was changed." in no
    assert "1 value put back" in yes
    assert 0 == status


@pytest.mark.usefixtures("slow")
def test_long_work_shows_its_progress_at_a_terminal(terminal):
    """After a second, whoever waits sees for what; when it is over, nothing is left of that."""
    shown, status = terminal("plan", answer="\n" * 100, until=b"Reading success", SLOW="1")

    assert 0 == status
    assert "\x1b[2K" in shown.partition("Reading success")[2]
    assert "Nothing to write" in shown


@pytest.mark.usefixtures("slow")
def test_work_shows_no_progress_elsewhere(program):
    """A log or a pipe gets the result alone."""
    process = program("plan", stdin=-1, env={**os.environ, "SLOW": "1"})

    out, err = process.communicate("\n" * 100)

    assert (0, "") == (process.returncode, err)
    assert [] == [line for line in out.splitlines() if "Reading" in line]


@pytest.fixture
def paid(nordwind):
    """A commission that finance has entered in sales, which is cleared for pay."""
    text = nordwind.file.read_text().replace('team = "sales"', 'team = "sales"\nclears_pay = true')
    nordwind.configure(text.replace('contact = ["create", "update"]', 'commission = ["create"]'))
    values = {"amount": "98765.4", "currency": "EUR", "kind": "bonus", "account": "account-1"}
    nordwind.anna.create("commission", values)
    return nordwind


def test_pay_is_hidden_unless_asked_for(paid):
    """On a screen that anybody may look at, and in a file that anybody may read."""
    paid.meet()
    [commission] = {
        each["record"]
        for each in paid.document(
            "history", "--limit", "1000", "--round", str(paid.document("history")[0]["number"])
        )
        if each["entity"] == "commission"
    }

    for args in (
        ["explain", commission],
        ["history", commission],
        ["explain", f"{commission}.amount"],
    ):
        for form in ([], ["--json"]):
            assert "98765" not in paid.run(*args, *form).stdout.replace(",", "")
            assert "98765" in paid.run(*args, *form, "--reveal-pay").stdout.replace(",", "")
    assert "hidden (pay)" in paid.run("explain", commission).stdout


def test_pay_is_hidden_in_a_plan(paid):
    """The plan says that something is written, not how much."""
    paid.configure(
        paid.file.read_text().replace('\nteam = "success"', '\nteam = "success"\nclears_pay = true')
    )

    hidden, shown = (paid.run("plan", "--full", *more).stdout for more in ([], ["--reveal-pay"]))

    assert "hidden (pay)" in hidden
    assert not [text for text in ("98765", "98,765") if text in hidden]
    assert "98,765.40 EUR" in shown


def test_a_walk_at_a_terminal_is_in_colour_and_fits(disputed, terminal):
    """The question is shown, the key is typed, the decision is told."""
    shown, status = terminal("conflicts", "walk", columns=60, answer="1\n\n", until=b"help")

    assert 0 == status
    assert "is decided:" in shown
    assert "\x1b[1;32mDecided 1" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    lines = [line.removeprefix("> ") for line in plain.splitlines()]
    assert [] == [line for line in lines if cell_len(line) > 60]
    assert 0 == disputed.document("conflicts", "list")["total"]


@pytest.mark.usefixtures("disputed")
def test_a_walk_has_no_colours_where_they_are_turned_off(terminal):
    """NO_COLOR is respected."""
    shown, _ = terminal("conflicts", "walk", answer="q\n", until=b"help", NO_COLOR="1")

    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)


def test_init_asks_at_a_terminal(hub, terminal):
    """Nobody has to know of an option; an empty answer connects nothing."""
    shown, status = terminal("init", "new", answer="\n", until=b"System 1: kind: ")

    assert 0 == status
    assert "Which systems hold your accounts?" in shown
    assert "plugins = []" in (hub.folder / "new" / "kamsync.toml").read_text()


def test_init_does_not_ask_who_says_so(hub, terminal):
    """A script that runs at a terminal says --yes."""
    shown, status = terminal("init", "new", "--yes")

    assert 0 == status
    assert "Which systems" not in shown
    assert (hub.folder / "new" / "kamsync.toml").exists()


def test_what_is_open_can_be_walked_through_from_the_list(disputed, terminal):
    """At a terminal the list asks, return is yes, and the walk begins."""
    shown, status = terminal("conflicts", answer="\n1\n\n", until=b"[Y/n]")

    assert 0 == status
    assert "1 conflict" in shown
    assert "Decided 1" in shown
    assert 0 == disputed.document("conflicts", "list")["total"]


def test_a_list_that_is_only_looked_at_decides_nothing(disputed, terminal):
    """Whatever is not yes ends it, and nothing was asked where nobody sits."""
    shown, status = terminal("conflicts", answer="n\n", until=b"[Y/n]")

    assert (0, False) == (status, "question to go" in shown)
    assert "[Y/n]" not in disputed.run("conflicts").stdout
    assert 1 == disputed.document("conflicts", "list")["total"]


def test_an_empty_queue_asks_nothing(nordwind, terminal):
    """There is nothing to go through."""
    nordwind.run("sync")

    shown, _ = terminal("conflicts")

    assert "[Y/n]" not in shown


@pytest.mark.parametrize("command", [["conflicts", "list"], ["conflicts", "show", "1"]])
def test_what_does_not_fit_beside_each_other_stands_below(disputed, terminal, command):
    """A narrow terminal folds no name and no time into columns of a few letters."""
    disputed.anna.edit("account", "account-1", {"name": "Nordwind Logistik und Spedition GmbH"})
    disputed.run("sync")

    shown, _ = terminal(*command, columns=60)

    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    whole = (
        "sales +4911111111 ↔ success +4922222222"
        if "list" in command
        else "for sales, in sales account-1"
    )
    assert [line for line in plain.splitlines() if whole in line]
