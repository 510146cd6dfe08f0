import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LINT = Path(sys.executable).with_name("lint-imports")


def lint(where):
    """Run the contracts of the repository or copy at *where*."""
    return subprocess.run(
        [LINT, "--no-logo", "--no-cache"], cwd=where, check=False, capture_output=True, text=True
    )


@pytest.fixture
def copy(root, tmp_path):
    shutil.copy(root / "pyproject.toml", tmp_path)
    of = root / "connectors"
    connectors = (of / "hubspot" / "kamsync_hubspot", of / "salesforce" / "kamsync_salesforce")
    for package in (root / "kamsync", *connectors):
        shutil.copytree(
            package, tmp_path / package.name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


@pytest.fixture
def contracts(core):
    return core["tool"]["importlinter"]["contracts"]


def test_imports_point_down(root):
    """Every module stands on a floor and imports from its own or a lower one."""
    result = lint(root)

    assert 0 == result.returncode, result.stdout + result.stderr


def test_the_floors_have_no_way_around(contracts):
    """No import and no module is exempt, and no floor is kept for a module that is not there."""
    assert [] == [key for each in contracts for key in each if "ignore" in key]
    assert all(each["exhaustive"] for each in contracts if each["type"] == "layers")


def test_every_decision_is_pure(root, contracts):
    """What stands below the plugs and above the ground is under the rule that nothing reaches out."""
    [pure] = [each for each in contracts if each["type"] == "forbidden"]
    layers = contracts[0]["layers"]
    plugs = next(i for i, floor in enumerate(layers) if "hookspecs" in floor)
    named = set(re.findall(r"\w+", " ".join(layers[plugs + 1 : -1]))) - {"connector"}
    decides = {path.stem for path in (root / "kamsync").iterdir() if path.stem in named}

    assert decides == {name.removeprefix("kamsync.") for name in pure["source_modules"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("errors.py", "import kamsync.connector"),
        ("policy/rules.py", "from kamsync.plugins import load_plugins"),
        ("values/__init__.py", "import random"),
        ("guards.py", "from pathlib import Path"),
        ("engine/reading/hidden.py", "import kamsync.engine.writing.portions"),
        ("engine/deciding/remarks.py", "import kamsync.engine.rounds.resting"),
        ("engine/stray.py", ""),
        ("testing/simulation/systems/town.py", "import kamsync.testing.simulation.observer.truth"),
        ("testing/simulation/observer/truth.py", "import kamsync.testing.simulation.history.world"),
        ("testing/simulation/stray.py", ""),
        ("stray.py", ""),
        ("../kamsync_hubspot/client/pace.py", "import kamsync_hubspot.portal.people"),
        (
            "../kamsync_hubspot/sandbox/state/lag.py",
            "import kamsync_hubspot.sandbox.changing.splits",
        ),
        ("../kamsync_hubspot/stray.py", ""),
        ("../kamsync_salesforce/api/session.py", "import kamsync_salesforce.reading.reads"),
        ("../kamsync_salesforce/stray.py", ""),
    ],
)
def test_a_breach_is_noticed(copy, file, line):
    """An upward import, one from a later phase, a decision that reaches outside, a stray module: each fails."""
    with (copy / "kamsync" / file).open("a") as opened:
        opened.write(f"\n{line}\n")

    assert 1 == lint(copy).returncode
