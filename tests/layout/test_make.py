import shutil
import subprocess

import pytest

OLD = """\
#!/bin/sh
exit 1
"""
WITHOUT_VENV = """\
#!/bin/sh
test "$1" = -m || exit 0
mkdir -p .venv/bin && touch .venv/bin/python
exit 1
"""


@pytest.mark.parametrize(
    ("python", "told"),
    [(OLD, "kamsync needs Python 3.11 or newer"), (WITHOUT_VENV, "python3-venv")],
    ids=["old", "without venv"],
)
def test_a_python_that_will_not_do_is_told_with_a_way_out(root, tmp_path, python, told):
    """The message says what to do, and nothing half made is left for the next try."""
    for name in ("Makefile", "pyproject.toml", "requirements-dev.txt"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "python").write_text(python)
    (tmp_path / "python").chmod(0o755)

    result = subprocess.run(
        ["make", "dev", "PYTHON=./python"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert 0 != result.returncode
    assert told in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_ci_runs_what_everybody_runs(root):
    """CI is `make test` and nothing else, and can be started as it is."""
    script = root / ".ci" / "run"

    assert ["make test"] == [
        line for line in script.read_text().splitlines() if line.startswith("make")
    ]
    assert script.stat().st_mode & 0o100
