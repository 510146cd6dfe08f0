"""The journal: append-only, chained, sealed, and still able to forget."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from kamsync.errors import StoreUnusable
from kamsync.merge import Met, Said
from kamsync.model import Contender, Event, Evidence
from kamsync.store import open_store

CANARY = "canary-7f3a"


def event(record: str = "a", field: str = "name", value: str = "Acme", act: str = "set") -> Event:
    """Return an event with a winner and a loser."""
    winner = Contender(value, 1, "sales", "sales", evidence=Evidence.FIELD_HISTORY)
    loser = Contender("Old", 2, "success", None, "B. Braun")
    return Event(act, "account", record, field, "Old", value, "sales", winner, (loser,), "latest")


def test_what_happened_to_a_record_is_told_newest_first(store, clock):
    """Events come back whole: who won, who lost, when, in which round."""
    store.journal.append("round-1", [event(value="1"), event(field="phone"), event("b")], "kamsync")
    clock.wait(60)
    store.journal.append("round-2", [event(value="2")], "ops")

    newest, oldest = store.journal.of("a")
    assert ((event(value="2"),), "ops", "round-2") == (newest.events, newest.actor, newest.round)
    assert (event(value="1"), event(field="phone")) == oldest.events
    assert "2026-01-01T00:01:00.000000Z" == newest.at
    assert ["a"] == [entry.record for entry in store.journal.of_round("round-2")]
    assert ["b", "a"] == [entry.record for entry in store.journal.of_round("round-1")]


def test_what_systems_said_when_they_met_is_told_value_by_value(store):
    """It is kept at once, among events, and read as if each value had been told by itself."""
    sides = (Contender(None, 1, "sales", "sales", "Ada"), Contender(None, 2, "success"))
    said = (Said("name", "Acme", (" Acme",), 7, 0, True), Said("tier", "key", ("1",), 8, 1, False))
    store.journal.append("r", [event(), Met("account", "a", sides, said), event("b")], "kamsync")

    (entry,) = store.journal.of("a")
    name = Contender("Acme", 1, "sales", "sales", "Ada", cells=(" Acme",))
    tier = Contender("key", 2, "success", cells=("1",))
    told = partial(Event, "set", "account", "a", first=True)
    alike = "several systems said the same"
    assert entry.events == (
        event(),
        told("name", value="Acme", winner=name, reason=alike, revision=7),
        told("tier", value="key", winner=tier, revision=8),
    )
    assert ["tier"] == [each.field for each in store.journal.of("a", "tier")[0].events]
    assert store.journal.verify() is None


def test_the_history_of_one_field_leaves_out_the_others(store):
    """The limit counts entries that speak of the field."""
    for value in ("1", "2", "3"):
        store.journal.append("r", [event(value=value), event(field="phone")], "kamsync")

    entries = store.journal.of("a", "name", limit=2)

    assert [["3"], ["2"]] == [[event.value for event in entry.events] for entry in entries]
    assert [] == store.journal.of("a", "website")


def test_an_entry_without_a_round_belongs_to_the_one_that_runs(store):
    """A decision between two rounds belongs to none."""
    round_ = store.rounds.start("sync", "2026")
    store.journal.append(None, [event("a")], "kamsync")
    store.rounds.finish(round_, "done", {})
    store.journal.append(None, [event("b")], "ops")

    assert ["a"] == [entry.record for entry in store.journal.of_round(round_)]
    assert [""] == [entry.round for entry in store.journal.of("b")]


def test_an_untouched_journal_fits_together(store):
    """Also an empty one, and one of which a transaction was undone."""
    assert store.journal.verify() is None
    store.journal.append("r", [event(str(number)) for number in range(50)], "kamsync")
    with store.rehearsal():
        store.journal.append("r", [event("x")], "kamsync")
    store.journal.append("r", [event("y")], "kamsync")

    assert store.journal.verify() is None
    assert 51 == store.journal.head()[0]
    assert [] == store.journal.of("x")


def test_two_processes_append_to_one_chain(opened):
    """Neither trusts what it remembers of the end."""
    one, two = opened(), opened()
    one.journal.append("r", [event("a")], "one")
    with one.rehearsal():
        one.journal.append("r", [event("b")], "one")
    two.journal.append("r", [event("c")], "two")
    one.journal.append("r", [event("a")], "one")
    two.journal.append("r", [event("a")], "two")

    assert one.journal.verify() is None
    assert ["two", "one", "one"] == [entry.actor for entry in one.journal.of("a")]


def lift_guard(store) -> None:
    """Take away what keeps rows from being changed, as somebody with all rights could."""
    if store.database.dialect == "sqlite":
        store.database.run("DROP TRIGGER journal_no_update")
        store.database.run("DROP TRIGGER journal_no_delete")
    else:
        store.database.run("DROP TRIGGER journal_append_only ON journal")


@pytest.mark.parametrize("act", ["UPDATE journal SET actor = 'x'", "DELETE FROM journal"])
def test_the_database_refuses_to_change_an_entry(store, act):
    """A speed bump for accidents; `verify` is for the rest."""
    store.journal.append("r", [event()], "kamsync")

    with pytest.raises(Exception, match="append-only"):
        store.database.run(act)
    assert store.journal.verify() is None


@pytest.mark.parametrize(
    ("act", "broken"),
    [
        ("UPDATE journal SET actor = 'x' WHERE seq = 2", 2),
        ("UPDATE journal SET at = '' WHERE seq = 3", 3),
        ("UPDATE journal SET body = (SELECT body FROM journal WHERE seq = 3) WHERE seq = 2", 2),
        ("UPDATE journal SET hash = (SELECT hash FROM journal WHERE seq = 3) WHERE seq = 4", 4),
        ("DELETE FROM journal WHERE seq = 1", 1),
        ("DELETE FROM journal WHERE seq = 3", 3),
        ("DELETE FROM journal WHERE seq = 5", 5),
    ],
)
def test_a_changed_removed_or_cut_off_entry_is_found(store, act, broken):
    """Verify names the first entry that does not fit."""
    for number in range(5):
        store.journal.append("r", [event(value=str(number))], "kamsync")
    lift_guard(store)

    store.database.run(act)

    assert broken == store.journal.verify()


def test_an_erased_subject_can_be_read_no_more_and_the_chain_holds(store):
    """Others stay readable, and what happens later is sealed anew."""
    subjects = {"a": "person", "b": "person"}
    store.journal.append("r", [event("a"), event("b"), event("c")], "kamsync", subjects)

    assert store.journal.forget("person")
    store.journal.append("r", [event("a", value="new")], "kamsync", subjects)

    newest, oldest = store.journal.of("a")
    assert ((event("a", value="new"),), False) == (newest.events, newest.erased)
    assert ((), True) == (oldest.events, oldest.erased)
    assert [True] == [entry.erased for entry in store.journal.of("b")]
    assert [False] == [entry.erased for entry in store.journal.of("c")]
    assert store.journal.verify() is None
    assert not store.journal.forget("nobody")


def test_forgetting_in_a_transaction_that_is_undone_forgets_nothing(store):
    """Nor is anything sealed with a key that was never kept."""
    store.journal.append("r", [event("a")], "kamsync")
    with store.rehearsal():
        store.journal.forget("a")
        store.journal.append("r", [event("a")], "kamsync")
    store.journal.append("r", [event("a", value="2")], "kamsync")

    assert [False, False] == [entry.erased for entry in store.journal.of("a")]


def test_no_value_of_the_journal_stands_in_the_file(tmp_path: Path, clock):
    """Not in the database, not in its log; nor does the key of a subject after it was erased."""
    file = tmp_path / "kamsync.db"
    store = open_store(f"sqlite:///{file}", clock=clock, key=bytes(32))
    long = event(value=CANARY * 200)
    store.journal.append("r", [event(value=CANARY), long], "kamsync")
    wrapped = bytes(store.database.rows("SELECT wrapped FROM subject_key")[0][0])

    def content() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert CANARY.encode() not in content()
    assert wrapped in content()
    store.journal.forget("a")
    assert wrapped not in content()
    store.close()


def test_a_long_entry_is_stored_compressed(store):
    """A description of a thousand words costs no more than its information."""
    store.journal.append("r", [event(value="word " * 10_000)], "kamsync")

    [(size,)] = store.database.rows("SELECT length(body) FROM journal")
    assert size < 2000
    assert "word " * 10_000 == store.journal.of("a")[0].events[0].value


def test_more_subjects_than_are_remembered_are_still_sealed_apart(store, clock):
    """A batch larger than the memory of keys is one batch."""
    events = [event(f"r{number}") for number in range(5000)]

    store.journal.append("r", events, "kamsync")
    clock.time += timedelta(days=1)
    store.journal.append("r", events[:10], "kamsync")

    assert 5000 == store.database.rows("SELECT count(*) FROM subject_key")[0][0]
    assert [2, 1] == [len(store.journal.of(record)) for record in ("r0", "r4999")]


def test_another_key_opens_nothing(lasting_url, opened, clock):
    """The message says which setting to correct."""
    opened().journal.append("r", [event()], "kamsync")

    with pytest.raises(StoreUnusable, match="key_file"):
        open_store(lasting_url, clock=clock, key=bytes(32))
