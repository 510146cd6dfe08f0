"""What a merge worked out holds until a row is written that it came from."""

from __future__ import annotations

import pytest

from kamsync.model import Link, Record
from kamsync.store.remembered import Remembered

LINK = Link(1, "sales", "account", "001", "a", {})


@pytest.fixture
def kept(store):
    """A store in whose transaction something is known of link 1 of record a."""
    store.records.save([Record("a", "account", {}), Record("b", "account", {})])
    store.links.save([LINK])
    with store.transaction():
        store.remembered.begin()
        store.remembered.keep(1, "a", "update")
        yield store


def test_it_is_known_of_its_link_alone(kept):
    """What is due at one link says nothing of another."""
    known = kept.remembered

    assert ("update", None) == (known.of(1), known.of(2))


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.links.save([LINK]),
        lambda store: store.links.settle([(LINK, None)]),
        lambda store: store.links.tie([(1, "a")]),
        lambda store: store.links.tie([(1, "b")]),
        lambda store: store.links.delete([1]),
        lambda store: store.records.save([Record("a", "account", {})]),
        lambda store: store.records.settle([Record("a", "account", {})]),
        lambda store: (store.links.delete([1]), store.records.forget(["a"])),
    ],
)
def test_nothing_is_known_once_a_row_was_written_again(kept, write):
    """Whatever wrote it, the plan asks again."""
    write(kept)

    assert kept.remembered.of(1) is None


def test_nothing_is_known_after_the_transaction(store):
    """Another writer may have come between."""
    with store.rehearsal():
        store.remembered.begin()
        store.remembered.keep(1, "a", "update")

    store.remembered.keep(2, "a", "update")

    assert [None, None] == [store.remembered.of(link) for link in (1, 2)]


def test_more_than_fits_is_not_kept():
    """Memory stays bounded, whatever a round brings."""
    known = Remembered(limit=1)
    known.begin()

    known.keep(1, "a", "update")
    known.keep(2, "a", "update")

    assert ("update", None) == (known.of(1), known.of(2))
