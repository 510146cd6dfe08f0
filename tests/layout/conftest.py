"""Where the repository is, and what git knows of it."""

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="session")
def core():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def pytest_generate_tests(metafunc):
    """Repeat a test for each member, or for the core and each member."""
    members = sorted(
        path.parent.relative_to(ROOT)
        for group in ("connectors", "plugins")
        for path in ROOT.glob(f"{group}/*/pyproject.toml")
    )
    if "member" in metafunc.fixturenames:
        metafunc.parametrize("member", members, ids=str)
    if "distribution" in metafunc.fixturenames:
        metafunc.parametrize("distribution", [Path(), *members], ids=str)
