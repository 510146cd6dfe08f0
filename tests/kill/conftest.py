"""Three systems in files, a store, and the real command line among them: worlds that can be killed."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from kamsync.clock import SystemClock, instant
from kamsync.config import load_config
from kamsync.engine import Hub, Round, preview, resolve_conflict, run_round
from kamsync.engine.assemble import assemble, open_configured_store
from kamsync.errors import ApprovalMissing, StoreBusy
from kamsync.memory import MemorySystem
from kamsync.memory.acts import Act, Deed
from kamsync.model import Conflict, Decision
from kamsync.plugins import load_plugins
from kamsync.seal import write_key

CHILD = Path(__file__).with_name("child.py")
KEYS = {"account": "name", "contact": "email", "activity": "subject"}
"""The field by which a person would call a record of each entity; nobody changes it here."""

REFERENCES = {"parent": "account", "account": "account"}
ROUNDS_LIMIT = 5
BUSY_LIMIT = 200
BUSY_STEP_S = 0.02
CHILD_LIMIT_S = 60

CONFIGURATION = """
plugins = {plugins}

[store]
url = "{url}"

[round]
batch = 4

[policy.account]
phone = [{{ team = "success" }}, {{ team = "sales" }}]
employees = "highest"

[policy.contact]
deletes = "propagate"
"""

SYSTEM = """
[system.{name}]
connector = "{kind}"
path = "{name}.jsonl"
team = "{team}"
page = 5
batch = 3
can = {can}

