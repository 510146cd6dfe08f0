"""A policy that is written later settles what is open already, as far as it may."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.engine import Choice
from kamsync.errors import GuardTripped
from kamsync.guards import Bound, Bounds, Limits
from kamsync.policy import parse_policy

TEAMS = {"sales": "sales", "success": "success"}
SALES_DECIDES = {"account": {"industry": {"team": "sales"}}}


def _amend(hub, policy=None, **others):
    """Write another policy down; the next round works with it."""
    schema = hub.hub.schema
    hub.hub.policy = parse_policy(policy or {}, schema, {})
    for name, tables in others.items():
        setattr(hub.hub, name, parse_policy(tables, schema, {}))


def _disputed(met, **options):
    """Have Acme's industry edited in both systems in the same minute, and a round after it."""
    hub, sales, success = met(teams=TEAMS, values={"industry": "iron"}, **options)
    hub["sales"].edit(sales, industry="steel")
    hub["success"].edit(success, industry="chemistry")
    hub.round()
    return hub, sales, success


def test_a_rule_that_is_written_later_settles_what_is_open(met):
    """Nobody has to decide by hand what is ruled by now."""
    hub, sales, success = _disputed(met)
    hub.conflict()
    _amend(hub, SALES_DECIDES)

    hub.round()

    assert [] == hub.conflicts()
    assert "steel" == hub.golden("industry")
    assert "steel" == hub["sales"].get(sales, "industry")
    assert "steel" == hub["success"].get(success, "industry")


def test_the_journal_says_which_rule_it_was_and_that_the_policy_was_changed(met):
    """What a changed policy settles is explained like everything else, with what lost."""
    hub, _, _ = _disputed(met)
    _amend(hub, SALES_DECIDES)

    hub.round()

    event = next(e for e in hub.events(field="industry") if e.act == "settled")
    assert "sales decides" == event.rule
    assert "the policy was changed: sales spoke" == event.reason
    assert ["chemistry"] == [loser.value for loser in event.losers]


def test_a_preview_shows_what_a_changed_policy_settles(met):
    """Whoever writes a rule can look before it is carried out."""
    hub, _, success = _disputed(met)
    _amend(hub, SALES_DECIDES)

    plan = hub.preview().plan

    (write,) = plan.shown
    assert ("success", success) == (write.system, write.native_id)
    assert (("chemistry",), ("steel",)) == write.fields["industry"]
    hub.conflict()
    hub.round()
    assert [] == hub.conflicts()


def test_a_round_that_was_stopped_leaves_the_changed_policy_to_the_next(met):
    """What a guard has stopped was not settled, and is asked again."""
    hub, _, _ = _disputed(met)
    _amend(hub, SALES_DECIDES)
    hub.hub.limits = Limits(Bounds(update=Bound(0, 0)))
    with pytest.raises(GuardTripped):
        hub.round()
    hub.conflict()
    hub.hub.limits = Limits()

    hub.round()

    assert [] == hub.conflicts()


def test_a_round_for_one_record_leaves_the_others_to_a_whole_round(met):
    """The policy counts as changed until everything that is open was put to it."""
    hub, _, _ = _disputed(met)
    _amend(hub, SALES_DECIDES)
    hub.round(only=Choice(("account-nobody",)))
    hub.conflict()

    hub.round()

    assert [] == hub.conflicts()


def test_no_changed_policy_overrules_a_person(met):
    """What was decided by hand stays a matter for people."""
    hub, sales, success = _disputed(met)
    hub["success"].trouble.down.add("read")
    hub.decide(hub.conflict(), "steel")
    hub.clock.wait(10)
    hub["success"].edit(success, industry="wood")
    hub.round()
    hub["success"].trouble.down.clear()
    hub.round()
    hub.conflict()
    _amend(hub, {"account": {"industry": "latest"}})

    hub.round()

    hub.conflict()
    assert "steel" == hub.golden("industry")
    assert "steel" == hub["sales"].get(sales, "industry")


def test_automations_that_fight_are_not_left_to_a_changed_policy(met):
    """A rule would only let them go on."""
    hub, sales, _ = met(teams=TEAMS, values={"industry": "iron"})
    for industry in ["a", "b"] * 4:
        hub["sales"].edit(sales, industry=industry)
        hub.round()
    assert hub.conflict().turning
    _amend(hub, SALES_DECIDES)

    hub.round()

    assert hub.conflict().turning


def test_a_changed_policy_that_is_not_certain_leaves_it_to_a_person(met):
    """A rule refuses where the evidence does, whenever it was written."""
    hub, _, _ = _disputed(met)
    _amend(hub, {"account": {"industry": {"team": "account"}}})

    hub.round()

    hub.conflict()
    assert "iron" == hub.golden("industry")


def test_only_what_a_changed_line_covers_is_asked_again(met):
    """A rule for another field says nothing of this one, whatever it would say now."""
    hub, sales, _ = _disputed(met)
    opened = hub.conflict()
    _amend(hub, {"account": {"tier": {"team": "sales"}}})

    result = hub.round()

    assert opened == hub.conflict()
    assert 0 == result.merged.moved
    assert "steel" == hub["sales"].get(sales, "industry")


def test_an_edit_of_the_same_round_is_heard_before_the_changed_policy(met):
    """What is settled is what the sides say by now."""
    hub, sales, success = _disputed(met)
    _amend(hub, SALES_DECIDES)
    hub["sales"].edit(sales, industry="copper")

    hub.round()

    assert [] == hub.conflicts()
    assert "copper" == hub["success"].get(success, "industry")


def test_a_changed_policy_for_first_meetings_settles_what_they_left_open(stage):
    """Rules of a first meeting can be written once it is seen what there is to settle."""
    hub = stage(teams=TEAMS)
    hub["sales"].create(name="Acme", domains=["acme.com"], industry="steel")
    success = hub["success"].create(name="Acme", domains=["acme.com"], industry="wood")
    hub.meet()
    assert "first meeting" == hub.conflict().cause
    _amend(hub, first_meeting=SALES_DECIDES)

    hub.round()

    assert [] == hub.conflicts()
    assert "steel" == hub["success"].get(success, "industry")


def test_undoing_what_a_changed_policy_settled_leaves_no_blank(stage):
    """Golden held nothing before, and a blank would take away what people had entered."""
    hub = stage(teams=TEAMS)
    hub["sales"].create(name="Acme", domains=["acme.com"], industry="steel")
    success = hub["success"].create(name="Acme", domains=["acme.com"], industry="wood")
    hub.meet()
    _amend(hub, SALES_DECIDES)
    hub.round()

    undone = hub.undo(hub.last_round())
    hub.settle()

    assert ["it is from before that system was met"] == [each.refused for each in undone.left]
    assert "steel" == hub["success"].get(success, "industry")


def test_a_policy_that_stays_is_not_asked_again(met):
    """Rounds after the change cost what they always cost."""
    hub, _, _ = _disputed(met)
    _amend(hub, {"account": {"industry": {"team": "account"}}})
    hub.round()

    result = hub.round()

    assert 0 == result.merged.moved
    assert [] == hub.store.links.moved_records("account", "", 10)


def test_after_a_restore_no_changed_policy_settles_what_is_held(met):
    """An older store is not believed, so a person decides."""
    hub, _, success = _disputed(met)
    hub.store.reviews.save([structs.replace(hub.conflict(), cause="an older store was restored")])
    _amend(hub, SALES_DECIDES)

    hub.round()

    hub.conflict()
    assert "chemistry" == hub["success"].get(success, "industry")
