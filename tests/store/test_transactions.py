"""Transactions: all or nothing, rehearsals, threads, and where a simulation breaks off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Thread

import pytest

from kamsync.errors import StoreBusy
from kamsync.model import Record


class Crash(BaseException):
    """The process is killed here."""


def kept(store) -> list[str]:
    """Return the accounts that are there."""
    return store.records.ids("account", "", 10)


def save(store, *ids: str) -> None:
    """Keep empty accounts."""
    store.records.save([Record(id_, "account", {}) for id_ in ids])


def crash_after(store, act: Callable[[], object]) -> None:
    """Do something in a transaction that does not reach its end."""
    with store.transaction():
        with store.transaction():
            act()
        raise Crash


def test_a_transaction_that_fails_leaves_nothing(store):
    """Not even what an inner block had finished."""
    with pytest.raises(Crash):
        crash_after(store, lambda: save(store, "a"))

    assert [] == kept(store)


def test_an_inner_failure_that_is_caught_still_undoes_the_whole(store):
    """A half-finished inner block can never be committed by accident."""

    def careless() -> None:
        with store.transaction():
            save(store, "a")
            with suppress(Crash):
                crash_after(store, lambda: save(store, "b"))

    with pytest.raises(AssertionError, match="none of it was kept"):
        careless()

    assert [] == kept(store)
    save(store, "c")
    assert ["c"] == kept(store)


def test_numbers_taken_in_a_transaction_that_failed_are_given_out_again(store):
    """The counter is a part of the transaction."""
    with pytest.raises(Crash):
        crash_after(store, lambda: store.take("revision"))

    assert 1 == store.take("revision")


def test_nothing_of_a_rehearsal_is_kept(store):
    """Inner transactions join it, and what follows it is kept again."""
    save(store, "a")
    with store.rehearsal():
        with store.transaction():
            save(store, "b")
        save(store, "c")
        assert ["a", "b", "c"] == kept(store)

    assert ["a"] == kept(store)
    save(store, "d")
    assert ["a", "d"] == kept(store)


def test_a_rehearsal_inside_a_transaction_is_refused(store):
    """It would undo what the transaction promised to keep."""
    with pytest.raises(AssertionError), store.transaction(), store.rehearsal():
        pass

    save(store, "a")
    assert ["a"] == kept(store)


def test_a_crash_before_the_commit_keeps_nothing_and_after_it_everything(store):
    """The seam at which a simulation kills the process."""

    def crash_at(place):
        def call(reached):
            if reached == place:
                raise Crash

        return call

    store.on_commit = crash_at("before")
    with pytest.raises(Crash):
        save(store, "a")
    store.on_commit = crash_at("after")
    with pytest.raises(Crash):
        save(store, "b")
    store.on_commit = None

    assert ["b"] == kept(store)


def test_each_call_outside_a_transaction_is_one_commit(store):
    """Reading and rehearsing commit nothing."""
    places: list[str] = []
    store.on_commit = places.append

    save(store, "a", "b")
    store.records.by_id(["a"])
    with store.rehearsal():
        save(store, "c")

    assert ["before", "after"] == places


def test_what_lets_none_begin_leaves_the_store_as_it_was(store):
    """And usable: the next transaction begins."""

    def refuse() -> None:
        raise StoreBusy("Somebody else is at it.")

    store.database.on_begin = refuse
    with pytest.raises(StoreBusy):
        store.take("n")
    store.database.on_begin = None

    assert 1 == store.take("n")


def test_threads_take_turns(store):
    """No thread sees or joins the transaction of another."""
    seen: list[int] = []

    def count() -> None:
        for _ in range(20):
            with store.transaction():
                before = store.current("n")
                store.take("n")
                seen.append(store.current("n") - before)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (80, [1] * 80) == (store.current("n"), seen)
