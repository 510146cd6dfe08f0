"""Which records are the same: by our own id, by exact keys, by likeness, or by a person."""

from __future__ import annotations

import pytest

from kamsync.engine import assign_conflict
from kamsync.errors import DecisionRefused, ValueInvalid
from kamsync.model import Kind, Op


def _doubtful(make, **options):
    """Two accounts in two systems that may be the same, and the systems' ids of them."""
    hub = make("sales", "success", **options)
    here = hub["sales"].create(name="Acme Steel Works", billing_city="Bonn")
    there = hub["success"].create(name="Acme Steel Wroks", billing_city="Bonn")
    hub.meet()
    return hub, here, there


def test_the_same_domain_is_the_same_account(stage):
    """However differently it is called."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    there = hub["success"].create(name="A.C.M.E. GmbH", website="https://www.acme.com/about")

    hub.meet()

    assert hub.of("sales", here) == hub.of("success", there)


def test_records_without_anything_in_common_are_two(stage):
    """Each is created in the other system."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].create(name="Bolt", domains=["bolt.io"])

    hub.meet()

    assert ["Acme", "Bolt"] == hub["sales"].all("name") == hub["success"].all("name")


def test_what_may_be_the_same_is_asked(stage):
    """Neither joined nor created twice in the meantime."""
    hub, here, there = _doubtful(stage)

    hub.settle()

    assert Kind.MATCH == hub.conflict().kind
    assert ([here], [there]) == (hub["sales"].ids(), hub["success"].ids())


def test_the_question_shows_the_newcomer_and_the_candidates(stage):
    """With their likeness."""
    hub, here, there = _doubtful(stage)

    newcomer, candidate = hub.conflict().contenders

    assert (there,) == newcomer.cells
    assert hub.of("sales", here) == candidate.value
    assert 0.5 < candidate.cells[0] < 1


def test_a_question_is_asked_once(stage):
    """However many rounds pass."""
    hub, _, _ = _doubtful(stage)

    hub.round()
    hub.round()

    assert 1 == len(hub.conflicts())


def test_two_that_are_the_same_become_one(stage):
    """And then they meet: what differs is asked about."""
    hub, here, there = _doubtful(stage)

    hub.decide(hub.conflict(), choice="same")
    hub.settle()

    assert hub.of("sales", here) == hub.of("success", there)
    assert ([here], [there]) == (hub["sales"].ids(), hub["success"].ids())
    assert ["name"] == [conflict.field for conflict in hub.conflicts()]


def test_two_that_are_not_the_same_are_created_in_each_other_system(stage):
    """Both places are free again."""
    hub, _, _ = _doubtful(stage)

    hub.decide(hub.conflict(), choice="new")
    hub.settle()

    names = ["Acme Steel Works", "Acme Steel Wroks"]
    assert names == hub["sales"].all("name") == hub["success"].all("name")
    assert [] == hub.conflicts()


def test_same_as_what_is_a_question_where_there_are_several(stage):
    """A decision names the record."""
    hub, here, there = _doubtful(stage)
    record = hub.of("sales", here)

    hub.decide(hub.conflict(), record, choice="same")
    hub.settle()

    assert record == hub.of("success", there)


def test_a_decision_for_a_record_that_is_not_there_is_refused(stage):
    """And nothing has changed."""
    hub, _, _ = _doubtful(stage)

    with pytest.raises(ValueInvalid, match="is not one of the records"):
        hub.decide(hub.conflict(), "account-nobody", choice="same")

    assert 1 == len(hub.conflicts())


def test_twins_in_one_system_are_never_joined(stage):
    """Somebody may have made the same account twice, or there may be a reason."""
    hub = stage("sales", "success")
    first = hub["sales"].create(name="Acme", domains=["acme.com"])
    second = hub["sales"].create(name="Acme", domains=["acme.com"])

    hub.meet()
    hub.settle()

    assert Kind.MATCH == hub.conflict().kind
    assert "twin" in hub.conflict().cause
    assert [first, second] == hub["sales"].ids()
    assert 1 == len(hub["success"].ids())


