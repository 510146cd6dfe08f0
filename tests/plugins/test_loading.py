"""Plugins as they are really installed: distributions on the path, with entry points."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kamsync.errors import UnknownName
from kamsync.plugins import list_plugins, load_plugins

Install = Callable[..., None]

HEALTHY = """
from kamsync import hookimpl

@hookimpl
def kamsync_policy_rules():
    return {"coin": lambda *given: None}
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution with one plugin, as pip would, and forget it after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def install(name: str, code: str, *, dist: str = "", module: str = "") -> None:
        module, dist = module or f"plugin_{name}", dist or f"kamsync-{name}"
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{dist.replace('-', '_')}-1.2.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: 1.2\n")
        with (info / "entry_points.txt").open("a") as file:
            file.write(f"[kamsync]\n{name} = {module}\n")

    yield install
    for module in set(sys.modules) - before:
        if module.startswith("plugin_"):
            del sys.modules[module]


def only_broken(plugins):
    """Return the one plugin that is broken."""
    (broken,) = [each for each in plugins.broken if each.plugin.name != "memory"]
    return broken


def test_an_installed_plugin_is_listed_and_not_imported(install):
    """Mere installation runs nothing, whatever the module would do."""
    install("rogue", "raise SystemExit('imported')")

    (rogue,) = [each for each in list_plugins() if each.name == "rogue"]

    assert "rogue (kamsync-rogue 1.2)" == str(rogue)
    assert "plugin_rogue" not in sys.modules


def test_only_named_plugins_are_loaded(install):
    """A plugin that nobody named stays out, also next to one that is named."""
    install("good", HEALTHY)
    install("rogue", "raise SystemExit('imported')")

    plugins = load_plugins(["good"])

    assert "good" in plugins.loaded
    assert "coin" in plugins.rules()
    assert "plugin_rogue" not in sys.modules
    assert ("kamsync_policy_rules",) == plugins.hooks("good")


def test_the_built_in_plugin_comes_first_and_needs_no_name(install):
    """The memory connector is a plugin like any other, that is always there."""
    install("good", HEALTHY)

    assert "memory" == list_plugins()[0].name
    assert ["memory", "good"] == list(load_plugins(["good"]).loaded)
    assert ["memory", "good"] == list(load_plugins(["good", "memory"]).loaded)


def test_a_name_that_is_not_installed_is_refused_with_a_suggestion(install):
    """A typing error in the configuration is the reader's to mend."""
    install("salesforce", HEALTHY)

    with pytest.raises(
        UnknownName, match=r"No plugin 'salesfroce'.* Did you mean 'salesforce'\?"
    ) as caught:
        load_plugins(["salesfroce"])
    assert 64 == caught.value.exit_status


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "import nowhere_to_be_found",
            "ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        ),
        ("def broken(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        (r"raise ValueError('\x1b[2J\nforged line')", r"ValueError: \x1b[2J\nforged line"),
        ("", "nothing in it is marked with kamsync.hookimpl"),
        (
            "from kamsync import hookimpl\n@hookimpl\ndef kamsync_connectorz(): ...",
            "unknown hook 'kamsync_connectorz'",
        ),
        (
            "from kamsync import hookimpl\n@hookimpl\ndef kamsync_notify(news): ...",
            "news",
        ),
        (
            "from kamsync import hookimpl\n@hookimpl(wrapper=True)\ndef kamsync_reports():\n    yield",
            "kamsync_reports is a wrapper",
        ),
    ],
)
def test_a_broken_plugin_is_named_and_the_others_go_on(install, code, reason):
    """Its distribution, version and reason are told on one line; the one after it still loads."""
    install("broken", code)
    install("good", HEALTHY)

    plugins = load_plugins(["broken", "good"])

    broken = only_broken(plugins)
    assert str(broken).startswith(
        "The plugin broken (kamsync-broken 1.2) is broken, it is left out:"
    )
    assert reason in broken.reason
    assert 1 == len(str(broken).splitlines())
    assert "coin" in plugins.rules()
    assert "broken" not in plugins.loaded


def test_a_plugin_that_never_finishes_loading_is_left_behind(install):
    """Its import blocks until the test lets go; the next one loads meanwhile."""
    threading.kamsync_gate = threading.Event()
    install("slow", "import threading\nthreading.kamsync_gate.wait()")
    install("good", HEALTHY)
    try:
        plugins = load_plugins(["slow", "good"], limit_s=3.0)
    finally:
        threading.kamsync_gate.set()
        del threading.kamsync_gate

    assert "it took longer than 3 s" == only_broken(plugins).reason
    assert "coin" in plugins.rules()


def test_two_distributions_of_one_name_are_both_refused(install):
    """Whoever installs a look-alike does not get the place of the real one."""
    install("twin", HEALTHY, dist="kamsync-twin", module="plugin_one")
    install("twin", HEALTHY, dist="evil-twin", module="plugin_two")

    plugins = load_plugins(["twin"])

    told = [str(each) for each in plugins.broken if each.plugin.name == "twin"]
    assert ["evil-twin 1.2", "kamsync-twin 1.2"] == [
        line.split("(")[1].split(")")[0] for line in told
    ]
    assert all("several distributions" in line for line in told)
    assert not {"plugin_one", "plugin_two"} & set(sys.modules)


def test_one_module_under_two_names_is_loaded_once(install):
    """The second name is refused, since its answers would count twice."""
    install("first", HEALTHY, module="plugin_shared")
    install("second", HEALTHY, module="plugin_shared")

    plugins = load_plugins(["first", "second"])

    assert "second" == only_broken(plugins).plugin.name
    assert "coin" in plugins.rules()


def test_a_plugin_that_takes_the_place_of_a_built_in_is_refused(install):
    """Nobody becomes the memory connector by being installed."""
    install("memory", HEALTHY, dist="not-kamsync")

    plugins = load_plugins([])

    assert "plugin_memory" not in sys.modules
    (refused,) = [each for each in plugins.broken if each.plugin.distribution == "not-kamsync"]
    assert "its name is that of a built-in plugin" == refused.reason
