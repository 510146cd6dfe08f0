"""The file in which secrets are kept that systems gave us."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from kamsync.errors import ConfigurationInvalid, StoreUnusable
from kamsync.redact import Secret
from kamsync.safe import SealedFile

KEY = bytes(range(32))
OTHER = bytes(32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kamsync.safe"


def safe(path, system="sales", key=KEY):
    """Return the safe of one system."""
    return SealedFile(path, system, lambda: key)


def test_a_secret_is_kept_for_its_system_only(path):
    """Under its name, and for nobody else."""
    safe(path).put("token", Secret("s3cret"))

    assert Secret("s3cret") == safe(path).get("token")
    assert None is safe(path, "success").get("token")
    assert None is safe(path).get("other")


def test_nobody_reads_a_secret_without_the_key(path):
    """And only the owner opens the file."""
    safe(path).put("token", Secret("s3cret"))

    assert b"s3cret" not in path.read_bytes()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    with pytest.raises(StoreUnusable):
        safe(path, key=OTHER).get("token")


def test_a_secret_of_one_system_is_none_of_another_however_it_is_moved(path):
    """It is sealed for its place."""
    safe(path).put("token", Secret("s3cret"))
    path.write_bytes(path.read_bytes().replace(b'"sales"', b'"success"'))

    with pytest.raises(StoreUnusable):
        safe(path, "success").get("token")


def test_a_secret_is_replaced_and_forgotten(path):
    """The last one counts."""
    safe(path).put("token", Secret("one"))
    safe(path).put("token", Secret("two"))
    assert Secret("two") == safe(path).get("token")

    safe(path).put("token", None)
    assert None is safe(path).get("token")


def test_without_a_key_nothing_is_kept(path):
    """A store in memory has none."""
    with pytest.raises(ConfigurationInvalid, match="in memory"):
        safe(path, key=None).put("token", Secret("s"))
    assert not path.exists()


def test_a_file_that_is_something_else_is_told(path):
    """It says how to begin anew."""
    path.write_text("not ours")

    with pytest.raises(StoreUnusable, match="is not what kamsync wrote"):
        safe(path).get("token")


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    """Before anything is traded in."""
    with pytest.raises(ConfigurationInvalid, match="cannot be locked"):
        safe(tmp_path / "missing" / "kamsync.safe").put("token", Secret("s"))


def test_who_holds_the_safe_keeps_all_threads_from_it(path):
    """Each reads what the one before has put there."""
    count = 40

    def add(_):
        mine = safe(path)
        with mine.hold():
            kept = mine.get("count")
            mine.put("count", Secret(str(int(kept.reveal()) + 1 if kept else 1)))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(count)))

    assert Secret(str(count)) == safe(path).get("count")


def test_who_holds_the_safe_keeps_other_processes_from_it(path):
    """Two rounds never use up one token."""
    program = (
        "import sys; from pathlib import Path; from kamsync.safe import SealedFile;"
        "from kamsync.redact import Secret;"
        "s = SealedFile(Path(sys.argv[1]), 'sales', lambda: bytes(range(32)));"
        "print('begun', flush=True); s.put('token', Secret('theirs'))"
    )
    mine = safe(path)
    with mine.hold():
        other = subprocess.Popen(
            [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert "begun\n" == other.stdout.readline()
        mine.put("token", Secret("ours"))
        assert Secret("ours") == mine.get("token")
    other.communicate(timeout=60)

    assert 0 == other.returncode
    assert Secret("theirs") == mine.get("token")