def test_twins_that_are_not_the_same_become_two_records(stage):
    """After a person said so."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.meet()

    hub.decide(hub.conflict(), choice="new")
    hub.settle()

    assert ["Acme", "Acme"] == hub["success"].all("name")


def _twins(stage, policy):
    """A client with a twin in sales that says something else of it; a person says that they are one."""
    hub = stage("sales", "success", policy=policy)
    hub["sales"].create(name="Acme", domains=["acme.com"], phone="+49301111111")
    there = hub["success"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    twin = hub["sales"].create(name="ACME", domains=["acme.com"], phone="+49302222222")
    hub.settle()
    record = hub.of("success", there)
    hub.decide(hub.conflict(), record, choice="same")
    hub.settle()
    return hub, record, twin


TEAMS = {"account": {"*": [{"team": "sales"}, {"team": "success"}]}}


def test_what_a_twin_says_differently_is_no_further_question(stage):
    """Both are of one team, so rules about teams cannot tell; what was there stays, and the rest is named."""
    hub, record, twin = _twins(stage, TEAMS)

    assert [] == hub.conflicts()
    assert ["+49301111111", "Acme"] == [
        hub["sales"].get(twin, "phone"),
        hub["sales"].get(twin, "name"),
    ]
    entries = hub.store.journal.of(record, "phone")
    [told] = [e for entry in entries for e in entry.events if e.act == "settled"]
    assert ["+49302222222"] == [loser.value for loser in told.losers]


def test_what_only_a_person_decides_is_asked_of_a_twin_too(stage):
    """Where no rule stands for a field, saying who is who says nothing about it."""
    hub, _, twin = _twins(stage, {"account": {**TEAMS["account"], "phone": "review"}})

    assert ["phone"] == [each.field for each in hub.conflicts()]
    assert "+49302222222" == hub["sales"].get(twin, "phone")


def test_a_record_that_vanished_before_it_was_decided_on_leaves_no_question(stage):
    """There is nothing left to be asked."""
    hub, _, there = _doubtful(stage)
    hub["success"].delete(there)

    hub.settle()

    assert [] == hub.conflicts()
    assert ["Acme Steel Works"] == hub["success"].all("name")


def test_a_record_is_found_again_by_our_id_after_the_store_was_lost(stage):
    """It was created by kamsync, and carries the id that it was created for."""
    hub = stage("sales", "success")
    here = hub["sales"].create(name="Acme")
    hub.meet()
    record = hub.of("sales", here)

    again = stage("sales", "success")
    for name, desk in again.desks.items():
        desk.memory.connect(hub[name].world, desk.memory.can)
        desk.world = hub[name].world
    again.meet()
    again.settle()

    assert record == again.of("sales", here)
    assert 1 == len(again["sales"].ids()) == len(again["success"].ids())
    assert [] == again.conflicts()


def test_a_record_that_is_gone_everywhere_is_not_made_again_by_a_match(stage):
    """A newcomer that looks like it is a record of its own, or a question; never a resurrection."""
    hub = stage("sales", "success", policy={"account": {"deletes": "propagate"}})
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    hub.settle()
    hub["sales"].delete(here)
    hub.settle()

    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.settle()
    for conflict in hub.conflicts():
        hub.decide(conflict, choice="new" if conflict.kind is Kind.MATCH else "restore")
    hub.settle()

    assert ["Acme"] == hub["sales"].all("name") == hub["success"].all("name")


def test_a_system_that_may_not_be_created_in_still_matches(stage):
    """Matching needs no permission to write."""
    hub = stage("sales", "success", allow={"sales": {"account": [Op.UPDATE]}})
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    there = hub["success"].create(name="Acme", domains=["acme.com"])

    hub.meet()

    assert hub.of("sales", here) == hub.of("success", there)


def test_the_journal_tells_why_two_were_taken_for_one(stage):
    """Whoever doubts it can see the reason."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].create(name="Acme", domains=["acme.com"])

    hub.meet()

    (matched,) = [event for event in hub.events() if event.act == "matched"]
    assert "the only record with the same domain" == matched.reason


def test_a_newcomer_that_waits_is_tied_once_it_has_an_exact_key(stage):
    """Whoever enters the domain in that system has answered the question."""
    hub, here, there = _doubtful(stage)
    asked = hub.conflict()
    hub["sales"].edit(here, domains=["acme.com"])
    hub.round()
    hub["success"].edit(there, domains=["acme.com"])

    hub.settle()

    assert [] == hub.conflicts(Kind.MATCH)
    assert hub.of("sales", here) == hub.of("success", there)
    assert ([here], [there]) == (hub["sales"].ids(), hub["success"].ids())
    assert hub.store.reviews.get(asked.id).closed
    with pytest.raises(DecisionRefused, match="already settled"):
        hub.decide(asked, choice="new")


def test_a_newcomer_that_waits_and_is_edited_keeps_its_question(stage):
    """It is the same page, as long as the candidates are the same."""
    hub, _, there = _doubtful(stage)
    asked = hub.conflict()
    hub["success"].edit(there, industry="steel")

    hub.settle()

    assert asked == hub.conflict()
    assert [there] == hub["success"].ids()


