from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kamsync.clock import SystemClock
from kamsync.config import load_config
from kamsync.engine import preview
from kamsync.engine.assemble import assemble, open_configured_store
from kamsync.errors import ConfigurationInvalid, Unsupported
from kamsync.extensions import SandboxOptions
from kamsync.memory import MemorySystem
from kamsync.plugins import load_plugins


@pytest.fixture
def sandbox():
    return load_plugins(["demo"]).sandboxes()["memory"]


@pytest.fixture
def running(sandbox):
    running = sandbox.start(SandboxOptions(seed=4))
    yield running
    running.close()


def test_its_configuration_connects_to_its_systems(running):
    """The file that the url names is ready: a plan can be made of it at once."""
    file = Path(running.options["config"])
    config = load_config(file, {})
    store = open_configured_store(config, SystemClock())
    hub = assemble(config, load_plugins(config.plugins), store, SystemClock())

    planned = preview(hub).plan

    assert str(file) == urlsplit(running.url).path
    assert ("account", "sales", "success") == planned.unmet
    assert planned.writes > 100
    store.close()


def test_the_same_seed_makes_the_same_records(sandbox, running):
    """Another seed makes others."""
    shown = [records(running)]
    for seed in (4, 5):
        other = sandbox.start(SandboxOptions(seed=seed))
        shown.append(records(other))
        other.close()

    assert shown[0] == shown[1] != shown[2]


def records(running):
    """Return the accounts that sales holds."""
    system = MemorySystem(path=running.options["paths"]["sales"])
    found = system.records("Company")
    system.close()
    return found


def test_closing_removes_it_and_closing_again_does_nothing(running):
    """Nothing is left of it."""
    folder = Path(running.options["config"]).parent
    assert folder.exists()

    running.close()
    running.close()

    assert not folder.exists()


def test_it_starts_with_the_systems_of_another_folder(sandbox, running):
    """They are copied: what happens here is not seen there."""
    source = Path(running.options["config"]).parent
    other = sandbox.start(SandboxOptions(seed=5, load=source))

    assert records(running) == records(other)
    assert running.options["paths"] != other.options["paths"]
    other.close()


def test_a_folder_without_the_systems_is_refused(sandbox, tmp_path):
    """The message says what it lacks."""
    with pytest.raises(ConfigurationInvalid, match=r"holds no sales\.jsonl"):
        sandbox.start(SandboxOptions(load=tmp_path))


def test_what_files_do_not_have_is_refused(sandbox, tmp_path):
    """Rather than quietly ignored."""
    with pytest.raises(Unsupported, match="no faults"):
        sandbox.start(SandboxOptions(faults=tmp_path / "faults.toml"))
