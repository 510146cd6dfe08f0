"""Opening a store: what can be wrong with one, each with its own sentence."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from kamsync.clock import SystemClock
from kamsync.errors import ConfigurationInvalid, StoreBusy, StoreUnusable
from kamsync.model import Golden, Record
from kamsync.store import open_store
from kamsync.store.sqlite import connect_sqlite

KEY = bytes(range(32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kamsync.db"


def records(count: int, size: int = 10) -> list[Record]:
    """Return records that take some room."""
    return [
        Record(f"r{number}", "account", {"name": Golden("x" * size)}) for number in range(count)
    ]


def test_a_store_keeps_what_it_was_given_until_the_next_opening(opened):
    """Closing is not needed: a commit is durable."""
    opened().records.save(records(3))

    assert 3 == opened().records.count("account")


def test_a_new_file_may_be_read_by_its_owner_only(file, clock):
    """Also its log, which holds the same."""
    store = open_store(f"sqlite:///{file}", clock=clock, key=KEY)
    store.records.save(records(1))

    modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    assert {f"kamsync.db{suffix}": 0o600 for suffix in ("", "-wal", "-shm")} == modes
    store.close()


def test_a_file_is_kept_safe_against_power_loss(file, clock):
    """Write-ahead log, every commit synced, references held."""
    store = open_store(f"sqlite:///{file}", clock=clock, key=KEY)

    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    assert ["wal", 2, 1] == [store.database.rows(f"PRAGMA {name}")[0][0] for name in pragmas]
    store.close()


@pytest.mark.parametrize("url", ["mysql://x", "kamsync.db", "sqlite:kamsync.db", ""])
def test_a_url_that_is_no_store_is_refused(url, clock):
    """The message says what a URL begins with."""
    with pytest.raises(ConfigurationInvalid, match="sqlite:///"):
        open_store(url, clock=clock, key=KEY)


def test_a_lasting_store_needs_a_key_and_makes_no_file_without_one(file, clock):
    """Only a store in memory makes a key of its own."""
    with pytest.raises(ConfigurationInvalid, match="key_file"):
        open_store(f"sqlite:///{file}", clock=clock)
    assert not file.exists()
    open_store("sqlite://", clock=clock).close()


def test_a_folder_that_does_not_exist_is_named(tmp_path, clock):
    """Nothing is made on the way."""
    with pytest.raises(StoreUnusable, match=r"the folder .*nowhere does not exist"):
        open_store(f"sqlite:///{tmp_path}/nowhere/kamsync.db", clock=clock, key=KEY)


def test_a_path_that_is_a_folder_is_no_store(tmp_path, clock):
    """The message names it."""
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}", clock=clock, key=KEY)


def test_a_store_that_can_only_be_read_is_read_and_says_so(tmp_path, clock):
    """As on a disk that is mounted so: who writes is told what to look at."""
    open_store(f"sqlite:///{tmp_path}/store", clock=clock, key=KEY).close()
    database = connect_sqlite(f"{tmp_path}/store?mode=ro", 0)

    with pytest.raises(StoreUnusable, match="can be read but not written"):
        database.run("DELETE FROM meta")

    assert database.rows("SELECT key FROM meta")
    database.close()


def test_a_store_that_another_process_writes_is_busy(opened):
    """The one who waited in vain has changed nothing and may try again."""
    one, two = opened(), opened()
    with one.transaction():
        one.take("revision")
        with pytest.raises(StoreBusy, match="being written by another process"):
            two.take("revision")
    assert 2 == two.take("revision")


def test_readers_are_never_in_the_way(opened):
    """One state is read while another is written."""
    one, two = opened(), opened()
    with one.transaction():
        one.records.save(records(1))
        assert 0 == two.records.count("account")
    assert 1 == two.records.count("account")


def test_a_store_that_may_only_be_read_can_be_read(file, clock):
    """Writing says why not."""
    store = open_store(f"sqlite:///{file}", clock=clock, key=KEY)
    store.records.save(records(1))
    store.close()

    reader = open_store(f"sqlite:///{file}?mode=ro", clock=clock, key=KEY)
    assert 1 == reader.records.count("account")
    with pytest.raises(StoreUnusable, match="can be read but not written"):
        reader.take("revision")
    reader.close()


def test_a_full_disk_undoes_the_transaction_and_says_so(file, clock):
    """What was there before is there still, and can be written once there is room."""
    store = open_store(f"sqlite:///{file}", clock=clock, key=KEY)
    store.records.save(records(1))
    pages = store.database.rows("PRAGMA page_count")[0][0]
    store.database.rows(f"PRAGMA max_page_count = {pages + 10}")

    with pytest.raises(StoreUnusable, match="disk is full"):
        store.records.save(records(100, size=10_000))

    assert 1 == store.records.count("account")
    store.database.rows("PRAGMA max_page_count = 1000000")
    store.records.save(records(100, size=10_000))
    store.close()


def test_a_file_of_something_else_is_left_alone(file, clock):
    """Neither text nor another database is taken for a store."""
    file.write_text("These are not the records you are looking for." * 100)
    with pytest.raises(StoreUnusable, match="not a kamsync store"):
        open_store(f"sqlite:///{file}", clock=clock, key=KEY)
    assert file.read_text().startswith("These are not")

    file.unlink()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    with pytest.raises(StoreUnusable, match="database of something else"):
        open_store(f"sqlite:///{file}", clock=clock, key=KEY)


def test_a_damaged_file_is_named_with_the_way_out(file, clock):
    """Wherever the damage is met, the sentence is the same."""
    store = open_store(f"sqlite:///{file}", clock=clock, key=KEY)
    store.records.save(records(500, size=500))
    store.close()
    with file.open("r+b") as pages:
        pages.seek(4096)
        pages.write(b"\xff" * (file.stat().st_size - 4096))

    with pytest.raises(StoreUnusable, match="kamsync restore"):
        open_store(f"sqlite:///{file}", clock=clock, key=KEY).records.ids("account", "", 1000)


def test_a_store_of_a_newer_release_is_left_alone(lasting_url, opened, clock):
    """Nothing is downgraded by accident."""
    store = opened()
    store.database.run("UPDATE kamsync_version SET version_num = '9999'")

    with pytest.raises(StoreUnusable, match="newer release"):
        open_store(lasting_url, clock=clock, key=KEY)
    assert [("9999",)] == store.database.rows("SELECT version_num FROM kamsync_version")


def test_a_server_that_is_not_there_may_come_back(clock):
    """The message names the database and host, never the password."""
    with pytest.raises(StoreBusy, match=r"kamsync on 127\.0\.0\.1 does not answer") as caught:
        open_store("postgresql://me:s3cret@127.0.0.1:1/kamsync", clock=clock, key=KEY)
    assert "s3cret" not in str(caught.value)
    assert "Look at url in [store]" in caught.value.hint
    assert "\t" not in caught.value.message


def test_a_connection_that_was_lost_is_made_again(postgres_url, clock):
    """What was not committed is undone; the next call works."""
    store = open_store(postgres_url, clock=clock, key=KEY)
    store.records.save(records(1))
    end = "SELECT pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(StoreBusy, match="does not answer"):
        store.database.rows(end)

    assert 1 == store.records.count("account")

    def lose_it_half_way() -> None:
        with store.transaction():
            store.records.save(records(2))
            store.database.rows(end)

    with pytest.raises(StoreBusy, match="does not answer"):
        lose_it_half_way()
    assert 1 == store.records.count("account")
    store.close()


def test_a_transaction_that_the_server_gave_up_is_not_taken_for_kept(postgres_url, clock):
    """Its commit would be answered without an error."""
    store = open_store(postgres_url, clock=clock, key=KEY)

    def go_on_after_an_error() -> None:
        with store.transaction():
            store.records.save(records(1))
            with suppress(Exception):
                store.database.rows("SELECT 1 / 0")

    with pytest.raises(AssertionError, match="none of it was kept"):
        go_on_after_an_error()
    assert 0 == store.records.count("account")
    store.close()


def test_a_round_that_lost_its_connection_writes_no_more(postgres_url, clock):
    """Its lock was lost with it, so that another round may be running."""
    store = open_store(postgres_url, clock=clock, key=KEY)

    def go_on_after_the_loss() -> None:
        with store.round_lock("sync"):
            with pytest.raises(StoreBusy):
                store.database.rows("SELECT pg_terminate_backend(pg_backend_pid())")
            store.take("revision")

    with pytest.raises(StoreBusy, match="lost during a round"):
        go_on_after_the_loss()
    assert 1 == store.take("revision")
    store.close()


def test_two_rounds_at_once_are_refused_and_the_holder_is_named(opened):
    """Who, where and since when; the lock is free again after the first round."""
    one, two = opened(), opened()
    assert not one.is_busy()
    with one.round_lock("sync"):
        holder = rf"`kamsync sync` runs a round .* process {os.getpid()} on .* since 2026-01-01 \d\d:\d\d;"
        with pytest.raises(StoreBusy, match=holder), two.round_lock("plan"):
            pass
        assert one.is_busy()
        assert two.is_busy()
    assert not one.is_busy()
    with two.round_lock("plan"):
        pass


def test_a_store_in_memory_is_locked_to_whoever_shares_it(clock):
    """A second hub on the same connection is refused as another process would be."""
    store = open_store("sqlite://", clock=clock, key=KEY)
    with store.round_lock("sync"):
        with (
            pytest.raises(StoreBusy, match="`kamsync sync` runs a round"),
            store.round_lock("plan"),
        ):
            pass
        assert store.is_busy()
    assert not store.is_busy()
    store.close()


def test_a_round_lock_is_free_again_when_its_holder_was_killed(lasting_url, opened):
    """No file or row has to be cleared by hand."""
    store = opened()
    script = (
        "import sys, time\n"
        "from kamsync.clock import SystemClock\n"
        "from kamsync.store import open_store\n"
        f"store = open_store({lasting_url!r}, clock=SystemClock(), key=bytes(range(32)))\n"
        "with store.round_lock('sync'):\n"
        "    print('locked', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert b"locked\n" == holder.stdout.readline()
        with pytest.raises(StoreBusy, match=f"process {holder.pid}"), store.round_lock("plan"):
            pass
        holder.kill()
        holder.wait()
    for _ in range(200):
        # A server takes a moment to notice that its client is gone.
        with suppress(StoreBusy), store.round_lock("plan"):
            return
        SystemClock().wait(0.05)
    pytest.fail("The lock was never freed.")


def test_a_store_in_memory_has_no_rivals(clock):
    """Each is its own."""
    one, two = open_store("sqlite://", clock=clock), open_store("sqlite://", clock=clock)
    one.records.save(records(2))

    with one.round_lock("sync"), two.round_lock("sync"):
        assert [2, 0] == [store.records.count("account") for store in (one, two)]


def test_a_copied_file_is_a_store(file, tmp_path, clock):
    """A closed store is one file and needs nothing beside it."""
    store = open_store(f"sqlite:///{file}", clock=clock, key=KEY)
    store.records.save(records(2))
    store.close()
    shutil.copy(file, tmp_path / "copy.db")

    copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}", clock=clock, key=KEY)
    assert ([], 2) == (copy.verify(), copy.records.count("account"))
    copy.close()
