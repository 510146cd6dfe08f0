"""What follows from a write, and what the admin's rules make of it."""

import pytest

from kamsync_salesforce.sandbox.org import Options, Refusal
from kamsync_salesforce.sandbox.records.writing import BEFORE
from kamsync_salesforce.sandbox.rules.settings import DuplicateRule, ValidationRule

DEAL = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-05-20", "Amount": 200}


@pytest.fixture
def deal(org, susan):
    account = org.create("Account", {"Name": "Acme"}, susan)
    return org.create("Opportunity", {**DEAL, "AccountId": account}, susan)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (False, False, 10.0, "Pipeline", 20.0)),
        ({"StageName": "Closed Won"}, (True, True, 100.0, "Closed", 200.0)),
        ({"StageName": "Closed Lost"}, (True, False, 0.0, "Omitted", 0.0)),
        ({"StageName": "Closed Won", "Probability": 90}, (True, True, 90.0, "Closed", 180.0)),
        ({"ForecastCategoryName": "Commit"}, (False, False, 10.0, "Forecast", 20.0)),
    ],
)
def test_the_stage_brings_what_follows_from_it_unless_it_is_given(org, hub, rows, values, expected):
    """Closed, won, probability, forecast and what may be expected."""
    org.create("Opportunity", {**DEAL, **values}, hub)

    (row,) = rows(
        "SELECT IsClosed, IsWon, Probability, ForecastCategory, ExpectedRevenue FROM Opportunity"
    )
    assert expected == tuple(row.values())


@pytest.mark.usefixtures("org", "deal")
def test_a_deal_shows_its_fiscal_period(rows):
    """Of a year that begins in January."""
    assert [{"Fiscal": "2026 2", "FiscalYear": 2026, "FiscalQuarter": 2}] == rows(
        "SELECT Fiscal, FiscalYear, FiscalQuarter FROM Opportunity"
    )


def test_splits_are_never_more_than_the_whole(org, susan, hub, deal, refused):
    """Exactly the whole is fine."""
    split = {"OpportunityId": deal, "SplitOwnerId": susan.id, "SplitPercentage": 70}
    first = org.create("OpportunitySplit", split, susan)
    told = refused(
        org.create,
        "OpportunitySplit",
        {**split, "SplitOwnerId": hub.id, "SplitPercentage": 31},
        hub,
    )

    text = "Can't update splits: percentages don't add up to 100.00%."
    assert (400, "FIELD_INTEGRITY_EXCEPTION", text, []) == told
    org.update("OpportunitySplit", first, {"SplitPercentage": 69}, susan)
    org.create("OpportunitySplit", {**split, "SplitOwnerId": hub.id, "SplitPercentage": 31}, hub)


def test_splits_of_an_overlay_may_be(org, susan, hub, deal, rows):
    """Their total is not validated."""
    (overlay,) = rows("SELECT Id FROM OpportunitySplitType WHERE DeveloperName = 'Overlay'")
    for person in (susan, hub):
        split = {"OpportunityId": deal, "SplitOwnerId": person.id, "SplitPercentage": 100}
        org.create("OpportunitySplit", {**split, "SplitTypeId": overlay["Id"]}, susan)

    assert 2 == len(rows("SELECT Id FROM OpportunitySplit"))


def test_the_amount_of_a_split_follows_the_deal_and_moves_no_stamp(org, clock, susan, deal, rows):
    """What is calculated is nobody's change."""
    split = {"OpportunityId": deal, "SplitOwnerId": susan.id, "SplitPercentage": 25}
    org.create("OpportunitySplit", split, susan)
    find = "SELECT SplitAmount, SystemModstamp FROM OpportunitySplit"
    before = rows(find)[0]
    clock.wait(60)
    org.update("Opportunity", deal, {"Amount": 1000}, susan)

    assert {**before, "SplitAmount": 250.0} == rows(find)[0]


