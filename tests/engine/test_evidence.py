"""Who said what: the journal, the teams, and what is not certain enough to choose a team."""

from __future__ import annotations

import pytest

from kamsync.connector import Can
from kamsync.engine.context.ties import speaker_of
from kamsync.memory import ALL
from kamsync.merge import Speaker
from kamsync.model import Author, Evidence

TEAMS = {"sales": "sales", "success": "success"}
FINANCE_FIRST = {"account": {"name": [{"team": "finance"}, {"team": "sales"}]}}
NO_FIELDS = ALL & ~Can.HISTORY


def _with_employee(stage, team, *, can=ALL, policy=None):
    """A hub that knows of an employee, who is a user of sales, and an account in both systems."""
    hub = stage(
        "sales",
        "success",
        entities=("employee", "account"),
        teams=TEAMS,
        can=can,
        policy=policy or FINANCE_FIRST,
    )
    fay = hub["sales"].create(
        "employee", first_name="Fay", last_name="Ray", email="fay@us.com", team=team, number="1"
    )
    ids = [hub[name].create(name="Acme", domains=["acme.com"]) for name in ("sales", "success")]
    hub.meet()
    hub.settle()
    return hub, fay, *ids


def _both_edit(hub, here, there, by):
    """Let two people edit one name, the one in sales being *by*."""
    hub["sales"].edit(here, name="Acme Corp", by=by)
    hub["success"].edit(there, name="Acme Inc", by="sue")
    hub.round()


def test_the_journal_tells_where_a_value_came_from(met):
    """Which system, who, and when."""
    hub, here, _ = met("sales", "success", teams=TEAMS)
    hub["sales"].edit(here, name="Acme Corp", by="ann")

    hub.round()

    event = next(event for event in hub.events(field="name") if event.act == "set")
    winner = event.winner
    assert ("Acme", "Acme Corp") == (event.before, event.value)
    assert ("sales", "sales", "ann") == (winner.system, winner.team, winner.person)
    assert winner.at.startswith("2026-01-01T00:00:")


def test_the_journal_tells_what_was_written_over_what(met):
    """In each system that was told."""
    hub, here, _ = met("sales", "success")
    hub["sales"].edit(here, name="Acme Corp")

    hub.round()

    (wrote,) = [e for e in hub.events(field="name") if e.act == "wrote"]
    assert ("success", ["Acme"], ["Acme Corp"]) == (wrote.system, wrote.before, wrote.value)


def test_the_journal_tells_which_rule_won_and_who_lost(met):
    """A settled conflict can be explained later."""
    hub, here, there = met(
        "sales", "success", teams=TEAMS, policy={"account": {"name": {"team": "success"}}}
    )
    _both_edit(hub, here, there, "ann")

    (settled,) = [e for e in hub.events(field="name") if e.act == "settled"]

    assert "success decides" == settled.rule
    assert ("success", "sue") == (settled.winner.system, settled.winner.person)
    assert ["Acme Corp"] == [loser.value for loser in settled.losers]


def test_golden_remembers_its_origin(met):
    """Without a look into the journal."""
    hub, here, _ = met("sales", "success", teams=TEAMS)
    hub["sales"].edit(here, name="Acme Corp", by="ann")
    hub.round()

    origin = hub.store.records.by_id([hub.record()])[hub.record()].fields["name"].origin

    assert ("sales", "sales", "ann") == (origin.system, origin.team, origin.person)


def test_a_system_speaks_for_its_team(met):
    """Where nothing more is known of who made an edit."""
    hub, here, there = met(
        "sales",
        "success",
        teams=TEAMS,
        policy={"account": {"name": {"team": "success"}}},
        can=ALL & ~Can.WHO_EDITED & ~Can.HISTORY,
    )
    _both_edit(hub, here, there, "ann")

    assert "Acme Inc" == hub["sales"].get(here, "name")


def test_a_user_speaks_for_the_team_of_the_employee(stage):
    """An accountant may work in the system of sales."""
    hub, fay, here, there = _with_employee(stage, "finance")

    _both_edit(hub, here, there, fay)

    assert "Acme Corp" == hub["success"].get(there, "name")
    (settled,) = [e for e in hub.events(hub.of("sales", here), "name") if e.act == "settled"]
    assert ("finance", "Fay Ray") == (settled.winner.team, settled.winner.person)
    assert Evidence.FIELD_HISTORY == settled.winner.evidence


