"""``kamsync run`` as a process, and ``pause`` and ``resume`` beside it."""

import json
import os
import select
import signal

import httpx
import pytest

RUN = """
[round]
every = "1h"

[daemon]
listen = "127.0.0.1:0"
"""


class Running:
    """A daemon in a process of its own, and the lines of its log."""

    def __init__(self, process):
        self.process = process

    def until(self, event):
        """Read on until *event* happens."""
        for line in self.process.stdout:
            told = json.loads(line)
            if told["event"] == event:
                return told
        pytest.fail(f"It ended without {event}: {self.process.stderr.read()}")

    def tell(self, number):
        """Send a signal."""
        self.process.send_signal(number)

    def end(self):
        """Return its exit status."""
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def runs(nordwind, program):
    """Start daemons that end with the test."""
    nordwind.configure(nordwind.file.read_text() + RUN)
    return lambda: Running(program("run", "--json"))


def test_it_serves_the_systems_and_stops_when_it_is_told_to(nordwind, runs):
    """From an edit to its arrival, and an orderly end."""
    nordwind.anna.create("account", {"name": "Pinewood", "domains": ["pinewood.example"]})
    daemon = runs()
    told = daemon.until("round")
    assert ("done", 1) == (told["end"], told["written"])
    daemon.tell(signal.SIGTERM)
    daemon.until("stopped")
    assert 0 == daemon.end()
    assert 2 == len(nordwind.state()["success", "account"])


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_at_once_that_it_was_told_to_stop(nordwind, program, number):
    """Whoever stops it sees that it ends its step, however long that takes."""
    nordwind.configure(nordwind.file.read_text() + RUN)
    process = program("run", stdin=-1, env={**os.environ, "SLOW": "1"})
    assert "started" == _event(process.stdout.readline())
    assert "reading\n" == process.stdout.readline()

    process.send_signal(number)

    assert select.select([process.stdout], [], [], 30)[0]
    line = process.stdout.readline()
    assert ("stopping", True) == (_event(line), f"signal={number.name}" in line)
    out, _ = process.communicate("\n" * 100, timeout=60)
    told = [_event(line) for line in out.splitlines() if line != "reading"]
    assert (["round", "stopped"], 0) == (told, process.returncode)


def test_a_second_daemon_on_the_same_store_refuses_to_start_and_names_the_first(nordwind, runs):
    """Two would undo the order of rounds."""
    daemon = runs()
    daemon.until("round")
    second = nordwind.run("run")
    assert 1 == second.exit_code
    assert (
        f"`kamsync run` runs already on this store, as process {daemon.process.pid}"
        in second.stderr
    )
    assert "stop it first" in second.stderr


def test_a_daemon_that_was_killed_is_in_nobodys_way(runs):
    """Its lock went with it."""
    daemon = runs()
    daemon.until("round")
    daemon.process.kill()
    daemon.end()
    assert "done" == runs().until("round")["end"]


def test_no_store_is_restored_under_a_running_daemon(nordwind, runs):
    """It would go on with the old one."""
    assert 0 == nordwind.run("backup", "kept.kam").exit_code
    daemon = runs()
    daemon.until("round")
    refused = nordwind.run("restore", "kept.kam", "--replace")
    assert 1 == refused.exit_code
    assert "stop it first" in refused.stderr


def test_a_reload_takes_a_sound_configuration_and_refuses_another(nordwind, runs):
    """Says what is wrong, and goes on."""
    daemon = runs()
    daemon.until("round")
    sound = nordwind.file.read_text()
    nordwind.configure(sound.replace('health = { team = "success" }', 'health = "sometimes"'))
    daemon.tell(signal.SIGHUP)
    refused = daemon.until("reload_refused")
    assert "sometimes" in refused["reason"]
    nordwind.configure(sound)
    daemon.tell(signal.SIGHUP)
    assert "sales,success" == daemon.until("reloaded")["systems"]
    assert "done" == daemon.until("round")["end"]


def test_another_store_wants_a_new_start(nordwind, runs):
    """What is known of the systems is in the old one."""
    daemon = runs()
    daemon.until("round")
    nordwind.configure(nordwind.file.read_text().replace("kamsync.db", "other.db"))
    daemon.tell(signal.SIGHUP)
    assert "stop it and start it again" in daemon.until("reload_refused")["reason"]


def test_its_page_is_told_to_people_and_ctrl_c_ends_it(nordwind, program):
    """As at a terminal."""
    nordwind.configure(nordwind.file.read_text() + RUN)
    process = program("run")
    (address,) = (word for word in process.stderr.readline().split() if word.endswith("/healthz"))
    assert ["started", "round"] == [_event(process.stdout.readline()) for _ in range(2)]
    assert httpx.get(address).json()["ok"]
    process.send_signal(signal.SIGINT)
    assert ["stopping", "stopped"] == [_event(process.stdout.readline()) for _ in range(2)]
    assert 0 == process.wait(60)


def _event(line):
    """What one line of words is about."""
    return dict(word.split("=", 1) for word in line.split() if "=" in word)["event"]


def test_a_configuration_that_is_wrong_does_not_start(hub):
    """Which key, and what would be right."""
    hub.configure(hub.file.read_text() + '\n[daemon]\nlisten = "everywhere"\n')
    result = hub.run("run")
    assert 64 == result.exit_code
    assert 'expected HOST:PORT, such as "127.0.0.1:9464"' in result.stderr


def test_a_paused_system_is_left_alone_and_every_command_says_so(nordwind):
    """Nobody wonders why it is not served."""
    nordwind.anna.create("account", {"name": "Pinewood", "domains": ["pinewood.example"]})
    paused = nordwind.run("pause", "success", "--why", "a migration")
    assert (0, True) == (paused.exit_code, "Next: kamsync resume success" in paused.stdout)
    synced = nordwind.run("sync")
    assert "success is paused; kamsync resume success serves it again." in synced.stdout
    assert "success is paused" in nordwind.run("plan").stdout
    assert ["success"] == nordwind.document("plan")["resting"]
    assert "success is paused since" in nordwind.run("check").stdout
    assert "success: a migration" in nordwind.run("history").stdout
    assert 1 == len(nordwind.state()["success", "account"])
    assert 0 == nordwind.run("resume", "success").exit_code
    assert 1 == nordwind.document("sync")["written"]


def test_pausing_twice_and_resuming_what_is_not_paused_say_how_it_is(nordwind):
    """Neither is an error; a system that is not there is."""
    assert "was not paused" in nordwind.run("resume", "sales").stdout
    nordwind.run("pause", "sales", "--why", "an import")
    again = nordwind.run("pause", "sales", "--why", "a holiday").stdout
    assert "was paused already" in again
    assert "an import" in again
    assert 64 == nordwind.run("pause", "nowhere").exit_code