def test_nobody_is_twice_in_a_team(org, susan, hub, refused):
    """Whatever the role."""
    account = org.create("Account", {"Name": "A"}, susan)
    member = {"AccountId": account, "UserId": hub.id, "TeamMemberRole": "Sales Rep"}
    org.create("AccountTeamMember", member, susan)

    assert "DUPLICATE_VALUE" == refused(org.create, "AccountTeamMember", member, susan)[1]


def test_the_amount_of_a_deal_with_products_is_their_total(org, susan, deal, rows, refused):
    """It can be written again once the last product is gone."""
    product = org.create("Product2", {"Name": "Pump", "IsActive": True}, susan)
    (book,) = rows("SELECT Id FROM Pricebook2 WHERE IsStandard = true")
    price = {"Product2Id": product, "Pricebook2Id": book["Id"], "UnitPrice": 40, "IsActive": True}
    entry = org.create("PricebookEntry", price, susan)
    line = {"OpportunityId": deal, "PricebookEntryId": entry, "Quantity": 3}
    id_ = org.create("OpportunityLineItem", line, susan)

    find = "SELECT Amount, HasOpportunityLineItem FROM Opportunity"
    assert [{"Amount": 120.0, "HasOpportunityLineItem": True}] == rows(find)
    told = refused(org.update, "Opportunity", deal, {"Amount": 5}, susan)
    assert ("FIELD_INTEGRITY_EXCEPTION", ["Amount"]) == (told[1], told[3])
    org.delete("OpportunityLineItem", id_, susan)
    assert [{"Amount": 120.0, "HasOpportunityLineItem": False}] == rows(find)


@pytest.mark.usefixtures("susan")
def test_a_rule_of_the_admin_refuses_in_its_own_words(org, hub, deal, refused, rows):
    """And nothing of the write stays."""
    condition = "StageName = 'Closed Won' AND Amount = null"
    org.settings.validation_rules.append(
        ValidationRule("Opportunity", "Amount", condition, "A won deal has an amount.", "Amount")
    )

    assert (
        400,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "A won deal has an amount.",
        ["Amount"],
    ) == refused(org.update, "Opportunity", deal, {"StageName": "Closed Won", "Amount": None}, hub)
    assert [{"StageName": "Prospecting", "Amount": 200.0}] == rows(
        "SELECT StageName, Amount FROM Opportunity"
    )


def test_a_duplicate_is_told_in_the_shape_of_a_real_org(org, hub):
    """With the member that real answers misspell."""
    held = org.create("Contact", {"LastName": "A", "Email": "a@x.de"}, hub)
    org.settings.duplicate_rules.append(DuplicateRule("Contact", "Same_Email", ("Email",)))

    with pytest.raises(Refusal) as caught:
        org.create("Contact", {"LastName": "B", "Email": "A@X.de"}, hub)

    told = caught.value.extra["duplicateResut"]
    assert ("DUPLICATES_DETECTED", True) == (caught.value.code, told["allowSave"])
    (result,) = told["matchResults"]
    assert [held] == [each["record"]["Id"] for each in result["matchRecords"]]


def test_only_a_rule_that_warns_can_be_passed(org, hub, refused):
    """One that blocks stands, whatever the header says."""
    org.create("Contact", {"LastName": "A", "Email": "a@x.de"}, hub)
    again, anyway = {"LastName": "B", "Email": "a@x.de"}, Options(allow_duplicates=True)
    org.settings.duplicate_rules[:] = [DuplicateRule("Contact", "Warns", ("Email",))]
    org.create("Contact", again, hub, anyway)
    org.settings.duplicate_rules[:] = [DuplicateRule("Contact", "Blocks", ("Email",), blocks=True)]

    assert "DUPLICATES_DETECTED" == refused(org.create, "Contact", again, hub, anyway)[1]


