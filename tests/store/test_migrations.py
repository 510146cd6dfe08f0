"""Migrations: every database gets the shape that the code expects, in one step."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kamsync.store import open_store, restore_store
from kamsync.store.migrate import HEAD, VERSION_TABLE, alchemy, migrate, revision
from kamsync.store.sqlite import connect_sqlite
from kamsync.store.tables import metadata

KEY = bytes(range(32))


class Crash(BaseException):
    """The process is killed here."""


def test_the_newest_revision_is_the_one_that_the_code_expects():
    """And there is one newest, not two."""
    config = Config()
    config.set_main_option("script_location", "kamsync.store:migrations")
    config.set_main_option("path_separator", "os")

    assert [HEAD] == list(ScriptDirectory.from_config(config).get_heads())


def test_the_migrations_make_the_tables_of_the_code(store):
    """Alembic itself finds nothing to add, change or remove."""
    with store.transaction(), alchemy(store.database) as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert [] == compare_metadata(context, metadata)


def test_the_migrations_make_the_indexes_of_the_code_with_their_conditions():
    """What Alembic does not compare: the conditions of partial indexes, and tables without row ids."""
    migrated, made = connect_sqlite("", 0), connect_sqlite("", 0)
    migrate(migrated)
    with made.transaction(), alchemy(made) as connection:
        metadata.create_all(connection)

    sql = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    )
    assert made.rows(sql) == migrated.rows(sql)
    lean = "SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'"
    assert [("match_key",)] == made.rows(lean) == migrated.rows(lean)


def test_a_crash_in_a_migration_leaves_the_database_as_it_was(tmp_path: Path):
    """The next start migrates again, from the beginning."""
    file = str(tmp_path / "kamsync.db")
    database = connect_sqlite(file, 0)

    def crash(_place: str) -> None:
        raise Crash

    database.on_commit = crash
    with pytest.raises(Crash):
        migrate(database)
    database.close()

    again = connect_sqlite(file, 0)
    assert (None, set()) == (revision(again), again.tables())
    migrate(again)
    assert HEAD == revision(again)
    again.close()


def test_two_processes_may_make_one_store_at_the_same_moment(lasting_url: str):
    """One migrates, the others wait and find it done."""
    script = (
        "from kamsync.clock import SystemClock\n"
        "from kamsync.store import open_store\n"
        f"open_store({lasting_url!r}, clock=SystemClock(), key=bytes(range(32))).take('n')\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(3)]

    assert [0, 0, 0] == [process.wait() for process in processes]


def test_other_tables_on_a_server_are_left_alone(postgres_url, tmp_path, clock):
    """A durable engine may keep its own beside ours, also when a backup replaces ours."""
    engine = sa.create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE workflow (id int)"))
    engine.dispose()

    store = open_store(postgres_url, clock=clock, key=KEY)
    store.backup(tmp_path / "backup.gz")
    store.close()
    restored = restore_store(
        tmp_path / "backup.gz", postgres_url, clock=clock, key=KEY, replace=True
    )
    assert "workflow" in restored.database.tables()
    restored.close()


def test_a_store_of_today_is_opened_without_the_tools_of_migration(tmp_path: Path):
    """They cost more at the start than everything else together."""
    script = (
        "import sys\n"
        "from kamsync.clock import SystemClock\n"
        "from kamsync.store import open_store\n"
        f"url = 'sqlite:///{tmp_path / 'kamsync.db'}'\n"
        "if len(sys.argv) > 1: open_store(url, clock=SystemClock(), key=bytes(32)).close()\n"
        "else:\n"
        "    open_store(url, clock=SystemClock(), key=bytes(32)).close()\n"
        "    assert not {'alembic', 'sqlalchemy', 'psycopg'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script, "first"], check=True)
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_links_were_owed_is_owed_still_after_it_went_apart():
    """An older store goes on where it stopped."""
    database = connect_sqlite("", 0)
    migrate(database, "0004")
    with database.transaction():
        database.many(
            "INSERT INTO link (id, system, entity, native_id, facts, version, seen, read_at, owed)"
            " VALUES (?, 'sales', 'account', ?, '{}', '', 0, '', ?)",
            [(1, "a", "update"), (2, "b", None), (3, None, "create")],
        )

    migrate(database)

    rows = "SELECT link, system, entity, op FROM owed ORDER BY link"
    assert [
        (1, "sales", "account", "update"),
        (3, "sales", "account", "create"),
    ] == database.rows(rows)


def test_what_keys_lead_to_is_found_still_after_they_were_kept_anew():
    """An older store recognises what it knew."""
    database = connect_sqlite("", 0)
    migrate(database, "0005")
    keys = [("account", "domain:acme.de", "a"), ("account", "domain:acme.de", "b")]
    with database.transaction():
        database.many("INSERT INTO match_key (entity, key, record) VALUES (?, ?, ?)", keys)

    migrate(database)

    assert keys == database.rows("SELECT entity, key, record FROM match_key ORDER BY record")
