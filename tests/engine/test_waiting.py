"""What waits for a record that is not there can be seen: what, for what, since when."""

from __future__ import annotations

from kamsync.reports import check


def _waits(hub):
    """What `check` says of what waits for another record."""
    return [found for found in check(hub.hub) if found.about == "waiting"]


def test_an_edit_that_names_what_was_never_shown_is_listed_with_its_reason(stage):
    """Somebody has to be told, since it may wait for ever."""
    hub = stage(entities=("account", "contact"))
    account = hub["sales"].create(name="Acme", domains=["acme.com"])
    contact = hub["sales"].create("contact", account=account, email="li@acme.com")
    hub.meet()
    assert [] == _waits(hub)
    hub["sales"].edit(contact, account="account-99")
    hub.round()
    since = hub.hub.now()[:16].replace("T", " ")
    hub.clock.wait(7200)
    hub.round(sweep=True)

    (found,) = _waits(hub)

    assert (
        f"sales.contact {contact} waits since {since}: its account is account account-99, which"
        " sales has never shown." == found.text
    )
    assert "Correct account there, or let kamsync's user see account-99, in scope." == found.hint


def test_a_deletion_that_waits_with_it_is_told(stage):
    """All that was entered in a record is heard before it ends."""
    hub = stage(
        entities=("account", "contact"),
        policy={"contact": {"deletes": "propagate"}},
    )
    account = hub["sales"].create(name="Acme", domains=["acme.com"])
    contact = hub["sales"].create("contact", account=account, email="li@acme.com")
    hub.meet()
    hub.settle()
    there = hub.native("success", hub.of("sales", contact))
    hub["sales"].edit(contact, account="account-99")
    hub["success"].delete(there)
    hub.round()
    hub.decide(hub.conflict(), choice="delete")
    hub.round()

    (found,) = _waits(hub)

    assert hub["sales"].exists(contact)
    assert "that it ended elsewhere waits for this as well." in found.text


def test_what_has_come_or_was_corrected_is_listed_no_more(stage):
    """The list is what waits now."""
    hub = stage(entities=("account", "contact"))
    account = hub["sales"].create(name="Acme", domains=["acme.com"])
    contact = hub["sales"].create("contact", account=account, email="li@acme.com")
    hub.meet()
    hub["sales"].edit(contact, account="account-99")
    hub.round()
    assert 1 == len(_waits(hub))

    hub["sales"].edit(contact, account=account)
    hub.round()

    assert [] == _waits(hub)


def test_a_write_that_names_what_is_not_there_is_listed(stage):
    """Where kamsync may not create it, a person can, or can allow it."""
    hub = stage(
        entities=("account", "contact"),
        allow={"success": {"contact": ["create"]}, "sales": {}},
    )
    account = hub["sales"].create(name="Acme", domains=["acme.com"])
    contact = hub["sales"].create("contact", account=account, email="li@acme.com")
    hub.meet()

    (found,) = _waits(hub)

    record = hub.of("sales", contact)
    assert found.text.startswith(f"success.contact {record} waits since ")
    assert found.text.endswith("its account is to be Acme, which is not in success.")
    assert "Create account there by hand, or allow it in [system.success]." == found.hint


def test_nothing_waits_in_a_system_that_is_only_read(stage):
    """What may not be written is not awaited either."""
    hub = stage(entities=("account", "contact"), allow={})
    account = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create("contact", account=account, email="li@acme.com")
    hub.meet()

    assert [] == _waits(hub)


def test_a_native_record_that_waits_for_a_match_is_named_as_what_it_is(stage):
    """It was shown, so that letting kamsync see it would help nobody."""
    hub = stage(entities=("account", "contact"))
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].create(name="Acme", domains=["acme.com"])
    twin = hub["success"].create(name="Acme", domains=["acme.com"])
    hub["success"].create("contact", account=twin, email="li@acme.com")
    hub.meet()
    hub.conflict()

    (found,) = [each for each in _waits(hub) if twin in each.text]

    assert f"its account is account {twin}, which is not matched to a record yet." in found.text


def test_what_belongs_to_an_undecided_record_is_not_taken_for_new(stage):
    """Only a person knows whose it is: until then it is created nowhere, and then it is recognised."""
    hub = stage(entities=("account", "contact"))
    account = hub["sales"].create(name="Acme Group", industry="Retail")
    hub["sales"].create("contact", account=account, first_name="Li", last_name="Wu")
    other = hub["success"].create(name="Acme Group", industry="Energy")
    contact = hub["success"].create("contact", account=other, first_name="Li", last_name="Wu")
    hub.meet()
    conflict = hub.conflict()

    assert ["match", "match"] == [conflict.kind.value, conflict.field]
    assert [contact] == hub["success"].ids("contact")

    hub.decide(conflict, hub.of("sales", account), "same")
    hub.settle()

    assert [contact] == hub["success"].ids("contact")
    assert hub.of("sales", hub["sales"].ids("contact")[0]) == hub.of("success", contact)
