"""The documentation of the hooks: complete, true and current."""

from __future__ import annotations

import ast
import importlib.util
import inspect
from pathlib import Path
from types import SimpleNamespace

import pytest

from kamsync import hookimpl, hookspecs
from kamsync.entities import core_schema
from kamsync.extensions import Notice
from kamsync.plugins import Installed, Plugins

DOCS = Path(__file__).parents[2] / "docs"
NOTICE = Notice("conflict", "Acme: the owner is in dispute.", "2026-01-01T00:00:00Z")
COLLECTORS = {
    "kamsync_connectors": Plugins.connectors,
    "kamsync_schema": lambda plugins: plugins.schema(core_schema()) != core_schema(),
    "kamsync_mappings": lambda plugins: plugins.mappings("acme", core_schema()),
    "kamsync_policy_rules": Plugins.rules,
    "kamsync_match_keys": Plugins.key_makers,
    "kamsync_notify": lambda plugins: plugins.notify([NOTICE]) is None,
    "kamsync_reports": Plugins.reports,
    "kamsync_commands": Plugins.commands,
    "kamsync_sandboxes": Plugins.sandboxes,
}


def generator():
    """Return the script that makes the page."""
    spec = importlib.util.spec_from_file_location("make_hooks", DOCS / "make_hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE_HOOKS = generator()


@pytest.fixture(params=MAKE_HOOKS.hooks(), ids=lambda hook: hook.name)
def hook(request):
    return request.param


def test_the_page_is_current():
    """What docs/hooks.md says is what the code says; run ``python docs/make_hooks.py``."""
    assert MAKE_HOOKS.page() == (DOCS / "hooks.md").read_text(encoding="utf-8")


def test_every_hook_has_its_collector():
    """A hook that nothing asks would be a promise that nobody keeps."""
    marked = [name for name, each in vars(hookspecs).items() if hasattr(each, "kamsync_spec")]

    assert list(COLLECTORS) == marked
    assert list(COLLECTORS) == [hook.name for hook in MAKE_HOOKS.hooks()]


def test_the_docstring_says_what_it_must(hook):
    """A sentence, when it is called, what may be answered, and what silence means."""
    assert hook.text.split("\n\n")[0].endswith(".")
    assert "\n\nCalled " in hook.text
    assert {"Returns", "Silence", "Example"} <= set(hook.sections)
    assert all(hook.sections.values())


def test_every_argument_is_described_and_no_other(hook):
    """Args names each argument, in order, and says something of it."""
    assert list(hook.arguments) == list(hook.described())
    assert all(text.endswith(".") for text in hook.described().values())


def test_every_signature_is_typed(hook):
    """A plugin author's type checker knows what comes and what may go."""
    signature = inspect.signature(getattr(hookspecs, hook.name))

    assert signature.return_annotation is not signature.empty
    assert all(each.annotation is not each.empty for each in signature.parameters.values())


def test_the_example_runs_and_is_heard(hook, capsys):
    """It is a whole plugin: it loads, its answer is taken, and nothing of it is broken."""
    code = hook.sections["Example"]
    example: dict[str, object] = {"__name__": "example"}
    exec(compile(ast.parse(code), hook.name, "exec"), example)
    plugins = Plugins()

    plugins.register(
        Installed("acme", "kamsync-acme", "1.0", "example"), SimpleNamespace(**example)
    )

    assert COLLECTORS[hook.name](plugins)
    assert [] == plugins.broken
    assert ("Acme" in capsys.readouterr().out) == (hook.name == "kamsync_notify")


def test_an_implementation_may_leave_out_arguments():
    """So an argument can be added to a hook without breaking a plugin."""

    @hookimpl
    def kamsync_mappings(kind):
        asked.append(kind)

    asked: list[str] = []
    plugins = Plugins()
    plugins.register(
        Installed("acme", "kamsync-acme", "1.0", "example"),
        SimpleNamespace(kamsync_mappings=kamsync_mappings),
    )

    assert {} == plugins.mappings("acme", core_schema())
    assert ["acme"] == asked
