"""What is deleted, brought back, merged and purged, and what a reader can learn of it."""

from datetime import timedelta

import pytest

ALL = {"all_rows": True}
DEAL = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-05-20"}


@pytest.fixture
def account(org, susan):
    return org.create("Account", {"Name": "Acme"}, susan)


@pytest.fixture
def contact(org, susan, account):
    return org.create("Contact", {"LastName": "A", "AccountId": account}, susan)


@pytest.fixture
def log(org, clock):
    """The ids that were deleted within the last day, as an hour later."""

    def read(object_):
        clock.wait(3600)
        told = org.deleted(object_, clock.now() - timedelta(days=1), clock.now())
        return [each["id"] for each in told["deletedRecords"]]

    return read


def test_a_deleted_record_is_found_by_a_query_of_all_alone(org, clock, hub, account, rows):
    """It shows when it was deleted and by whom."""
    clock.wait(60)
    org.delete("Account", account, hub)

    assert [] == rows("SELECT Id FROM Account")
    assert [
        {
            "IsDeleted": True,
            "SystemModstamp": "2026-03-11T10:31:15.000+0000",
            "LastModifiedById": hub.id,
        }
    ] == rows("SELECT IsDeleted, SystemModstamp, LastModifiedById FROM Account", **ALL)


def test_a_write_to_a_deleted_record_is_told_from_one_to_none(org, hub, account, refused):
    """By the codes that recordings of real orgs show."""
    org.delete("Account", account, hub)
    none = "001000000000009AAA"

    assert (404, "ENTITY_IS_DELETED", "entity is deleted", []) == refused(
        org.update, "Account", account, {"Phone": "1"}, hub
    )
    assert (404, "NOT_FOUND", "The requested resource does not exist", []) == refused(
        org.update, "Account", none, {"Phone": "1"}, hub
    )


def test_what_belongs_to_a_record_goes_and_comes_back_with_it(org, hub, account, contact, rows):
    """A contact follows its account both ways."""
    org.delete("Account", account, hub)
    assert [] == rows("SELECT Id FROM Contact")
    org.undelete("Account", account, hub)

    assert [{"Id": contact, "AccountId": account}] == rows("SELECT Id, AccountId FROM Contact")


def test_what_only_pointed_at_a_record_points_at_it_again_once_it_is_back(org, hub, account, rows):
    """In between it points at nothing."""
    org.create("Account", {"Name": "Below", "ParentId": account}, hub)
    find = "SELECT ParentId FROM Account WHERE Name = 'Below'"
    org.delete("Account", account, hub)
    assert [{"ParentId": None}] == rows(find)
    org.undelete("Account", account, hub)

    assert [{"ParentId": account}] == rows(find)


def test_a_record_that_others_need_cannot_go(org, hub, account, refused, rows):
    """The answer names those that need it."""
    org.create("Case", {"Subject": "S", "AccountId": account}, hub)

    assert (
        400,
        "DELETE_FAILED",
        (
            "Your attempt to delete Acme could not be completed because it is associated with the"
            " following cases.: 00001001\n"
        ),
        [],
    ) == refused(org.delete, "Account", account, hub)
    assert 1 == len(rows("SELECT Id FROM Account"))


def test_members_of_teams_are_gone_at_once_and_stand_in_the_log_alone(org, hub, account, rows, log):
    """No query of all finds them: only getDeleted tells."""
    member = org.create("AccountTeamMember", {"AccountId": account, "UserId": hub.id}, hub)
    org.delete("AccountTeamMember", member, hub)

    assert [] == rows("SELECT Id FROM AccountTeamMember", **ALL)
    assert [member] == log("AccountTeamMember")


def test_what_is_purged_is_found_nowhere(org, hub, account, rows, refused):
    """And what is not in the bin cannot be purged."""
    refused(org.purge, "Account", [account])
    org.delete("Account", account, hub)
    org.purge("Account", [account])

    assert [] == rows("SELECT Id FROM Account", **ALL)
    assert "NOT_FOUND" == refused(org.update, "Account", account, {"Phone": "1"}, hub)[1]


def test_what_came_back_is_not_in_the_log(org, hub, account, log):
    """A reader of the log must not take it for gone."""
    org.delete("Account", account, hub)
    org.undelete("Account", account, hub)

    assert [] == log("Account")


