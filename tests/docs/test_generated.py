"""Pages that are made from the code are what the code says now."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from kamsync import merge
from kamsync.cli import registry
from kamsync.config import load_config, resolve
from kamsync.plugins import load_plugins
from kamsync.testing.simulation import INVARIANTS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SCRIPTS = sorted(path for path in DOCS.glob("make_*.py") if path.name != "make_hooks.py")

DETERMINISM = 28

BASE = {
    "system": {
        "sales": {"connector": "memory", "team": "sales"},
        "success": {"connector": "memory", "team": "success"},
        "sales_org": {"connector": "memory"},
    }
}
"""What the pieces of a configuration on a page are laid over."""


def loaded(script: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a script of docs/ as a module."""
    monkeypatch.syspath_prepend(DOCS)
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_page_is_current(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what the code says; if not, run the script that makes it."""
    module = loaded(script, monkeypatch)

    current = module.PAGE.read_text(encoding="utf-8")
    assert module.page() == current, f"run: python docs/{script.name}"


def test_every_clause_of_the_merge_has_its_story() -> None:
    """It stands in the page, in the words of the code, under a heading with its number."""
    page = (DOCS / "merge.md").read_text(encoding="utf-8")
    prose = " ".join(page.replace("\n> ", " ").split())
    clauses = re.findall(r"^- (M\d+) (.+(?:\n  .+)*)", merge.__doc__ or "", re.MULTILINE)

    assert [number for number, _ in clauses] == re.findall(r"^## (M\d+): ", page, re.MULTILINE)
    assert [] == [text for _, text in clauses if " ".join(text.split()) not in prose]


def test_every_clause_of_the_merge_is_held_by_a_test() -> None:
    """Its number stands in the docstring of a test, and the page names one under each clause."""
    tests = (ROOT / "tests" / "merge" / "test_clauses.py").read_text(encoding="utf-8")
    page = (DOCS / "merge.md").read_text(encoding="utf-8")
    numbers = set(re.findall(r"^- (M\d+) ", merge.__doc__ or "", re.MULTILINE))
    stated = re.findall(r'"""((?:M\d+(?:, )?)+):', tests)
    stories = re.split(r"^## ", page, flags=re.MULTILINE)

    assert numbers == {number for each in stated for number in each.split(", ")}
    for story in stories:
        assert not re.match(r"M\d+:", story) or "`test_" in story, story.partition("\n")[0]


def test_every_invariant_that_a_promise_names_is_there() -> None:
    """And every invariant but that of the simulation itself holds a promise."""
    named = set(re.findall(r"\bI(\d+)\b", (DOCS / "promises.md").read_text(encoding="utf-8")))

    assert {str(number) for number in INVARIANTS if number != DETERMINISM} == named


def test_every_command_that_prose_names_is_there() -> None:
    """Also one that is only mentioned can be typed."""
    known = {*registry.COMMANDS, "demo", "acme", "COMMAND"}
    for page in (ROOT / "README.md", *DOCS.glob("*.md")):
        named = set(re.findall(r"`kamsync ([A-Za-z]+)", page.read_text(encoding="utf-8")))
        # What the hooks say stands in the code, which has a test of its own.
        assert page.name == "hooks.md" or set() == named - known, page.name


def pieces() -> list[str]:
    """Return the pieces of a configuration that a page shows without making a file of them."""
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    return re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("piece", pieces())
def test_every_piece_of_a_configuration_is_right(piece: str, tmp_path: Path) -> None:
    """Laid over a configuration with systems, it is read and resolved without a complaint."""
    for name in ("sales.token", "accounts.csv"):
        (tmp_path / name).write_text("sales,C-1001\n")
        (tmp_path / name).chmod(0o600)
    file = tmp_path / "kamsync.toml"
    file.write_text(_toml(_joined(BASE, tomllib.loads(piece))), encoding="utf-8")

    config = load_config(file, {"KAMSYNC_DATABASE": "postgresql://hub@db/hub"})

    assert resolve(config, load_plugins([])).maps


def _joined(under: dict, over: dict) -> dict:
    """Return two tables in one."""
    both = {**under}
    for key, value in over.items():
        nested = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = _joined(both[key], value) if nested else value
    return both


def _toml(table: dict) -> str:
    """Return a table as TOML, with its tables inline."""
    return "\n".join(f'"{key}" = {_inline(each)}' for key, each in table.items())


def _inline(value: object) -> str:
    """Return a value as it stands behind a key."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_inline(each)}' for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
