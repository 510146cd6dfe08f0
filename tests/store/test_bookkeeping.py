"""Counters, cursors, plans, rounds, the parked and small facts."""

from __future__ import annotations

import pytest

from kamsync.errors import UnknownName
from kamsync.store import RESTORED, Cursor, PlanRow


def test_numbers_are_given_out_once_and_in_blocks(store):
    """Each counter counts for itself, from 1."""
    assert 0 == store.current("revision")
    assert [1, 2, 12, 1] == [
        store.take("revision"),
        store.take("revision", 10),
        store.take("revision"),
        store.take("link"),
    ]
    assert 12 == store.current("revision")


def test_a_cursor_is_empty_until_it_is_kept(store):
    """The last one kept counts, for its own system and entity."""
    cursor = Cursor("opaque", "2026-01-01", sweep_due=True, seen_count=7, first_done=True)

    assert Cursor() == store.cursors.get("sales", "account")
    store.cursors.put("sales", "account", Cursor("older"))
    store.cursors.put("sales", "account", cursor)

    assert cursor == store.cursors.get("sales", "account")
    assert Cursor() == store.cursors.get("sales", "contact")
    assert {("sales", "account"): cursor} == store.cursors.all()


def test_a_small_fact_is_kept_replaced_and_forgotten(store):
    """None forgets it."""
    store.set_meta("restored_at", "once")
    store.set_meta("restored_at", "twice")

    assert "twice" == store.meta("restored_at")
    assert {"restored_at": "twice"} == store.metas(["restored_at", "policy"])
    store.set_meta("restored_at", None)
    assert store.meta("restored_at") is None


def test_a_small_fact_is_the_one_of_now_inside_a_transaction_and_after_one_that_is_undone(store):
    """It is asked for once in a transaction, and again once something is kept or undone."""
    store.set_meta("policy", "old")

    with store.rehearsal():
        assert "old" == store.meta("policy")
        store.set_meta("policy", "new")
        assert "new" == store.meta("policy")

    assert "old" == store.meta("policy")
    with store.transaction():
        assert "old" == store.meta("policy")


def test_a_small_fact_that_distrust_leaves_is_known_in_the_same_transaction(store):
    """It is written by other ways than the facts around it."""
    with store.transaction():
        assert store.meta(RESTORED) is None
        store.distrust("sales")
        assert store.meta(RESTORED) is not None


def test_a_plan_is_found_by_the_beginning_of_its_id(store):
    """A whole id wins over longer ones; else the beginning must be unique."""
    first = PlanRow("8f3c", "round-1", "2026-01-01", {"writes": 3})
    second = PlanRow("8f3cc", "round-2", "2026-01-02", {"shown": [{"op": "update"}]}, "approved")
    store.plans.save(first)
    store.plans.save(second)

    assert [first, second, second] == [
        store.plans.get("8f3c"),
        store.plans.get("8f3cc"),
        store.plans.latest(),
    ]
    with pytest.raises(UnknownName, match="Several plans"):
        store.plans.get("8f")
    with pytest.raises(UnknownName, match="There is no plan '9'"):
        store.plans.get("9")


def test_no_id_names_no_plan(store):
    """A variable of a script that was never set is no approval of the only plan there is."""
    store.plans.save(PlanRow("8f3c", "round-1", "2026-01-01"))

    with pytest.raises(UnknownName, match="There is no plan ''"):
        store.plans.get("")


def test_a_plan_is_approved_in_its_place(store):
    """Saving again replaces its state and summary."""
    store.plans.save(PlanRow("8f3c", "round-1", "2026-01-01"))

    store.plans.save(PlanRow("8f3c", "round-1", "2026-01-01", {"writes": 1}, "done"))

    assert PlanRow("8f3c", "round-1", "2026-01-01", {"writes": 1}, "done") == store.plans.latest()


def test_rounds_are_numbered_and_one_that_was_killed_stays_running(store):
    """A number is enough to name a round."""
    ids = [store.rounds.start(kind, f"2026-01-0{day}") for day, kind in ((1, "sync"), (2, "plan"))]

    store.rounds.finish(ids[0], "done", {"written": 3}, "2026-01-09")

    assert [("round-2", "running"), ("round-1", "done")] == [
        (row.id, row.state) for row in store.rounds.list(10)
    ]
    assert {"written": 3} == store.rounds.get("1").summary == store.rounds.get("round-1").summary
    with pytest.raises(UnknownName, match="There is no round '3'"):
        store.rounds.get("3")


def test_the_parked_wait_until_their_time_and_keep_count(store):
    """Parking again keeps the first time, and counts the tries."""
    store.parks.park("sales", "account", "001", None, "no name", "2026-01-01", "2026-01-02")
    store.parks.park("sales", "account", "001", "a", "no owner", "2026-01-02", "2026-01-04")
    store.parks.park("success", "contact", "c", None, "too long", "2026-01-03", "2026-01-03")

    assert ["c"] == [park.what for park in store.parks.due("2026-01-03")]
    assert ["c", "001"] == [park.what for park in store.parks.due("2026-01-04")]
    assert ["001"] == [park.what for park in store.parks.due("2026-01-04", "sales", "account")]
    [park] = [park for park in store.parks.all(10) if park.what == "001"]
    assert ("2026-01-01", "no owner", "a", 2) == (park.at, park.reason, park.record, park.tries)
    assert 2 == store.parks.count()

    store.parks.clear("sales", "account", ["001", "002"])
    assert ["c"] == [park.what for park in store.parks.all(10)]


def test_a_round_that_runs_on_was_interrupted(store):
    """Whoever holds the lock knows that nobody else runs one."""
    first = store.rounds.start("sync", "now")
    second = store.rounds.start("sync", "now")
    store.rounds.finish(second, "done", {})

    store.rounds.break_off()

    assert ["done", "interrupted"] == [row.state for row in store.rounds.list(2)]
    assert "interrupted" == store.rounds.get(first).state


def test_whether_a_round_ran_since_another_began_is_told(store):
    """One that began before and ended after counts, and so does one that was killed."""
    quiet = frozenset({"decision", "plan"})

    def ran():
        return store.rounds.has_run_since(store.rounds.get("2"), quiet)

    store.rounds.finish(store.rounds.start("sync", "2026-01-01"), "done", {}, "2026-01-02")
    for kind in ("decision", "plan"):
        store.rounds.finish(store.rounds.start(kind, "2026-01-03"), "done", {}, "2026-01-04")

    assert not ran()
    store.rounds.finish("round-1", "done", {}, "2026-01-05")
    assert ran()
    store.rounds.finish("round-1", "running", {}, "")
    assert ran()
    store.rounds.finish("round-1", "interrupted", {}, "")
    assert not ran()
    store.rounds.start("sync", "2026-01-06")
    assert ran()
