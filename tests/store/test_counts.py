"""How many living links there are is right at any time, however seldom they are counted."""

from __future__ import annotations

from msgspec import structs

from kamsync.clock import SetClock
from kamsync.model import EXISTS, Fact, Link, Reading
from kamsync.store import Store, open_store

GONE = {EXISTS: Fact((False,))}


def link(id_: int, native_id: str, **more) -> Link:
    """Return a link to an account that is there."""
    alive = Link(id_, "sales", "account", native_id, None, {EXISTS: Fact((True,))})
    return structs.replace(alive, **more)


def count(store: Store) -> int:
    """Return how many accounts are known to be there in sales."""
    return store.links.counts().get(("sales", "account"), 0)


def test_what_comes_and_goes_is_counted_at_once(store):
    """Links that are made, seen for the first time, gone, back, settled and forgotten."""
    counts = [count(store)]
    store.links.save([link(1, "1"), link(2, "2")])
    counts.append(count(store))
    shown = [(Reading("3", {}, "1"), {EXISTS: (True,)})]
    store.links.add("sales", "account", 3, shown, {}, 1, "")
    counts.append(count(store))
    store.links.hear([link(2, "2", facts=GONE)])
    counts.append(count(store))
    store.links.settle([(link(1, "1", facts=GONE), None)])
    counts.append(count(store))
    store.links.hear([link(2, "2")])
    counts.append(count(store))
    store.links.delete([3])
    counts.append(count(store))

    assert [0, 2, 3, 2, 1, 2, 1] == counts


def test_what_was_undone_is_not_counted(store):
    """A transaction counts what it has written itself; afterwards that never was."""
    store.links.save([link(1, "1")])
    with store.rehearsal():
        store.links.save([link(2, "2")])
        within = count(store)

    assert (2, 1) == (within, count(store))


def test_what_another_process_writes_is_counted(opened):
    """Each of two processes knows what the other one has kept."""
    one, other = opened(), opened()
    assert (0, 0) == (count(one), count(other))
    other.links.save([link(1, "1")])

    assert (1, 1) == (count(one), count(other))


def test_links_are_counted_once_while_none_is_added() -> None:
    """What else is written leaves the number of all as it is; only those that are gone are counted."""
    store = open_store("sqlite://", clock=SetClock(), key=bytes(32))
    store.links.save([link(1, "1")])
    count(store)
    asked: list[str] = []
    store.database.raw().set_trace_callback(asked.append)
    store.set_meta("scope", "all")
    store.links.hear([link(1, "1", seen=5)])

    assert 1 == count(store)
    assert not [sql for sql in asked if "count(*)" in sql and "alive = 0" not in sql]
    store.close()
