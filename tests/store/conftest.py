"""One store on each database, so that every promise is held on all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kamsync.clock import SetClock
from kamsync.store import Store, open_store

KEY = bytes(range(32))

Opener = Callable[[], Store]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["memory", "file", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store."""
    if request.param == "memory":
        return "sqlite://"
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'kamsync.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(params=["file", "postgres"])
def lasting_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store that can be opened twice."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'kamsync.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def store(url: str, clock: SetClock) -> Iterator[Store]:
    store = open_store(url, clock=clock, key=KEY)
    yield store
    store.close()


@pytest.fixture
def opened(lasting_url: str, clock: SetClock) -> Iterator[Opener]:
    """Open the same store, as another process would; all are closed at the end."""
    stores: list[Store] = []

    def again() -> Store:
        stores.append(open_store(lasting_url, clock=clock, key=KEY, wait_s=0.2))
        return stores[-1]

    yield again
    for store in stores:
        store.close()
