"""The records: golden values, keys, merges."""

from __future__ import annotations

import pytest

from kamsync.errors import ValueInvalid
from kamsync.model import Golden, Link, Origin, Record


def named(id_: str, **more) -> Record:
    """Return an account with a name."""
    return Record(id_, "account", {"name": Golden(f"Name of {id_}", 3)}, **more)


def test_a_record_comes_back_as_it_was_saved(store):
    """Groups, history, pins and origins survive the store."""
    golden = Golden(
        {"amount": "1.5", "currency": "EUR"},
        9,
        ("a", None, {"amount": None}),
        2,
        True,
        Origin("sales", "sales", "A. Weber", "2026-01-01T00:00:00.000000Z", "latest"),
    )
    record = Record("account-1", "account", {"amount": golden, "name": Golden()})

    store.records.save([record])

    assert {"account-1": record} == store.records.by_id(["account-1", "account-2"])


def test_saving_again_replaces_the_values_and_keeps_the_mark(store):
    """A record stays due until its mark is cleared."""
    store.records.save([named("a")])
    store.records.mark_dirty(["a"])

    store.records.save([Record("a", "account", {})])

    assert {} == store.records.by_id(["a"])["a"].fields
    assert ["a"] == store.links.moved_records("account", "", 9)


def test_ids_are_listed_in_order_without_what_was_merged_away(store):
    """The order is that of code points on every database."""
    store.records.save([named("c"), named("a"), named("B"), named("b", merged_into="a")])

    assert ["B", "a"] == store.records.ids("account", "", 2)
    assert ["c"] == store.records.ids("account", "a", 2)
    assert 3 == store.records.count("account")


def test_a_record_is_found_by_id_by_its_beginning_and_by_a_native_id(store):
    """What a person types is taken literally."""
    store.records.save([named("account-1"), named("account-12"), named("contact-1")])
    store.links.save([Link(1, "sales", "account", "001x", "contact-1", {})])

    assert ["account-1"] == store.records.find("account-1")
    assert ["account-1", "account-12"] == store.records.find("account")
    assert ["contact-1"] == store.records.find("001x")
    assert [] == store.records.find("100%")


def test_a_merged_record_leads_to_the_one_that_holds_it_now(store):
    """Chains are followed; records of their own are not mentioned."""
    store.records.save([named("a", merged_into="b"), named("b", merged_into="c"), named("c")])

    assert {"a": "c", "b": "c"} == store.records.merged(["a", "b", "c", "d"])


def test_keys_are_replaced_record_by_record(store):
    """The keys of other records and entities stay."""
    store.records.save([named("a"), named("b")])
    store.records.save_keys("account", {"a": ["domain:x", "domain:y"], "b": ["domain:x"]})
    store.records.save_keys("contact", {"a": ["domain:x"]})

    store.records.save_keys("account", {"a": ["domain:x", "domain:z", "domain:z"]})

    keys = ["domain:x", "domain:y", "domain:z"]
    assert {"domain:x": ["a", "b"], "domain:z": ["a"]} == store.records.with_keys("account", keys)
    assert {"domain:x": ["a"]} == store.records.with_keys("contact", keys)


def test_keys_that_name_a_record_follow_it_into_the_one_that_took_it_over(store):
    """Also where a record is known by both of them."""
    held = {"r": ["who:account-a|1", "who:account-b|1"], "s": ["who:account-a|2"]}
    store.records.save_keys("assignment", held)

    store.records.rename_in_keys("account-a", "account-b")

    keys = ["who:account-a|1", "who:account-b|1", "who:account-b|2"]
    found = store.records.with_keys("assignment", keys)
    assert {"who:account-b|1": ["r"], "who:account-b|2": ["s"]} == found


def test_text_that_is_not_unicode_is_refused(store):
    """The error names the record, never the value."""
    with pytest.raises(ValueInvalid, match=r"^a holds"):
        store.records.save([Record("a", "account", {"name": Golden("\ud800")})])


def test_the_marked_records_are_told(store):
    """What waits to be merged again, among those that are asked for."""
    store.records.save([Record(id_, "account", {}) for id_ in "abc"])
    store.records.mark_dirty(["a", "b"])

    assert frozenset("b") == store.records.dirty(["b", "c", "nobody"])


def test_a_record_that_is_settled_is_marked_no_more(store):
    """What it says is replaced, and others stay marked."""
    store.records.save([named("a"), named("b")])
    store.records.mark_dirty(["a", "b"])

    store.records.settle([Record("a", "account", {"name": Golden("New", 7)})])

    assert {"name": Golden("New", 7)} == store.records.by_id(["a"])["a"].fields
    assert named("b") == store.records.by_id(["b"])["b"]
    assert frozenset("b") == store.records.dirty(["a", "b"])


def test_a_record_that_is_forgotten_leaves_no_key_behind(store):
    """As if it had never been made; others with the same key keep it."""
    store.records.save([Record(id_, "account", {}) for id_ in "ab"])
    store.records.save_keys("account", {"a": ["k"], "b": ["k"]})

    store.records.forget(["a"])

    assert {"b"} == store.records.by_id(["a", "b"]).keys()
    assert {"k": ["b"]} == store.records.with_keys("account", ["k"])
