"""The hub is for key accounts: what is outside the scope is never stored, written or created."""

from __future__ import annotations

from kamsync.scope import Scope

KEY = Scope(values={"tier": frozenset({"key", "strategic"})})


def test_an_account_outside_the_scope_is_never_stored(stage):
    """Not even its values are kept."""
    hub = stage("sales", "success", scope=KEY)
    hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    out = hub["sales"].create(name="Bolt", domains=["bolt.io"], tier="standard")

    hub.meet()

    assert ["Acme"] == hub["success"].all("name")
    assert {} == hub.store.links.by_native("sales", "account", [out])
    assert [] == hub.store.verify()


def test_listed_accounts_are_in_scope_whatever_they_hold(stage):
    """A list of native ids needs no field."""
    scope = Scope(listed={"sales": frozenset({"account-2"})})
    hub = stage("sales", "success", scope=scope)
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create(name="Bolt", domains=["bolt.io"])

    hub.meet()

    assert ["Bolt"] == hub["success"].all("name")


def test_a_listed_account_meets_the_other_systems_records_of_it(stage):
    """The list names it in one system only; elsewhere its field may say nothing at all."""
    scope = Scope(listed={"sales": frozenset({"account-1"})})
    hub = stage("sales", "success", scope=scope)
    here = hub["sales"].create(name="Acme", domains=["acme.com"], health="green")
    there = hub["success"].create(name="Acme", domains=["acme.com"])

    hub.meet()
    hub.settle()

    assert [there] == hub["success"].ids()
    assert hub.of("sales", here) == hub.of("success", there)
    assert "green" == hub["success"].get(there, "health")


def test_the_others_follow_their_account(stage):
    """A contact is in scope with its account, and out of it with its account."""
    hub = stage("sales", "success", entities=("account", "contact"), scope=KEY)
    acme = hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.io"], tier="standard")
    hub["sales"].create("contact", account=acme, last_name="Li", email="li@acme.com")
    out = hub["sales"].create("contact", account=bolt, last_name="Om", email="om@bolt.io")

    hub.meet()

    assert ["Li"] == hub["success"].all("last_name", "contact")
    assert {} == hub.store.links.by_native("sales", "contact", [out])


def test_leaving_the_scope_stops_writes_and_deletes_nothing(met):
    """Whoever loses the tier keeps the record, in every system."""
    hub, here, there = met("sales", "success", scope=KEY, values={"tier": "key"})
    hub["sales"].edit(here, tier="standard")
    hub.settle()
    hub["sales"].edit(here, name="Acme Corp")

    hub.settle()

    assert "Acme" == hub["success"].get(there, "name")
    assert hub["sales"].exists(here)


def test_coming_back_into_the_scope_catches_up(met):
    """What was edited in the meantime flows then."""
    hub, here, there = met("sales", "success", scope=KEY, values={"tier": "key"})
    hub["sales"].edit(here, tier="standard")
    hub.settle()
    hub["sales"].edit(here, name="Acme Corp")
    hub.settle()

    hub["sales"].edit(here, tier="key")
    hub.settle()

    assert "Acme Corp" == hub["success"].get(there, "name")


def test_contacts_come_back_into_the_scope_with_their_account(stage):
    """An edit of a contact outside the scope is not lost once its account is key again."""
    hub = stage("sales", "success", entities=("account", "contact"), scope=KEY)
    acme = hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    li = hub["sales"].create("contact", account=acme, last_name="Li", email="li@acme.com")
    hub.meet()
    hub["sales"].edit(acme, tier="standard")
    hub.settle()
    hub["sales"].edit(li, last_name="Lee")
    hub.settle()
    assert ["Li"] == hub["success"].all("last_name", "contact")

    hub["sales"].edit(acme, tier="key")
    hub.settle()

    assert ["Lee"] == hub["success"].all("last_name", "contact")


