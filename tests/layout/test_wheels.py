from pathlib import Path
from zipfile import ZipFile

import pytest
from flit_core import buildapi


@pytest.fixture
def wheel(root, distribution, tmp_path, monkeypatch):
    monkeypatch.chdir(root / distribution)
    with ZipFile(tmp_path / buildapi.build_wheel(str(tmp_path))) as opened:
        yield opened


def module_of(distribution):
    """Return the one module that a distribution may bring."""
    return f"kamsync_{distribution.name}" if distribution.name else "kamsync"


def test_a_wheel_brings_one_module(wheel, distribution):
    """What is installed beside others takes no name but its own: `tests` or `plugins` would be theft."""
    brought = {Path(name).parts[0].removesuffix(".py") for name in wheel.namelist()}

    assert {module_of(distribution)} == {
        name for name in brought if not name.endswith(".dist-info")
    }


def test_a_wheel_brings_all_of_its_module(wheel, distribution, tracked):
    """Migrations, templates and the mark of typed code travel with the code, and tests stay at home."""
    module = module_of(distribution)
    ours = {
        path.relative_to(distribution).as_posix()
        for path in tracked
        if path.is_relative_to(distribution / module) or path == distribution / f"{module}.py"
    }

    assert ours <= set(wheel.namelist())
    assert [] == [name for name in wheel.namelist() if "/tests/" in name]


def test_a_package_says_that_it_is_typed(wheel, distribution):
    """Without the mark, type checkers see nothing of it."""
    module = module_of(distribution)

    assert {f"{module}.py", f"{module}/py.typed"} & set(wheel.namelist())
