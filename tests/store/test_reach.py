"""What is asked of a few costs what those few cost, however many others there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kamsync.clock import SetClock
from kamsync.model import EXISTS, Fact, Link
from kamsync.store import Store, open_store

KEY = bytes(range(32))
FEW, MANY = 50, 5_000
ASKED = [f"account-{number:05}" for number in range(3)]

QUESTIONS: dict[str, Callable[[Store], object]] = {
    "where records live": lambda store: store.links.natives("sales", ASKED),
    "what is owed for records": lambda store: store.links.owed_records("sales", "update", ASKED),
    "what is owed next": lambda store: store.links.owed_ids("sales", "account", "update", 0, 10),
    "the links of records": lambda store: store.links.of_records(ASKED),
    "the places of records": lambda store: store.links.places_of(ASKED),
    "the records of native ids": lambda store: store.links.records("sales", "account", ["1", "2"]),
    "links by native id": lambda store: store.links.by_native("sales", "account", ["1", "2"]),
    "what was never merged": lambda store: store.records.unmerged("account"),
    "what moved": lambda store: store.links.moved_records("account", "", 10),
    "what is to be matched": lambda store: store.links.unmatched("account", 0, 10),
    "what a sweep missed": lambda store: store.links.unseen_since("sales", "account", 9, "", 10),
    "what is parked of records": lambda store: store.parks.of_records(ASKED),
    "open conflicts of records": lambda store: store.reviews.open_for(ASKED),
}


@pytest.fixture(scope="module")
def stores() -> Iterator[dict[int, Store]]:
    """A store of a few records, and one of many."""
    made = {size: open_store("sqlite://", clock=SetClock(), key=KEY) for size in (FEW, MANY)}
    for size, store in made.items():
        _fill(store, size)
    yield made
    for store in made.values():
        store.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_about_a_few_does_not_look_through_all(stores, question):
    """SQLite takes about as many steps among 5,000 records as among 50."""
    few, many = (_steps(stores[size], QUESTIONS[question]) for size in (FEW, MANY))

    assert many < 2 * few + 100


def _fill(store: Store, size: int) -> None:
    """Let each of *size* records live in two systems, where it agrees; each has something parked."""
    ids = [f"account-{number:05}" for number in range(size)]
    met = {EXISTS: Fact((True,), (True,), 1)}
    with store.transaction():
        store.records.add("account", {id_: [f"domain:{id_}"] for id_ in ids})
        store.records.clear_dirty(ids)
        for turn, system in enumerate(("sales", "success")):
            links = [
                Link(1 + 2 * number + turn, system, "account", str(number), id_, met, seen=1)
                for number, id_ in enumerate(ids)
            ]
            store.links.save(links)
            store.links.set_owed([(link.id, "update") for link in links])
        for id_ in ids:
            store.parks.park("sales", "account", id_, id_, "why", "2026-01-01", "2026-01-01")


def _steps(store: Store, ask: Callable[[Store], object]) -> int:
    """Return how many steps SQLite takes for one question."""
    connection, steps = store.links._database.connection, 0  # type: ignore[attr-defined]

    def count() -> None:
        nonlocal steps
        steps += 1

    connection.set_progress_handler(count, 1)
    try:
        ask(store)
    finally:
        connection.set_progress_handler(None, 0)
    return steps
