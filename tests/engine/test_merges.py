"""Two native records that somebody merges in one system are one record here, and twins elsewhere."""

from __future__ import annotations

import pytest

from kamsync.connector import Can
from kamsync.engine import pull
from kamsync.engine.deciding.undoing import WHO_IS_WHO
from kamsync.memory import ALL
from kamsync.model import Kind, Outcome, Receipt


def _two(make, systems=("sales", "success"), **options):
    """Have two accounts in all systems, and return their ids by system."""
    hub = make(*systems, **options)
    ids = {
        system: [
            hub[system].create(name=name, domains=[f"{name}.com"], **more)
            for name, more in (("acme", {"industry": "steel"}), ("bolt", {"tier": "key"}))
        ]
        for system in systems
    }
    hub.meet()
    hub.settle()
    return hub, ids


def test_the_link_follows_the_survivor(stage):
    """What the merged record was tied to is tied to the one that took it over."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)

    hub.round()

    assert 1 == len(hub.records())
    assert {hub.record()} == {hub.of("success", native_id) for native_id in ids["success"]}


def test_nothing_is_written_to_the_id_that_is_gone(stage):
    """The merge is not mistaken for a delete."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    before = hub["sales"].acts_of_ours(bolt)
    hub["sales"].merge(bolt, acme)

    hub.settle()

    assert before == hub["sales"].acts_of_ours(bolt)
    assert [acme] == hub["sales"].ids()
    assert [] == hub.conflicts(Kind.DELETE)


def test_the_same_merge_is_proposed_where_the_two_are_twins_now(stage):
    """No system is told to merge anything."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)

    hub.round()

    (proposed,) = hub.conflicts(Kind.MERGE)
    assert sorted(ids["success"]) == sorted(c.value for c in proposed.contenders)
    assert sorted(ids["success"]) == sorted(hub["success"].ids())


@pytest.mark.parametrize("heard", [("sales", "success"), ("success", "sales")])
def test_what_two_systems_merged_in_opposite_directions_is_a_question(stage, heard):
    """Each keeps what it took for the survivor, whichever is heard first, until a person has answered."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)
    hub["success"].merge(*ids["success"])
    for name in heard:
        pull(hub.hub, hub.hub.systems[name], "account")

    hub.settle()

    asked = {c.field: sorted(map(str, (s.value for s in c.contenders))) for c in hub.conflicts()}
    assert {"name": ["acme", "bolt"], "domains": ["['acme.com']", "['bolt.com']"]} == asked
    assert ("acme", "bolt") == (hub["sales"].get(acme, "name"), *hub["success"].all("name"))
    for conflict in hub.conflicts():
        hub.decide(conflict, conflict.contenders[0].value)
    hub.settle()
    assert hub["sales"].all("name") == hub["success"].all("name") == [hub.golden("name")]


def test_that_twins_are_kept_is_no_value_that_could_be_put_back(stage):
    """Undoing it says so, and leaves the record as it is."""
    hub, ids = _two(stage)
    hub["sales"].merge(*reversed(ids["sales"]))
    hub.round()
    hub.decide(hub.conflicts(Kind.MERGE)[0], choice="keep")
    fields = set(hub.store.records.by_id([hub.record()])[hub.record()].fields)

    undo = hub.undo(hub.last_round())

    assert ((), [WHO_IS_WHO]) == (undo.back, [each.refused for each in undo.left])
    assert fields == set(hub.store.records.by_id([hub.record()])[hub.record()].fields)


def test_the_proposal_is_closed_once_somebody_merged_there_as_well(stage):
    """There are no twins any more."""
    hub, ids = _two(stage)
    hub["sales"].merge(*reversed(ids["sales"]))
    hub.round()
    hub["success"].merge(*reversed(ids["success"]))

    hub.settle()

    assert [] == hub.conflicts(Kind.MERGE)


def test_both_twins_are_kept_in_step(stage):
    """Until they are merged, each of them shows the one record."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)
    hub.settle()
    for conflict in hub.conflicts(Kind.VALUE):
        hub.decide(conflict, hub["sales"].get(acme, conflict.field))
    hub.settle()
    hub["sales"].edit(acme, phone="+4930123456")

    hub.settle()

    assert ["+4930123456"] * 2 == hub["success"].all("phone")


def test_twins_may_be_kept_as_they_are(stage):
    """A person may know why there are two."""
    hub, ids = _two(stage)
    hub["sales"].merge(*reversed(ids["sales"]))
    hub.round()
    (proposed,) = hub.conflicts(Kind.MERGE)

    hub.decide(proposed, choice="keep")
    hub.settle()

    assert [] == hub.conflicts(Kind.MERGE)
    assert 2 == len(hub["success"].ids())


def test_a_value_that_only_the_merged_record_had_fills_the_gap(stage):
    """Nothing is lost with the record."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)

    hub.settle()

    assert "key" == hub.golden("tier")
    assert "steel" == hub.golden("industry")


