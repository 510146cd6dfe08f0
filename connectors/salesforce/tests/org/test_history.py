"""Every record tells who changed it when; tracked fields tell from what to what."""

from datetime import timedelta

import pytest

FIND = "SELECT Field, OldValue, NewValue, CreatedBy.Name FROM AccountHistory ORDER BY Field"


@pytest.fixture
def account(org, susan):
    return org.create("Account", {"Name": "Acme", "Phone": "1"}, susan)


def test_stamps_have_whole_seconds_and_name_whoever_did_it(org, clock, hub, susan, account, rows):
    """Whoever made it and whoever changed it last."""
    clock.wait(60)
    org.update("Account", account, {"Phone": "2"}, hub)

    assert [
        {
            "CreatedDate": "2026-03-11T10:30:15.000+0000",
            "CreatedById": susan.id,
            "LastModifiedDate": "2026-03-11T10:31:15.000+0000",
            "LastModifiedById": hub.id,
            "SystemModstamp": "2026-03-11T10:31:15.000+0000",
        }
    ] == rows(
        "SELECT CreatedDate, CreatedById, LastModifiedDate, LastModifiedById, SystemModstamp FROM Account"
    )


def test_what_an_automated_process_does_moves_the_system_stamp_alone(org, clock, account, rows):
    """Nobody edited the record."""
    clock.wait(60)
    org.touch("Account", account)

    (row,) = rows("SELECT LastModifiedDate, SystemModstamp FROM Account")
    assert row["SystemModstamp"] > row["LastModifiedDate"]


def test_a_tracked_field_keeps_both_values_and_whoever_changed_it(org, hub, account, rows):
    """A field that is not tracked keeps nothing."""
    org.update("Account", account, {"Phone": "2", "Fax": "9"}, hub)

    assert [
        {"Field": "Phone", "OldValue": "1", "NewValue": "2", "CreatedBy": {"Name": "kamsync Hub"}}
    ] == [row for row in rows(FIND) if row["Field"] != "created"]


def test_a_value_that_stays_is_no_change(org, hub, account, rows):
    """It is written again and no history tells of it."""
    org.update("Account", account, {"Phone": "1"}, hub)

    assert ["created"] == [row["Field"] for row in rows(FIND)]


def test_a_reference_is_kept_by_name_and_by_id(org, hub, susan, account, rows):
    """In two rows under the name of the relationship."""
    org.update("Account", account, {"OwnerId": hub.id}, susan)

    assert {("Susan Lindt", "kamsync Hub"), (susan.id, hub.id)} == {
        (row["OldValue"], row["NewValue"]) for row in rows(FIND) if row["Field"] == "Owner"
    }


def test_values_of_a_history_keep_their_types(org, hub, rows):
    """A number is no text, in the history of fields and in that of the funnel."""
    values = {"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-05-20", "Amount": 200}
    deal = org.create("Opportunity", values, hub)
    org.update("Opportunity", deal, {"Amount": 300.5}, hub)

    assert [{"OldValue": 200.0, "NewValue": 300.5}] == rows(
        "SELECT OldValue, NewValue FROM OpportunityFieldHistory WHERE Field = 'Amount'"
    )
    assert [200.0, 300.5] == [
        row["Amount"] for row in rows("SELECT Amount FROM OpportunityHistory ORDER BY Amount")
    ]


def test_what_is_not_tracked_any_more_leaves_no_history(org, hub, account, rows):
    """From then on."""
    org.settings.track(org.schema, "Account", ["Name"])
    org.update("Account", account, {"Phone": "2"}, hub)

    assert ["created"] == [row["Field"] for row in rows(FIND)]


def test_a_late_commit_shows_the_stamp_of_its_begin_and_is_seen_at_its_end(org, clock, hub, rows):
    """And getUpdated never claims to cover its begin before that."""
    begin = clock.now()
    org.commit_later(90, lambda: org.create("Account", {"Name": "Late"}, hub))
    clock.wait(60)
    assert [] == rows("SELECT Id FROM Account")
    covered = org.updated("Account", begin - timedelta(hours=1), clock.now())["latestDateCovered"]
    clock.wait(60)

    assert [{"SystemModstamp": "2026-03-11T10:30:15.000+0000"}] == rows(
        "SELECT SystemModstamp FROM Account"
    )
    assert covered <= "2026-03-11T10:30:15.000+0000"


def test_a_late_commit_that_is_refused_at_its_end_is_remembered(org, clock, hub):
    """Nobody waits for its answer any more."""
    org.commit_later(30, lambda: org.create("Account", {}, hub))
    clock.wait(30)
    org.describe_global(hub)

    assert ["REQUIRED_FIELD_MISSING"] == [each.code for each in org.late.refused]
