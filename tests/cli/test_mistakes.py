"""Bad input: one clear line, an exit status, and nothing lost."""

import os
import signal
import sqlite3

import pytest

from kamsync.clock import SystemClock
from kamsync.seal import read_key
from kamsync.store import open_store

LISTING = ["conflicts", "list"]


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        ("[sotre]\n", "sotre"),
        ("[round]\nbatch = 'many'\n", "round.batch"),
        ("[policy.acount]\nname = 'latest'\n", "acount"),
        ("[policy.contact]\nnmae = 'latest'\n", "nmae"),
        ("[policy.contact]\nname = 'newest'\n", "newest"),
        ("[policy.contact]\nname = 'highest'\n", "highest"),
        ("[system.other]\nconnector = 'salesfroce'\n", "salesfroce"),
        ("[system.other]\nconnector = 'memory'\ncolour = 'red'\n", "colour"),
        ("[system.other]\nconnector = 'memory'\nallow = { acount = ['update'] }\n", "acount"),
        ("[guards.slaes.account]\nemptied = 0.5\n", "slaes"),
        ("[scope.account]\ntier = ['gold']\n", "gold"),
    ],
)
def test_a_wrong_configuration_is_refused(nordwind, addition, said):
    """It names the file and what is wrong; no system is read and nothing is written."""
    before = nordwind.state()
    nordwind.configure(f"{nordwind.file.read_text()}\n{addition}")

    result = nordwind.run("sync")

    assert 64 == result.exit_code
    assert all(line.startswith("kamsync: ") for line in result.stderr.splitlines())
    assert said in result.stderr
    assert "kamsync.toml" in result.stderr
    assert before == nordwind.state()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[store", "line 1"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"", "is empty"),
        (b"store = 5", "store"),
    ],
)
def test_an_unreadable_configuration_is_refused(hub, content, said):
    """It says in which line, and what would be right."""
    hub.file.write_bytes(content)

    result = hub.run(*LISTING)

    assert 64 == result.exit_code
    assert 1 == len(result.stderr.splitlines())
    assert said in result.stderr


@pytest.mark.parametrize(
    "args", [[*LISTING, "-c", "nowhere.toml"], ["-c", "nowhere.toml", *LISTING]]
)
def test_a_missing_configuration_is_refused(hub, args):
    """Named before the command or after it."""
    result = hub.run(*args)

    assert 64 == result.exit_code
    assert "The configuration nowhere.toml is not there." in result.stderr


