"""A decision that is taken back before a round acts on it leaves no trace but in the journal."""

from __future__ import annotations

import pytest

from kamsync.engine import answer_conflict, reopen_conflict, resolve_conflict
from kamsync.engine.merging.merge import merge_records
from kamsync.errors import DecisionRefused
from kamsync.model import Decision, Kind


def decision(hub, value=None, choice=""):
    """What Rita decides now."""
    return Decision("rita", hub.hub.now(), value, choice)


def answered(hub, value=None, choice=""):
    """Let Rita answer the only question."""
    asked = hub.conflict()
    return answer_conflict(hub.hub, asked.id, asked.version, decision(hub, value, choice))


def everything(hub):
    """Return all rows of the store that a merge works with."""
    tables = {
        "record": "id, entity, fields, merged_into",
        "link": "id, system, native_id, record, facts, waiting, detached, moved, alive",
        "match_key": "entity, key, record",
    }
    return {
        name: hub.store.database.rows(f"SELECT {columns} FROM {name} ORDER BY 1, 2, 3", ())
        for name, columns in tables.items()
    }


@pytest.fixture
def held(met):
    """Two systems that disagree about a name."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")
    hub.round()
    return hub, here, there


@pytest.fixture
def gone(met):
    """A record that is gone in one of two systems."""
    hub, here, there = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()
    return hub, here, there


@pytest.fixture
def resembling(met):
    """A second native record that may be the first."""
    hub, _, _ = met("sales", "success", values={"name": "Acme", "domains": ["acme.example"]})
    hub["success"].create(name="Acme Two", domains=["acme.example"])
    hub.round()
    return hub


def test_a_value_that_is_taken_back_is_a_question_again(held):
    """The question is the same, at a new version, and both edits still stand in their systems."""
    hub, here, there = held
    asked, before = hub.conflict(), everything(hub)

    reopen_conflict(hub.hub, answered(hub, "Acme AG"), "rita")
    hub.round()
    hub.round()

    again = hub.conflict()
    assert (asked.contenders, asked.version + 1) == (again.contenders, again.version)
    assert before == everything(hub)
    assert ("Acme Corp", "Acme Inc") == (
        hub["sales"].get(here, "name"),
        hub["success"].get(there, "name"),
    )


def test_the_journal_keeps_the_decision_and_that_it_was_taken_back(held):
    """And who did."""
    hub, _, _ = held

    reopen_conflict(hub.hub, answered(hub, "Acme AG"), "rita")

    reopened, decided = hub.store.journal.of(hub.record(), limit=2)
    assert [("decided", "Acme AG"), ("reopened", "Acme")] == [
        (event.act, event.value) for entry in (decided, reopened) for event in entry.events
    ]
    assert "rita" == reopened.actor


def test_what_is_decided_after_that_counts(held):
    """As if the first answer had never been given."""
    hub, here, there = held
    reopen_conflict(hub.hub, answered(hub, "Acme AG"), "rita")

    answered(hub, "Acme Inc")
    hub.round()

    assert "Acme Inc" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")


def test_a_decision_that_a_round_carried_out_is_not_taken_back(held):
    """Systems hold it by now; to undo it is another thing."""
    hub, here, there = held
    taken = answered(hub, "Acme Inc")
    hub.round()

    with pytest.raises(DecisionRefused, match="has been acted on since") as refused:
        reopen_conflict(hub.hub, taken, "rita")

    assert f"kamsync undo {taken.round.number}" in refused.value.hint
    assert "Acme Inc" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")


def test_a_decision_that_a_broken_round_may_have_carried_out_is_not_taken_back(held):
    """It was killed, and nobody knows how far it came."""
    hub, _, _ = held
    taken = answered(hub, "Acme Inc")
    hub.store.rounds.start("sync", hub.hub.now())

    with pytest.raises(DecisionRefused):
        reopen_conflict(hub.hub, taken, "rita")

    assert [] == hub.conflicts()


def test_a_decision_that_was_merged_is_not_taken_back(held):
    """A round that began before it, and broke off since, has dealt with it."""
    hub, _, _ = held
    running = hub.store.rounds.start("sync", hub.hub.now())
    taken = answered(hub, "Acme Inc")
    merge_records(hub.hub, "account", [hub.record()])
    hub.store.rounds.finish(running, "interrupted", {})

    with pytest.raises(DecisionRefused):
        reopen_conflict(hub.hub, taken, "rita")


def test_a_decision_is_taken_back_once(held):
    """The second time there is nothing to take back."""
    hub, _, _ = held
    taken = answered(hub, "Acme Inc")
    reopen_conflict(hub.hub, taken, "rita")

    with pytest.raises(DecisionRefused):
        reopen_conflict(hub.hub, taken, "rita")

    assert 1 == len(hub.conflicts())


def test_what_others_decided_about_the_record_meanwhile_stays(met):
    """Two people work on one queue; one of them takes an answer back."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp", industry="steel")
    hub["success"].edit(there, name="Acme Inc", industry="glass")
    hub.round()
    name, industry = sorted(hub.conflicts(), key=lambda each: each.field, reverse=True)
    taken = answer_conflict(hub.hub, name.id, name.version, decision(hub, "Acme AG"))

    resolve_conflict(hub.hub, industry.id, industry.version, decision(hub, "glass"))
    reopen_conflict(hub.hub, taken, "rita")

    assert "glass" == hub.golden("industry")
    assert ["name"] == [each.field for each in hub.conflicts()]


@pytest.mark.parametrize("choice", ["delete", "restore", "detach"])
def test_the_end_of_a_record_is_a_question_again(gone, choice):
    """Nothing was deleted or made, and nothing is."""
    hub, _, there = gone
    before = everything(hub)

    reopen_conflict(hub.hub, answered(hub, choice=choice), "rita")
    hub.round()

    assert before == everything(hub)
    assert Kind.DELETE == hub.conflict().kind
    assert hub["success"].exists(there)
    assert [] == hub["sales"].ids()


@pytest.mark.parametrize("choice", ["same", "new"])
def test_who_a_newcomer_is_is_a_question_again(resembling, choice):
    """It belongs to nobody, and a record that was made for it is forgotten."""
    hub = resembling
    before = everything(hub)

    reopen_conflict(hub.hub, answered(hub, choice=choice), "rita")

    assert before == everything(hub)
    hub.round()
    assert before == everything(hub)
    assert Kind.MATCH == hub.conflict().kind


@pytest.mark.parametrize("choice", ["same", "new"])
def test_a_newcomer_can_be_decided_the_other_way(resembling, choice):
    """After a slip of the hand, the right answer is what counts."""
    hub = resembling
    reopen_conflict(hub.hub, answered(hub, choice={"same": "new", "new": "same"}[choice]), "rita")

    answered(hub, choice=choice)
    hub.settle()

    assert {"same": 1, "new": 2}[choice] == len(hub.records())
    assert [] == hub.conflicts(Kind.MATCH)