[system.{name}.allow]
account = ["create", "update", "delete"]
contact = ["create", "update", "delete"]
activity = ["create", "update", "delete"]
"""

WRITES = ["create", "update", "delete", "undelete"]
TEAMS = {"sales": "sales", "success": "success", "support": "account"}
ABILITIES = (
    [*WRITES, "refuse_stale", "exact_version", "history", "who_edited", "stamp", "tombstones"],
    [*WRITES, "exact_version", "who_edited", "search", "tombstones"],
    [*WRITES, "stamp", "idempotent_create", "answers_with_record"],
)
"""What the systems are able to do: each lacks something else."""


class Child:
    """A process that runs a sync; see ``child.py``."""

    def __init__(self, world: World, place: str, step: int, args: Sequence[str]) -> None:
        ours, theirs = os.pipe()
        self._pipe = os.fdopen(ours, "rb", buffering=0)
        self._rest = b""
        self.places: list[str] = []
        self.steps: dict[str, int] = {}
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), str(theirs), place, str(step), *args],
            cwd=world.folder,
            pass_fds=[theirs],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        os.close(theirs)

    def follow(self, until: str = "stopped", wait_s: float = CHILD_LIMIT_S) -> bool:
        """Read what it tells until it says *until*; False if it ends or *wait_s* is over before."""
        end = time.monotonic() + wait_s
        while select.select([self._pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            told = os.read(self._pipe.fileno(), 65536)
            if not told:
                return False
            *lines, self._rest = (self._rest + told).split(b"\n")
            said = [self._hear(line.decode()) for line in lines]
            if until in said:
                return True
        return False

    def _hear(self, line: str) -> str:
        if line.startswith("{"):
            self.steps = json.loads(line)
        elif line != "stopped":
            self.places.append(line)
        return line

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> str:
        """Kill it, and return the place where that was; "" if it was at its end."""
        self.process.kill()
        self.process.wait()
        self.follow("", wait_s=0)
        return "" if self.steps or not self.places else self.places[-1]

    def end(self) -> tuple[int, str]:
        """Let it run to its end; return its exit status and what it wrote."""
        self.follow("")
        output, _ = self.process.communicate(timeout=CHILD_LIMIT_S)
        return self.process.returncode, output.decode()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self._pipe.close()


class World:
    """Three systems with people in them, a configuration among them, and its store."""

    def __init__(self, folder: Path, url: str, turn: int = 0, loud: tuple[str, ...] = ()) -> None:
        folder.mkdir()
        self.folder = folder
        self.url = url
        self.file = folder / "kamsync.toml"
        self.children: list[Child] = []
        sections = [CONFIGURATION.format(url=url, plugins=json.dumps(loud))]
        for place, (name, team) in enumerate(TEAMS.items()):
            can = ABILITIES[(place + turn) % len(ABILITIES)]
            kind = loud[0] if loud and "search" in can else "memory"
            section = SYSTEM.format(name=name, kind=kind, team=team, can=json.dumps(can))
            sections.append(section)
        self.file.write_text("".join(sections))
        write_key(folder / "kamsync.key")
        self.systems = {name: MemorySystem(path=folder / f"{name}.jsonl") for name in TEAMS}

    # People.

    def create(self, system: str, entity: str, values: Mapping[str, Any]) -> None:
        held = self._native(system, values)
        self.systems[system].act(f"person of {system}").create(entity, held)

    def edit(self, system: str, entity: str, name: str, values: Mapping[str, Any]) -> None:
        held = self._native(system, values)
        native_id = self.native_id(system, entity, name)
        self.systems[system].act(f"person of {system}").edit(entity, native_id, held)

    def delete(self, system: str, entity: str, name: str) -> None:
        native_id = self.native_id(system, entity, name)
        self.systems[system].act(f"person of {system}").delete(entity, native_id)

    def native_id(self, system: str, entity: str, name: str) -> str:
        """The only living record of that name."""
        (native_id,) = (
            id_
            for id_, values in self.systems[system].records(entity).items()
            if values.get(KEYS[entity]) == name
        )
        return native_id

    def _native(self, system: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return *values* with names of accounts as native ids."""
        return {
            field: self.native_id(system, REFERENCES[field], value)
            if field in REFERENCES and value
            else value
            for field, value in values.items()
        }

    def decide(self, key: tuple[str, str, str], value: Any = None, choice: str = "") -> None:
        """Answer the open conflict of one field of one record."""
        with self.hub() as hub:
            (conflict,) = (c for c in hub.store.reviews.open() if _key(hub, c) == key)
            decision = Decision("rita", instant(hub.clock.now()), value, choice)
            resolve_conflict(hub, conflict.id, conflict.version, decision)

    # Processes and rounds.

    def start(self, place: str = "", step: int = 0, *args: str) -> Child:
        """Start ``kamsync sync``, which will stop at a step of a place."""
        child = Child(self, place, step, ["sync", "-c", str(self.file), *args])
        self.children.append(child)
        return child

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run kamsync to its end."""
        return subprocess.run(
            [sys.executable, "-m", "kamsync", *args, "-c", str(self.file)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=CHILD_LIMIT_S,
            check=False,
        )

    def killed_after(self, args: Sequence[str], wait_s: float | None) -> float:
        """Run kamsync and kill it after *wait_s*, unless it ends before; return how long it took."""
        began = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-m", "kamsync", *args, "-c", str(self.file)],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        ) as process:
            try:
                assert 0 == process.wait(wait_s)
            except subprocess.TimeoutExpired:
                process.kill()
        return time.monotonic() - began

    @contextmanager
    def hub(self) -> Iterator[Hub]:
        """The hub of the configuration, in this process."""
        config, clock = load_config(self.file, {}), SystemClock()
        store = open_configured_store(config, clock)
        try:
            hub = assemble(config, load_plugins(config.plugins), store, clock)
            yield hub
            for system in hub.systems.values():
                system.connector.close()
        finally:
            store.close()

    def approval(self) -> list[str]:
        """The arguments that approve the first meeting, while it is still to come."""
        with self.hub() as hub:
            if all(hub.store.meta(f"met:{name}") for name in self.systems):
                return []
            plan = preview(hub).plan
            assert plan is not None
            return ["--approve", plan.id]

    def settle(self) -> list[Round]:
        """Run normal rounds until one writes nothing, and return all of them."""
        with self.hub() as hub:
            rounds = [_round(hub)]
            while rounds[-1].written and len(rounds) < ROUNDS_LIMIT:
                rounds.append(_round(hub))
        return rounds

    # What has become of everything.

    def state(self) -> list[str]:
        """Everything that matters, in lines that do not depend on ids, times and revisions."""
        with self.hub() as hub:
            return [
                *(line for system in self.systems for line in self._natives(system)),
                *_golden(hub),
                *(_told_conflict(hub, conflict) for conflict in hub.store.reviews.open()),
                *(f"parked in {p.system}: {p.entity}" for p in hub.store.parks.all(100)),
            ]

    def natives(self) -> dict[str, int]:
        """The last act on every native record: between two equal answers nobody did anything."""
        for world in self.systems.values():
            world.catch_up()
        return {
            f"{name} {entity} {native_id}": row.last.seq
            for name, world in self.systems.items()
            for entity in KEYS
            for native_id, row in world.table(entity).rows.items()
        }

    def faults(self) -> list[str]:
        """What is wrong with the store itself."""
        with self.hub() as hub:
            return hub.store.verify()

    def held(self) -> set[tuple[str, str, str]]:
        """The fields under review, each by its entity, the record's name, and its own."""
        with self.hub() as hub:
            return {_key(hub, conflict) for conflict in hub.store.reviews.open()}

    def differing(self) -> list[str]:
        """What one system says that another does not."""
        told = [
            {line.partition(" ")[2] for line in self._natives(system)} for system in self.systems
        ]
        return sorted(set.union(*told) - set.intersection(*told))

    def _natives(self, system: str) -> list[str]:
        world = self.systems[system]
        records = {entity: world.records(entity) for entity in KEYS}
        names = {
            native_id: values.get(KEYS[entity])
            for entity, held in records.items()
            for native_id, values in held.items()
        }
        return [
            f"{system} {entity}: {_told(values, names)}"
            for entity, held in records.items()
            for values in held.values()
        ]

    def repeats(self) -> list[tuple[str, Act]]:
        """Our own updates that told a system nothing but what it held already."""
        return [
            (system, act)
            for system, world in self.systems.items()
            for entity in KEYS
            for row in world.table(entity).rows.values()
            for before, act in _with_values_before(row.acts)
            if act.own and act.deed is Deed.EDIT and act.values.items() <= before.items()
        ]

    def twins(self) -> list[tuple[str, Any]]:
        """Names that two living records of one system share."""
        found = []
        for system, world in self.systems.items():
            for entity, key in KEYS.items():
                names = [values.get(key) for values in world.records(entity).values()]
                found += [(system, name) for name in set(names) if names.count(name) > 1]
        return found

    def close(self) -> None:
        for child in self.children:
            child.close()
        for system in self.systems.values():
            system.close()


