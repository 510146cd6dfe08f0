"""Backup and restore: portable, whole or refused, and believed only after a look at every system."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from kamsync.clock import SetClock
from kamsync.errors import ConfigurationInvalid, StoreBusy, StoreUnusable
from kamsync.model import Conflict, Event, Fact, Golden, Intent, Kind, Link, Op, Record
from kamsync.store import Cursor, OutboxRow, PlanRow, Store, open_store, restore_store
from kamsync.store.migrate import HEAD
from kamsync.store.restore import FORGOTTEN, NUMBERS_SKIPPED

KEY = bytes(range(32))


def fill(store: Store) -> None:
    """Put something into every table."""
    with store.transaction():
        store.records.save([Record("a", "account", {"name": Golden("Müller", 5)})])
        store.records.save([Record("b", "account", {}, "a")])
        facts = {"name": Fact(("Müller",), ("Müller",), 5), "phone": Fact(("1",), None, -1)}
        store.links.save([Link(store.take("link"), "sales", "account", "001", "a", facts)])
        store.links.alias("sales", "account", "000", "001")
        store.links.await_reference(1, "sales", "account", "009")
        store.links.set_owed([(1, "update")])
        store.records.save_keys("account", {"a": ["domain:x"]})
        store.plans.save(PlanRow("8f3c", "round-1", "2026"))
        fields = {"name": Intent(("Müller",), 5)}
        row = OutboxRow(0, "", "sales", "account", 1, "a", Op.UPDATE, fields, "k")
        rows = store.outbox.add("8f3c", [row] * 3)
        store.outbox.start({rows[1].id: "v1"})
        store.outbox.finish([rows[2].id], "done")
        store.parks.park("sales", "account", "002", None, "why", "2026", "2026")
        store.rounds.start("sync", "2026")
        store.cursors.put("sales", "account", Cursor("opaque", first_done=True))
        store.reviews.save([Conflict("1", Kind.VALUE, "account", "a", "name", ())])
        store.set_meta("met:sales", "2026")
        store.take("revision", 5)
        store.journal.append("round-1", [Event("set", "account", "a", "name")], "kamsync")


@pytest.fixture
def backup(tmp_path: Path, clock: SetClock) -> Path:
    """A backup of a store that holds something of everything."""
    store = open_store("sqlite://", clock=clock, key=KEY)
    fill(store)
    store.backup(tmp_path / "backup.gz")
    return tmp_path / "backup.gz"


@pytest.fixture(params=["memory", "file", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a place to restore to."""
    if request.param == "memory":
        return "sqlite://"
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'restored.db'}"
    return request.getfixturevalue("another_postgres_url")


def rows(store: Store, table: str) -> list[tuple[object, ...]]:
    """Return all rows of a table, with bytes as bytes on every database."""
    found = store.database.rows(f"SELECT * FROM {table}")
    return sorted(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in found)


def test_a_backup_of_one_database_can_be_put_back_on_another(store, target, tmp_path, clock):
    """Table by table, to the byte."""
    fill(store)
    store.backup(tmp_path / "backup.gz")

    restored = restore_store(tmp_path / "backup.gz", target, clock=clock, key=KEY)

    for table in ("journal", "subject_key", "match_key", "alias", "review", "park", "round"):
        assert rows(store, table)
        assert rows(store, table) == rows(restored, table)
    assert [] == restored.verify()
    restored.close()


