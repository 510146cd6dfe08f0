"""One row that cannot go on waits with its reason; everything else goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.memory import ALL
from kamsync.model import Outcome, Receipt


def _two(hub):
    """Have two accounts everywhere, and return their ids in sales."""
    ids = [hub["sales"].create(name=name, domains=[f"{name}.com"]) for name in ("acme", "bolt")]
    hub.meet()
    hub.settle()
    return ids


def _refuse(desk, name, reason="Names must not shout."):
    """Refuse rows that would set this name."""

    def row(write, land):
        if write.values.get("name") == name:
            return Receipt(Outcome.REFUSED, write.native_id, reason=reason)
        return land()

    desk.trouble.rows = row


def test_a_refused_write_is_parked_with_its_reason_and_the_rest_is_written(stage):
    """One bad row never rejects the others."""
    hub = stage("sales", "success")
    acme, bolt = _two(hub)
    _refuse(hub["success"], "ACME")
    hub["sales"].edit(acme, name="ACME")
    hub["sales"].edit(bolt, name="Bolt AG")

    hub.round()

    assert ["Names must not shout."] == hub.reasons()
    assert ["Bolt AG", "acme"] == hub["success"].all("name")


def test_a_refused_write_is_tried_again_and_cleared_once_it_is_taken(stage):
    """Somebody may have changed the rule in that system."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    _refuse(hub["success"], "ACME")
    hub["sales"].edit(acme, name="ACME")
    hub.round()
    hub["success"].trouble.rows = None
    hub.clock.wait(3600)

    hub.round()

    assert [] == hub.reasons()
    assert ["ACME", "bolt"] == hub["success"].all("name")


def test_a_refused_write_is_not_tried_again_before_its_time(stage):
    """A row that can never be taken must not spend the call budget of every round."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    _refuse(hub["success"], "ACME")
    hub["sales"].edit(acme, name="ACME")
    hub.round()
    before = hub["success"].memory.calls["write"]

    result = hub.round()

    assert 0 == result.plan.writes
    assert before == hub["success"].memory.calls["write"]


def test_the_wait_of_a_refused_write_doubles_up_to_a_day(stage):
    """One minute, two, four, and so on."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    hub["success"].trouble.refuse("No.")
    hub["sales"].edit(acme, name="ACME")
    waits = []
    for _ in range(14):
        hub.round()
        (park,) = hub.parked()
        waits.append(_seconds(park.retry_at, hub))
        hub.clock.wait(waits[-1] + 1)

    assert [60, 120, 240, 480] == waits[:4]
    assert timedelta(days=1).total_seconds() == waits[-1] == max(waits)


def test_a_new_edit_is_tried_at_once(stage):
    """Whoever corrects the value need not wait for the clock."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    _refuse(hub["success"], "ACME")
    hub["sales"].edit(acme, name="ACME")
    hub.round()
    hub["sales"].edit(acme, name="Acme")

    hub.round()

    assert [] == hub.reasons()
    assert ["Acme", "bolt"] == hub["success"].all("name")


def test_an_edit_in_the_refusing_system_is_heard_at_once(stage):
    """A parked link still listens."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    _refuse(hub["success"], "ACME")
    hub["sales"].edit(acme, name="ACME")
    hub.round()
    there = hub.native("success", hub.of("sales", acme))
    hub["success"].edit(there, industry="steel")

    hub.round()

    assert "steel" == hub["sales"].get(acme, "industry")


def test_a_refused_create_waits_too(stage):
    """The record has no native id there, so it waits under its own."""
    hub = stage("sales", "success")
    hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["success"].trouble.refuse("No.")
    hub.meet()
    before = hub["success"].memory.calls["write"]

    hub.round()

    assert [hub.record()] == [park.what for park in hub.parked()]
    assert before == hub["success"].memory.calls["write"]