def test_a_loser_of_a_merge_says_where_it_went_and_its_children_follow(
    org, clock, hub, account, rows, log
):
    """The survivor shows a change; its new children show none."""
    loser = org.create("Account", {"Name": "Acme Inc"}, hub)
    contact = org.create("Contact", {"LastName": "B", "AccountId": loser}, hub)
    clock.wait(60)
    org.merge("Account", account, [loser], {"Phone": "7"}, hub)

    assert [{"Id": loser, "MasterRecordId": account}] == rows(
        "SELECT Id, MasterRecordId FROM Account WHERE IsDeleted = true", **ALL
    )
    assert [{"Phone": "7", "SystemModstamp": "2026-03-11T10:31:15.000+0000"}] == rows(
        "SELECT Phone, SystemModstamp FROM Account"
    )
    # No trigger fires for the children, and nothing moves their stamp.
    assert [
        {"Id": contact, "AccountId": account, "SystemModstamp": "2026-03-11T10:30:15.000+0000"}
    ] == rows("SELECT Id, AccountId, SystemModstamp FROM Contact")
    assert [loser] == log("Account")


def test_a_loser_that_comes_back_gets_nothing_back(org, hub, account, rows):
    """What was moved to the survivor stays there."""
    loser = org.create("Account", {"Name": "Acme Inc"}, hub)
    org.create("Contact", {"LastName": "B", "AccountId": loser}, hub)
    org.merge("Account", account, [loser], {}, hub)
    org.undelete("Account", loser, hub)

    assert [{"AccountId": account}] == rows("SELECT AccountId FROM Contact")
    assert [None, None] == [
        row["MasterRecordId"] for row in rows("SELECT MasterRecordId FROM Account")
    ]


def test_only_some_objects_are_merged_and_only_three_records(org, hub, account, refused):
    """Opportunities are none of them."""
    deals = [org.create("Opportunity", DEAL, hub) for _ in range(2)]
    many = [org.create("Account", {"Name": "A"}, hub) for _ in range(3)]

    assert "INVALID_OPERATION" == refused(org.merge, "Opportunity", deals[0], deals[1:], {}, hub)[1]
    assert 400 == refused(org.merge, "Account", account, many, {}, hub)[0]


@pytest.mark.usefixtures("hub")
def test_what_was_changed_is_told_by_minutes(org, clock, account):
    """The seconds of a span are left out of account."""
    start = clock.now() - timedelta(minutes=1)
    told = org.updated("Account", start, clock.now() + timedelta(minutes=1))

    assert [account] == told["ids"]
    assert "2026-03-11T10:30:00.000+0000" == told["latestDateCovered"]


@pytest.mark.parametrize(("start", "end"), [(40, 0), (0, 1), (1, 1)])
def test_a_span_that_cannot_be_is_refused(org, clock, refused, start, end):
    """Too far back, the wrong way round, or of no length."""
    days = [clock.now() - timedelta(days=each) for each in (start, end)]

    assert "INVALID_REPLICATION_DATE" == refused(org.updated, "Account", *days)[1]


@pytest.mark.usefixtures("account")
def test_a_log_that_was_cut_says_since_when_it_is_complete(org, clock):
    """Whoever read last before that has to read all ids."""
    org.settings.log_cut["Account"] = clock.now() - timedelta(days=2)

    told = org.deleted("Account", clock.now() - timedelta(days=5), clock.now())
    assert "2026-03-09T10:30:15.000+0000" == told["earliestDateAvailable"]


@pytest.mark.usefixtures("refused")
def test_nothing_of_a_call_stays_where_a_part_of_it_fails(org, hub, rows):
    """Whatever it fails with."""

    def breaks_off():
        with org.atomically():
            org.create("Account", {"Name": "A"}, hub)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks_off()

    assert [] == rows("SELECT Id FROM Account")


def test_an_upsert_makes_a_record_once(org, hub, rows, refused):
    """A field that identifies nothing is no key."""
    first = org.upsert("Account", "KamsyncId__c", "k1", {"Name": "A"}, hub)
    again = org.upsert("Account", "KamsyncId__c", "k1", {"Name": "B"}, hub)

    assert (True, False) == (first[1], again[1])
    assert [{"Id": first[0], "Name": "B"}] == rows("SELECT Id, Name FROM Account")
    assert (
        404,
        "NOT_FOUND",
        "Provided external ID field does not exist or is not accessible: Namez",
    ) == refused(org.upsert, "Account", "Namez", "k1", {"Name": "A"}, hub)[:3]
