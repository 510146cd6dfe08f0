"""The reviews: conflicts open and closed."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.errors import UnknownName
from kamsync.model import Conflict, Contender, Decision, Evidence, Kind
from kamsync.reviews import group_reviews


def conflict(id_: str, record: str = "a", field: str = "name", **more) -> Conflict:
    """Return an open conflict between two systems."""
    sides = (
        Contender("Acme", 1, "sf", "sales", "A", "2026", Evidence.FIELD_HISTORY, ("Acme",), True),
        Contender(None, 2, "hub", None),
    )
    return structs.replace(Conflict(id_, Kind.VALUE, "account", record, field, sides), **more)


def test_a_conflict_comes_back_as_it_was_saved(store):
    """Contenders and decision survive the store."""
    decision = Decision("ops", "2026", value={"amount": "1"}, reason="mail")
    saved = conflict("c1", version=3, agreed="old", turning=True, closed="2026", decision=decision)

    store.reviews.save([saved])

    assert saved == store.reviews.get("c1")


def test_only_open_conflicts_hold_a_field(store):
    """A conflict saved with a closing time holds nothing."""
    store.reviews.save([conflict("1"), conflict("2", "b"), conflict("3", "a", "phone", closed="x")])

    assert {("a", "name"): conflict("1")} == store.reviews.open_for(["a"])
    store.reviews.save([conflict("1", closed="2026")])
    assert {("b", "name"): conflict("2", "b")} == store.reviews.open_for(["a", "b", "c"])
    assert store.reviews.has_open(Kind.VALUE, "account")
    assert not store.reviews.has_open(Kind.DELETE, "account")
    assert not store.reviews.has_open(Kind.VALUE, "contact")
    assert 1 == store.reviews.count_open()


def test_open_conflicts_are_listed_by_kind_and_entity_in_pages(store):
    """Closed ones are not among them."""
    store.reviews.save(
        [conflict("1"), conflict("2", kind=Kind.MATCH), conflict("3", entity="order")]
    )
    store.reviews.save([conflict("4", closed="x")])

    assert ["1", "2", "3"] == [found.id for found in store.reviews.open()]
    assert ["2"] == [found.id for found in store.reviews.open(kind=Kind.MATCH)]
    assert ["3"] == [found.id for found in store.reviews.open(entity="order")]
    assert ["2"] == [found.id for found in store.reviews.open(after="1", limit=1)]


def test_open_conflicts_are_listed_in_the_order_in_which_they_were_opened(store):
    """The tenth comes after the ninth, on a page and from page to page."""
    store.reviews.save([conflict(str(number), str(number)) for number in range(1, 13)])

    listed = [found.id for found in store.reviews.open()]

    assert [str(number) for number in range(1, 13)] == listed
    assert ["10", "11"] == [found.id for found in store.reviews.open(after="9", limit=2)]


def test_conflicts_of_one_shape_are_counted_together(store):
    """Same kind, field and sides; the most frequent first."""
    store.reviews.save([conflict("1", opened="2026-02"), conflict("2", "b", opened="2026-01")])
    store.reviews.save([conflict("3", field="phone", opened="2026-03"), conflict("4", closed="x")])

    groups = [
        (group.field, group.teams, group.count, group.oldest) for group in store.reviews.groups()
    ]

    assert [
        ("name", ("hub", "sales"), 2, "2026-01"),
        ("phone", ("hub", "sales"), 1, "2026-03"),
    ] == groups
    assert store.reviews.groups() == group_reviews(store.reviews.open())


def test_a_conflict_is_found_by_the_beginning_of_its_id_if_that_is_the_only_one(store):
    """A whole id wins over longer ones."""
    store.reviews.save([conflict("1"), conflict("10"), conflict("25")])

    assert ["1", "25"] == [store.reviews.get("1").id, store.reviews.get("2").id]
    store.reviews.save([conflict("26")])
    with pytest.raises(UnknownName, match="Several conflicts"):
        store.reviews.get("2")
    with pytest.raises(UnknownName, match="There is no conflict '7'"):
        store.reviews.get("7")


def test_closed_conflicts_are_history_to_test_a_rule_on(store):
    """They come in the order in which they were closed."""
    store.reviews.save(
        [
            conflict("1", closed="2026-02"),
            conflict("2", closed="2026-01"),
            conflict("3"),
            conflict("4", field="phone", closed="2026-03"),
        ]
    )

    assert ["2", "1", "4"] == [found.id for found in store.reviews.closed("account")]
    assert ["1"] == [found.id for found in store.reviews.closed("account", "name", since="2026-02")]
