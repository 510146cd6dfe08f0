"""Records that refer to each other: parents first, cycles in two steps, and waiting for what is missing."""

from __future__ import annotations

from kamsync.model import Op

BOTH = ("account", "contact")


def test_parents_and_their_children_are_created_by_one_plan(stage):
    """A first meeting needs one approval, not one for each generation."""
    hub = stage("sales", "success", entities=(*BOTH, "activity"))
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    li = hub["sales"].create("contact", account=acme, last_name="Li", email="li@acme.com")
    hub["sales"].create("activity", account=acme, contact=li, subject="Call", kind="call")

    hub.meet()

    (account,), (contact,) = hub["success"].ids(), hub["success"].ids("contact")
    (activity,) = hub["success"].ids("activity")
    assert account == hub["success"].get(contact, "account")
    assert contact == hub["success"].get(activity, "contact")
    assert 0 == hub.preview().plan.writes


def test_accounts_that_are_each_others_parent_take_a_second_write(stage):
    """Neither can be created after the other."""
    hub = stage("sales", "success")
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.io"], parent=acme)
    hub["sales"].edit(acme, parent=bolt)

    hub.meet()
    hub.settle()

    there = {name: hub.native("success", hub.of("sales", name)) for name in (acme, bolt)}
    assert there[bolt] == hub["success"].get(there[acme], "parent")
    assert there[acme] == hub["success"].get(there[bolt], "parent")


def test_an_account_that_is_its_own_parent_does_not_loop(stage):
    """The second write closes the circle, and there is no third."""
    hub = stage("sales", "success")
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].edit(acme, parent=acme)

    hub.meet()
    hub.settle()

    (there,) = hub["success"].ids()
    assert there == hub["success"].get(there, "parent")


def test_a_contact_that_is_seen_before_its_account_waits_for_it(stage):
    """The reference is understood as soon as the account is there."""
    hub = stage("sales", "success", entities=BOTH)
    li = hub["sales"].create("contact", account="account-2", last_name="Li", email="li@acme.com")
    hub.meet()
    assert hub.golden("account", hub.of("sales", li)) is None
    assert [] == hub["success"].ids("contact")

    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub.settle()

    (contact,) = hub["success"].ids("contact")
    assert hub["success"].ids() == [hub["success"].get(contact, "account")]


def test_a_contact_without_its_account_is_not_created(stage):
    """A system that may not get the account does not get its contact either."""
    hub = stage(
        "sales", "success", entities=BOTH, allow={"success": {"contact": list(Op), "account": []}}
    )
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create("contact", account=acme, last_name="Li", email="li@acme.com")

    hub.meet()

    assert 0 == hub.preview().plan.writes
    assert [] == hub["success"].ids("contact")


def test_the_contact_follows_once_somebody_made_the_account(stage):
    """What waited for the account is planned when the account is linked."""
    hub = stage(
        "sales", "success", entities=BOTH, allow={"success": {"contact": list(Op), "account": []}}
    )
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create("contact", account=acme, last_name="Li", email="li@acme.com")
    hub.meet()

    there = hub["success"].create(name="Acme", domains=["acme.com"])
    hub.settle()

    (contact,) = hub["success"].ids("contact")
    assert there == hub["success"].get(contact, "account")


def test_an_owner_who_is_not_linked_there_keeps_the_rest_of_the_record_flowing(stage):
    """A missing reference that is not the parent holds back only itself."""
    hub = stage(
        "sales",
        "success",
        entities=("employee", "account"),
        allow={"success": {"account": list(Op)}},
    )
    ann = hub["sales"].create("employee", last_name="Ann", email="ann@us.com", number="1")
    hub["sales"].create(name="Acme", domains=["acme.com"], owner=ann)

    hub.meet()

    (there,) = hub["success"].ids()
    assert "Acme" == hub["success"].get(there, "name")
    assert hub["success"].values(there).get("owner") is None


def test_an_owner_who_is_linked_later_is_written_then(stage):
    """Nothing else has to change for that."""
    hub = stage(
        "sales",
        "success",
        entities=("employee", "account"),
        allow={"success": {"account": list(Op)}},
    )
    ann = hub["sales"].create("employee", last_name="Ann", email="ann@us.com", number="1")
    hub["sales"].create(name="Acme", domains=["acme.com"], owner=ann)
    hub.meet()

    there = hub["success"].create("employee", last_name="Ann", email="ann@us.com", number="1")
    hub.settle()

    (account,) = hub["success"].ids()
    assert there == hub["success"].get(account, "owner")


def test_a_reference_that_is_emptied_is_emptied_everywhere(stage):
    """A blank reference is a value like any other."""
    hub = stage("sales", "success")
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.io"], parent=acme)
    hub.meet()
    hub.settle()
    hub["sales"].edit(bolt, parent=None)

    hub.settle()

    assert hub["success"].get(hub.native("success", hub.of("sales", bolt)), "parent") is None


def test_a_reference_to_nothing_does_not_stop_the_record(stage):
    """Somebody deleted the account that a contact still names; its other fields go on."""
    hub = stage("sales", "success", entities=BOTH)
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    li = hub["sales"].create("contact", account=acme, last_name="Li", email="li@acme.com")
    hub.meet()
    hub["sales"].edit(li, account="account-99", last_name="Lee")

    hub.settle()

    assert ["Lee"] == hub["success"].all("last_name", "contact")
    (contact,) = hub["success"].ids("contact")
    assert hub["success"].ids() == [hub["success"].get(contact, "account")]


def test_a_contact_waits_while_a_person_is_asked_who_its_account_is(stage):
    """It is created under the account that was decided on."""
    hub = stage("sales", "success", entities=BOTH)
    acme = hub["sales"].create(name="Acme Steel Works")
    twin = hub["success"].create(name="Acme Steel Wroks")
    hub["success"].create("contact", account=twin, last_name="Li", email="li@acme.com")
    hub.meet()
    assert [] == hub["sales"].ids("contact")

    hub.decide(hub.conflict(), choice="same")
    hub.settle()

    (contact,) = hub["sales"].ids("contact")
    assert acme == hub["sales"].get(contact, "account")


def test_a_contact_without_any_account_is_created_without_one(stage):
    """Nobody said that it has one."""
    hub = stage("sales", "success", entities=BOTH)
    hub["sales"].create("contact", last_name="Li", email="li@acme.com")

    hub.meet()

    assert ["Li"] == hub["success"].all("last_name", "contact")


def test_children_end_before_their_parents(stage):
    """A system may refuse to delete an account that still has contacts."""
    deletes = {"account": {"deletes": "propagate"}, "contact": {"deletes": "propagate"}}
    hub = stage("sales", "success", entities=("account", "contact"), policy=deletes)
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    ada = hub["sales"].create("contact", email="ada@acme.com", account=acme)
    hub.meet()
    hub.settle()
    hub["sales"].delete(ada)
    hub["sales"].delete(acme)

    plan = hub.round().plan

    assert ["contact", "account"] == [write.entity for write in plan.shown]
    assert [] == hub["success"].ids() == hub["success"].ids("contact")