def test_a_restored_store_believes_nothing_until_every_system_was_read(backup, target, clock):
    """It neither sends nor creates again what it does not know of any more."""
    clock.wait(60)
    restored = restore_store(backup, target, clock=clock, key=KEY)

    link = restored.links.by_id([1])[1]
    assert {
        "name": Fact(("Müller",), ("Müller",), -1),
        "phone": Fact(("1",), None, -1),
    } == link.facts
    assert {} == restored.outbox.inflight_of([1])
    assert [] == restored.outbox.todo("8f3c", "sales", 0, 10)
    assert [] == restored.links.owed("sales", "account", "update", 0, 10)
    assert "dropped" == restored.plans.get("8f3c").state
    assert Cursor(None, sweep_due=True, first_done=True) == restored.cursors.get("sales", "account")
    assert ["a"] == restored.links.moved_records("account", "", 10)
    assert "2026-01-01T00:01:00.000000Z" == restored.meta("restored_at")
    assert NUMBERS_SKIPPED + 6 == restored.take("revision")
    assert "a" == restored.reviews.get("1").record
    assert [1] == [entry.seq for entry in restored.journal.of("a")]
    restored.journal.append("r", [Event("set", "account", "a")], "kamsync")
    assert restored.journal.verify() is None
    restored.close()


def test_no_number_is_given_again_although_none_had_been_given_before_the_backup(
    tmp_path, target, clock
):
    """Keys that were sent since, and that a system may remember, belong to other creates."""
    store = open_store("sqlite://", clock=clock, key=KEY)
    store.backup(tmp_path / "empty.gz")

    restored = restore_store(tmp_path / "empty.gz", target, clock=clock, key=KEY)

    counters = ("conflict", "link", "outbox", "revision", "round")
    assert {NUMBERS_SKIPPED + 1} == {restored.take(each) for each in counters}
    assert NUMBERS_SKIPPED <= int(restored.meta(FORGOTTEN))
    restored.close()


def test_a_store_is_replaced_only_if_that_is_said(backup, lasting_url, opened, clock):
    """The one that is there stays as it is."""
    opened().records.save([Record("new", "account", {})])
    with pytest.raises(StoreUnusable, match="--replace"):
        restore_store(backup, lasting_url, clock=clock, key=KEY)
    assert ["new"] == opened().records.ids("account", "", 10)

    restored = restore_store(backup, lasting_url, clock=clock, key=KEY, replace=True)
    assert (["a"], []) == (restored.records.ids("account", "", 10), restored.verify())
    restored.close()


def test_who_was_erased_since_the_backup_stays_erased(backup, lasting_url, opened, clock):
    """Putting an older state back brings nobody's key back."""
    newer = opened()
    newer.journal.append("r", [Event("set", "account", "a")], "kamsync")
    newer.journal.forget("a")

    restored = restore_store(backup, lasting_url, clock=clock, key=KEY, replace=True)

    assert [True] == [entry.erased for entry in restored.journal.of("a")]
    restored.close()


def test_a_damaged_store_can_be_replaced(backup, tmp_path, clock):
    """Also one whose log is left over: it must not be played into the new file."""
    file = tmp_path / "kamsync.db"
    file.write_bytes(b"\xff" * 10_000)
    file.with_name("kamsync.db-wal").write_bytes(b"\xff" * 10_000)

    restored = restore_store(backup, f"sqlite:///{file}", clock=clock, key=KEY, replace=True)

    assert ([], ["a"]) == (restored.verify(), restored.records.ids("account", "", 10))
    restored.close()


def test_a_store_on_which_a_round_runs_is_not_replaced(backup, lasting_url, opened, clock):
    """The error names who runs it."""
    store = opened()
    with store.round_lock("sync"), pytest.raises(StoreBusy, match="kamsync sync"):
        restore_store(backup, lasting_url, clock=clock, key=KEY, replace=True)


def test_another_key_puts_nothing_back(backup, lasting_url, opened, clock):
    """It could neither read the journal nor go on with it; the store that is there stays."""
    opened().records.save([Record("new", "account", {})])

    with pytest.raises(StoreUnusable, match="key_file"):
        restore_store(backup, lasting_url, clock=clock, key=bytes(32), replace=True)

    assert ["new"] == opened().records.ids("account", "", 10)


def lines_of(path: Path) -> list[bytes]:
    """Return the lines of a backup."""
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


