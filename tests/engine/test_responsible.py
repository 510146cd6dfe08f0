"""Who owns an account is heard first: a plugin's rule, and what it is shown of who made an edit."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kamsync.connector import Can
from kamsync.memory import ALL
from kamsync.plugins import load_plugins

TEAMS = {"sales": "sales", "success": "success"}
OWNER_FIRST = {"account": {"phone": [{"rule": "responsible"}, {"team": "success"}]}}
ADAS, TOMS = "+4930111", "+4930222"


@pytest.fixture
def desk(stage: Any) -> Any:
    """Make a hub in which Ada of sales owns Acme, and Tom of success works with it too."""

    def make(*, can: Can = ALL) -> Any:
        hub = stage(
            "sales",
            "success",
            entities=("employee", "account"),
            teams=TEAMS,
            can=can,
            policy=OWNER_FIRST,
            rules=load_plugins(["team_policy"]).rules(),
        )
        ada, tom = (
            hub["sales"].create("employee", email=f"{name}@us.com", team=team, first_name=name)
            for name, team in (("Ada", "sales"), ("Tom", "success"))
        )
        here = hub["sales"].create(name="Acme", domains=["acme.com"], owner=ada)
        there = hub["success"].create(name="Acme", domains=["acme.com"])
        hub.meet()
        hub.settle()
        users = {
            name: {system: hub.native(system, hub.of("sales", id_)) for system in TEAMS}
            for name, id_ in (("ada", ada), ("tom", tom))
        }
        return SimpleNamespace(hub=hub, here=here, there=there, **users)

    return make


def phones(at: Any) -> set[str]:
    """Return what both systems hold."""
    pairs = (("sales", at.here), ("success", at.there))
    return {at.hub[system].get(id_, "phone") for system, id_ in pairs}


def test_the_owners_edit_wins_and_the_journal_names_who_lost(desk):
    """Success would be heard otherwise, and was later."""
    at = desk()
    at.hub["sales"].edit(at.here, phone=ADAS, by=at.ada["sales"])
    at.hub["success"].edit(at.there, phone=TOMS, by=at.tom["success"])

    at.hub.settle()

    (settled,) = [e for e in at.hub.events(field="phone") if e.act == "settled"]
    assert {ADAS} == phones(at)
    assert "the owner of the account decides" == settled.rule
    assert [(TOMS, "success", "Tom")] == [(e.value, e.team, e.person) for e in settled.losers]


def test_the_owner_is_known_in_the_system_of_another_team(desk):
    """Whoever sits where: it is about people."""
    at = desk()
    at.hub["sales"].edit(at.here, phone=TOMS, by=at.tom["sales"])
    at.hub["success"].edit(at.there, phone=ADAS, by=at.ada["success"])

    at.hub.settle()

    assert {ADAS} == phones(at)


def test_what_the_owner_made_golden_stays_against_who_did_not_know_of_it(desk):
    """Golden remembers whose it was."""
    at = desk()
    at.hub["success"].trouble.down = {"read", "fetch", "write"}
    at.hub["sales"].edit(at.here, phone=ADAS, by=at.ada["sales"])
    at.hub.round()
    at.hub["success"].edit(at.there, phone=TOMS, by=at.tom["success"])
    at.hub["success"].trouble.down = set()

    at.hub.settle()

    assert {ADAS} == phones(at)
    (settled,) = [e for e in at.hub.events(field="phone") if e.act == "settled"]
    assert [TOMS] == [loser.value for loser in settled.losers]


def test_who_owns_it_no_more_is_a_colleague(desk):
    """The owner is who golden names now."""
    at = desk()
    at.hub["sales"].edit(at.here, owner=at.tom["sales"])
    at.hub.settle()
    at.hub["sales"].edit(at.here, phone=TOMS, by=at.tom["sales"])
    at.hub["success"].edit(at.there, phone=ADAS, by=at.ada["success"])

    at.hub.settle()

    assert {TOMS} == phones(at)


def test_an_owner_who_may_not_have_made_the_edit_is_not_heard(desk):
    """The last editor of the record is known, and somebody else was there before."""
    at = desk(can=ALL & ~Can.HISTORY)
    at.hub["sales"].edit(at.here, phone=ADAS, by="somebody")
    at.hub["sales"].edit(at.here, industry="steel", by=at.ada["sales"])
    at.hub["success"].edit(at.there, phone=TOMS, by=at.tom["success"])

    at.hub.settle()

    assert {TOMS} == phones(at)
