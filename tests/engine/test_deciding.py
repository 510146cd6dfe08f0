"""What a person decides: on the page that they saw, against every rule, until somebody knows better."""

from __future__ import annotations

import pytest

from kamsync.errors import DecisionRefused, UnknownName, ValueInvalid
from kamsync.model import Kind


@pytest.fixture
def held(met):
    """A hub whose two systems disagree about a name, with the native ids there."""

    def make(**options):
        hub, here, there = met("sales", "success", **options)
        hub["sales"].edit(here, name="Acme Corp")
        hub["success"].edit(there, name="Acme Inc")
        hub.round()
        return hub, here, there

    return make


def test_what_is_held_is_written_nowhere(held):
    """Each system keeps what its people said."""
    hub, here, there = held()

    hub.round()

    assert "Acme Corp" == hub["sales"].get(here, "name")
    assert "Acme Inc" == hub["success"].get(there, "name")


def test_the_other_fields_of_the_record_flow(held):
    """Only the field is under review."""
    hub, here, there = held()
    hub["sales"].edit(here, industry="steel")

    hub.round()

    assert "steel" == hub["success"].get(there, "industry")


def test_the_conflict_shows_each_side_and_the_value_last_agreed_on(held):
    """Who, where, and what."""
    hub, _, _ = held()

    conflict = hub.conflict()

    assert "Acme" == conflict.agreed
    assert {("sales", "Acme Corp", "ann"), ("success", "Acme Inc", "ann")} == {
        (c.system, c.value, c.person) for c in conflict.contenders
    }


def test_a_decision_is_written_everywhere(held):
    """In both systems, also the one that lost."""
    hub, here, there = held()

    hub.decide(hub.conflict(), "Acme Corp")
    hub.round()

    assert "Acme Corp" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")
    assert [] == hub.conflicts()


def test_a_decision_may_be_none_of_what_was_said(held):
    """A person knows best."""
    hub, here, there = held()

    hub.decide(hub.conflict(), " Acme AG ")
    hub.round()

    assert "Acme AG" == hub["sales"].get(here, "name") == hub["success"].get(there, "name")


def test_a_decision_may_be_a_blank(held):
    """Nothing is right as well."""
    hub, here, there = held()

    hub.decide(hub.conflict(), None)
    hub.round()

    assert hub["sales"].get(here, "name") is hub["success"].get(there, "name") is None


def test_a_decision_on_an_outdated_page_is_refused(held):
    """Somebody said something else in the meantime."""
    hub, here, _ = held()
    seen = hub.conflict()
    hub["sales"].edit(here, name="Acme SE")
    hub.round()

    with pytest.raises(DecisionRefused, match="you decided on version 1, now it is version 2"):
        hub.decide(seen, "Acme Corp")

    assert "Acme" == hub.golden("name")


def test_a_conflict_is_decided_once(held):
    """The second person is told who was first."""
    hub, _, _ = held()
    seen = hub.conflict()
    hub.decide(seen, "Acme Corp")

    with pytest.raises(DecisionRefused, match="already settled by rita"):
        hub.decide(seen, "Acme Inc")


def test_a_value_of_the_wrong_kind_decides_nothing(met):
    """The sentence says what would be right."""
    hub, here, there = met("sales", "success")
    hub["sales"].edit(here, tier="key")
    hub["success"].edit(there, tier="standard")
    hub.round()

    with pytest.raises(ValueInvalid, match="tier must be one of"):
        hub.decide(hub.conflict(), "platinum")

    assert 1 == len(hub.conflicts())
    assert "decision" not in [row.kind for row in hub.store.rounds.list(5)]


def test_a_reference_to_no_record_decides_nothing(met):
    """A decision names a record that is there, of the right kind."""
    hub, here, there = met("sales", "success")
    bolt, cogs = (hub["sales"].create(name=n, domains=[f"{n}.com"]) for n in ("bolt", "cogs"))
    hub.settle()
    natives = {id_: hub.native("success", hub.of("sales", id_)) for id_ in (bolt, cogs)}
    hub["sales"].edit(here, parent=bolt)
    hub["success"].edit(there, parent=natives[cogs])
    hub.round()

    with pytest.raises(ValueInvalid, match="no account"):
        hub.decide(hub.conflict(), "account-nobody")

    hub.decide(hub.conflict(), hub.of("sales", cogs))
    hub.settle()
    assert cogs == hub["sales"].get(here, "parent")


