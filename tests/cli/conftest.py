import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kamsync.cli import root
from kamsync.memory import MemorySystem
from kamsync.seal import write_key

CONFIG = """
[store]
url = "sqlite:///kamsync.db"

[system.sales]
connector = "memory"
team = "sales"
path = "sales.jsonl"
allow = { account = ["create", "update", "delete"], contact = ["create", "update"], opportunity = ["create", "update"] }

[system.success]
connector = "memory"
team = "success"
path = "success.jsonl"
allow = { account = ["create", "update", "delete"], contact = ["create", "update"], opportunity = ["create", "update"] }

[policy.account]
health = { team = "success" }
"""

SLOW = """
import os
from kamsync import hookimpl
from kamsync.lenses import identity_map
from kamsync.memory import Memory

class Slow(Memory):
    kind = "slow"

    def read(self, object_, names, cursor):
        if os.environ.get("SLOW"):
            print("reading", flush=True)
            os.read(0, 1)
        return super().read(object_, names, cursor)

@hookimpl
def kamsync_connectors():
    return {"slow": Slow}

@hookimpl
def kamsync_mappings(kind, schema):
    if kind == "slow":
        return [identity_map(each, each.name) for each in schema.entities.values()]
"""


class Hub:
    """A folder with a configuration of two file-backed systems, and people who work in them."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "kamsync.toml"
        if not self.file.exists():
            self.configure(CONFIG)
            write_key(folder / "kamsync.key")
        self.sales = MemorySystem(path=folder / "sales.jsonl")
        self.success = MemorySystem(path=folder / "success.jsonl")
        self.anna = self.sales.act("u1", "A. Weber")
        self.bo = self.success.act("u2", "Bo Li")

    def configure(self, text):
        self.file.write_text(text)

    def run(self, *args, input=None):  # noqa: A002 - click's own name for it
        """Run a command line as at a shell that is no terminal."""
        runner = CliRunner(env={"COLUMNS": None})
        return runner.invoke(root, [*args], prog_name="kamsync", input=input)

    def document(self, *args, status=0):
        """Run a command line with --json and return what it says."""
        result = self.run(*args, "--json")
        assert status == result.exit_code, result.stderr
        return json.loads(result.stdout)

    def meet(self):
        """Approve whatever the plan of now is, and carry it out."""
        plan = self.document_of_plan()
        result = self.run("sync", "--approve", plan["plan"])
        assert 0 == result.exit_code, result.stderr
        return result

    def document_of_plan(self, *args):
        """Return the plan of now, whether or not it would write."""
        return json.loads(self.run("plan", *args, "--json").stdout)

    def state(self):
        """Return what both systems hold."""
        return {
            (name, object_): system.records(object_)
            for name, system in (("sales", self.sales), ("success", self.success))
            for object_ in ("account", "contact", "opportunity")
        }

    def close(self):
        """Let go of the files."""
        self.sales.close()
        self.success.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Folders to copy, since a new store and a first meeting take their time."""
    new, met = tmp_path_factory.mktemp("new"), tmp_path_factory.mktemp("met")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KAMSYNC_CONFIG", raising=False)
        patch.chdir(new)
        hub = Hub(new)
        assert 0 == hub.run("history").exit_code
        hub.close()
        shutil.copytree(new, met, dirs_exist_ok=True)
        patch.chdir(met)
        hub = Hub(met)
        values = {"name": "Nordwind GmbH", "domains": ["nordwind.de"], "phone": "+49301234567"}
        hub.anna.create("account", values)
        hub.bo.create("account", values)
        hub.meet()
        hub.close()
    return {"new": new, "met": met}


@pytest.fixture
def copied(made, tmp_path, monkeypatch):
    """Make a hub from one of the folders that were made; the current folder becomes its own."""
    hubs = []

    def copy(name):
        shutil.copytree(made[name], tmp_path, dirs_exist_ok=True)
        hubs.append(Hub(tmp_path))
        return hubs[-1]

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAMSYNC_CONFIG", raising=False)
    yield copy
    for hub in hubs:
        hub.close()


@pytest.fixture
def hub(request, copied):
    """A hub whose systems have not met yet, or the one of `nordwind` where a test asks for it."""
    return copied("met" if "nordwind" in request.fixturenames else "new")


@pytest.fixture
def nordwind(hub):
    """The same account in both systems, met and in agreement; its native ids are both account-1."""
    return hub


@pytest.fixture
def disputed(nordwind):
    """The telephone number of the account, changed by both teams at once and held."""
    nordwind.anna.edit("account", "account-1", {"phone": "+4911111111"})
    nordwind.bo.edit("account", "account-1", {"phone": "+4922222222"})
    assert 0 == nordwind.run("sync").exit_code
    return nordwind


@pytest.fixture
def disputed_amount(nordwind):
    """The amount of an opportunity, changed by both teams at once."""
    values = {"name": "Renewal", "account": "account-1", "amount": "40000", "currency": "EUR"}
    deal = nordwind.anna.create("opportunity", values)
    nordwind.run("sync")
    [other] = nordwind.success.records("opportunity")
    nordwind.anna.edit("opportunity", deal, {"amount": "50000"})
    nordwind.bo.edit("opportunity", other, {"amount": "45000"})
    nordwind.run("sync")
    return nordwind


def _hear_ctrl_c():
    """Let a process hear Ctrl-C even where the tests run in the background, which is deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def program(hub):
    """Start ``kamsync`` as a process of its own in the hub's folder."""
    started = []

    def start(*args, python=(), env=None, **options):
        command = [sys.executable, *python, "-m", "kamsync", *args]
        process = subprocess.Popen(
            command,
            cwd=hub.folder,
            env=env,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            text=True,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - no thread of the tests holds a lock
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def plugin(hub, monkeypatch):
    """Install a plugin of one module: its name, and its text."""
    names = []

    def install(name, text):
        place = hub.folder / "installed" / name
        info = place / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (place / f"{name}.py").write_text(text)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[kamsync]\n{name} = {name}\n")
        monkeypatch.syspath_prepend(str(place))
        monkeypatch.setenv("PYTHONPATH", str(place), prepend=os.pathsep)
        names.append(name)

    yield install
    for name in names:
        sys.modules.pop(name, None)


SHY = """
from kamsync import hookimpl
from kamsync.lenses import identity_map
from kamsync.memory import Memory

class Shy(Memory):
    kind = "shy"

    def read(self, object_, names, cursor):
        self.system.hidden.add(("account", "FIELD"))
        return super().read(object_, names, cursor)

@hookimpl
def kamsync_connectors():
    return {"shy": Shy}

@hookimpl
def kamsync_mappings(kind, schema):
    if kind == "shy":
        return [identity_map(each, each.name) for each in schema.entities.values()]
"""


@pytest.fixture
def shy(hub, plugin):
    """Let systems show a field of accounts no more: all of them, or those of one *team*."""

    def hide(field, team=""):
        plugin("shy", SHY.replace("FIELD", field))
        shown = 'connector = "memory"' + (f'\nteam = "{team}"' if team else "")
        text = hub.file.read_text().replace(shown, shown.replace("memory", "shy"))
        hub.configure(f'plugins = ["shy"]\n{text}')

    return hide


@pytest.fixture
def slow(nordwind, plugin):
    """Let success answer only after somebody has pressed return, where SLOW is set."""
    plugin("slow", SLOW)
    text = nordwind.file.read_text().replace(
        'connector = "memory"\nteam = "success"', 'connector = "slow"\nteam = "success"'
    )
    nordwind.configure(f'plugins = ["slow"]\n{text}')