def test_a_configuration_comes_from_the_environment(hub, monkeypatch, tmp_path):
    """KAMSYNC_CONFIG names it; --config goes before."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("KAMSYNC_CONFIG", str(hub.file))

    assert 0 == hub.run(*LISTING).exit_code
    assert 64 == hub.run(*LISTING, "-c", "nowhere.toml").exit_code


def test_an_unknown_plugin_is_refused(hub):
    """It says which are installed."""
    hub.configure('plugins = ["valeu_order"]\n' + hub.file.read_text())

    result = hub.run("plan")

    assert 64 == result.exit_code
    assert "No plugin 'valeu_order' is installed" in result.stderr
    assert "Did you mean 'value_order'?" in result.stderr


def test_a_broken_plugin_is_named_and_the_rest_goes_on(nordwind, plugin):
    """A warning on stderr; the round runs."""
    plugin("broken_one", "1 / 0\n")
    nordwind.configure('plugins = ["broken_one"]\n' + nordwind.file.read_text())
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})

    result = nordwind.run("sync")

    assert 0 == result.exit_code
    assert 1 == len(result.stderr.splitlines())
    assert "kamsync: warning: The plugin broken_one (broken_one 1.0) is broken" in result.stderr
    assert "strategic" == nordwind.success.values("account", "account-1")["tier"]


def test_a_missing_key_is_refused(nordwind, tmp_path):
    """Without it the journal cannot be read, so nothing is done."""
    (tmp_path / "kamsync.key").unlink()

    result = nordwind.run("sync")

    assert 64 == result.exit_code
    assert "The key file" in result.stderr
    assert "Put back the copy" in result.stderr
    assert "the key there that `kamsync init` makes in another folder" in result.stderr


def test_another_key_is_refused(nordwind, tmp_path):
    """It says which one is wanted."""
    (tmp_path / "kamsync.key").unlink()
    nordwind.run("init", "other")
    (tmp_path / "other" / "kamsync.key").rename(tmp_path / "kamsync.key")

    result = nordwind.run(*LISTING)

    assert 1 == result.exit_code
    assert "is not the one that this store was sealed with" in result.stderr


def newer(path):
    """Make the store one of a later release."""
    store = sqlite3.connect(path)
    store.execute("UPDATE kamsync_version SET version_num = '9999'")
    store.commit()
    store.close()


def corrupt(path):
    """Write over the beginning of the store."""
    with path.open("r+b") as file:
        file.write(b"\0" * 4096)


def something_else(path):
    """Put another database in its place."""
    path.unlink()
    store = sqlite3.connect(path)
    store.execute("CREATE TABLE recipe (name TEXT)")
    store.commit()
    store.close()


def folder(path):
    """Put a folder in its place."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (newer, "was written by a newer release"),
        (corrupt, "is not a kamsync store, or is damaged"),
        (something_else, "is a database of something else"),
        (folder, "cannot be opened"),
    ],
)
def test_an_unusable_store_is_refused(nordwind, tmp_path, spoil, said):
    """One line names it and says what to do; it is left as it is, and so is every system."""
    before = nordwind.state()
    spoil(tmp_path / "kamsync.db")

    for command in (["sync"], LISTING, ["verify"]):
        result = nordwind.run(*command)

        assert 1 == result.exit_code
        assert 1 == len(result.stderr.splitlines())
        assert said in result.stderr
    assert before == nordwind.state()


def test_a_store_in_a_folder_that_is_not_there(hub):
    """It is not made by guessing."""
    hub.configure(hub.file.read_text().replace("///kamsync.db", "///nowhere/kamsync.db"))

    result = hub.run(*LISTING)

    assert 1 == result.exit_code
    assert "nowhere does not exist" in result.stderr


def test_two_rounds_at_once(nordwind, tmp_path):
    """The second is told who runs the first, and changes nothing; reading goes on."""
    key = read_key(tmp_path / "kamsync.key")
    store = open_store(f"sqlite:///{tmp_path / 'kamsync.db'}", clock=SystemClock(), key=key)
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})

    with store.round_lock("sync"):
        results = [nordwind.run(*args) for args in (["sync"], ["plan"], ["undo", "2", "--yes"])]
        assert 0 == nordwind.run(*LISTING).exit_code
    store.close()

    assert {1} == {result.exit_code for result in results[:2]}
    assert (
        f"`kamsync sync` runs a round on this store, as process {os.getpid()}" in results[0].stderr
    )
    assert 0 == nordwind.run("sync").exit_code
    assert "strategic" == nordwind.success.values("account", "account-1")["tier"]


@pytest.mark.usefixtures("slow")
def test_an_interrupted_round_loses_nothing(nordwind, program):
    """Ctrl-C in the middle ends with one line; the next round does what is left."""
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})
    process = program("sync", stdin=-1, env={**os.environ, "SLOW": "1"})
    assert "reading\n" == process.stdout.readline()

    process.send_signal(signal.SIGINT)
    _, err = process.communicate()

    assert 130 == process.returncode
    assert 1 == len(err.splitlines())
    assert 0 == nordwind.run("sync").exit_code
    assert "strategic" == nordwind.success.values("account", "account-1")["tier"]
    assert 0 == nordwind.run("verify").exit_code


def test_a_team_that_is_nearly_a_known_one_is_noticed(hub):
    """A typo there silences the team: its rules are asked, and nobody speaks for it."""
    hub.configure(hub.file.read_text().replace('team = "sales"', 'team = "sale"'))

    shown = " ".join(hub.run("check").stdout.split())

    assert "It speaks for the team 'sale'" in shown
    assert "Did you mean 'sales'?" in shown
