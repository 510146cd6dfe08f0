"""A system that deletes a record empties what referred to it: nobody has entered that blank."""

from __future__ import annotations

from kamsync.connector import Can
from kamsync.engine import pull
from kamsync.memory import ALL
from kamsync.model import Op

NO_RETURN = {"sales": ALL & ~Can.UNDELETE, "success": ALL}
RESTORE = {"account": {"deletes": "restore"}}


def _family(stage, **options):
    """Return a hub, and a contact of an account in both systems."""
    hub = stage("sales", "success", entities=("account", "contact"), **options)
    account = hub["sales"].create(name="Acme", domains=["acme.com"])
    contact = hub["sales"].create("contact", emails=["ann@acme.com"], account=account)
    hub.meet()
    hub.settle()
    return hub, account, contact


def _empties(hub, account, contact):
    """Let sales delete an account, and empty the reference to it."""
    hub["sales"].delete(account)
    hub["sales"].edit(contact, account=None, by="the system")


def test_a_reference_that_went_with_its_record_is_not_emptied_elsewhere(stage):
    """What a person entered there stays, and the journal tells of it."""
    hub, account, contact = _family(stage)
    record = hub.of("sales", contact)
    there = hub.native("success", record)
    _empties(hub, account, contact)

    hub.round()

    assert hub["success"].get(there, "account")
    assert hub.of("sales", account) == hub.golden("account", record)
    assert "emptied" in {event.act for event in hub.events(record, "account")}


def test_a_reference_is_owed_again_once_its_record_is_back(stage):
    """Under whichever id that is."""
    hub, account, contact = _family(stage, can=NO_RETURN)
    _empties(hub, account, contact)
    hub.round()

    hub.decide(hub.conflict(), choice="restore")
    hub.settle()

    (back,) = hub["sales"].ids()
    assert account != back
    assert back == hub["sales"].get(contact, "account")


def test_a_reference_that_a_person_emptied_is_empty(stage):
    """What it led to is there."""
    hub, _, contact = _family(stage)
    record = hub.of("sales", contact)
    hub["sales"].edit(contact, account=None)

    hub.settle()

    assert hub.golden("account", record) is None
    assert hub["success"].get(hub.native("success", record), "account") is None


def test_another_record_that_is_referred_to_instead_is_a_knowing_edit(stage):
    """Whoever saw that it was emptied had seen what it was."""
    hub, account, contact = _family(stage)
    other = hub["sales"].create(name="Borealis", domains=["borealis.com"])
    hub.settle()
    _empties(hub, account, contact)
    hub.round()

    hub["sales"].edit(contact, account=other)
    hub.settle()

    assert hub.of("sales", other) == hub.golden("account", hub.of("sales", contact))


def test_a_blank_is_asked_about_where_its_record_may_just_have_gone(stage):
    """The account was read before it went, the contact after it."""
    hub, account, contact = _family(stage)
    record = hub.of("sales", contact)
    sales = hub.hub.systems["sales"]
    pull(hub.hub, sales, "account")
    _empties(hub, account, contact)
    pull(hub.hub, sales, "contact")

    hub.round()

    assert hub.of("sales", account) == hub.golden("account", record)


def test_what_refers_to_a_record_is_heard_before_it_is_deleted(stage):
    """The contact that was added in the last moment is in the store."""
    hub, account, _ = _family(stage)
    there = hub.native("success", hub.of("sales", account))
    hub["sales"].delete(account)
    hub.round()
    hub.decide(hub.conflict(), choice="delete")
    late = []

    def work_on(step):
        if step == "Planning":
            late.append(hub["success"].create("contact", emails=["tom@acme.com"], account=there))

    hub.round(progress=work_on)

    assert hub["success"].exists(there)
    hub.settle()
    assert not hub["success"].exists(there)
    assert hub.of("success", late[0])


def test_what_comes_back_with_our_own_undelete_is_heard_before_it_is_written_over(stage):
    """Somebody had entered a reference that fell before it was read; no version tells that it is back."""
    can = {"sales": ALL & ~Can.HISTORY, "success": ALL}
    hub = stage("sales", "success", can=can, policy=RESTORE)
    acme, bolt, child = (hub["sales"].create(name=n, domains=[f"{n}.com"]) for n in "abc")
    hub.meet()
    record = hub.of("sales", child)
    hub["sales"].edit(child, parent=acme)
    hub["sales"].delete(acme)
    hub["sales"].edit(child, parent=None, by="the system")
    there = hub.native("success", hub.of("sales", bolt))
    hub["success"].edit(hub.native("success", record), parent=there)
    hub["sales"].trouble.rows = _filling_again(hub["sales"], child, parent=acme)

    hub.round()

    assert acme == hub["sales"].get(child, "parent")
    hub.settle()
    (asked,) = hub.conflicts()
    assert {hub.of("sales", acme), hub.of("sales", bolt)} == {c.value for c in asked.contenders}


def test_what_refers_to_what_came_back_is_read_again_also_where_it_is_of_the_same_kind(stage):
    """Its system may have filled the reference again without a trace."""
    hub = stage("sales", "success")
    parent = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create(name="Bolt", domains=["bolt.com"], parent=parent)
    hub.meet()
    hub["sales"].delete(parent)
    hub.round()
    hub["sales"].undelete(parent)
    hub.round()

    assert hub.round().pulled["sales"]["account"].sweep


def _filling_again(desk, native_id, **values):
    """Let a system fill references, as nobody's edit, once it has brought back what they led to."""

    def fill(write, land):
        receipt = land()
        if write.op is Op.CREATE and write.native_id is not None:
            desk.world.row("account", native_id).values.update(values)
        return receipt

    return fill