def test_a_choice_that_does_not_fit_the_question_is_refused(met):
    """A deletion is not decided by a value."""
    hub, here, _ = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()

    with pytest.raises(DecisionRefused, match="decided with one of delete, restore, detach"):
        hub.decide(hub.conflict(), "yes")


def test_an_unknown_conflict_is_refused(met):
    """With the command that lists them."""
    hub, _, _ = met("sales", "success")

    with pytest.raises(UnknownName, match="There is no conflict '77'"):
        hub.store.reviews.get("77")


def test_sides_that_come_to_agree_close_the_conflict(held):
    """Nobody has to decide any more."""
    hub, _, there = held()
    hub["success"].edit(there, name="Acme Corp")

    hub.round()

    assert [] == hub.conflicts()
    assert "Acme Corp" == hub.golden("name")


def test_a_rule_does_not_overrule_a_decision(met):
    """The same disagreement comes back as a question, not as the policy's answer."""
    hub, here, there = met("sales", "success", policy={"account": {"name": "review"}})
    hub["sales"].edit(here, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")
    hub.round()
    hub.decide(hub.conflict(), "Acme Corp")
    hub.hub.policy = _latest()
    hub["success"].edit(there, name="Acme SE")

    hub.settle()

    assert "an edit that did not know of a decision" == hub.conflict().cause
    assert "Acme Corp" == hub.golden("name")


def test_whoever_knows_the_decision_may_change_it(held):
    """It was read by its author, in a system that shows it."""
    hub, here, there = held()
    hub.decide(hub.conflict(), "Acme Corp")
    hub.settle()
    hub["success"].edit(there, name="Acme SE")

    hub.settle()

    assert [] == hub.conflicts()
    assert "Acme SE" == hub["sales"].get(here, "name")


def test_two_automations_that_fight_are_stopped(met):
    """Golden that keeps returning to what it just was is held for a person."""
    hub, here, there = met("sales", "success")
    for _ in range(12):
        hub["sales"].edit(here, name="ACME", by="robot")
        hub.settle()
        if hub.conflicts():
            break
        hub["success"].edit(there, name="Acme", by="robot")
        hub.settle()
        if hub.conflicts():
            break

    assert hub.conflict().turning
    assert "two automations keep changing it" == hub.conflict().cause


def test_the_journal_tells_who_decided_and_who_lost(held):
    """With the reason that the person gave."""
    hub, _, _ = held()
    hub.decide(hub.conflict(), "Acme Corp")

    decided = hub.events(field="name")[0]

    assert "decided" == decided.act
    assert ("rita", "Acme Corp") == (decided.winner.person, decided.value)
    assert ["Acme Inc"] == [loser.value for loser in decided.losers]


def test_a_decision_is_a_round_of_its_own(held):
    """So that it can be undone."""
    hub, _, _ = held()
    hub.decide(hub.conflict(), "Acme Corp")

    row = hub.store.rounds.list(1)[0]

    assert ("decision", "done", "rita") == (row.kind, row.state, row.summary["person"])


def test_decisions_of_all_kinds_close_their_conflict_with_the_person(met):
    """The page of the closed conflicts can say who it was."""
    hub, here, _ = met("sales", "success")
    hub["sales"].delete(here)
    hub.round()

    closed = hub.decide(hub.conflict(), choice="detach")

    assert (Kind.DELETE, "rita", "detach") == (
        closed.kind,
        closed.decision.person,
        closed.decision.choice,
    )


def _latest():
    from kamsync.entities import core_schema
    from kamsync.policy import parse_policy

    return parse_policy({"account": {"name": "latest"}}, core_schema(), {})
