"""``backup``, ``restore`` and ``verify``: the store is safe, and provably whole."""

import sqlite3
import stat


def test_a_backup_is_for_its_owner_alone(nordwind, tmp_path):
    """And it says that the key is not in it."""
    result = nordwind.run("backup", "safe.gz")

    assert 0 == result.exit_code
    assert 0o600 == stat.S_IMODE((tmp_path / "safe.gz").stat().st_mode)
    assert "is not in it: keep a copy elsewhere" in result.stdout


def test_a_backup_replaces_nothing_unasked(nordwind, tmp_path):
    """A slip of the finger costs no older backup."""
    (tmp_path / "safe.gz").write_text("mine")

    result = nordwind.run("backup", "safe.gz")

    assert 64 == result.exit_code
    assert "mine" == (tmp_path / "safe.gz").read_text()
    assert 0 == nordwind.run("backup", "safe.gz", "--replace").exit_code


def test_a_restored_store_writes_nothing_old(nordwind):
    """What was decided after the backup, and stands in the systems, is heard and not overwritten."""
    nordwind.run("backup", "safe.gz")
    nordwind.bo.edit("account", "account-1", {"tier": "strategic"})
    nordwind.run("sync")
    before = nordwind.state()

    result = nordwind.run("restore", "safe.gz", "--replace")

    assert 0 == result.exit_code, result.stderr
    assert 0 == nordwind.run("sync").exit_code
    assert before == nordwind.state()


def test_a_round_says_what_a_restored_store_has_still_to_read(nordwind):
    """Nobody wonders why nothing is merged or written."""
    nordwind.run("backup", "safe.gz")
    nordwind.run("restore", "safe.gz", "--replace")
    nordwind.run("pause", "success")

    assert "success was not read as a whole since" in nordwind.run("sync").stdout
    assert ["success"] == nordwind.document("sync")["unread"]
    assert "not read as a whole since: success" in nordwind.run("check").stdout


def test_a_store_is_not_replaced_unasked(nordwind):
    """The line says how to ask, and what of the newer store is lost by it."""
    nordwind.run("backup", "safe.gz")

    result = nordwind.run("restore", "safe.gz")

    assert 1 == result.exit_code
    assert "keep it with `kamsync backup`, then say --replace" in result.stderr


def test_what_is_no_backup_is_not_restored(nordwind, tmp_path):
    """The store that is there stays."""
    (tmp_path / "safe.gz").write_text("nothing of the kind")

    result = nordwind.run("restore", "safe.gz", "--replace")

    assert 0 != result.exit_code
    assert 1 == len(result.stderr.splitlines())
    assert 0 == nordwind.run("verify").exit_code
    assert 64 == nordwind.run("restore", "nowhere.gz", "--replace").exit_code


def test_a_whole_store_is_verified(nordwind):
    """With the hash that proves it later."""
    told = nordwind.document("verify")

    assert told["ok"]
    assert told["journal"]["entries"] > 0
    assert told["journal"]["hash"] in nordwind.run("verify").stdout


def test_a_changed_journal_is_found(nordwind, tmp_path):
    """Even by whoever may write the file."""
    store = sqlite3.connect(tmp_path / "kamsync.db")
    for (name,) in store.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        store.execute(f"DROP TRIGGER {name}")
    store.execute("UPDATE journal SET actor = 'somebody else' WHERE seq = 1")
    store.commit()
    store.close()

    result = nordwind.run("verify")

    assert 1 == result.exit_code
    assert "The journal was changed or cut off at entry 1." in result.stdout
    assert not nordwind.document("verify", status=1)["ok"]