def test_a_row_that_is_held_cannot_be_written_nor_one_below_it(org, hub, refused):
    """Until it is let go."""
    account = org.create("Account", {"Name": "A"}, hub)
    org.settings.locked.add(account)
    told = (
        400,
        "UNABLE_TO_LOCK_ROW",
        f"unable to obtain exclusive access to this record or 200 records: {account}",
        [],
    )

    assert told == refused(org.update, "Account", account, {"Phone": "1"}, hub)
    assert told == refused(org.create, "Contact", {"LastName": "B", "AccountId": account}, hub)
    org.settings.locked.clear()
    org.update("Account", account, {"Phone": "1"}, hub)


def test_a_stale_write_is_refused_by_the_second(org, clock, hub, susan, refused):
    """A change within the same second is not noticed."""
    id_ = org.create("Account", {"Name": "A"}, hub)
    seen = clock.now().replace(microsecond=0)
    org.update("Account", id_, {"Phone": "1"}, hub, Options(unmodified_since=seen))
    clock.wait(1)
    org.update("Account", id_, {"Phone": "2"}, susan)

    told = refused(org.update, "Account", id_, {"Phone": "3"}, hub, Options(unmodified_since=seen))
    assert 412 == told[0]
    assert "2" == org.retrieve("Account", id_, ["Phone"], hub)["Phone"]


def test_a_case_is_closed_by_its_status(org, hub, rows):
    """And has a number, and shows how its contact is reached."""
    contact = org.create("Contact", {"LastName": "A", "Email": "a@x.de"}, hub)
    case = org.create("Case", {"Subject": "S", "ContactId": contact}, hub)
    org.update("Case", case, {"Status": "Closed"}, hub)

    assert [
        {
            "CaseNumber": "00001001",
            "IsClosed": True,
            "ClosedDate": "2026-03-11T10:30:15.000+0000",
            "ContactEmail": "a@x.de",
        }
    ] == rows("SELECT CaseNumber, IsClosed, ClosedDate, ContactEmail FROM Case")


def test_a_contract_ends_when_its_term_is_over(org, hub, rows):
    """On the day before, also where a month is shorter."""
    account = org.create("Account", {"Name": "A"}, hub)
    values = {"AccountId": account, "StartDate": "2026-01-31", "ContractTerm": 1}
    org.create("Contract", values, hub)

    assert [{"EndDate": "2026-02-27", "StatusCode": "Draft"}] == rows(
        "SELECT EndDate, StatusCode FROM Contract"
    )


def test_every_rule_names_what_it_copies():
    """A page of the documentation, or a recording."""
    assert [] == [rule.__name__ for rule in BEFORE if "Source:" not in (rule.__doc__ or "")]


def test_a_record_that_is_no_longer_shared_is_not_there_and_nothing_tells_of_it(
    org, hub, susan, rows, refused
):
    """Others see it as before."""
    account = org.create("Account", {"Name": "A"}, susan)
    org.profiles.unshare("Integration User", account)

    assert [] == rows("SELECT Id FROM Account", all_rows=True)
    assert 404 == refused(org.retrieve, "Account", account, None, hub)[0]
    assert 404 == refused(org.update, "Account", account, {"Phone": "1"}, hub)[0]
    assert "A" == org.retrieve("Account", account, ["Name"], susan)["Name"]
    org.profiles.share("Integration User", account)
    assert [{"Id": account}] == rows("SELECT Id FROM Account")


def test_a_user_who_is_changed_acts_as_what_it_is_now(org, susan):
    """Its team decides who is asked."""
    admin = org.people.administrator
    org.update("User", susan.id, {"Department": "success", "LastName": "Linde"}, admin)

    person = org.person("susan.lindt")
    assert ("success", "Susan Linde") == (person.team, person.name)
    org.update("User", susan.id, {"IsActive": False}, admin)
    with pytest.raises(Refusal, match="INACTIVE_OWNER_OR_USER"):
        org.create("Account", {"Name": "A", "OwnerId": susan.id}, admin)