def test_a_value_that_lost_is_kept_in_the_journal(stage):
    """It can still be found, and by whom it was said."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)

    hub.round()

    lost = [loser.value for event in hub.events(field="name") for loser in event.losers]
    assert "bolt" in lost


def test_the_old_id_still_leads_to_the_record(stage):
    """Somebody may have it in a bookmark, and other records may still name it."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    old = hub.of("sales", bolt)
    hub["sales"].merge(bolt, acme)

    hub.round()

    assert hub.record() == hub.of("sales", bolt)
    assert {old: hub.record()} == hub.store.records.merged([old])


def test_a_reference_to_the_merged_record_leads_to_its_survivor(stage):
    """A contact of the merged account is one of the survivor's, without a second account anywhere."""
    hub, ids = _two(stage, entities=("account", "contact"))
    acme, bolt = ids["sales"]
    hub["sales"].create("contact", account=bolt, last_name="Li", email="li@bolt.com")
    hub.settle()
    hub["sales"].merge(bolt, acme)
    hub["success"].merge(*reversed(ids["success"]))
    hub.settle()

    (contact,) = hub["success"].ids("contact")
    hub["success"].edit(contact, last_name="Lee")
    hub.settle()

    assert [] == hub.conflicts()
    assert ["Lee"] == hub["sales"].all("last_name", "contact")
    assert 0 == hub.preview().plan.writes


def test_a_record_that_waited_for_the_merged_one_gets_its_survivor(stage):
    """A third system that never had the merged account has the survivor."""
    hub = stage("sales", "success", entities=("account", "contact"))
    acme = hub["sales"].create(name="acme", domains=["acme.com"])
    hub.meet()
    hub["success"].trouble.refuse("Not this one.")
    bolt = hub["sales"].create(name="bolt", domains=["bolt.com"])
    hub["sales"].create("contact", account=bolt, last_name="Li", email="li@bolt.com")
    hub.round()
    assert [] == hub["success"].ids("contact")
    hub["success"].trouble.rows = None

    hub["sales"].merge(bolt, acme)
    hub.settle()

    (contact,) = hub["success"].ids("contact")
    assert hub["success"].ids() == [hub["success"].get(contact, "account")]


def test_a_merge_into_a_record_that_was_never_read_is_followed(stage):
    """The survivor is read when the merge is heard of."""
    hub, ids = _two(stage)
    acme, _ = ids["sales"]
    cogs = hub["sales"].create(name="cogs", domains=["cogs.com"])
    hub["sales"].merge(acme, cogs)

    hub.settle()

    assert hub.of("success", ids["success"][0]) == hub.of("sales", cogs)
    assert [] == hub.conflicts(Kind.DELETE)


def test_a_chain_of_merges_leads_to_its_end(stage):
    """Acme was merged into Bolt, and Bolt into Cogs, before anything was read."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    cogs = hub["sales"].create(name="cogs", domains=["cogs.com"])
    hub["sales"].merge(acme, bolt)
    hub["sales"].merge(bolt, cogs)

    hub.settle()

    assert {hub.of("sales", cogs)} == {hub.of("success", id_) for id_ in ids["success"]}
    assert [] == hub.conflicts(Kind.DELETE)


def test_merges_in_both_systems_the_other_way_round_end_in_one_record(stage):
    """Each system keeps the survivor that its own people chose."""
    hub, ids = _two(stage)
    hub["sales"].merge(*ids["sales"])
    hub["success"].merge(*reversed(ids["success"]))

    hub.settle()

    assert hub.of("sales", ids["sales"][1]) == hub.of("success", ids["success"][0])
    assert [] == hub.conflicts(Kind.MERGE)


def test_an_edit_of_the_merged_record_elsewhere_is_not_lost(stage):
    """It was made in the same minute as the merge."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)
    hub["success"].edit(ids["success"][1], phone="+4930123456")

    hub.settle()

    assert "+4930123456" == hub["sales"].get(acme, "phone")


def test_a_merge_that_the_system_cannot_tell_of_is_a_question(stage):
    """Without a word on the survivor, the record is just gone."""
    hub, ids = _two(stage, can={"sales": ALL & ~Can.MERGES, "success": ALL})
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)

    hub.settle()

    assert [Kind.DELETE] == [
        conflict.kind for conflict in hub.conflicts() if conflict.field == "exists"
    ]


ALL_OF = {"account": ("create", "update"), "contact": ("create", "update")}


def test_who_waited_for_a_record_goes_on_when_a_merge_brings_it(stage):
    """It was not in that system, and another record that was turns out to be the same."""
    here = stage(
        entities=("account", "contact"),
        allow={"sales": ALL_OF, "success": {**ALL_OF, "account": ()}},
    )
    acme = here["sales"].create(name="Acme", domains=["acme.com"])
    other = here["sales"].create(name="Acme Holding", domains=["acme-holding.com"])
    there = here["success"].create(name="Acme Holding", domains=["acme-holding.com"])
    ada = here["sales"].create("contact", email="ada@acme.com", account=acme)
    here["success"].create("contact", email="ada@acme.com")
    here.meet()
    here.settle()

    here["sales"].merge(other, acme)
    here.settle()

    contact = here.native("success", here.of("sales", ada))
    assert there == here["success"].get(contact, "account")