def test_whose_edit_it_certainly_was_is_known_by_record(stage):
    """A name is for people to read; golden remembers the colleague as well as the edit does."""
    hub, fay, here, there = _with_employee(stage, "finance")
    _both_edit(hub, here, there, fay)

    (settled,) = [e for e in hub.events(hub.of("sales", here), "name") if e.act == "settled"]
    record = hub.of("sales", here)
    origin = hub.store.records.by_id([record])[record].fields["name"].origin

    assert hub.of("sales", fay) == settled.winner.employee == origin.employee
    assert [""] == [loser.employee for loser in settled.losers]


@pytest.mark.parametrize("team", ["finance", None])
@pytest.mark.parametrize(
    ("author", "employee"),
    [
        (Author("u1", evidence=Evidence.FIELD_HISTORY), "e1"),
        (Author("u1", alone=True), "e1"),
        (Author("u1"), ""),
        (Author("u1", own=True, alone=True), ""),
        (Author("u2", evidence=Evidence.FIELD_HISTORY), ""),
        (None, ""),
    ],
)
def test_a_person_who_is_not_certain_is_nobody(author, employee, team):
    """Nor is who works as the user as whom kamsync writes, or as a user whom no employee has."""
    people = {("crm", "u1"): Speaker(team, "Fay", employee="e1")}

    assert employee == speaker_of("crm", "finance", author, people).employee


def test_a_user_without_an_employee_speaks_for_the_team_of_the_system(stage):
    """There is no better evidence."""
    hub, _, here, there = _with_employee(stage, "finance")

    _both_edit(hub, here, there, "nobody")

    assert "Acme Corp" == hub["success"].get(there, "name")


def test_a_record_editor_who_may_not_have_touched_the_field_speaks_for_no_team(stage):
    """Somebody else edited the record before: it is not certain who changed what."""
    hub, fay, here, there = _with_employee(stage, "finance", can=NO_FIELDS)
    hub["sales"].edit(here, name="Acme Corp", by="ann")
    hub["sales"].edit(here, industry="steel", by=fay)
    hub["success"].edit(there, name="Acme Inc", by="sue")

    hub.round()

    conflict = hub.conflict()
    assert [(None, "")] == [
        (c.team, c.employee) for c in conflict.contenders if c.system == "sales"
    ]
    assert "Acme Corp" == hub["sales"].get(here, "name")


def test_a_record_editor_who_was_alone_speaks_for_the_team(stage):
    """Nobody else can have changed the field."""
    hub, fay, _, _ = _with_employee(stage, "finance", can=NO_FIELDS)
    here = hub["sales"].create(name="Bolt", domains=["bolt.io"], by=fay)
    there = hub["success"].create(name="Bolt AG", domains=["bolt.io"], by="sue")

    hub.round()

    assert "Bolt" == hub["success"].get(there, "name")
    assert "Bolt" == hub["sales"].get(here, "name")


def test_a_conflict_names_the_people_behind_it(stage):
    """By the name of the employee, where the user is one."""
    hub, fay, here, there = _with_employee(stage, "sales", policy={"account": {"name": "review"}})

    _both_edit(hub, here, there, fay)

    assert {"Fay Ray", "sue"} == {c.person for c in hub.conflict().contenders}


def test_whole_histories_verify(met):
    """Whatever happened, the journal's chain is unbroken and the store whole."""
    hub, here, there = met("sales", "success")
    _both_edit(hub, here, there, "ann")
    hub.decide(hub.conflict(), "Acme SE")
    hub.settle()

    assert [] == hub.store.verify()


def test_an_edit_is_as_old_as_its_own_field_not_as_its_record(met):
    """Somebody else's later work on another field makes nobody's edit the latest."""
    hub, here, there = met("sales", "success", policy={"account": {"name": "latest"}})
    hub["success"].edit(there, name="Acme Inc")
    hub.clock.wait(60)
    hub["sales"].edit(here, name="Acme Corp")
    hub.clock.wait(60)
    hub["success"].edit(there, industry="steel")

    hub.round()

    assert "Acme Corp" == hub.golden("name")