def test_a_newcomer_that_waits_and_is_renamed_is_asked_about_anew(stage):
    """With the candidates of now, on a new version of the page."""
    hub, here, there = _doubtful(stage)
    other = hub["sales"].create(name="Bolt Copper Mill", billing_city="Ulm")
    hub.settle()
    asked = assign_conflict(hub.hub, hub.conflict().id, "Cleo", "rita")
    copied = hub.native("success", hub.of("sales", other))
    hub["success"].delete(copied)
    hub["success"].edit(there, name="Bolt Copper Mlil", billing_city="Ulm")

    hub.settle()

    now = next(c for c in hub.conflicts() if c.kind is Kind.MATCH)
    assert (asked.id, asked.version + 1, "Cleo") == (now.id, now.version, now.assignee)
    assert [hub.of("sales", other)] == [each.value for each in now.contenders[1:]]
    # Nothing is unclear about the first candidate any more.
    assert hub.native("success", hub.of("sales", here))


def test_a_newcomer_that_waits_and_comes_to_look_like_nobody_waits_on(stage):
    """A person was asked, so that only an answer or an exact key ends it."""
    hub, _, there = _doubtful(stage)
    hub["success"].edit(there, name="Zeta", billing_city="Rome")

    hub.settle()

    assert Kind.MATCH == hub.conflict().kind
    assert [there] == hub["success"].ids()


def test_a_record_is_found_by_a_key_that_it_got_later(stage):
    """It is known by what is golden now, not by what it held when it was first seen."""
    hub = stage("sales", "success", allow={"sales": {"account": ["create"]}, "success": {}})
    here = hub["sales"].create(name="Zeta")
    hub.meet()
    hub["sales"].edit(here, domains=["acme.com"])
    hub.settle()
    there = hub["success"].create(name="Acme Incorporated", domains=["acme.com"])

    hub.settle()

    assert hub.of("sales", here) == hub.of("success", there)
    assert [here] == hub["sales"].ids()


def test_a_record_is_found_by_a_key_that_only_its_second_system_tells(stage):
    """It is known by more than by what the native record says for which it was made."""
    hub = stage("sales", "success", "account", allow={})
    here = hub["sales"].create(name="Acme", website="https://acme.com")
    hub["success"].create(name="Acme", website="https://acme.com", domains=["acme.org"])
    hub.meet()
    there = hub["account"].create(name="Zenith", website="https://acme.org")

    hub.settle()

    assert hub.of("sales", here) == hub.of("account", there)


def test_a_record_that_was_edited_before_its_first_merge_is_found_by_what_it_says_then(stage):
    """A person said that it is a new one, and gave it its domain before the next round."""
    hub, _, there = _doubtful(stage, allow={})
    hub.decide(hub.conflict(), choice="new")
    hub["success"].edit(there, domains=["acme.com"])
    hub.settle()
    again = hub["sales"].create(name="Zenith", website="https://acme.com")

    hub.round()

    assert hub.of("success", there) == hub.of("sales", again)


def test_a_record_is_not_found_by_a_key_that_it_has_no_more(stage):
    """A domain that was sold belongs to somebody else."""
    hub = stage("sales", "success", allow={})
    here = hub["sales"].create(name="Zeta", domains=["acme.com"])
    hub.meet()
    hub["sales"].edit(here, domains=["zeta.com"])
    hub.settle()
    there = hub["success"].create(name="Acme Incorporated", domains=["acme.com"])

    hub.settle()

    assert Kind.MATCH not in {conflict.kind for conflict in hub.conflicts()}
    assert hub.of("sales", here) != hub.of("success", there)


def test_a_record_whose_key_is_under_review_is_found_by_each_that_is_said(stage):
    """It is one of them, and two records would be hard to join again."""
    hub = stage("sales", "success", "account")
    here = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    hub["sales"].edit(here, domains=["acme.de"])
    there = hub.native("success", hub.of("sales", here))
    hub["success"].edit(there, domains=["acme.net"])
    hub.settle()
    assert Kind.VALUE == hub.conflict().kind
    held = hub.native("account", hub.of("sales", here))
    found = hub.store.records.with_keys("account", ["domain:acme.de", "domain:acme.net"])

    assert {hub.of("account", held)} == {id_ for ids in found.values() for id_ in ids}
    assert 2 == len(found)


def test_a_newcomer_that_waits_is_not_created_again_beside_itself(stage):
    """It resembles its neighbour, and another system shows it under another name."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme Steel Works", billing_city="Bonn")
    hub["sales"].create(
        name="Acme Steel Wroks", billing_city="Bonn", website="https://wroks.example"
    )
    hub["success"].create(name="Zephyr Holding", website="https://wroks.example")

    hub.meet()
    hub.settle()

    assert 2 == len(hub["sales"].ids())