def test_an_account_that_enters_the_scope_brings_its_contacts(met):
    """They were passed over when they were read, and are read again."""
    hub, _, _ = met(
        "sales", "success", entities=("account", "contact"), scope=KEY, values={"tier": "key"}
    )
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.io"], tier="standard")
    hub["sales"].create("contact", account=bolt, last_name="Om", email="om@bolt.io")
    hub.settle()
    assert [] == hub["success"].ids("contact")

    hub["sales"].edit(bolt, tier="key")
    hub.settle()

    assert ["Om"] == hub["success"].all("last_name", "contact")


def test_an_account_that_enters_the_scope_in_one_system_is_looked_for_in_the_others(stage):
    """The other system's own record of it was passed over; it must not get a second one."""
    hub = stage("sales", "success", entities=("account", "contact"), scope=KEY)
    here = hub["sales"].create(name="Acme", domains=["acme.com"], tier="standard")
    there = hub["success"].create(name="Acme", domains=["acme.com"])
    hub["success"].create("contact", account=there, last_name="Om", email="om@acme.com")
    hub.meet()
    hub["sales"].edit(here, tier="key")

    hub.settle()

    assert [there] == hub["success"].ids()
    assert hub.of("sales", here) == hub.of("success", there)
    assert ["Om"] == hub["sales"].all("last_name", "contact")


def test_an_account_that_is_listed_later_enters_with_its_contacts(stage):
    """Nothing about it changed in its system; only the configuration did."""
    hub = stage("sales", "success", entities=("account", "contact"), scope=KEY)
    hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.io"], tier="standard")
    hub["sales"].create("contact", account=bolt, last_name="Om", email="om@bolt.io")
    hub.meet()

    hub.hub.scope = Scope(values=KEY.values, listed={"sales": frozenset({bolt})})
    hub.settle()

    assert ["Acme", "Bolt"] == hub["success"].all("name")
    assert ["Om"] == hub["success"].all("last_name", "contact")


def test_an_account_whose_tier_is_under_review_waits_for_the_decision(stage):
    """Whether it is in scope at all is the question."""
    hub = stage("sales", "success", entities=("account", "contact"), scope=KEY)
    hub["sales"].create(name="Acme", domains=["acme.com"], tier="key")
    there = hub["success"].create(name="Acme", domains=["acme.com"], tier="standard")
    hub["success"].create("contact", account=there, last_name="Om", email="om@acme.com")
    hub.meet()
    hub.settle()
    assert [] == hub["sales"].ids("contact")

    hub.decide(hub.conflict(), "key")
    hub.settle()

    assert ["Om"] == hub["sales"].all("last_name", "contact")


def test_a_record_of_a_key_account_in_a_system_that_tells_no_tier_is_found(met):
    """It was made there by hand, after kamsync had met everybody."""
    hub, here, _ = met("sales", "success", scope=KEY, allow={}, values={"tier": "key"})
    bolt = hub["sales"].create(name="Bolt", domains=["bolt.io"], tier="key")
    hub.settle()
    there = hub["success"].create(name="Bolt", domains=["bolt.io"])

    hub.settle()

    assert hub.of("sales", bolt) == hub.of("success", there)
    assert hub.of("sales", bolt) != hub.of("sales", here)


def test_a_contact_that_is_read_before_its_new_account_is_not_passed_over_for_good(stage):
    """Both were made between the reading of the accounts and the reading of the contacts."""
    hub = stage("sales", "success", entities=("account", "contact"), scope=KEY)
    hub.meet()
    pull_contacts_after(hub, lambda: _account_with_contact(hub["sales"]))

    hub.round()
    hub.settle()

    assert ["Om"] == hub["success"].all("last_name", "contact")


def _account_with_contact(desk):
    bolt = desk.create(name="Bolt", domains=["bolt.io"], tier="key")
    desk.create("contact", account=bolt, last_name="Om", email="om@bolt.io")


def pull_contacts_after(hub, act):
    """Let *act* happen between the accounts and the contacts of the next round."""
    desk = hub["sales"]

    def once(call, object_):
        if (call, object_) == ("read", "contact"):
            desk.trouble.before = lambda *_: None
            act()

    desk.trouble.before = once