def _round(hub: Hub) -> Round:
    """One normal round. A server may take a moment to notice that a process was killed."""
    for _ in range(BUSY_LIMIT):
        try:
            return run_round(hub)
        except StoreBusy:
            SystemClock().wait(BUSY_STEP_S)
        except ApprovalMissing:
            plan = preview(hub).plan
            assert plan is not None
            return run_round(hub, approve=plan.id)
    pytest.fail("The store stayed busy after its process was killed.")


def _told(values: Mapping[str, Any], names: Mapping[str, Any]) -> str:
    """What a native record holds, with the names of those that it refers to; blanks are left out."""
    held = {
        field: names.get(value, value) if field in REFERENCES else value
        for field, value in values.items()
        if value is not None
    }
    return json.dumps(held, sort_keys=True)


def _with_values_before(acts: Sequence[Act]) -> Iterator[tuple[dict[str, Any], Act]]:
    held: dict[str, Any] = {}
    for act in acts:
        yield held, act
        held = {**held, **act.values}


def _name(hub: Hub, record_id: Any) -> Any:
    """What a person calls a record; a value that is no record is itself."""
    known = hub.store.records.by_id([record_id]) if isinstance(record_id, str) else {}
    record = known.get(record_id) if known else None
    if record is None or record.entity not in KEYS:
        return record_id
    golden = record.fields.get(KEYS[record.entity])
    return golden.value if golden else record_id


def _key(hub: Hub, conflict: Conflict) -> tuple[str, str, str]:
    return conflict.entity, str(_name(hub, conflict.record)), conflict.field


def _told_conflict(hub: Hub, conflict: Conflict) -> str:
    """An open conflict with its contenders."""
    sides = sorted(
        f"{c.system} {c.team} {c.person} says {_name(hub, c.value)}" for c in conflict.contenders
    )
    return f"open {conflict.kind.value} {_key(hub, conflict)} {conflict.cause}: {sides}"


def _golden(hub: Hub) -> Iterator[str]:
    """Every record's golden values, each with who said it and why it won."""
    for entity in KEYS:
        for record in hub.store.records.by_id(hub.store.records.ids(entity, "", 1000)).values():
            told = {}
            for field, golden in record.fields.items():
                origin = golden.origin
                why = (origin.system, origin.team, origin.person, origin.rule) if origin else None
                told[field] = (_name(hub, golden.value), golden.pinned, why)
            yield f"golden {entity}: {json.dumps(told, sort_keys=True)}"


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The URLs of two empty stores."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'two.db'}"
    one, two = (request.getfixturevalue(f"{name}postgres_url") for name in ("", "another_"))
    return one, two


@pytest.fixture
def twins(stores: tuple[str, str], tmp_path: Path) -> Iterator[Callable[..., tuple[World, World]]]:
    """Make two worlds in which the same will happen.

    *turn* passes the systems' abilities around, *loud* are plugins whose kind of system is one of them.
    """
    made: list[World] = []

    def make(turn: int = 0, loud: tuple[str, ...] = ()) -> tuple[World, World]:
        made.extend(World(tmp_path / f"world-{n}", url, turn, loud) for n, url in enumerate(stores))
        return made[0], made[1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def shouting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A plugin of that name, installed for this process and those that it starts."""
    site = tmp_path / "site"
    info = site / "kamsync_shouting-1.0.dist-info"
    info.mkdir(parents=True)
    copy(CHILD.with_name("shouting.py"), site / "kamsync_shouting.py")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kamsync-shouting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[kamsync]\nshouting = kamsync_shouting\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    monkeypatch.delitem(sys.modules, "kamsync_shouting", raising=False)
    return "shouting"


@pytest.fixture
def world(twins: Callable[..., tuple[World, World]]) -> World:
    """One world."""
    return twins()[0]