@pytest.mark.parametrize("damage", ["cut", "shortened", "changed", "reordered", "empty"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    backup, damage, lasting_url, opened, clock
):
    """Cut off, changed or put together anew: the digest at its end says so."""
    opened().records.save([Record("new", "account", {})])
    lines = lines_of(backup)
    damaged = {
        "cut": backup.read_bytes()[:-20],
        "shortened": gzip.compress(b"".join(lines[:-2])),
        "changed": gzip.compress(b"".join(lines).replace("Müller".encode(), "Möller".encode())),
        "reordered": gzip.compress(b"".join([lines[0], lines[2], lines[1], *lines[3:]])),
        "empty": gzip.compress(lines[0] + lines[-1]),
    }
    backup.write_bytes(damaged[damage])

    with pytest.raises(StoreUnusable, match="damaged or incomplete"):
        restore_store(backup, lasting_url, clock=clock, key=KEY, replace=True)
    assert ["new"] == opened().records.ids("account", "", 10)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", gzip.compress(b""), gzip.compress(b'["row"]\n')],
    ids=["empty", "text", "compressed nothing", "rows only"],
)
def test_a_file_that_is_no_backup_is_refused(tmp_path, content, clock):
    """The message names it."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    with pytest.raises(ConfigurationInvalid, match=r"notes\.txt is not a backup"):
        restore_store(path, "sqlite://", clock=clock)


def test_a_backup_of_a_newer_release_is_refused(backup, clock):
    """By the revision of its tables."""
    ours = f'"revision":"{HEAD}"'.encode()
    text = b"".join(lines_of(backup)[:1]).replace(ours, b'"revision":"9999"')
    end = b'{"type":"end","rows":0,"sha256":"%s"}\n' % hashlib.sha256(text).hexdigest().encode()
    backup.write_bytes(gzip.compress(text + end))

    with pytest.raises(StoreUnusable, match="newer release"):
        restore_store(backup, "sqlite://", clock=clock, key=KEY)


def test_a_backup_that_is_not_there_is_named(tmp_path, clock):
    """With the reason of the machine."""
    with pytest.raises(ConfigurationInvalid, match="No such file"):
        restore_store(tmp_path / "none.gz", "sqlite://", clock=clock)


def test_a_backup_belongs_to_its_owner_and_leaves_no_draft(backup):
    """It holds the same values as the store."""
    assert 0o600 == backup.stat().st_mode & 0o777
    assert [] == [path.name for path in backup.parent.iterdir() if path.name.endswith(".draft")]


def test_a_backup_to_a_place_that_cannot_be_written_says_so(store, tmp_path):
    """And leaves nothing behind."""
    with pytest.raises(ConfigurationInvalid, match="cannot be written: No such file"):
        store.backup(tmp_path / "nowhere" / "backup.gz")


def test_a_backup_shows_one_state_while_others_write(opened, tmp_path, clock):
    """Writers are not kept waiting."""
    one, two = opened(), opened()
    fill(one)
    with one.database.snapshot():
        assert 1 == one.records.count("account")
        two.records.save([Record("c", "account", {})])
        one.backup(tmp_path / "backup.gz")

    restored = restore_store(tmp_path / "backup.gz", "sqlite://", clock=clock, key=KEY)
    assert 1 == restored.records.count("account")


def test_nothing_of_a_restore_is_kept_if_it_breaks_off(backup, lasting_url, clock):
    """The place is as empty as before."""
    lines = lines_of(backup)
    twice = b"".join(
        [*lines[:-1], lines[1], *[line for line in lines[2:-1] if line[:1] == b"["][:1]]
    )
    rows_ = sum(line[:1] == b"[" for line in twice.splitlines())
    digest = hashlib.sha256(twice).hexdigest().encode()
    backup.write_bytes(
        gzip.compress(twice + b'{"type":"end","rows":%d,"sha256":"%s"}\n' % (rows_, digest))
    )
    with pytest.raises(Exception, match=r"(?i)unique|not null|column"):
        restore_store(backup, lasting_url, clock=clock, key=KEY)

    store = open_store(lasting_url, clock=clock, key=KEY)
    assert ([], 0) == (store.verify(), store.records.count("account"))
    store.close()
