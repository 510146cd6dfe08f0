"""The links: crosswalk, facts, what is owed and what waits."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.errors import ValueInvalid
from kamsync.model import EXISTS, Author, Evidence, Fact, Link, Op, Record, Step
from kamsync.store import Store

UNMERGED = Fact(("Acme",))
MERGED = Fact(("Acme",), ("Acme",), 7)


def link(id_: int, native_id: str | None, record: str | None = None, **more) -> Link:
    """Return a link to an account whose fields are merged."""
    facts = {EXISTS: Fact((True,), (True,), 1), "name": MERGED}
    return structs.replace(Link(id_, "sales", "account", native_id, record, facts), **more)


def with_records(store: Store, *ids: str) -> None:
    """Keep empty records, so that links may name them."""
    store.records.save([Record(id_, "account", {}) for id_ in ids])


def test_a_link_comes_back_as_it_was_saved(store):
    """Whatever a fact can hold survives the store, to the last nested value."""
    with_records(store, "account-1")
    fact = Fact(
        ("Müller \U0001f600", None, 1.5, True, ["a", {"b": 1}]),
        ("", None, 2, False, []),
        3,
        True,
        Author("005", "A. Weber", True, Evidence.FIELD_HISTORY, True),
        "2026-01-01T00:00:00.000000Z",
        {"amount": "1", "currency": None},
        (Step(("x",), None, Author("006"), "2026"), Step(("y",), 4)),
    )
    saved = Link(
        1, "sales", "account", "001", "account-1", {"name": fact}, "v1", False, 4, "t", "s", True
    )

    store.links.save([saved])

    assert {"001": saved} == store.links.by_native("sales", "account", ["001", "002"])
    assert {1: saved} == store.links.by_id([1, 2])
    assert {"account-1": [saved]} == store.links.of_records(["account-1", "account-2"])


@pytest.mark.parametrize(
    "fact",
    [
        Fact(()),
        Fact((1, False, None, "", None, []), (), 3),
        Fact(([1, False, None, "", None, []], "x"), known=False),
        Fact(("x",), at="2026"),
        Fact(("x",), known={"currency": "EUR"}),
    ],
)
def test_a_fact_comes_back_whatever_it_looks_like_in_the_table(store, fact):
    """What is left out of the table, because most facts say the same, is never a part of a value."""
    store.links.save([link(1, "1", facts={"name": fact, "exists": MERGED})])

    assert fact == store.links.by_id([1])[1].facts["name"]


def test_saving_again_replaces_a_link_but_not_what_it_owes(store):
    """What a link owes is set apart from what is known there."""
    store.links.save([link(1, "001")])
    store.links.set_owed([(1, Op.UPDATE)])

    store.links.save([link(1, "001", version="v2")])

    assert ["v2"] == [due.version for due in store.links.owed("sales", "account", Op.UPDATE, 0, 10)]


def test_what_is_owed_is_listed_by_operation_in_pages(store):
    """Each page goes on above the last id of the one before."""
    store.links.save([link(id_, f"{id_:03}") for id_ in range(1, 6)])
    store.links.set_owed([(1, "create"), (2, "update"), (4, "update"), (5, "update")])

    first = store.links.owed("sales", "account", "update", 0, 2)
    second = store.links.owed("sales", "account", "update", first[-1].id, 2)
    store.links.set_owed([(2, None)])

    assert [[2, 4], [5]] == [[due.id for due in page] for page in (first, second)]
    assert [4, 5] == [due.id for due in store.links.owed("sales", "account", "update", 0, 9)]


def test_records_are_told_which_of_them_are_owed_a_write(store):
    """Only the operation that is asked for counts."""
    with_records(store, "a", "b")
    store.links.save([link(1, None, "a"), link(2, "002", "b")])
    store.links.set_owed([(1, "create"), (2, "update")])

    assert ["a"] == store.links.owed_records("sales", "create", ["a", "b"])


def test_one_native_record_has_one_link(store):
    """The database itself refuses a second link to the same native record."""
    store.links.save([link(1, "001"), link(2, None), link(3, None)])

    with pytest.raises(Exception, match=r"(?i)unique"):
        store.links.save([link(4, "001")])
    assert [1, 2, 3] == sorted(store.links.by_id([1, 2, 3, 4]))


def test_the_links_of_a_record_come_in_the_order_of_systems_and_ids(store):
    """The order never depends on the database."""
    with_records(store, "a")
    saved = [link(3, "1", "a"), link(1, "2", "a", system="success"), link(2, "3", "a")]

    store.links.save(saved)

    assert [2, 3, 1] == [found.id for found in store.links.of_records(["a"])["a"]]


def test_moved_and_dirty_records_are_listed_once_in_order_and_in_pages(store):
    """A record is due while any of its links moved or it is marked."""
    with_records(store, "a", "b", "c", "d", "ä")
    moved = {"name": UNMERGED}
    store.links.save(
        [
            link(1, "1", "c", facts=moved),
            link(2, "2", "c", facts=moved),
            link(3, "3", "a"),
            link(4, "4", None, facts=moved),
            link(5, "5", "ä", facts=moved),
        ]
    )
    store.records.mark_dirty(["b", "c"])

    assert ["b", "c", "ä"] == store.links.moved_records("account", "", 10)
    assert ["b"] == store.links.moved_records("account", "", 1)
    assert ["c", "ä"] == store.links.moved_records("account", "b", 10)
    assert [] == store.links.moved_records("contact", "", 10)

    store.records.clear_dirty(["b", "c"])
    store.links.save([link(1, "1", "c"), link(2, "2", "c")])
    assert ["ä"] == store.links.moved_records("account", "", 10)


@pytest.mark.parametrize(
    "fact",
    [
        Fact(("x",), ("y",)),
        Fact(("x",), ("x",), doubt=True),
        Fact(("x",), ("x",), trail=(Step(("z",)),)),
    ],
)
def test_a_link_has_moved_in_the_store_when_it_has_moved_by_the_model(store, fact):
    """The flag in the table never differs from `Link.moved`."""
    with_records(store, "a")
    moved = link(1, "1", "a", facts={"name": MERGED, "phone": fact})

    store.links.save([moved])

    assert moved.moved
    assert ["a"] == store.links.moved_records("account", "", 1)


def test_a_link_that_waits_for_a_reference_is_left_alone_until_it_arrives(store):
    """It waits through saves of the transaction in which it began to."""
    with_records(store, "a")
    moved = link(1, "1", "a", facts={"parent": UNMERGED})
    with store.transaction():
        store.links.save([moved])
        store.links.await_reference(1, "sales", "account", "009")
        store.links.save([moved])

    assert [] == store.links.moved_records("account", "", 10)
    store.links.arrived("sales", "account", ["008"])
    assert [] == store.links.moved_records("account", "", 10)
    store.links.arrived("sales", "account", ["008", "009"])
    assert ["a"] == store.links.moved_records("account", "", 10)


def test_a_reference_that_arrives_in_the_transaction_in_which_it_was_missed_wakes_the_link(store):
    """Nothing waits for what is there already."""
    with_records(store, "a")
    moved = link(1, "1", "a", facts={"parent": UNMERGED})
    store.links.save([moved])
    with store.transaction():
        store.links.await_reference(1, "sales", "account", "009")
        store.links.arrived("sales", "account", ["009"])
        store.links.save([moved])

    assert ["a"] == store.links.moved_records("account", "", 10)


def test_an_edit_of_a_waiting_link_is_merged_at_once(store):
    """Whoever corrects the reference does not wait for the record that it no longer names."""
    with_records(store, "a")
    moved = link(1, "1", "a", facts={"parent": UNMERGED})
    store.links.save([moved])
    store.links.await_reference(1, "sales", "account", "009")

    store.links.save([moved])

    assert ["a"] == store.links.moved_records("account", "", 10)


def test_unmatched_links_are_the_living_ones_that_nobody_reviews(store):
    """A review takes a link out, and puts it back."""
    with_records(store, "a")
    gone = {EXISTS: Fact((False,))}
    store.links.save(
        [link(1, "1"), link(2, "2", "a"), link(3, "3", facts=gone), link(4, "4"), link(5, "5")]
    )
    store.links.set_waiting([4], "match-1")

    assert [1, 5] == [found.id for found in store.links.unmatched("account", 0, 10)]
    assert [5] == [found.id for found in store.links.unmatched("account", 1, 10)]
    store.links.set_waiting([4], None)
    assert [1, 4] == [found.id for found in store.links.unmatched("account", 0, 2)]


def test_only_living_native_records_are_counted(store):
    """Places that are still empty and records that are gone do not count."""
    gone = {EXISTS: Fact((False,), (True,))}
    store.links.save(
        [link(1, "1"), link(2, "2", facts=gone), link(3, None), link(4, "4", facts={})]
    )

    assert {("sales", "account"): 2} == store.links.counts()


def test_a_sweep_finds_what_it_did_not_see(store):
    """A record that is known to be gone is not missed again."""
    gone = {EXISTS: Fact((False,), (True,))}
    store.links.save([link(1, "1", seen=3), link(2, "2", seen=5), link(3, "3", seen=2, facts=gone)])
    store.links.save([link(4, "4", seen=4)])

    assert [1, 4] == [found.id for found in store.links.unseen_since("sales", "account", 5, "", 10)]
    assert [4] == [found.id for found in store.links.unseen_since("sales", "account", 5, "1", 10)]


def test_a_link_that_did_not_change_is_only_touched(store):
    """Reading the same again leaves the time and the revision of the reading."""
    store.links.save([link(1, "1", read_at="2026-01-01"), link(2, "2", read_at="2026-01-01")])

    store.links.touch([1], 9, "2026-01-02")

    assert (9, "2026-01-02") == (store.links.by_id([1])[1].seen, store.links.by_id([1])[1].read_at)


def test_links_that_were_not_read_since_a_store_was_put_back_are_counted(store):
    """Each reading counts, whatever the clock said then."""
    store.links.save([link(1, "1"), link(2, "2"), link(3, "3", read_at="2026-01-01")])

    store.links.touch([1], 9, "2026-01-02")

    assert 1 == store.links.count_unread("sales", "account")
    assert 0 == store.links.count_unread("success", "account")


def test_a_merged_native_id_leads_to_the_survivor_through_every_later_merge(store):
    """Chains of merges have no length."""
    with_records(store, "a")
    store.links.save([link(3, "003", "a")])
    store.links.alias("sales", "account", "001", "002")
    store.links.alias("sales", "account", "002", "003")

    assert {"001": 3, "002": 3, "003": 3} == {
        native: found.id
        for native, found in store.links.by_native(
            "sales", "account", ["001", "002", "003", "004"]
        ).items()
    }
    assert {"001": "a", "003": "a"} == store.links.records("sales", "account", ["001", "003"])


def test_a_merge_that_is_turned_round_leads_to_the_new_survivor(store):
    """An unmerge and a merge the other way make no circle."""
    with_records(store, "a")
    store.links.save([link(1, "001", "a")])
    store.links.alias("sales", "account", "001", "002")

    store.links.alias("sales", "account", "002", "001")

    assert {"001": "a", "002": "a"} == store.links.records("sales", "account", ["001", "002"])


def test_references_lead_to_the_record_of_today_and_back(store):
    """A merged record is never handed out; a native record that is gone still says which it was."""
    with_records(store, "b")
    store.records.save([Record("a", "account", {}, "b")])
    gone = {EXISTS: Fact((False,), (True,))}
    store.links.save([link(1, "001", "a"), link(2, "002", "b"), link(3, "003", "b", facts=gone)])

    found = store.links.records("sales", "account", ["001", "002", "003"])

    assert {"001": "b", "002": "b", "003": "b"} == found
    assert {"a": "001", "b": "002"} == store.links.natives("sales", ["a", "b", "c"])
    assert {} == store.links.natives("success", ["a"])
    assert {"sales": {"a": "001", "b": "002"}} == store.links.homes(["a", "b", "c"])


def test_a_deleted_link_takes_along_what_it_waited_for(store):
    """An arrival later on finds nobody and is no error."""
    store.links.save([link(1, "1", facts={"parent": UNMERGED})])
    store.links.await_reference(1, "sales", "account", "009")

    store.links.delete([1])
    store.links.arrived("sales", "account", ["009"])

    assert {} == store.links.by_id([1])


def test_a_deleted_link_takes_along_what_it_was_owed(store):
    """Another link of that number, after a restore, is not taken for it."""
    store.links.save([link(1, "1"), link(2, "2")])
    store.links.set_owed([(1, "update"), (2, "update")])

    store.links.delete([1])

    assert 1 == store.links.count_owed("sales", "account", "update")


def test_another_write_takes_the_place_of_the_one_that_was_owed(store):
    """A link is owed one write at a time."""
    store.links.save([link(1, "1")])
    store.links.set_owed([(1, "update")])

    store.links.set_owed([(1, "delete")])

    assert [] == store.links.owed_ids("sales", "account", "update", 0, 9)
    assert [1] == store.links.owed_ids("sales", "account", "delete", 0, 9)


def test_text_that_is_not_unicode_is_refused_and_nothing_is_saved(store):
    """The error names the system and the record, never the value."""
    broken = link(2, "2", facts={"name": Fact(("\ud800",))})

    with pytest.raises(ValueInvalid, match="sales account '2'"):
        store.links.save([link(1, "1"), broken])

    assert {} == store.links.by_id([1, 2])


def test_an_id_that_is_not_unicode_finds_nothing(store):
    """Nothing of that kind was ever stored, so that it is no error to ask."""
    store.links.save([link(1, "1"), link(2, "ä")])

    assert ["1", "ä"] == sorted(store.links.by_native("sales", "account", ["1", "\ud800", "ä"]))
    assert {} == store.links.by_native("sales", "account", ["\ud800"])


def test_a_link_cannot_name_a_record_that_does_not_exist(store):
    """The database itself refuses a dangling link."""
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        store.links.save([link(1, "1", "nobody")])


def test_a_large_batch_is_one_question(store):
    """Lists longer than any limit on parameters are answered whole."""
    count = 70_000 if store.database.dialect == "sqlite" else 5_000
    wanted = [f"{number:06}" for number in range(count)]
    store.links.save([link(number + 1, wanted[number]) for number in range(0, count, 1000)])

    assert count // 1000 == len(store.links.by_native("sales", "account", wanted))


def test_a_reading_that_is_heard_changes_all_that_was_read_and_not_whose_it_is(store):
    """A link that was joined to a record is not taken from it by what was loaded before."""
    with_records(store, "account-1")
    store.links.save([link(1, "001", "account-1")])
    edited = {EXISTS: Fact((True,), (True,), 1), "name": structs.replace(MERGED, observed=("New",))}
    heard = link(
        1, "001", None, facts=edited, version="v2", seen=9, read_at="t", stamp="s", settled=False
    )

    store.links.hear([heard])

    assert {1: structs.replace(heard, record="account-1")} == store.links.by_id([1])
    assert ["account-1"] == store.links.moved_records("account", "", 10)