def test_a_merge_that_is_undone_is_a_question_and_nothing_is_written_over(stage):
    """What came back need not be what took it over, although it carries that record's id."""
    for can in (ALL, ALL & ~Can.STAMP):
        hub, ids = _two(stage, can=can)
        acme, bolt = ids["sales"]
        hub["sales"].merge(bolt, acme)
        hub.settle()
        before = hub["sales"].world.acts("account", acme)

        hub["sales"].undelete(bolt)
        hub.settle()

        assert ("bolt", "key") == (hub["sales"].get(bolt, "name"), hub["sales"].get(bolt, "tier"))
        assert before == hub["sales"].world.acts("account", acme)
        assert Kind.MATCH in {each.kind for each in hub.conflicts()}


def test_a_merge_that_is_undone_before_it_was_read_is_none(stage):
    """Both are what they were; what the survivor took over was entered there."""
    hub, ids = _two(stage)
    acme, bolt = ids["sales"]
    hub["sales"].merge(bolt, acme)
    hub["sales"].undelete(bolt)

    hub.settle()

    assert 2 == len(hub.records())
    assert ["acme", "bolt"] == hub["sales"].all("name") == hub["success"].all("name")
    assert [] == hub.conflicts()


def test_who_refers_to_what_is_back_does_not_refer_to_its_survivor(stage):
    """It stands for itself again, and waits until it is known which record it is."""
    hub, ids = _two(stage, entities=("account", "contact"))
    acme, bolt = ids["sales"]
    contact = hub["sales"].create("contact", last_name="Ann", emails=["ann@bolt.com"])
    hub["sales"].merge(bolt, acme)
    hub.settle()
    record = hub.of("sales", acme)
    assert {bolt: record} == hub.store.links.records("sales", "account", [bolt])

    hub["sales"].undelete(bolt)
    hub["sales"].edit(contact, account=bolt)
    hub.settle()

    assert {} == hub.store.links.records("sales", "account", [bolt])
    assert hub.golden("account", hub.of("sales", contact)) is None


def _made_without_an_answer(hub, **values):
    """Have one more account in sales, which success has made without a word; return its id in success."""

    def silent(write, land):
        land()
        return Receipt(Outcome.UNKNOWN, write.native_id)

    before = set(hub["success"].ids())
    hub["sales"].create(**values)
    hub["success"].trouble.rows = silent
    hub.round()
    (made,) = set(hub["success"].ids()) - before
    return made


def test_what_was_merged_into_a_create_without_an_answer_joins_its_record(stage):
    """Nobody has entered what kamsync had sent, so that it replaces nothing in another record."""
    can = {"sales": ALL, "success": ALL & ~Can.STAMP & ~Can.SEARCH}
    hub = stage("sales", "success", can=can)
    acme = hub["sales"].create(name="Acme", domains=["acme.com"], industry="steel")
    hub.meet()
    record = hub.of("sales", acme)
    made = _made_without_an_answer(hub, name="Bolt", domains=["bolt.com"], industry="glass")
    hub["success"].trouble.rows = lambda write, _: Receipt(Outcome.UNKNOWN, write.native_id)
    hub["success"].merge(hub.native("success", record), made)
    hub.round()
    hub["success"].trouble.rows = None

    hub.settle()

    (survivor,) = hub.records()
    assert survivor == hub.of("success", made) == hub.of("sales", acme) != record
    assert "Bolt" == hub.golden("name", survivor)
    assert not [e for e in hub.events(record) if e.act == "set" and e.value == "Bolt"]


def test_no_create_is_sent_again_of_what_became_a_record_that_is_gone_there(stage):
    """That would bring it back, only for it to be deleted again."""
    can = {"sales": ALL, "success": ALL & ~Can.STAMP & ~Can.SEARCH & ~Can.UNDELETE}
    hub = stage("sales", "success", can=can, policy={"account": {"deletes": "propagate"}})
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.com"])
    hub["success"].trouble.rows = lambda write, _: Receipt(Outcome.UNKNOWN, write.native_id)
    hub.round()
    hub["success"].trouble.down |= {"read", "fetch", "write"}
    hub["sales"].merge(bolt, acme)
    hub.round()
    hub["success"].delete(hub.native("success", hub.of("sales", acme)))
    hub["success"].trouble.down.clear()
    sent = []
    hub["success"].trouble.rows = lambda write, land: sent.append(write.op) or land()

    hub.settle()

    assert [] == hub["success"].ids()
    assert [] == sent