def test_a_preview_plans_what_a_round_would_try(stage):
    """A parked write is left out of both, until its time has come."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    _refuse(hub["success"], "ACME")
    hub["sales"].edit(acme, name="ACME")
    hub.round()

    assert 0 == hub.preview().plan.writes
    hub.clock.wait(3600)
    assert 1 == hub.preview().plan.writes


def test_a_write_to_a_record_that_is_gone_is_not_repeated(stage):
    """The next reading tells what became of it."""
    hub = stage("sales", "success", can=ALL & ~Can.TOMBSTONES)
    acme, _ = _two(hub)
    there = hub.native("success", hub.of("sales", acme))
    hub["success"].delete(there)
    hub["sales"].edit(acme, name="ACME")

    hub.round()
    hub.round()

    assert ["gone in one system"] == [conflict.cause for conflict in hub.conflicts()]


@pytest.mark.parametrize(
    ("field", "value"),
    [("employees", "many"), ("tier", "platinum"), ("last_touch", "yesterday")],
)
def test_a_value_of_the_wrong_kind_parks_its_field_only(stage, field, value):
    """The other fields of the same record flow."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    hub["sales"].edit(acme, name="Acme", **{field: value})

    hub.round()

    there = hub.native("success", hub.of("sales", acme))
    assert "Acme" == hub["success"].get(there, "name")
    assert hub["success"].values(there).get(field) is None
    assert [True] == [f"account.{field}" in each for each in hub.reasons()]


def test_a_value_that_was_corrected_is_parked_no_longer(stage):
    """Whoever looks at the parked sees only what is still wrong."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    hub["sales"].edit(acme, tier="platinum")
    hub.round()
    hub["sales"].edit(acme, tier="key")

    hub.settle()

    assert [] == hub.reasons()
    assert "key" == hub["success"].get(hub.native("success", hub.of("sales", acme)), "tier")


def test_an_unknown_word_overwrites_nothing(stage):
    """A word that only one system knows stays there, and what the others hold stays as well."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    hub["sales"].edit(acme, tier="key")
    hub.settle()
    hub["sales"].edit(acme, tier="platinum")

    hub.settle()

    assert "platinum" == hub["sales"].get(acme, "tier")
    assert "key" == hub["success"].get(hub.native("success", hub.of("sales", acme)), "tier")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("half a \ud83d pair", "not valid Unicode"),
        ("x" * (5 << 20), "more than the"),
        (float("nan"), "not a number"),
        (float("inf"), "not a number"),
        ([1.5, float("-inf")], "not a number"),
    ],
)
def test_a_row_that_cannot_be_kept_is_parked_and_the_others_are_read(stage, value, reason):
    """Nothing of it enters the store, and nothing else is lost."""
    hub = stage("sales", "success")
    acme, bolt = _two(hub)
    hub["sales"].edit(acme, name="Acme", description=value)
    hub["sales"].edit(bolt, name="Bolt AG")

    hub.round()

    assert ["Bolt AG", "acme"] == hub["success"].all("name")
    assert [True] == [reason in each for each in hub.reasons()]


def test_a_row_that_can_be_kept_again_is_parked_no_longer(stage):
    """It is read as if nothing had been wrong."""
    hub = stage("sales", "success")
    acme, _ = _two(hub)
    hub["sales"].edit(acme, name="Acme", description="half a \ud83d pair")
    hub.round()
    hub["sales"].edit(acme, description="whole")

    hub.round()

    assert [] == hub.reasons()
    assert ["Acme", "bolt"] == hub["success"].all("name")


def test_a_text_that_is_too_long_for_a_system_is_refused_there_only(stage):
    """Its own limit is its own affair; the hub keeps the text."""
    objects = {
        "account": NativeEntity("account", {"name": NativeField("name", limit=10)}, ALL, open=True)
    }
    hub = stage("sales", "success", world={"success": {"objects": objects}})
    acme, _ = _two(hub)
    hub["sales"].edit(acme, name="Acme Steel Works", industry="steel")

    hub.round()

    assert "Acme Steel Works" == hub.golden("name", hub.of("sales", acme))
    assert ["name takes 10 characters, not 16."] == hub.reasons()


def _seconds(at, hub):
    from datetime import datetime

    return round((datetime.fromisoformat(at) - hub.clock.now()).total_seconds())
